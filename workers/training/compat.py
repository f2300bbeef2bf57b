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
ELSEWHERE = 1  # of them, from any family: two skirts are no outfit either
NOISE = 0.05  # standard deviation added to unit parts: two pictures of one garment differ


class CompatTask:
    """Labelled pairs as batches, held-out questions as validation."""

    def __init__(self, network: CompatibilityMLP, *, material: Material, config: Config) -> None:
        self.network = network
        self._embeddings = torch.from_numpy(material.seen.embedding)  # (N, D)
        self._wardrobe = material.wardrobe
        family = material.wardrobe.family
        self._pairs = directed_pairs(material.looks, family)
        worn = self._worn = np.unique(self._pairs)
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
        embeddings = self._embeddings[torch.from_numpy(pairs)]  # (B, 2, D)
        a, b = (embeddings + NOISE * torch.randn_like(embeddings)).unbind(1)
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
        """Put others in each pair's partner's place, none that shares a look with the anchor."""
        drawn = []
        for anchor, partner in self._pairs.tolist():
            family = self._rivals[int(self._wardrobe.family[partner])]
            for place in range(NEGATIVES):
                rivals = self._worn if place < ELSEWHERE else family
                rival = int(rivals[generator.integers(len(rivals))])
                if rival not in self._wardrobe.together[anchor]:
                    drawn.append((anchor, rival))
        return np.array(drawn, dtype=np.int64).reshape(-1, 2)
