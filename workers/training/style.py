"""Train the style encoder: near what it is worn with, by contrast over looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workers.evaluation.metrics import auc, blank_credit
from workers.networks.style_fabric import StyleHead
from workers.networks.visual import unit
from workers.training.looks import Indices, Look, Question, Wardrobe
from workers.training.loop import Config, device_of
from workers.training.losses import look_contrast

COLDEST, HOTTEST = 0.03, 1.0


@dataclass(frozen=True)
class Taught:
    """What a style head learns from: whitened items, looks, and questions about looks held out."""

    reduced: Tensor  # (N, R)
    wardrobe: Wardrobe
    looks: Sequence[Look]
    asked: Sequence[Question]


@dataclass(frozen=True)
class Lesson:
    """How it learns, besides the loop.

    `noise` is the standard deviation added to whitened descriptions, `forgets` the share of
    memories left out at a time, so that the perceptron learns to do without.
    """

    noise: float
    forgets: float
    elsewhere_weight: float


class LooksTask:
    """Handfuls of looks as batches, and what is learnt from one of them."""

    def __init__(self, *, taught: Taught, config: Config) -> None:
        self._taught = taught
        self._config = config
        self._expected = torch.from_numpy(expected(taught.wardrobe, taught.looks))
        self._epoch = 0

    def batches(self, epoch: int) -> list[list[Look]]:
        """Shuffle the looks into batches, the last, smaller one left out."""
        self._epoch = epoch
        return handfuls(
            self._taught.looks, size=self._config.batch, seed=self._config.seed, epoch=epoch
        )

    def _surprise(
        self,
        vectors: Tensor,
        *,
        items: Indices,
        worn: NDArray[np.float32],
        log_temperature: Tensor,
        elsewhere_weight: float,
    ) -> Tensor:
        """Contrast (n, D) vectors of items, how often their kinds are worn taken off the logits."""
        on, wardrobe = vectors.device, self._taught.wardrobe
        temperature = log_temperature.exp().clamp(COLDEST, HOTTEST)
        return look_contrast(
            vectors @ vectors.T / temperature - self._expected[items].to(on),
            worn=torch.from_numpy(worn).to(on),
            known=torch.from_numpy(wardrobe.are_together(items, items)).to(on),
            family=torch.from_numpy(wardrobe.family[items]).to(on),
            elsewhere_weight=elsewhere_weight,
        )


class StyleTask(LooksTask):
    """A style head that learns from handfuls of looks; held-out questions as validation."""

    def __init__(
        self, network: StyleHead, *, taught: Taught, lesson: Lesson, config: Config
    ) -> None:
        super().__init__(taught=taught, config=config)
        self.network = network
        self._lesson = lesson
        self._place = memory_places(taught.looks, count=len(taught.wardrobe.items))

    def loss(self, batch: list[Look]) -> Tensor:
        """Contrast all items of the batch's looks, each member of the network by itself."""
        items, worn = pairs_worn(batch, self._taught.wardrobe.family)
        members = self._learning(torch.from_numpy(items), device_of(self.network))
        apart = [
            self._surprise(
                vectors,
                items=items,
                worn=worn,
                log_temperature=self.network.log_temperature,
                elsewhere_weight=self._lesson.elsewhere_weight,
            )
            for vectors in members
        ]
        return torch.stack(apart).mean()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions by the mean inner product with the context.

        Without questions the latest epoch counts as the best.
        """
        if not self._taught.asked:
            return {"fitb": float(self._epoch + 1)}
        on = device_of(self.network)
        own = self._own(torch.arange(len(self._taught.reduced)), on)
        parts = self.network.apart(self._taught.reduced.to(on), own)
        vectors = self.network.joined(parts).cpu().numpy()
        return answer(
            self._taught.asked,
            lambda context, a: float((vectors[list(context)] @ vectors[a]).mean()),
        )

    def _learning(self, items: Tensor, on: torch.device) -> list[Tensor]:
        reduced = self._taught.reduced[items].to(on)
        noisy = reduced + self._lesson.noise * torch.randn_like(reduced)
        kept = (torch.rand(len(items), 1) >= self._lesson.forgets).to(on)
        return self.network.apart(noisy, self._own(items, on) * kept)

    def _own(self, items: Tensor, on: torch.device) -> Tensor:
        """Recall items by number: (n, width), zero for those that no look teaches."""
        memory = self.network.memory
        if not len(memory):
            return memory.new_zeros(len(items), memory.shape[1])
        place = self._place[items].to(on)  # (n,)
        own: Tensor = memory[place.clamp(min=0)] * (place >= 0)[:, None]
        return own


def handfuls(looks: Sequence[Look], *, size: int, seed: int, epoch: int) -> list[list[Look]]:
    """Shuffle looks into batches of one size, by seed and epoch; what is left over waits."""
    order = np.random.default_rng([seed, epoch]).permutation(len(looks))
    size = min(size, len(order))
    starts = range(0, len(order) - size + 1, size)
    return [[looks[i] for i in order[at : at + size]] for at in starts]


def pairs_worn(looks: Sequence[Look], family: Indices) -> tuple[Indices, NDArray[np.float32]]:
    """Number the items of some looks and count which are worn together, families apart.

    Returns:
        (n,) distinct items, ascending, and (n, n) how many of the looks hold both.
    """
    items, place = np.unique(
        np.concatenate([np.array(look) for look in looks]), return_inverse=True
    )
    worn = np.zeros((len(items), len(items)), dtype=np.float32)
    start = 0
    for look in looks:
        here = np.unique(place[start : start + len(look)])
        worn[np.ix_(here, here)] += 1
        start += len(look)
    return items, worn * (family[items][:, None] != family[items][None, :])


def expected(wardrobe: Wardrobe, looks: Sequence[Look]) -> NDArray[np.float32]:
    """How much oftener than others the products of each item's kind are worn: (N,) logarithms.

    A batch holds products as often as they are worn, so a contrast learns what goes together beyond
    that. Taken off the logits in training, this leaves in the vectors that a bag is worn with more
    looks than a hat; which bag is popular stays out.
    """
    kinds = np.unique([i.family or i.slot for i in wardrobe.items], return_inverse=True)[1]
    worn = np.bincount([index for look in looks for index in look], minlength=len(kinds))
    by_kind = np.maximum(np.bincount(kinds, weights=worn), 1) / np.bincount(kinds)
    return np.log(by_kind)[kinds].astype(np.float32)


def memory_places(looks: Sequence[Look], *, count: int) -> Tensor:
    """Give each product of looks its place in the memory: (count,), -1 for all others."""
    places = torch.full((count,), -1)
    taught = sorted({index for look in looks for index in look})
    places[taught] = torch.arange(len(taught))
    return places


def keys_of(reduced: Tensor, looks: Sequence[Look]) -> Tensor:
    """Collect what each product in the memory is found by: (M, R) of unit norm, in their places."""
    return unit(reduced[sorted({index for look in looks for index in look})])


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
