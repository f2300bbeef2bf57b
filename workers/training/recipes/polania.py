"""The recipe of `polania`: end to end on pictures, or with `--visual` its head on a frozen encoder.

Polanía and Gupte's network by maximum a posteriori: cross-entropy and priors on the weights. End to end it
makes two checkpoints, `OUT/encoder` and `OUT/scorer`; on a frozen encoder one, in `OUT`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from workers.checkpoints import EMBEDDINGS_OF, PIXELS, Card, CheckpointError, Purpose
from workers.datasets.looks import Indices, LookSplit
from workers.datasets.pixels import decode_pictures
from workers.export import pair_examples, pixel_examples, save_network
from workers.images import Pixels
from workers.networks.histogram import COLOURS
from workers.networks.polania import PolaniaEncoder, PolaniaNetwork, PolaniaScorer
from workers.networks.pretrained import start_from
from workers.training.config import with_overrides
from workers.training.heads import (
    HeadConfig,
    Outputs,
    PairOutputs,
    PairTask,
    head_material,
    outputs_of_vectors,
    split_for,
)
from workers.training.loop import device_of
from workers.training.priors import (
    estimated_covariance,
    laplace,
    least,
    shrunk_matrix_normal,
    soft_threshold,
    zero_share,
)
from workers.training.run import Run
from workers.training.state import History
from workers.training.triplets import RANDOM, Batch, Negatives

NAME = "polania"
AT_ONCE = 64  # pictures through the CNN while validating
END_TO_END = {"batch": 32, "learning_rate": 1e-4, "epochs": 10}  # what differs from the head
INTENDED_USE = "Ranking a few hundred candidates by how well they go with one product."
LIMITS = (
    "Scores pairs of different slots; scores order candidates and are no calibrated probability."
)
ENCODER_USE = (
    "The embeddings that its own scorer reads; likeness of cut and colour is a by-product."
)


@dataclass(frozen=True)
class PolaniaConfig(HeadConfig):
    """What decides a run; a prior with weight 0 is switched off.

    All priors are divided by the pairs of an epoch, as the likelihood's mean is. `epsilon` and
    `degrees` are of the inverse-Wishart prior on Ω, which is estimated anew every `covariance_every`
    steps. `most_pairs` bounds an epoch, 0 takes all; `layers` and `side_px` are for end to end.
    """

    negatives: str = RANDOM
    per_positive: int = 1
    metric_prior: float = 0.01  # with 1, BatchNorm after it, validation falls from 0.44 to 0.36
    filter_prior: float = 1.0
    classifier_prior: float = 1.0
    epsilon: float = 0.01
    degrees: float = 1.0
    covariance_every: int = 20
    dropout: float = 0.5
    optimiser: str = "adam"
    weight_decay: float = 0.0
    layers: str = "vgg16"
    side_px: int = 224
    most_pairs: int = 0
    most_looks: int = 20_000
    epochs: int = 20
    batch: int = 1024
    learning_rate: float = 5e-3


@dataclass(eq=False)
class Priors:
    """The three priors of one run over so many pairs: terms to log, a gradient, what follows a step."""

    scorer: PolaniaScorer
    filters: Sequence[Tensor]  # of the convolutions; none on a frozen encoder
    config: PolaniaConfig
    pairs: int

    def __post_init__(self) -> None:
        self._covariances: list[Tensor] = []
        self._steps = 0

    def restart(self) -> None:
        """Estimate every Ω from the weights as they are, at the start of an epoch."""
        self._steps = 0
        self._estimate()

    def _estimate(self) -> None:
        how = {"epsilon": self.config.epsilon, "degrees": self.config.degrees}
        self._covariances = [
            estimated_covariance(weight, **how) for weight in self.scorer.metric_weights
        ]

    def penalty(self) -> Tensor:
        """Give the part of the objective that is followed by its gradient, per pair, never below 0."""
        if not self.config.metric_prior:
            return torch.zeros((), device=device_of(self.scorer))
        how = {"epsilon": self.config.epsilon, "degrees": self.config.degrees}
        layers = zip(self.scorer.metric_weights, self._covariances, strict=True)
        terms = [
            shrunk_matrix_normal(weight, omega, **how) - least(weight.shape, **how)
            for weight, omega in layers
        ]
        return self.config.metric_prior * torch.stack(terms).sum() / self.pairs

    def after_step(self, *, learning_rate: float) -> None:
        """Take the proximal step of both Laplace priors, and estimate every Ω when it is time."""
        step = learning_rate / self.pairs
        if self.config.filter_prior:
            for weight in self.filters:
                soft_threshold(weight, amount=step * self.config.filter_prior)
        if self.config.classifier_prior:
            amount = step * self.config.classifier_prior
            soft_threshold(self.scorer.classifier.weight, amount=amount)
        self._steps += 1
        if self._steps % self.config.covariance_every == 0:
            self._estimate()

    def terms(self) -> dict[str, float]:
        """Name what each prior adds to the objective per pair, and how sparse the weights are."""
        classifier = [self.scorer.classifier.weight]
        config = self.config
        figures = {
            "metric_prior": self.penalty(),
            "filter_prior": laplace(self.filters, rate=config.filter_prior) / self.pairs,
            "classifier_prior": laplace(classifier, rate=config.classifier_prior) / self.pairs,
        }
        shares = {"zero_filters": zero_share(self.filters), "zero_class": zero_share(classifier)}
        return {name: float(value.detach()) for name, value in figures.items()} | shares


class PolaniaTask(PairTask):
    """Pairs as of any head, with the priors in the objective; on vectors or on pictures."""

    def __init__(
        self,
        network: PolaniaScorer | PolaniaNetwork,
        outputs: PairOutputs,
        *,
        split: LookSplit,
        config: PolaniaConfig,
    ) -> None:
        negatives = Negatives(config.negatives, config.per_positive)
        super().__init__(network, outputs, split=split, negatives=negatives, config=config)
        scorer = network if isinstance(network, PolaniaScorer) else network.scorer
        encoder = None if isinstance(network, PolaniaScorer) else network.encoder
        self._most = config.most_pairs
        pairs = min(self._triplets.count, self._most or self._triplets.count)
        filters = [] if encoder is None else convolution_weights(encoder)
        self.priors = Priors(scorer, filters, config, pairs=max(1, pairs))

    def batches(self, epoch: int) -> list[Batch]:
        """Draw anew, no more than `most_pairs`; a last pair alone is left out, as BatchNorm needs two."""
        self.priors.restart()
        drawn = [batch for batch in super().batches(epoch) if len(batch[1]) > 1]
        return drawn[: max(1, self._most // self._config.batch)] if self._most else drawn

    def loss(self, batch: Batch) -> Tensor:
        """Negative log posterior per pair, the Laplace priors left to the step after the step."""
        return super().loss(batch) + self.priors.penalty()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions, and log the priors."""
        return super().validate() | self.priors.terms()

    def after_step(self, *, learning_rate: float) -> None:
        """See `Priors.after_step`."""
        self.priors.after_step(learning_rate=learning_rate)


