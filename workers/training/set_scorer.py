"""Train SetTransformer: looks above looks in which something was replaced."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from workers.networks.set_transformer import FIRST_SLOT, NOTHING, UNKNOWN, SetTransformer
from workers.training.looks import Indices, Look, Question, Wardrobe
from workers.training.loop import Config, device_of
from workers.training.style import answer, handfuls

PAD = -1  # in a set of item indices
AT_ONCE = 2048  # sets in one pass while validating


@dataclass(frozen=True)
class Drill:
    """What is asked of each look in each epoch, and how it is kept from learning products by heart.

    `candidates` wrong items are drawn for a place of the look, `hard_share` of them from the family that
    it held, the others from all that is worn. `whole_weight` counts the look against one with every item
    replaced, beside filling in the blank. `noise` is the length of what is added to each vector, whose
    own length is 1 for each part; `forgets` is the share of sets shown as a style encoder without a
    memory sees them. Of a look that holds more than `most_items` as many are drawn anew each time.
    """

    candidates: int = 8
    hard_share: float = 0.5
    whole_weight: float = 0.5
    noise: float = 0.5
    forgets: float = 0.5
    most_items: int = 6


@dataclass(frozen=True)
class Handful:
    """Sets to be told apart: (B, 1 + candidates, K) with the look first, and (B, K) all replaced.

    Item indices, padded; a candidate that is known to go with the rest is no wrong answer and not `asked`.
    """

    sets: Indices
    asked: NDArray[np.bool_]
    replaced: Indices


class Rivals:
    """What could stand in an item's place, drawn as often as it is worn."""

    def __init__(self, wardrobe: Wardrobe, looks: Sequence[Look]) -> None:
        self._wardrobe = wardrobe
        self._worn = np.array([index for look in looks for index in look])
        family = wardrobe.family[self._worn]
        self._of_family = {int(kind): self._worn[family == kind] for kind in np.unique(family)}

    def draw(self, item: int, *, count: int, is_hard: bool, generator: Generator) -> list[int]:
        """Draw for the place of one item of a look, with repetition."""
        offered = self._of_family[int(self._wardrobe.family[item])] if is_hard else self._worn
        drawn: list[int] = offered[generator.integers(len(offered), size=count)].tolist()
        return drawn

    def fits(self, rival: int, context: Iterable[int]) -> bool:
        """Tell whether a rival is a wrong answer: in no look with any of the context."""
        known = self._wardrobe.together.get(rival, frozenset())
        return not any(index in known for index in context)


class SetTask:
    """Handfuls of looks with rivals as batches, held-out questions as validation."""

    def __init__(
        self,
        network: SetTransformer,
        *,
        known: Tensor,
        fresh: Tensor,
        slots: Tensor,
        lessons: "Lessons",
        drill: Drill,
        config: Config,
    ) -> None:
        self.network = network
        self._known, self._fresh = known, fresh  # (N, D)
        self._slots = slots  # (N,)
        self._lessons = lessons
        self._rivals = Rivals(lessons.wardrobe, lessons.looks)
        self._drill = drill
        self._config = config
        self._epoch = 0

    def batches(self, epoch: int) -> list[Handful]:
        """Shuffle the looks and draw their rivals anew; decided by seed and epoch."""
        self._epoch = epoch
        generator = np.random.default_rng([self._config.seed, epoch])
        return [
            drilled(looks, self._rivals, self._drill, generator=generator)
            for looks in handfuls(
                self._lessons.looks, size=self._config.batch, seed=self._config.seed, epoch=epoch
            )
        ]

    def loss(self, batch: Handful) -> Tensor:
        """Cross-entropy of the right item among the candidates, and of looks against replaced ones."""
        count, choices, longest = batch.sets.shape
        logits = self._judge(batch.sets.reshape(-1, longest)).reshape(count, choices)
        asked = torch.from_numpy(batch.asked).to(logits.device)
        blank = functional.cross_entropy(
            logits.masked_fill(~asked, float("-inf")), asked.new_zeros(count, dtype=torch.int64)
        )
        whole = functional.softplus(-logits[:, 0]) + functional.softplus(
            self._judge(batch.replaced)
        )
        return blank + self._drill.whole_weight * whole.mean()

    def validate(self) -> dict[str, float]:
        """Answer the held-out questions; without any the latest epoch counts as the best."""
        if not self._lessons.asked:
            return {"fitb": float(self._epoch + 1)}
        return set_answers(self._lessons.asked, lambda sets: self._judge(padded(sets)))

    def _judge(self, sets: Indices) -> Tensor:
        on = device_of(self.network)
        index = torch.from_numpy(sets)
        there = index != PAD
        at = index.clamp(min=0)
        vectors = self._known[at].to(on)  # (B, K, D)
        if self.network.training:
            is_fresh = torch.rand(len(at), 1, 1, device=on) < self._drill.forgets
            vectors = torch.where(is_fresh, self._fresh[at].to(on), vectors)
            step = self._drill.noise * vectors.shape[2] ** -0.5
            vectors = vectors + step * torch.randn_like(vectors)
        slots = torch.where(there, self._slots[at], NOTHING).to(on)
        logits: Tensor = self.network(vectors, slots)["logit"]
        return logits


