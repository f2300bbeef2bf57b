"""Several things asked about at once, products and a shopper's own photos: what is known of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from recommender import product_columns
from recommender.catalog import catalog, product_model
from recommender.garments import SLOTS, partner_slots
from recommender.models import Checkpoint, Purpose, Rule
from recommender.models.rules import SLOT
from recommender.ranking.eligibility import eligible_products
from recommender.ranking.filters import Filters
from recommender.ranking.question import Question, photo_question, question_of, question_rows
from recommender.ranking.rule_effects import Anchor, RuleEffects
from recommender.strips.photo import OutdatedFeatures, PhotoFeatures

MOST_LOOK_PIECES = 200  # of the newest looks that one product stands in
NOBODY = object()  # a photo has no key, so that no rule about a product means it
LOOK_ITEMS = "recommender_look_items"
T = TypeVar("T")


@dataclass(frozen=True)
class LookPiece:
    """A product in one of the shop's looks, to be had or not."""

    look: int
    title: str
    product_pk: Any
    slot: str


@dataclass(frozen=True)
class QueryItem:
    """One of the things asked about: a product, or a photo that is known by its vector alone.

    `looks` are the pieces of all looks that the product stands in, the newest look first.
    """

    question: Question
    photo: PhotoFeatures | None = None
    looks: Sequence[LookPiece] = ()
    is_available: bool = True

    @property
    def pk(self) -> Any:
        return self.question.anchor.pk

    @property
    def slot(self) -> str:
        return self.question.slot

    @property
    def is_anything(self) -> bool:
        """Whether it is a photo in which no garment was recognised."""
        return self.photo is not None and not self.slot


@dataclass(frozen=True)
class QueryItems:
    """Everything asked about at once, and what serves."""

    items: Sequence[QueryItem] = ()
    checkpoints: Mapping[str, Checkpoint] = field(default_factory=dict)

    @property
    def style(self) -> Checkpoint | None:
        return self.checkpoints.get(Purpose.STYLE)

    @property
    def versions(self) -> tuple[str, ...]:
        return (self.style.label,) if self.style else ()

    @property
    def product_pks(self) -> list[Any]:
        return [each.pk for each in self.items if each.photo is None]

    @property
    def designs(self) -> list[str]:
        return [each.question.group for each in self.items if each.photo is None]

    def look_counts(self) -> dict[Any, int]:
        """With how many of the given products each product is worn in looks of the shop."""
        beside: dict[Any, set[Any]] = defaultdict(set)
        for each in self.items:
            for piece in each.looks:
                beside[piece.product_pk].add(each.pk)
        return {pk: len(worn) for pk, worn in beside.items() if pk not in self.product_pks}


def query_items(items: Sequence[Any], *, also: Sequence[Any] = ()) -> QueryItems:
    """What there is to know about these products and photos, and the products of more keys; one query.

    A product that is gone from the shop's table is left out, and of the keys, which anybody may
    send, whatever shoppers may not see: its slot alone would tell of it.

    Raises:
        OutdatedFeatures: another checkpoint serves by now; a photo's vector cannot be compared.
    """
    pks = [item.pk for item in items if not isinstance(item, PhotoFeatures)] + list(also)
    rows = _rows(pks) if pks else ()
    products = {
        row["pk"]: QueryItem(
            question_of(row), looks=_pieces(row), is_available=row["reco_is_available"]
        )
        for row in rows
    }
    known = next((each.question for each in products.values()), None) or photo_question()
    given = [
        _photo_item(item, known) if isinstance(item, PhotoFeatures) else products.get(item.pk)
        for item in items
    ]
    in_sight = {row["pk"] for row in rows if row["reco_is_in_sight"]}
    given += [products[key] for key in also if key in in_sight]
    return QueryItems([each for each in given if each], known.checkpoints)


def joint_effects(given: Collection[QueryItem]) -> RuleEffects:
    """What the rules mean beside all of these: each one's rules hold, and none counts twice."""
    each_alone = [each.question.effects(Rule.Strip.GOES_WITH) for each in given]
    pins: dict[Any, int] = {}
    for pk, position in (pin for effects in each_alone for pin in effects.pins.items()):
        pins[pk] = min(position, pins.get(pk, position))
    return RuleEffects(
        _unique(one for effects in each_alone for one in effects.hidden),
        _unique(one for effects in each_alone for one in effects.windows),
        _unique(one for effects in each_alone for one in effects.boosts),
        pins,
        frozenset().union(*(effects.attributes for effects in each_alone)),
    )


def _unique(some: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(some))


def open_slots(given: Collection[QueryItem]) -> list[str]:
    """The slots that go with every one of these and that none of them takes."""
    known = [each for each in given if not each.is_anything]
    return [slot for slot in SLOTS if all(slot in partner_slots(each.slot) for each in known)]


def partners_of(
    query: QueryItems, *, filters: Filters, effects: RuleEffects, wanted: Collection[Any] = ()
) -> QuerySet[Any]:
    """Eligible products, of open slots or pinned, of no design asked about.

    Those `wanted` may be of such a design: a suit's trousers in a look of the shop.

    Raises:
        UnknownAttribute: the shop cannot filter by one of the attributes.
    """
    is_partner = Q(reco_slot__in=open_slots(query.items)) | Q(pk__in=list(effects.pins))
    of_another = ~Q(reco_group__in=query.designs) | Q(pk__in=list(wanted))
    eligible = eligible_products(filters, effects=effects).filter(is_partner, of_another)
    partners: QuerySet[Any] = eligible.exclude(pk__in=query.product_pks)
    return partners


def _photo_item(photo: PhotoFeatures, known: Question) -> QueryItem:
    """A photo beside which the shop's rules hold as far as its slot tells."""
    style = known.checkpoints.get(Purpose.STYLE)
    if style is None or style.label != photo.label:
        raise OutdatedFeatures()
    beside = Anchor(NOBODY, {SLOT: photo.slot})
    return QueryItem(Question(known.checkpoints, known.rules, beside, slot=photo.slot), photo)


def _rows(product_pks: Collection[Any]) -> QuerySet[Any, dict[str, Any]]:
    shop = catalog()
    in_sight = shop.products().order_by().filter(pk=OuterRef("pk"))
    known = {
        "reco_looks": _looks(),
        "reco_is_in_sight": Exists(in_sight),
        "reco_is_available": Exists(in_sight.filter(shop.available())),
    }
    rows: QuerySet[Any, dict[str, Any]] = question_rows(product_pks).annotate(**known)
    return rows


def _looks() -> ArraySubquery:
    """Every piece of the looks that a product of the outer query stands in."""
    pieces = (
        product_model()
        ._default_manager.filter(**{f"{LOOK_ITEMS}__look__items__product": OuterRef("pk")})
        .annotate(reco_slot=product_columns.slot())
        .order_by(f"-{LOOK_ITEMS}__look", f"{LOOK_ITEMS}__position", f"{LOOK_ITEMS}__pk")
    )
    columns = {
        "look": F(f"{LOOK_ITEMS}__look"),
        "title": F(f"{LOOK_ITEMS}__look__title"),
        "product_pk": F("pk"),
        "slot": F("reco_slot"),
    }
    return ArraySubquery(pieces.values(reco_json=JSONObject(**columns))[:MOST_LOOK_PIECES])


def _pieces(row: Mapping[str, Any]) -> list[LookPiece]:
    """Read the pieces from JSON, where a key of any type has become text or a number."""
    key = product_model()._meta.pk.to_python
    return [
        LookPiece(**piece | {"product_pk": key(piece["product_pk"])}) for piece in row["reco_looks"]
    ]