@dataclass(frozen=True)
class Pictures:
    """The pictures of the items that looks and questions hold; `row_of` an item finds its row."""

    pixels: Pixels  # (U, S, S, 3)
    row_of: Indices  # (N,), -1 where there is no picture

    def of(self, items: Indices, on: torch.device) -> Tensor:
        """Read some items' pictures: (n,) to (n, S, S, 3)."""
        return torch.from_numpy(np.ascontiguousarray(self.pixels[self.row_of[items]])).to(on)


def outputs_of_pictures(network: PolaniaNetwork, pictures: Pictures) -> PairOutputs:
    """Put pairs of pictures to CNN and metric network; each picture of a batch passes the CNN once."""

    def outputs(pairs: Indices) -> Outputs:
        on = device_of(network)
        items, places = np.unique(pairs, return_inverse=True)  # (U,)
        at = torch.from_numpy(places.reshape(pairs.shape)).to(on)  # (B, 2)
        scored: Outputs
        if network.training:
            scored = network(pictures.of(items, on), at)
            return scored
        starts = range(0, len(items), AT_ONCE)
        parts = [pictures.of(items[start : start + AT_ONCE], on) for start in starts]
        embedding = torch.cat([network.encoder(part)["embedding"] for part in parts])  # (U, D)
        scored = network.scorer(*embedding[at].unbind(1))
        return scored

    return outputs


def convolution_weights(encoder: nn.Module) -> list[Tensor]:
    """List the convolutions' weights, without biases."""
    return [layer.weight for layer in encoder.modules() if isinstance(layer, nn.Conv2d)]


