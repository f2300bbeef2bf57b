"""A strip beside a product with everything that shapes it, asked as a page asks and to its end."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from recommender import conf
from recommender.models import Checkpoint, Purpose, Rule
from recommender.ranking.diversity import ONLY_THE_BEST, Diversity, diversity_for
from recommender.ranking.eligibility import Eligibility
from recommender.ranking.filters import ANYTHING, Filters
from recommender.ranking.question import Question, question_about
from recommender.ranking.statement import UNLIMITED, Ladder, Standing, rank_ladder, standings
from recommender.strips.goes_with import partner_eligibility, partner_ladder, slot_share
from recommender.strips.similar import (
    AS_THE_SHOP_SAYS,
    Likeness,
    similar_eligibility,
    similar_ladder,
)

SIMILAR, GOES_WITH = Rule.Strip.SIMILAR, Rule.Strip.GOES_WITH


class Options(TypedDict, total=False):
    """What shapes a strip, as the selectors of both strips name it; all may be left out."""

    strip: str
    filters: Filters
    limit: int | None
    per_slot: int | None
    likeness: Likeness
    diversity: float | None


@dataclass(frozen=True)
class StripQuestion:
    """A question with everything that shapes its answer."""

    question: Question
    strip: str
    filters: Filters
    limit: int
    per_slot: int
    likeness: Likeness = AS_THE_SHOP_SAYS
    diversity: Diversity = ONLY_THE_BEST

    @property
    def encoder(self) -> Checkpoint | None:
        """The one whose vectors the strip compares; goes-with does without."""
        is_similar = self.strip == SIMILAR
        return self.question.checkpoints.get(Purpose.VISUAL if is_similar else Purpose.STYLE)

    def eligibility(self) -> Eligibility:
        """Every condition of the strip."""
        of_strip = similar_eligibility if self.strip == SIMILAR else partner_eligibility
        return of_strip(self.question, self.filters)

    def ladder(self, *, wanted: int = UNLIMITED) -> Ladder:
        """What the strip is filled from."""
        if self.strip == GOES_WITH:
            return partner_ladder(self.question, filters=self.filters, wanted=wanted)
        return similar_ladder(
            self.question,
            filters=self.filters,
            likeness=self.likeness,
            wanted=wanted,
        )

    def standings(self, *, group: str, beyond: int = 0) -> list[Standing]:
        """The strip as it is shown, best first, so many beyond its end, and the row of one design.

        One query; one more where the design is not shown or something beyond is asked for.
        """
        shown = list(self._strip())
        if not beyond and any(one.row.group == group for one in shown):
            return shown
        there = {one.row.pk for one in shown}
        limit = self.limit + beyond
        rows = standings(self.ladder(), group=group, limit=limit, per_slot=self.per_slot)
        return [*shown, *(one for one in rows if one.row.pk not in there)]

    def _strip(self) -> Iterator[Standing]:
        ranked = rank_ladder(
            self.ladder(wanted=min(self.limit, self.per_slot)),
            limit=self.limit,
            per_slot=self.per_slot,
            diversity=self.diversity,
        )
        places = Counter[str]()
        for rank, row in enumerate(ranked, start=1):
            places[row.slot] += 1
            yield Standing(row, places[row.slot], rank, is_shown=True)


def strip_question(product_pk: Any, **options: Unpack[Options]) -> StripQuestion:
    """Gather what the strip beside a product depends on; one query."""
    question, strip = question_about(product_pk), options.get("strip", SIMILAR)
    filters, limit = options.get("filters", ANYTHING), options.get("limit")
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    share = options.get("per_slot")
    share = slot_share(limit, filters) if share is None else share
    return StripQuestion(
        question,
        strip,
        filters,
        limit=limit,
        per_slot=UNLIMITED if strip == SIMILAR else share,
        likeness=options.get("likeness", AS_THE_SHOP_SAYS),
        diversity=diversity_for(question, options.get("diversity")),
    )
