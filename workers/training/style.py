"""Train the style encoder: near what it is worn with, by contrast over looks."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from workers.evaluation.metrics import auc, blank_credit
from workers.networks.style import StyleNetwork
from workers.training.heads import Material
from workers.training.looks import Indices, Question, directed_pairs
from workers.training.loop import Config
from workers.training.losses import look_contrast

ELSEWHERE_WEIGHT = 0.25  # of negatives that could not take the partner's place
NOISE = 0.05  # standard deviation added to unit features: two pictures of one garment differ
COLDEST, HOTTEST = 0.03, 1.0


class StyleTask:
    """Pairs of looks as batches, held-out questions as validation."""

    def __init__(self, network: StyleNetwork, *, material: Material, config: Config) -> None:
        self.network = network
        self._features = torch.from_numpy(material.seen.features)  # (N, F)
        self._wardrobe = material.wardrobe
        self._family = torch.from_numpy(material.wardrobe.family)
        self._pairs = directed_pairs(material.looks, material.wardrobe.family)
        self._asked = material.asked
        self._config = config

    def batches(self, epoch: int) -> list[Indices]:
        """Shuffle the pairs into batches of (B, 2), the last, smaller one left out."""
        order = np.random.default_rng([self._config.seed, epoch]).permutation(len(self._pairs))
        size = min(self._config.batch, len(order))
        return [self._pairs[order[at : at + size]] for at in range(0, len(order) - size + 1, size)]

    def loss(self, batch: Indices) -> Tensor:
        """Contrast the partners of a batch of pairs."""
        anchor, partner = torch.from_numpy(batch).T  # (B,), (B,)
        temperature = self.network.log_temperature.exp().clamp(COLDEST, HOTTEST)
        family = self._family[partner]
        return look_contrast(
            self._embed(anchor),
            self._embed(partner),
            rivals=family[:, None] == family[None, :],
            temperature=temperature,
            elsewhere_weight=ELSEWHERE_WEIGHT,
            excluded=torch.from_numpy(self._wardrobe.are_together(batch[:, 0], batch[:, 1])),
        )

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean inner product with the context."""
        vectors = self.network(self._features)["embedding"].numpy()
        return answer(
            self._asked, lambda context, a: float((vectors[list(context)] @ vectors[a]).mean())
        )

    def _embed(self, indices: Tensor) -> Tensor:
        features = self._features[indices]
        noisy = features + NOISE * torch.randn_like(features)
        embedding: Tensor = self.network(noisy)["embedding"]
        return embedding


def answer(
    asked: Sequence[Question], score: Callable[[tuple[int, ...], int], float]
) -> dict[str, float]:
    """Put questions to a score of (context, answer): accuracy, and AUC of right over wrong."""
    credits, right, wrong = [], [], []
    for question in asked:
        scores = [score(question.context, answer) for answer in question.answers]
        credits.append(blank_credit(scores, correct=0))
        right.append(scores[0])
        wrong += scores[1:]
    return {"fitb": float(np.mean(credits)), "auc": auc(np.array(right), np.array(wrong))}
