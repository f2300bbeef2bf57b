"""Not the same thing eight times over: maximal marginal relevance among the best of a ranking.

Carbonell and Goldstein, "The use of MMR, diversity-based reranking" (1998). The database compares
the pictures and hands over plain numbers; what is chosen by them is decided here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from recommender import conf
from recommender.models import Checkpoint, Purpose
from recommender.ranking.question import Question
from recommender.vectors import closeness_sql

# So many rows are looked at for every one that is shown, and never more than the second.
POOL, DEEPEST = 3, 96
ROUNDING = 9  # digits, so that what is equal but for the last bit is a tie

# The end of a statement that has made a table `pool (n, pk, slot, …)`, the first row the best. What
# shoppers see of a product is its cover; only what could stand for it, of its own slot, is alike.
_LIKENESS = """
, covered AS MATERIALIZED (
    SELECT pool.*, (
        SELECT vector FROM recommender_embedding AS seen
        JOIN recommender_picture AS picture ON picture.id = seen.picture_id
        WHERE picture.product_id = pool.pk AND seen.checkpoint_id = {checkpoint}
        ORDER BY picture.position, picture.id LIMIT 1
    ) AS vector FROM pool
)
SELECT {columns}, ARRAY(
    SELECT CASE WHEN one.slot = other.slot THEN {closeness} END
    FROM covered AS other WHERE other.n < one.n ORDER BY other.n
) FROM covered AS one {joined} ORDER BY n
"""
_PLAIN = "SELECT {columns}, NULL FROM pool AS one {joined} ORDER BY n"


class PoolRow(Protocol):
    """A row of a pool; `likeness` is to each of the rows before it, None where it says nothing."""

    @property
    def slot(self) -> str: ...
    @property
    def worth(self) -> float: ...
    @property
    def likeness(self) -> Sequence[float | None] | None: ...


R = TypeVar("R", bound=PoolRow)


@dataclass(frozen=True)
class Diversity:
    """How much it counts, 0 to 1, that a product is unlike those before it, and who says how alike."""

    share: float
    encoder: Checkpoint | None = None

    @property
    def is_wanted(self) -> bool:
        return self.share > 0 and self.encoder is not None

    def pool(self, count: int) -> int:
        """How many rows to choose so many from."""
        return max(count, min(POOL * count, DEEPEST)) if self.is_wanted else count

    def pool_query(self, columns: Sequence[str], *, joined: str = "") -> str:
        """The end of a statement: the rows of `pool`, best first, and how alike each is to those before.

        `columns` are read from `one`, a row of the pool, and what is `joined` to it.
        """
        words = {"columns": ", ".join(columns), "joined": joined}
        if self.encoder is None or not self.is_wanted:
            return _PLAIN.format(**words)
        alike = closeness_sql(self.encoder.parts, self.encoder.part_weights)
        return _LIKENESS.format(**words, checkpoint=int(self.encoder.pk), closeness=alike)

    def choose_rows(
        self, pool: Sequence[R], *, tiers: Sequence[Any], limit: int, per_slot: int
    ) -> list[R]:
        """Choose from a pool, which stands best first.

        Each time the row that maximises `(1 - share) × worth - share × m`, where m is its likeness to
        whichever row chosen before it is most alike, at least 0; ties by place. At most `per_slot` of a
        slot. Rows of an earlier tier come before all others; `tiers` says it of each row, in order.
        """
        if not self.is_wanted:
            return list(pool)
        nearest = [0.0] * len(pool)
        left, places, taken = list(range(len(pool))), list[int](), Counter[str]()
        while left and len(places) < limit:
            now = [at for at in left if tiers[at] == tiers[left[0]]]
            best = max(now, key=lambda at: (_value(pool[at], nearest[at], self.share), -at))
            places.append(best)
            slot = pool[best].slot
            taken[slot] += 1
            is_full = taken[slot] >= per_slot
            left = [at for at in left if at != best and not (is_full and pool[at].slot == slot)]
            for at in left:
                nearest[at] = max(nearest[at], _likeness(pool, at, best))
        return [pool[at] for at in places]


ONLY_THE_BEST = Diversity(0.0)


def diversity_for(question: Question, share: float | None) -> Diversity:
    """What an asker wishes, else the shop; the visual encoder says what looks alike."""
    share = conf.get("DIVERSITY") if share is None else share
    return Diversity(share, question.checkpoints.get(Purpose.VISUAL))


def _value(row: PoolRow, nearest: float, share: float) -> float:
    return round((1 - share) * row.worth - share * nearest, ROUNDING)


def _likeness(pool: Sequence[PoolRow], one: int, other: int) -> float:
    known = pool[max(one, other)].likeness
    return (known[min(one, other)] or 0.0) if known else 0.0
