"""What the strips would show under another checkpoint, beside what they show now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import nsmallest
from math import sqrt
from statistics import fmean, stdev
from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import MD5, Cast, Concat
from django.utils.translation import gettext_lazy as _

from recommender.catalog import catalog
from recommender.models import Checkpoint, Purpose, active_checkpoint
from recommender.ranking.question import Question, question_of, question_rows
from recommender.strips.change import StripChange
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.similar import similar_products
from recommender.switching.coverage import Coverage, coverage_of, products_paired_by

AT = 8  # the first eight of a strip are compared
SAMPLE = 200  # products whose strips are compared at most
MOST_CHANGED = 20
# From this share of the first eight on, a strip counts as …
BANDS = [
    *((1.0, _("All the same")), (0.75, _("At least three in four the same"))),
    *((0.5, _("At least half the same")), (0.25, _("At least one in four the same"))),
    (0.0, _("Nearly all others")),
]
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Comparison:
    """A checkpoint beside the one that serves its purpose.

    `products` is how many the shop shows; `silent` of those asked have neither strip, the others
    their `overlaps`. Of all strips only the least alike are kept, at most 20: `compared`.
    """

    candidate: Checkpoint
    active: Checkpoint | None
    coverage: Coverage
    judged: int
    products: int
    silent: int
    overlaps: Sequence[float] = ()
    compared: Sequence[StripChange] = ()

    @property
    def overlap(self) -> float | None:
        """The mean overlap@8; None where no strip could be compared."""
        return fmean(self.overlaps) if self.overlaps else None

    @property
    def is_sample(self) -> bool:
        return self.sample_size < self.products

    @property
    def sample_size(self) -> int:
        return len(self.overlaps) + self.silent

    @property
    def margin(self) -> float:
        """How far the overlap of all products may be from the sample's, 95 times in 100.

        Two standard errors, reckoned with a 0 and a 1 more than was seen: so two or three products
        that happen to agree claim no certainty. 0 where nothing was left out.
        """
        if not self.is_sample:
            return 0.0
        seen = [*self.overlaps, 0.0, 1.0]
        return 2 * stdev(seen) * sqrt((1 - self.sample_size / self.products) / len(seen))

    @property
    def between(self) -> tuple[float, float]:
        """Where the overlap of all products lies, 95 times in 100."""
        overlap = self.overlap or 0.0
        return max(overlap - self.margin, 0.0), min(overlap + self.margin, 1.0)

    @property
    def bands(self) -> list[tuple[str, int]]:
        """How many strips change how much, the least changed first."""
        floors = [floor for floor, _label in BANDS]
        found = [next(f for f in floors if overlap >= f) for overlap in self.overlaps]
        return [(str(label), found.count(floor)) for floor, label in BANDS]

    @property
    def most_changed(self) -> list[StripChange]:
        return [one for one in self.compared if one.gone or one.new]


def comparison(
    candidate: Checkpoint, *, sample: int = SAMPLE, seed: int = 0, report: Report | None = None
) -> Comparison:
    """Ask the selectors themselves, once as things are and once with the candidate in place.

    All products the shop shows or, where they are more, a sample that the seed chooses; the rules
    hold on both sides. Style encoders are compared by style search, without the stored pairings:
    those are judged anew after a switch. A set scorer orders outfits and changes no strip. About six
    queries per product; nothing is written. `report` hears how many products are done, and of how many.
    """
    active = active_checkpoint(candidate.purpose)
    shown = catalog().products()
    keys = list(_sample_order(shown, seed=seed).values_list("pk", flat=True)[:sample])
    shows_in_strips = candidate.purpose != Purpose.SET and active not in {None, candidate}
    each = _changes(keys, candidate, report=report) if shows_in_strips else iter(())
    overlaps, silent, compared = _totals(each)
    return unmeasured_comparison(
        candidate, products=shown.count(), silent=silent, overlaps=overlaps, compared=compared
    )


def unmeasured_comparison(candidate: Checkpoint, **figures: Any) -> Comparison:
    """A comparison with these figures, if any: no strip is looked at, only what it has seen so far."""
    judged = products_paired_by(candidate) if candidate.purpose == Purpose.PAIR else 0
    return Comparison(
        candidate,
        active_checkpoint(candidate.purpose),
        coverage_of(candidate),
        **{"judged": judged, "products": 0, "silent": 0} | figures,
    )


def _sample_order(products: Any, *, seed: int) -> Any:
    """An order that has nothing to do with the catalogue's, and is the same every time."""
    return products.order_by(MD5(Concat(Cast("pk", TextField()), Value(f"/{seed}"))), "pk")


def _changes(
    keys: Sequence[Any], candidate: Checkpoint, *, report: Report | None
) -> Iterator[StripChange]:
    shown = catalog().products().in_bulk(keys)
    rows = {row["pk"]: row for row in question_rows(keys)}
    there = [key for key in keys if key in shown and key in rows]
    for done, key in enumerate(there):
        if report:
            report(done, len(there))
        yield _one(shown[key], question_of(rows[key]), candidate)


def _totals(each: Iterator[StripChange]) -> tuple[list[float], int, list[StripChange]]:
    """All overlaps, how many are silent, and the least alike: two full strips take 100 kB."""
    overlaps: list[float] = []
    silent = 0
    least_alike: list[StripChange] = []
    for one in each:
        if one.before or one.after:
            overlaps.append(one.overlap)
            least_alike = nsmallest(MOST_CHANGED, [*least_alike, one], key=lambda of: of.overlap)
        else:
            silent += 1
    return overlaps, silent, least_alike


def _one(product: Any, question: Question, candidate: Checkpoint) -> StripChange:
    strip: Callable[..., Strip] = goes_with
    before = question.checkpoints
    if candidate.purpose == Purpose.VISUAL:
        strip = similar_products
    elif candidate.purpose == Purpose.STYLE:
        before = {name: one for name, one in before.items() if name != Purpose.PAIR}
    after = {**before, candidate.purpose: candidate}
    sides = (replace(question, checkpoints=side) for side in (before, after))
    now, then = (strip(product, limit=AT, question=side) for side in sides)
    return StripChange(product, now, then)
