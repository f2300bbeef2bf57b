"""Train CompatibilityMLP: pairs of looks against pairs with a rival in the partner's place."""

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from workers.networks.compat_mlp import CompatibilityMLP
from workers.training.heads import Material
from workers.training.looks import Indices, directed_pairs
from workers.training.loop import Config
from workers.training.style import answer

NEGATIVES = 3  # per pair of a look


class CompatTask:
    """Labelled pairs as batches, held-out questions as validation."""

    def __init__(self, network: CompatibilityMLP, *, material: Material, config: Config) -> None:
        self.network = network
        self._embeddings = torch.from_numpy(material.seen.embedding)  # (N, D)
        self._wardrobe = material.wardrobe
        family = material.wardrobe.family
        self._pairs = directed_pairs(material.looks, family)
        worn = np.unique(self._pairs)
        self._rivals = {int(kind): worn[family[worn] == kind] for kind in np.unique(family[worn])}
        self._asked = material.asked
        self._config = config

    def batches(self, epoch: int) -> list[tuple[Indices, Tensor]]:
        """Draw negatives anew, shuffle, and cut into (pairs (B, 2), labels (B,))."""
        generator = np.random.default_rng([self._config.seed, epoch])
        wrong = self._negatives(generator)
        pairs = np.concatenate([self._pairs, wrong])
        labels = np.concatenate([np.ones(len(self._pairs)), np.zeros(len(wrong))])
        order = generator.permutation(len(pairs))
        size = self._config.batch
        return [
            (pairs[part], torch.from_numpy(labels[part]).float())
            for part in (order[at : at + size] for at in range(0, len(order), size))
        ]

    def loss(self, batch: tuple[Indices, Tensor]) -> Tensor:
        """Binary cross-entropy, each positive weighing as much as its negatives together."""
        pairs, labels = batch
        a, b = self._embeddings[torch.from_numpy(pairs)].unbind(1)
        logit = self.network(a, b)["logit"]
        weight = torch.full((), float(NEGATIVES))
        return functional.binary_cross_entropy_with_logits(logit, labels, pos_weight=weight)

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean score with the context."""
        pairs = sorted({(c, a) for q in self._asked for c in q.context for a in q.answers})
        a, b = self._embeddings[torch.tensor(pairs)].unbind(1)
        scores = dict(zip(pairs, self.network(a, b)["score"].tolist(), strict=True))
        return answer(
            self._asked, lambda context, a: float(np.mean([scores[c, a] for c in context]))
        )

    def _negatives(self, generator: Generator) -> Indices:
        """Put rivals in each partner's place, none that shares a look with the anchor."""
        drawn = []
        for anchor, partner in self._pairs.tolist():
            rivals = self._rivals[int(self._wardrobe.family[partner])]
            chosen = rivals[generator.integers(len(rivals), size=NEGATIVES)].tolist()
            known = self._wardrobe.together[anchor]
            drawn += [(anchor, rival) for rival in chosen if rival not in known]
        return np.array(drawn, dtype=np.int64).reshape(-1, 2)
