"""Looks as material: pairs worn together, what may replace what, and questions about looks held out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from workers.datasets.collection import Collection, Item

Indices = NDArray[np.int64]
Look = tuple[int, ...]

UNLEARNT = "test/"  # begins the names of looks that nobody may learn from


@dataclass(frozen=True)
class LookCorpus:
    """Items of several data sets by index, with their looks; a data set's items rival only its own.

    `family` numbers the groups of items that could replace one another: same data set, family (or slot) and,
    where it is known, season and gender.
    """

    items: tuple[Item, ...]
    looks: tuple[Look, ...]
    family: Indices
    together: dict[int, frozenset[int]]

    def are_together(self, anchors: Indices, others: Indices) -> NDArray[np.bool_]:
        """Tell for every anchor and other whether a look holds both: (A,) and (B,) to (A, B)."""
        asked = anchors[:, None] * len(self.items) + others[None, :]  # (A, B)
        at = np.searchsorted(self._pair_codes, asked).clip(max=len(self._pair_codes) - 1)  # (A, B)
        return np.asarray(self._pair_codes[at] == asked)

    @cached_property
    def _pair_codes(self) -> Indices:
        """Every known pair as one number, anchor times item count plus other, ascending."""
        codes = [a * len(self.items) + b for a, others in self.together.items() for b in others]
        return np.sort(np.array(codes or [-1], dtype=np.int64))


@dataclass(frozen=True)
class Question:
    """Fill in the blank over item indices; the first answer is the right one."""

    context: tuple[int, ...]
    answers: tuple[int, ...]


@dataclass(frozen=True)
class LookSplit:
    """Looks to learn from, and questions about looks held out."""

    corpus: LookCorpus
    looks: Sequence[Look]
    questions: Sequence[Question]


def split_looks(
    collections: Sequence[Collection],
    *,
    share: float,
    seed: int,
    most_looks: int | None = None,
    unseen: bool = True,
) -> LookSplit:
    """Gather the looks that may be learnt from and hold a share out; see `gather` and `hold_out`."""
    corpus = gather(collections, most_looks=most_looks)
    generator = np.random.default_rng(seed)
    looks, held = hold_out(corpus.looks, share=share, generator=generator, unseen=unseen)
    return LookSplit(corpus, looks, questions(held, corpus, generator=generator))


def gather(collections: Sequence[Collection], *, most_looks: int | None = None) -> LookCorpus:
    """Number the items of all collections and translate the looks that may be learnt from.

    Args:
        collections: Data sets; their keys need not differ.
        most_looks: Of each data set, the first by its order, so that none outweighs the others.
    """
    items: list[Item] = []
    looks: list[Look] = []
    families: list[str] = []
    for collection in collections:
        index_of = {item.key: len(items) + at for at, item in enumerate(collection.items)}
        items += collection.items
        families += [_family(collection.name, item) for item in collection.items]
        worn = list(learnable_looks(collection).values())[:most_looks]
        looks += [tuple(index_of[key] for key in keys) for keys in worn]
    numbers = np.unique(np.array(families), return_inverse=True)[1]
    return LookCorpus(tuple(items), tuple(looks), numbers.astype(np.int64), known_partners(looks))


def learnable_looks(collection: Collection) -> dict[str, tuple[str, ...]]:
    """Leave out the looks that a data set keeps for its questions, those named `test/…`."""
    return {name: keys for name, keys in collection.looks.items() if not name.startswith(UNLEARNT)}


def known_partners(looks: Sequence[Look]) -> dict[int, frozenset[int]]:
    """Map each item to all that share a look with it, itself included."""
    partners: dict[int, set[int]] = defaultdict(set)
    for look in looks:
        for index in look:
            partners[index].update(look)
    return {index: frozenset(others) for index, others in partners.items()}


def hold_out(
    looks: Sequence[Look], *, share: float, generator: Generator, unseen: bool = True
) -> tuple[list[Look], list[Look]]:
    """Split looks at random into (training, validation).

    With `unseen` they share no product: those of a validation look are taken out of the training
    looks, because a new arrival has never been worn with anything; what is left of a look counts
    while it holds two.
    """
    order = generator.permutation(len(looks))
    held = set(order[: round(share * len(looks))].tolist())
    if not unseen:
        kept = [look for index, look in enumerate(looks) if index not in held]
        return kept, [looks[index] for index in sorted(held)]
    new = {item for index in held for item in looks[index]}
    left = [tuple(item for item in look if item not in new) for look in looks]
    return [look for look in left if len(look) > 1], [looks[index] for index in sorted(held)]


def directed_pairs(looks: Sequence[Look], family: Indices) -> Indices:
    """List every (anchor, partner) of every look in both directions: (P, 2), in the looks' order.

    Two items of one family in a look (two rings) replace rather than complete each other and make
    no pair.
    """
    pairs = [
        (a, b) for look in looks for a in look for b in look if a != b and family[a] != family[b]
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def questions(
    looks: Sequence[Look],
    corpus: LookCorpus,
    *,
    generator: Generator,
    choices: int = 4,
) -> list[Question]:
    """Ask for every item of every look: which of four of its family completes the rest?

    Wrong answers are drawn from the items of looks, as often as they occur in looks, so popularity
    tells nothing; none is known to go with the context. Items without enough rivals are not asked.
    """
    by_family: dict[int, list[int]] = defaultdict(list)
    for index in (index for look in corpus.looks for index in look):
        by_family[int(corpus.family[index])].append(index)
    asked = []
    for worn, right in ((look, index) for look in looks for index in look):
        context = tuple(index for index in worn if index != right)
        known = set().union(*(corpus.together[index] for index in context))
        rivals = [i for i in by_family[int(corpus.family[right])] if i not in known]
        distinct = list(dict.fromkeys(generator.permutation(rivals).tolist()))[: choices - 1]
        if context and len(distinct) == choices - 1:
            asked.append(Question(context, (right, *distinct)))
    return asked


def _family(collection: str, item: Item) -> str:
    return "|".join((collection, item.family or item.slot, item.season, item.gender))
