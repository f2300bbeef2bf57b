"""Which products go well with this one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Subquery

from recommender import conf
from recommender.catalog import catalog, product_model
from recommender.filters import ANYTHING, Filters
from recommender.garments import partner_slots
from recommender.models import Checkpoint, Purpose
from recommender.selectors.checkpoints import active_checkpoints
from recommender.selectors.ranking import (
    UNLIMITED,
    WHOLE,
    Ranked,
    cover_vector,
    eligible_products,
    rank_products,
)
from recommender.selectors.similar import products_in_order
from recommender.strips import Item, Reason, Rung, Strip

Chosen = tuple[Rung, Ranked]

PAIR_REASON = "The style scorer rates the two together"
STYLE_REASON = "Close in style"


def goes_with(
    product: Any,
    *,
    limit: int | None = None,
    per_slot: int | None = None,
    filters: Filters = ANYTHING,
) -> Strip:
    """Products of other slots that go well with this one, in stock, a few of each, best first.

    Stored pairings come first; where they do not fill the strip (a new product, a sale that
    emptied a slot) style neighbours do. At most five queries, and the host's own for cards.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    limit = conf.get("STRIP_LENGTH") if limit is None else limit
    per_slot = conf.get("PER_SLOT") if per_slot is None else per_slot
    active = active_checkpoints()
    scorer, style = active.get(Purpose.PAIR), active.get(Purpose.STYLE)
    stored = _stored(product, scorer, filters=filters) if scorer else []
    chosen = _fill([], Rung.STORED, stored, limit=limit, per_slot=per_slot)
    if style and len(chosen) < limit:
        rows = _neighbours(product, style, per_slot=per_slot, filters=filters)
        chosen = _fill(chosen, Rung.STYLE, rows, limit=limit, per_slot=per_slot)
    versions = tuple(checkpoint.label for checkpoint in (scorer, style) if checkpoint)
    return Strip(tuple(_items(chosen)), versions=versions)


def style_neighbours(
    product_pk: Any,
    *,
    slot: str,
    style: Checkpoint,
    per_slot: int,
    filters: Filters = ANYTHING,
) -> list[Ranked]:
    """The nearest products in style, up to `per_slot` of every slot that goes with `slot`.

    One query, exact. The score is a cosine, -1 to 1.
    """
    return rank_products(
        eligible_products(filters).filter(reco_slot__in=partner_slots(slot)),
        anchor=Subquery(cover_vector(product_pk, style)),
        checkpoint=style,
        weights=style.part_weights or {WHOLE: 1.0},
        limit=UNLIMITED,
        per_slot=per_slot,
    )


def slot_of(product_pk: Any) -> str:
    """The slot the host gives this product, "" for none or no product; one query."""
    rows = product_model()._default_manager.filter(pk=product_pk)
    slots = rows.annotate(reco_slot=catalog().slot()).values_list("reco_slot", flat=True)
    return str(next(iter(slots), ""))


def _stored(product: Any, scorer: Checkpoint, *, filters: Filters) -> list[Ranked]:
    """Every stored pairing whose partner may be shown now, best first."""
    partners = (
        eligible_products(filters)
        .filter(
            recommender_partner_pairings__product=product.pk,
            recommender_partner_pairings__scorer=scorer,
        )
        .annotate(reco_score=F("recommender_partner_pairings__score"))
        .order_by("-reco_score", "pk")
    )
    rows = partners.values_list("pk", "reco_slot", "reco_group", "reco_score")
    return [Ranked(pk, slot, group, score, {}) for pk, slot, group, score in rows]


def _neighbours(
    product: Any, style: Checkpoint, *, per_slot: int, filters: Filters
) -> list[Ranked]:
    slot = slot_of(product.pk)
    return style_neighbours(product.pk, slot=slot, style=style, per_slot=per_slot, filters=filters)


def _fill(
    chosen: Sequence[Chosen], rung: Rung, rows: Iterable[Ranked], *, limit: int, per_slot: int
) -> list[Chosen]:
    """Add rows of the next rung: one of each design, and no slot beyond its share of the strip."""
    filled = list(chosen)
    groups = {row.group for _rung, row in chosen}
    used = Counter(row.slot for _rung, row in chosen)
    for row in rows:
        if len(filled) < limit and row.group not in groups and used[row.slot] < per_slot:
            filled.append((rung, row))
            groups.add(row.group)
            used[row.slot] += 1
    return filled


def _items(chosen: Sequence[Chosen]) -> list[Item]:
    rung_of = {row.pk: rung for rung, row in chosen}
    return [
        Item(product, _score(row), rank, rung_of[row.pk], (_reason(rung_of[row.pk], row),))
        for rank, (row, product) in enumerate(products_in_order([r for _, r in chosen]), start=1)
    ]


def _score(row: Ranked) -> float:
    return round(max(0.0, min(1.0, row.score)), 4)


def _reason(rung: Rung, row: Ranked) -> Reason:
    text = PAIR_REASON if rung == Rung.STORED else STYLE_REASON
    return Reason(code=rung.value, text=text, value=_score(row))
