"""Triplets over looks: an anchor, a partner it is worn with, and rivals that could be mistaken for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor

from workers.datasets.looks import Indices, Look, LookCorpus, directed_pairs
from workers.training.config import UnknownSettingError

RANDOM, FAMILY, MIXED = KINDS = ("random", "family", "mixed")

Batch = tuple[Indices, Tensor]  # pairs (B, 2), labels (B,)


@dataclass(frozen=True)
class Negatives:
    """How rivals are drawn: from all worn products, from the partner's family, or half and half."""

    kind: str
    per_positive: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            message = f"Unknown negatives {self.kind!r}; known: {', '.join(KINDS)}."
            raise UnknownSettingError(message)


class Triplets:
    """The pairs of looks to learn from, and rivals in the partner's place, drawn anew every epoch.

    Rivals are products that the same looks hold, so that being worn at all tells nothing; none is
    known to share a look with the anchor.
    """

    def __init__(
        self, corpus: LookCorpus, *, looks: Sequence[Look], negatives: Negatives, seed: int
    ) -> None:
        self._corpus = corpus
        self._pairs = directed_pairs(looks, corpus.family)  # (P, 2)
        self._worn = np.unique(self._pairs)
        family = corpus.family[self._worn]
        self._of_family = {int(kind): self._worn[family == kind] for kind in np.unique(family)}
        self._negatives = negatives
        self._seed = seed

    @property
    def count(self) -> int:
        """Count the pairs of one epoch, right and wrong; a rival too well known is not made up for."""
        return len(self._pairs) * (1 + self._negatives.per_positive)

    def batches(self, epoch: int, *, size: int) -> list[Batch]:
        """Draw, shuffle and cut into (pairs (B, 2), labels (B,)); decided by seed and epoch."""
        generator = np.random.default_rng([self._seed, epoch])
        wrong = self.rivals(generator)
        pairs = np.concatenate([self._pairs, wrong])  # (P + R, 2)
        labels = np.concatenate([np.ones(len(self._pairs)), np.zeros(len(wrong))])  # (P + R,)
        order = generator.permutation(len(pairs))
        return [
            (pairs[part], torch.from_numpy(labels[part]).float())
            for part in (order[at : at + size] for at in range(0, len(order), size))
        ]

    def rivals(self, generator: Generator) -> Indices:
        """Draw (anchor, rival) for every pair, the known partners of the anchor left out: (R, 2)."""
        pairs = np.tile(self._pairs, (self._negatives.per_positive, 1))
        drawn: Indices = np.stack([pairs[:, 0], self._one_each(pairs[:, 1], generator)], axis=1)
        together = self._corpus.together
        known = [rival in together[anchor] for anchor, rival in drawn.tolist()]
        unknown: Indices = drawn[~np.array(known, dtype=bool)]
        return unknown

    def _one_each(self, partners: Indices, generator: Generator) -> Indices:
        """Draw what could be taken for each of (P,) partners: (P,)."""
        anyone: Indices = self._worn[generator.integers(len(self._worn), size=len(partners))]
        if self._negatives.kind == RANDOM:
            return anyone
        relative = np.empty_like(anyone)
        families = self._corpus.family[partners]
        for family, members in self._of_family.items():
            asked = np.flatnonzero(families == family)
            relative[asked] = members[generator.integers(len(members), size=len(asked))]
        if self._negatives.kind == FAMILY:
            return relative
        return np.where(generator.random(len(partners)) < 0.5, anyone, relative)
