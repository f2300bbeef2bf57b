"""What the recipes of heads on stored vectors share: settings, material, a task of labelled pairs."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from workers.checkpoints import find
from workers.datasets.looks import Indices, LookSplit, split_looks
from workers.evaluation.answers import figures_by_pairs
from workers.evaluation.vectors import ItemVectors, item_vectors
from workers.training.config import Config
from workers.training.loop import device_of
from workers.training.run import Run
from workers.training.triplets import Batch, Negatives, Triplets

Outputs = dict[str, Tensor]
PairOutputs = Callable[[Indices], Outputs]  # of (B, 2) item indices, at least `score` (B,)
PairLoss = Callable[[Outputs, Tensor], Tensor]  # of outputs and labels (B,), a scalar


@dataclass(frozen=True)
class HeadConfig(Config):
    """What the recipes that learn from looks have in common."""

    hidden: int = 512
    held_out: float = 0.1
    most_looks: int = 1000
    epochs: int = 25
    batch: int = 512
    learning_rate: float = 5e-4
    weight_decay: float = 1e-2
    patience: int = 8


def head_material(run: Run, config: HeadConfig) -> tuple[ItemVectors, LookSplit]:
    """Encode the items with the encoder that the head reads, and split the looks."""
    encoder = run.visual or find("visual")
    vectors = item_vectors(run.collections, folder=encoder, cache=run.work)
    return vectors, split_for(run, config)


def split_for(run: Run, config: HeadConfig, *, unseen: bool = True) -> LookSplit:
    """Split the looks as the settings say."""
    return split_looks(
        run.collections,
        share=config.held_out,
        seed=config.seed,
        most_looks=config.most_looks,
        unseen=unseen,
    )


class PairTask:
    """Pairs of looks and rivals in the partner's place as batches, held-out questions as validation."""

    def __init__(
        self,
        network: nn.Module,
        outputs: PairOutputs,
        *,
        split: LookSplit,
        negatives: Negatives,
        config: Config,
        loss: PairLoss | None = None,
    ) -> None:
        self.network, self.outputs = network, outputs
        self._loss = loss or cross_entropy(per_positive=negatives.per_positive)
        self._triplets = Triplets(
            split.corpus, looks=split.looks, negatives=negatives, seed=config.seed
        )
        self._questions, self._config = split.questions, config

    def batches(self, epoch: int) -> list[Batch]:
        """Draw rivals anew, shuffle, and cut into (pairs (B, 2), labels (B,))."""
        return self._triplets.batches(epoch, size=self._config.batch)

    def loss(self, batch: Batch) -> Tensor:
        """Compare what the network says of the pairs with their labels."""
        pairs, labels = batch
        return self._loss(self.outputs(pairs), labels)

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean score with the context."""
        return figures_by_pairs(
            self._questions, lambda pairs: self.outputs(pairs)["score"].tolist()
        )


def cross_entropy(*, per_positive: int) -> PairLoss:
    """Binary cross-entropy of `logit`, each positive weighing as much as its negatives together."""

    def loss(outputs: Outputs, labels: Tensor) -> Tensor:
        logit = outputs["logit"]  # (B,)
        weight = logit.new_tensor(float(per_positive))
        return functional.binary_cross_entropy_with_logits(
            logit, labels.to(logit), pos_weight=weight
        )

    return loss


def outputs_of_vectors(network: nn.Module, vectors: Tensor) -> PairOutputs:
    """Put pairs of (N, D) vectors, by item index, to a network of two batches of vectors."""

    def outputs(pairs: Indices) -> Outputs:
        a, b = vectors[torch.from_numpy(pairs)].to(device_of(network)).unbind(1)  # (B, D) each
        scored: Outputs = network(a, b)
        return scored

    return outputs
