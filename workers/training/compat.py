"""Train CompatibilityMLP: pairs of looks against pairs with a rival in the partner's place."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from workers.networks.compat_mlp import CompatibilityMLP
from workers.training.heads import Material
from workers.training.looks import Indices, Question
from workers.training.loop import Config, device_of
from workers.training.style import answer
from workers.training.triplets import Drawn, Triplets


class CompatTask:
    """Labelled pairs as batches, held-out questions as validation."""

    def __init__(
        self, network: CompatibilityMLP, *, material: Material, drawn: Drawn, config: Config
    ) -> None:
        self.network = network
        self._embeddings = torch.from_numpy(material.seen.embedding)  # (N, D)
        self._triplets = Triplets(
            material.wardrobe, looks=material.looks, drawn=drawn, seed=config.seed
        )
        self._asked = material.asked
        self._weight = float(drawn.per_positive)
        self._config = config
        self._epoch = 0

    def batches(self, epoch: int) -> list[tuple[Indices, Tensor]]:
        """Draw negatives anew, shuffle, and cut into (pairs (B, 2), labels (B,))."""
        self._epoch = epoch
        return self._triplets.batches(epoch, size=self._config.batch)

    def loss(self, batch: tuple[Indices, Tensor]) -> Tensor:
        """Binary cross-entropy, each positive weighing as much as its negatives together."""
        pairs, labels = batch
        logit = self._judge(pairs)["logit"]
        return functional.binary_cross_entropy_with_logits(
            logit, labels.to(logit), pos_weight=logit.new_tensor(self._weight)
        )

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean score with the context."""
        return pair_answers(self._asked, lambda pairs: self._judge(pairs)["score"], self._epoch)

    def _judge(self, pairs: Indices) -> dict[str, Tensor]:
        a, b = self._embeddings[torch.from_numpy(pairs)].to(device_of(self.network)).unbind(1)
        judged: dict[str, Tensor] = self.network(a, b)
        return judged


def pair_answers(
    asked: Sequence[Question], score: Callable[[Indices], Tensor], epoch: int
) -> dict[str, float]:
    """Answer questions by the mean score of (context, answer) pairs.

    Without questions (nothing was held out) the latest epoch counts as the best.

    Args:
        asked: Held-out questions, maybe none.
        score: (P, 2) item indices to (P,) scores.
        epoch: Number of the epoch that ended.

    Returns:
        `fitb` and `auc`; without questions `fitb` counts epochs, and `auc` is not there.
    """
    if not asked:
        return {"fitb": float(epoch + 1)}
    pairs = sorted({(c, a) for q in asked for c in q.context for a in q.answers})
    scores = dict(zip(pairs, score(np.array(pairs, dtype=np.int64)).tolist(), strict=True))
    return answer(asked, lambda context, a: float(np.mean([scores[c, a] for c in context])))
