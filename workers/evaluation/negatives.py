"""Wrong answers for questions: products that could stand in a place of a look, and never did."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from workers.datasets.collection import Item

HARD, CLASSIC = "hard", "classic"


@dataclass(frozen=True)
class Drawer:
    """Products of the looks asked about, how often each is worn there, and with whom anywhere."""

    kinds: Mapping[str, tuple[str, str]]
    popularity: Mapping[str, int]
    together: Mapping[str, frozenset[str]]
    of_kind: Mapping[tuple[str, str], tuple[str, ...]]

    @classmethod
    def over(
        cls,
        items: Mapping[str, Item],
        *,
        asked: Iterable[Sequence[str]],
        known: Iterable[Sequence[str]],
    ) -> "Drawer":
        """Collect what may be drawn (products of `asked`) and which pairs are known (`known`)."""
        popularity = Counter(key for keys in asked for key in keys)
        kinds = {key: (items[key].family, items[key].season) for key in popularity}
        of_kind = defaultdict(list)
        for key, kind in sorted(kinds.items()):
            of_kind[kind].append(key)
        partners: dict[str, set[str]] = defaultdict(set)
        for keys in known:
            for key in keys:
                partners[key].update(keys)
        together = {key: frozenset(others) for key, others in partners.items()}
        return cls(kinds, popularity, together, {k: tuple(v) for k, v in of_kind.items()})

    def draw(
        self,
        right: str,
        context: Sequence[str],
        *,
        count: int,
        is_hard: bool,
        generator: Generator,
    ) -> tuple[str, ...]:
        """Draw products for the place of `right` that are known with none of `context`.

        Hard ones share its family and season and come as often as they are worn; the others are any
        product. Fewer than `count` where there are not enough.
        """
        barred = {right, *context}.union(*(self.together.get(k, frozenset()) for k in context))
        offered = self.of_kind[self.kinds[right]] if is_hard else tuple(self.popularity)
        rivals = [key for key in offered if key not in barred]
        weights = np.array([self.popularity[key] if is_hard else 1 for key in rivals], dtype=float)
        if not rivals:
            return ()
        size = min(count, len(rivals))
        drawn = generator.choice(len(rivals), size=size, replace=False, p=weights / weights.sum())
        return tuple(rivals[index] for index in drawn.tolist())
