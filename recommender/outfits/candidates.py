"""The pieces an outfit may be made of, and how well each two go together: two statements."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import FloatField, QuerySet, Value
from pgvector import HalfVector

from recommender import product_columns
from recommender.catalog import product_model
from recommender.garments import COLD_WEATHER, WARM_WEATHER
from recommender.models import Checkpoint
from recommender.outfits.colour_families import SAMENESS, colour_family
from recommender.outfits.pair_rules import conflicting_pairs
from recommender.outfits.plans import OPTIONAL
from recommender.outfits.search import INCOMPATIBLE, CandidateItem, Matrix
from recommender.ranking.calibration import DIGITS, lowest_score, shown_score
from recommender.ranking.tier import Tier
from recommender.ranking.wearer import ANY_WEARER, WearerDemand, mismatched_pairs
from recommender.strips.goes_with import NOTHING_KNOWN
from recommender.strips.goes_with_several import LOOK_BONUS, with_mean_score
from recommender.strips.photo import PhotoFeatures
from recommender.strips.query_items import QueryItems
from recommender.vectors import closeness_sql

SURE = 0.7  # of what an encoder recognised, from here on it counts
NEAREST, CHEAPEST, NEWEST = 12, 2, 2  # candidates of each slot, one of a design

# The cheapest of each slot are among the candidates, so that a budget that can be met is met; the
# newest, so that there is a choice where nobody has looked at anything yet.
_CANDIDATES = """
WITH anyone (pk, slot, grp, tier, boost, novelty, price{columns}) AS MATERIALIZED ({anyone}),
scored (pk, slot, grp, tier, boost, score) AS MATERIALIZED ({scored}),
near AS (
    SELECT pk, score, row_number() OVER (PARTITION BY slot ORDER BY tier, score + boost DESC, pk) AS place
    FROM (
        SELECT DISTINCT ON (slot, grp) * FROM scored ORDER BY slot, grp, tier, score + boost DESC, pk
    ) AS design
),
cheap AS (
    SELECT pk, row_number() OVER (PARTITION BY slot ORDER BY price, pk) AS place
    FROM (SELECT DISTINCT ON (slot, grp) * FROM anyone ORDER BY slot, grp, price, pk) AS design
),
new AS (
    SELECT pk, row_number() OVER (PARTITION BY slot ORDER BY novelty DESC, pk) AS place
    FROM (
        SELECT DISTINCT ON (slot, grp) * FROM anyone ORDER BY slot, grp, novelty DESC, pk
    ) AS design
)
SELECT * FROM (
    SELECT DISTINCT ON (pk) pk, slot, price, tier, boost, score{columns}
    FROM anyone LEFT JOIN near USING (pk)
    WHERE near.place <= %s OR pk = ANY(%s)
       OR pk IN (SELECT pk FROM cheap WHERE place <= %s)
       OR pk IN (SELECT pk FROM new WHERE place <= %s)
    ORDER BY pk
) AS candidate
ORDER BY slot, score DESC NULLS LAST, pk
"""
# Of each product the first picture that has a vector; photos bring their own. A pair whose vectors
# are not both known counts 0, unless the shop wears the two together.
_PAIRS = """
WITH item AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::{key}[]) AS piece (number, slot, pk)
),
cover AS MATERIALIZED (
    SELECT DISTINCT ON (item.number)
        item.number, item.slot, embedding.vector, picture.palette -> 0 ->> 'hex' AS colour,
        CASE WHEN picture.category_confidence >= {sure} THEN picture.category END AS kind
    FROM item
    JOIN recommender_picture AS picture ON picture.product_id = item.pk
    JOIN recommender_embedding AS embedding ON embedding.picture_id = picture.id
    WHERE embedding.checkpoint_id = %s
    ORDER BY item.number, picture.position, picture.id
),
seen AS (
    SELECT * FROM cover
    UNION ALL
    SELECT number, slot, vector::halfvec, colour, kind
    FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS photo (number, slot, vector, colour, kind)
),
worn AS (
    SELECT DISTINCT one.number AS one, other.number AS other
    FROM item AS one
    JOIN recommender_lookitem AS own ON own.product_id = one.pk
    JOIN recommender_lookitem AS beside ON beside.look_id = own.look_id
    JOIN item AS other ON other.pk = beside.product_id
    WHERE one.number < other.number
)
SELECT known.number, one.colour, one.kind,
    ARRAY(SELECT worn.other FROM worn WHERE worn.one = known.number),
    array_agg(other.number ORDER BY other.number), array_agg({cosine} ORDER BY other.number)
