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
        needed = sorted({i for q in self._asked for i in (*q.context, *q.answers)})
        scores = np.zeros((len(self._embeddings), len(self._embeddings)), dtype=np.float32)
        asked = [
            (c, a) for question in self._asked for c in question.context for a in question.answers
        ]
        if needed:
            pairs = torch.tensor(asked)
            a, b = self._embeddings[pairs].unbind(1)
            scores[pairs[:, 0], pairs[:, 1]] = self.network(a, b)["score"].numpy()
        return answer(self._asked, scores)

    def _negatives(self, generator: Generator) -> Indices:
        """Replace each pair's partner by items of its family that share no look with the anchor."""
        drawn = []
        for anchor, partner in np.repeat(self._pairs, NEGATIVES, axis=0).tolist():
            rivals = self._rivals[int(self._wardrobe.family[partner])]
            rival = int(rivals[generator.integers(len(rivals))])
            if rival not in self._wardrobe.together[anchor]:
                drawn.append((anchor, rival))
        return np.array(drawn, dtype=np.int64).reshape(-1, 2)