def train(run: Run) -> Card | dict[Path, Card]:
    """Train, export and save; the best epoch by fill-in-the-blank on looks held out.

    Raises:
        CheckpointError: Neither an encoder nor weights to start from were named.
    """
    if run.visual is not None:
        return _train_head(run)
    if run.backbone is None:
        message = (
            "polania trains VGG-16 end to end; say what it starts from with --backbone imagenet, "
            "none or FILE, or name a frozen encoder with --visual."
        )
        raise CheckpointError(message)
    return _train_end_to_end(run)


def _train_head(run: Run) -> Card:
    config = with_overrides(PolaniaConfig(), run.overrides)
    encoded, split = head_material(run, config)
    torch.manual_seed(config.seed)
    blocks = list(encoded.card.parts.values()) or [encoded.card.dimension]
    scorer = PolaniaScorer(blocks=blocks, dropout=config.dropout)
    outputs = outputs_of_vectors(scorer, torch.from_numpy(encoded.embedding))
    task = PolaniaTask(scorer, outputs, split=split, config=config)
    history = run.fit(task, config=config, name=NAME, score="fitb")
    card = _scorer_card(run, config, name="polania-head", blocks=blocks, history=history)
    card = replace(card, reads=f"{EMBEDDINGS_OF}{encoded.card.identity}")
    return save_network(scorer, run.out, card, examples=pair_examples(card.dimension))


def _train_end_to_end(run: Run) -> dict[Path, Card]:
    config = with_overrides(PolaniaConfig(), END_TO_END | run.overrides)
    torch.manual_seed(config.seed)
    encoder = PolaniaEncoder(layers=config.layers)
    start_from(encoder, str(run.backbone), architecture="vgg16", drop="classifier.")
    blocks = [encoder.width, COLOURS]
    scorer = PolaniaScorer(blocks=blocks, dropout=config.dropout)
    network = PolaniaNetwork(encoder=encoder, scorer=scorer)
    split = split_for(run, config)
    outputs = outputs_of_pictures(network, pictures_of(run, split, config=config))
    task = PolaniaTask(network, outputs, split=split, config=config)
    history = run.fit(task, config=config, name=NAME, score="fitb")
    cards = {
        "encoder": _encoder_card(run, config, blocks=blocks, history=history),
        "scorer": _scorer_card(run, config, name="polania-metric", blocks=blocks, history=history),
    }
    of_encoder = f"{EMBEDDINGS_OF}{cards['encoder'].identity}"
    cards["scorer"] = replace(cards["scorer"], reads=of_encoder)
    examples = {
        "encoder": pixel_examples(config.side_px),
        "scorer": pair_examples(sum(blocks)),
    }
    parts: dict[str, nn.Module] = {"encoder": encoder, "scorer": scorer}
    return {
        run.out / name: save_network(part, run.out / name, cards[name], examples=examples[name])
        for name, part in parts.items()
    }


def pictures_of(run: Run, split: LookSplit, *, config: PolaniaConfig) -> Pictures:
    """Decode the pictures of all products that looks or questions hold."""
    asked = (index for q in split.questions for index in (*q.context, *q.answers))
    used = sorted({index for look in split.looks for index in look}.union(asked))
    key = "-".join(collection.fingerprint()[:12] for collection in run.collections)
    name = f"pixels-{key}-{config.side_px}-{len(used)}-{config.seed}.npy"
    items = [split.corpus.items[index] for index in used]
    pixels = decode_pictures(items, side_px=config.side_px, cache=run.work / name)
    row_of: Indices = np.full(len(split.corpus.items), -1, dtype=np.int64)
    row_of[used] = np.arange(len(used))
    return Pictures(pixels, row_of)


def _scorer_card(
    run: Run, config: PolaniaConfig, *, name: str, blocks: list[int], history: History
) -> Card:
    return replace(
        run.card(config, name=name, purpose=Purpose.PAIR),
        network=NAME,
        options={"blocks": blocks, "dropout": config.dropout},
        dimension=sum(blocks),
        metrics={"looks_held_out": history.best},
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )


def _encoder_card(run: Run, config: PolaniaConfig, *, blocks: list[int], history: History) -> Card:
    return replace(
        run.card(config, name=NAME, purpose=Purpose.OPEN),
        options={"layers": config.layers},
        reads=PIXELS,
        dimension=sum(blocks),
        parts=dict(zip(("shape", "colour"), blocks, strict=True)),
        weights={"shape": 0.5, "colour": 0.5},
        preprocessing={"function": "workers.images.prepare", "side_px": config.side_px},
        training={**asdict(config), "backbone": str(run.backbone)},
        metrics={"looks_held_out": history.best},
        intended_use=ENCODER_USE,
        limits=LIMITS,
    )