@dataclass(frozen=True)
class Lessons:
    """Looks to learn from and questions about looks held out."""

    wardrobe: Wardrobe
    looks: Sequence[Look]
    asked: Sequence[Question]


def drilled(
    looks: Sequence[Look], rivals: Rivals, drill: Drill, *, generator: Generator
) -> Handful:
    """Draw a place of each look, rivals for it, and a rival for every item."""
    rows, asked, replaced = [], [], []
    hard = round(drill.candidates * drill.hard_share)
    for whole in looks:
        look = _part(whole, drill.most_items, generator)
        at = int(generator.integers(len(look)))
        context = (*look[:at], *look[at + 1 :])
        drawn = rivals.draw(look[at], count=hard, is_hard=True, generator=generator)
        drawn += rivals.draw(
            look[at], count=drill.candidates - hard, is_hard=False, generator=generator
        )
        rows += [look, *((*context, rival) for rival in drawn)]
        asked.append([True, *(rivals.fits(rival, context) for rival in drawn)])
        is_hard = bool(generator.random() < drill.hard_share)
        replaced.append(
            [rivals.draw(i, count=1, is_hard=is_hard, generator=generator)[0] for i in look]
        )
    sets = padded(rows)
    return Handful(
        sets.reshape(len(looks), 1 + drill.candidates, -1), np.array(asked), padded(replaced)
    )


def _part(look: Look, most: int, generator: Generator) -> Look:
    """Draw as many items of a look as are allowed; a batch is as wide as its longest look."""
    if len(look) <= most:
        return look
    return tuple(generator.choice(look, size=most, replace=False).tolist())


def set_answers(
    asked: Sequence[Question], score: Callable[[Sequence[Look]], Tensor]
) -> dict[str, float]:
    """Answer questions by the score of the whole set.

    Args:
        asked: Held-out questions.
        score: A list of sets of item indices to (S,) scores.

    Returns:
        `fitb` and `auc`.
    """
    sets = list(dict.fromkeys((*q.context, a) for q in asked for a in q.answers))
    parts = [score(sets[start : start + AT_ONCE]) for start in range(0, len(sets), AT_ONCE)]
    scores = dict(zip(sets, torch.cat(parts).tolist(), strict=True))
    return answer(asked, lambda context, a: scores[(*context, a)])


def padded(sets: Sequence[Sequence[int]]) -> Indices:
    """Lay sets out as (S, longest), the rest filled with -1."""
    longest = max(map(len, sets))
    return np.array([[*each, *[PAD] * (longest - len(each))] for each in sets], dtype=np.int64)


def slot_numbers(slots: Iterable[str], known: Sequence[str]) -> Indices:
    """Number slots as the network reads them, those it does not know as unknown."""
    numbers = {slot: FIRST_SLOT + index for index, slot in enumerate(known)}
    return np.array([numbers.get(slot, UNKNOWN) for slot in slots], dtype=np.int64)