FROM (SELECT number FROM item UNION SELECT number FROM seen) AS known
LEFT JOIN seen AS one ON one.number = known.number
LEFT JOIN seen AS other ON other.number > one.number AND other.slot <> one.slot
GROUP BY known.number, one.colour, one.kind
"""


@dataclass(frozen=True)
class PairScores:
    """How well each two items go together; `in_looks` are those that share a look, `known` those with a vector.

    `cosines` are those of every known pair, the smaller number first.
    """

    matrix: Matrix
    in_looks: Collection[tuple[int, int]]
    known: Collection[int]
    cosines: Mapping[tuple[int, int], float] = field(default_factory=dict)
    style: Checkpoint | None = None

    def share_look(self, one: CandidateItem, other: CandidateItem) -> bool:
        return _key(one, other) in self.in_looks

    def share(self, one: CandidateItem, other: CandidateItem) -> float:
        """What the pair is shown as, 0 to 1: 1 where the shop wears the two, 0 where nothing is known."""
        if self.share_look(one, other):
            return 1.0
        cosine = self.cosines.get(_key(one, other))
        return 0.0 if cosine is None else shown_score(cosine, self.style)

    def mean_cosine(self, pairs: Collection[tuple[CandidateItem, CandidateItem]]) -> float:
        """The mean of the cosines of those pairs that are known."""
        keys = [_key(one, other) for one, other in pairs]
        known = [self.cosines[key] for key in keys if key in self.cosines]
        return sum(known) / len(known) if known else 0.0

    def mean_share(self, pairs: Collection[tuple[CandidateItem, CandidateItem]]) -> float:
        """The mean of what these pairs are shown as; 0 where there are none."""
        shares = [self.share(one, other) for one, other in pairs]
        return round(sum(shares) / len(shares), DIGITS) if shares else 0.0


def candidates(
    partners: QuerySet[Any], query: QueryItems, *, wanted: Collection[Any], reads: Collection[str]
) -> list[CandidateItem]:
    """The pieces to choose from, by slot, best first; those `wanted` if they are eligible.

    One query. `partners` carry `reco_<name>` for each attribute of `reads`; which become those of an
    item. Numbered from the number of what is given. What scores below the encoder's floor is left
    out, but for what makes a body whole, and what is wanted.
    """
    names = sorted(reads)
    try:
        sql, params = _statement(partners, query, names)
    except EmptyResultSet:  # a filter that nothing can pass
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, NEAREST, list(wanted), CHEAPEST, NEWEST])
        rows = cursor.fetchall()
    lowest = lowest_score(query.style)
    matching = [
        (pk, slot, price, tier, boost, values)
        for pk, slot, price, tier, boost, score, *values in rows
        if score is None or score >= lowest or slot not in OPTIONAL or pk in wanted
    ]
    return [
        CandidateItem(
            *(at, slot, pk, price, Tier(tier), float(boost)),
            dict(zip(names, values, strict=True)) | {"slot": slot},
        )
        for at, (pk, slot, price, tier, boost, values) in enumerate(
            matching, start=len(query.items)
        )
    ]


def pair_scores(
    items: Sequence[CandidateItem], query: QueryItems, *, demand: WearerDemand = ANY_WEARER
) -> PairScores:
    """How well each two of the items go together, what is given first among them; one query.

    The cosine of their style vectors, and LOOK_BONUS where the shop wears the two together, 1 at
    most; SAMENESS less where two that it does not are of one colour. INCOMPATIBLE are two such for
    opposite weather, unless both are given, and pieces of which neither is given where a rule says so
    or they do not agree on what is demanded, unless the shop wears them together.
    """
    rows = _rows(items, query)
    # An unknown colour is a family of its own.
    families = {number: colour_family(colour) if colour else number for number, colour, *_ in rows}
    kinds = {number: kind for number, _colour, kind, *_rest in rows}
    in_looks = {(one, other) for one, _colour, _kind, worn, *_rest in rows for other in worn}
    cosines = {
        (one, other): cosine
        for one, *_about, others, values in rows
        for other, cosine in zip(others, values, strict=True)
        if cosine is not None
    }
    matrix = [[0.0] * len(items) for _item in items]
    for pair in cosines.keys() | in_looks:
        one, other = pair
        score = cosines.get(pair, 0.0)
        if pair in in_looks:
            score = min(1.0, score + LOOK_BONUS)
        elif families[one] == families[other]:
            score -= SAMENESS
        matrix[one][other] = matrix[other][one] = score
    for one, other in _incompatible_pairs(items, query, demand=demand, in_looks=in_looks):
        matrix[one][other] = matrix[other][one] = INCOMPATIBLE
    for one, other in _opposite_weather(kinds, query):
        if (one, other) not in in_looks:
            matrix[one][other] = matrix[other][one] = INCOMPATIBLE
    known = {number for pair in cosines for number in pair}
    return PairScores(matrix, in_looks, known, cosines, query.style)


def _incompatible_pairs(
    items: Sequence[CandidateItem],
    query: QueryItems,
    *,
    demand: WearerDemand,
    in_looks: Collection[tuple[int, int]],
) -> Iterator[tuple[int, int]]:
    chosen = items[len(query.items) :]
    rules = query.items[0].question.rules if query.items else ()
    yield from (_key(*two) for two in conflicting_pairs(chosen, rules))
    unalike = mismatched_pairs([item.attributes for item in chosen], demand)
    pairs = (_key(chosen[one], chosen[other]) for one, other in unalike)
    yield from (pair for pair in pairs if pair not in in_looks)


def _opposite_weather(
    kinds: Mapping[int, str | None], query: QueryItems
) -> Iterator[tuple[int, int]]:
    """Every two items for opposite weather, but for two that are both given."""
    cold = [number for number, kind in kinds.items() if kind in COLD_WEATHER]
    warm = [number for number, kind in kinds.items() if kind in WARM_WEATHER]
    pairs = ((min(pair), max(pair)) for pair in product(cold, warm))
    yield from (pair for pair in pairs if pair[1] >= len(query.items))


def _key(one: CandidateItem, other: CandidateItem) -> tuple[int, int]:
    return min(one.number, other.number), max(one.number, other.number)


def _statement(
    partners: QuerySet[Any], query: QueryItems, names: Sequence[str]
) -> tuple[str, list[Any]]:
    columns = "".join(f", reco_{name}" for name in names)
    offered = product_columns.attributes()
    priced = partners.order_by().annotate(
        reco_novelty=product_columns.novelty(),
        reco_cost=offered.get("price", Value(None, output_field=FloatField())),
    )
    about = ("pk", "reco_slot", "reco_group", "reco_tier", "reco_boost")
    anyone, params = priced.values_list(
        *about, "reco_novelty", "reco_cost", *(f"reco_{name}" for name in names)
    ).query.sql_with_params()
    scored, more = (
        _scores(partners, query).values_list(*about, "reco_score").query.sql_with_params()
    )
    sql = _CANDIDATES.format(anyone=anyone, scored=scored, columns=columns)
    return sql, [*params, *more]


def _scores(partners: QuerySet[Any], query: QueryItems) -> QuerySet[Any]:
    if query.style and query.items:
        return with_mean_score(partners, query, query.style)
    unscored: QuerySet[Any] = partners.order_by().annotate(reco_score=NOTHING_KNOWN)
    return unscored


def _rows(items: Sequence[CandidateItem], query: QueryItems) -> list[Any]:
    photos = [
        (at, each.slot, *_photo_columns(each.photo))
        for at, each in enumerate(query.items)
        if each.photo is not None
    ]
    numbers = {at for at, *_about in photos}
    products = [(item.number, item.slot, item.pk) for item in items if item.number not in numbers]
    key = product_model()._meta.pk.rel_db_type(connection)
    style = query.style
    alike = closeness_sql(style.parts, style.part_weights) if style else closeness_sql((), {})
    sql = _PAIRS.format(key=key, cosine=alike, sure=SURE)
    with connection.cursor() as cursor:
        style_key = style.pk if style else None
        cursor.execute(sql, [*_columns(products, 3), style_key, *_columns(photos, 5)])
        return list(cursor.fetchall())


def _photo_columns(photo: PhotoFeatures) -> tuple[str, str | None, str | None]:
    """A photo's vector, its main colour, and what it shows where that is sure."""
    vector = HalfVector(list(photo.vector)).to_text()
    colour = photo.palette[0]["hex"] if photo.palette else None
    return vector, colour, photo.category if (photo.category_confidence or 0) >= SURE else None


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    """So many lists from rows that long, also where there are none."""
    return [[row[at] for row in rows] for at in range(count)]
