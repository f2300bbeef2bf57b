"""Both strips say what their naive twins say, for any catalogue, rules, filters and length."""

from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fashionshop.models import Category, Product
from recommender.filters import Filters
from recommender.models import Embedding, Look, LookItem, Pairing, Picture, Rule
from recommender.selectors.goes_with import goes_with
from recommender.selectors.similar import similar_products
from recommender.testing import activate_fake_checkpoints
from tests import naive_strips

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Few values, so that there are ties, colours of one design, and filters that many products pass.
SLOTS = ["TOP", "BOTTOM", "SHOES", "DRESS", ""]
PRICES = [Decimal(price) for price in ("10.00", "20.00", "25.50", "40.00")]
COLOURS, GENDERS = ["red", "blue", ""], ["WOMEN", "MEN", "UNISEX"]
SEASONS, SIZES = ["SUMMER", "WINTER", "ALL_YEAR"], ["", "S", "S M", "M L"]
VALUES = {"slot": SLOTS, "colour": COLOURS, "gender": GENDERS, "season": SEASONS}
# Numbers that half precision holds exactly, so that both twins see the same scores, and ties.
PLACES = st.sampled_from([(1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.75, 0.25), (-1.0, 0.0)])


def one_of(values):
    return st.sampled_from(values)


VISUAL = st.fixed_dictionaries({"shape": PLACES, "colour": PLACES})
VIEW = st.fixed_dictionaries({"visual": st.none() | VISUAL, "style": st.none() | PLACES})
PRODUCT = st.fixed_dictionaries(
    {
        "slot": one_of([*SLOTS[:3], *SLOTS]),
        "design": one_of(["", "", "A", "B", "C"]),
        "price": one_of(PRICES),
        "colour": one_of(COLOURS),
        "gender": one_of(GENDERS),
        "season": one_of(SEASONS),
        "sizes": one_of(SIZES),
        "stock": one_of([1, 1, 1, 0]),
        "is_published": one_of([True, True, True, False]),
        "views": st.lists(VIEW, max_size=2),
    }
)
ASKED = st.fixed_dictionaries(
    {
        "limit": st.integers(0, 9),
        "per_slot": st.integers(1, 3),
        "colour_weight": one_of([None, 0.0, 0.25, 0.5, 1.0]),
        "slots": one_of([[], [], ["TOP"], ["BOTTOM", "SHOES"]]),
        "price_min": one_of([None, None, *PRICES[:2]]),
        "price_max": one_of([None, None, *PRICES[2:]]),
        "attributes": st.fixed_dictionaries(
            {},
            optional={
                "colour": st.lists(one_of(COLOURS), max_size=2),
                "gender": st.lists(one_of(GENDERS), min_size=1, max_size=2),
                "size": st.lists(one_of(["S", "M", "L"]), min_size=1, max_size=2),
            },
        )
        | st.just({}),
    }
)
CONDITION = one_of([(name, value) for name, values in VALUES.items() for value in values if value])


@st.composite
def rules(draw, products):
    """A rule of any kind about some of so many products."""
    anyone = st.integers(0, products - 1)
    kind = draw(one_of([kind.value for kind in Rule.Kind]))
    on_attribute, on_value = draw(one_of([("", "")] * 3) | CONDITION)
    attribute, value = draw(CONDITION)
    if kind == "NEVER_TOGETHER":
        on_attribute, on_value = draw(CONDITION)
    has_product = kind == "PIN" or (kind != "NEVER_TOGETHER" and draw(st.booleans()))
    on_product = None if kind == "NEVER_TOGETHER" else draw(one_of([None, None, 0]) | anyone)
    return {
        "kind": kind,
        "strip": draw(one_of(["", "", "SIMILAR", "GOES_WITH"])),
        "is_enabled": draw(one_of([True, True, True, False])),
        "on_product": on_product,
        "on_attribute": on_attribute,
        "on_value": on_value,
        "product": draw(anyone) if has_product else None,
        "attribute": "" if has_product else attribute,
        "value": "" if has_product else value,
        "both_ways": has_product and draw(st.booleans()),
        "position": draw(st.integers(1, 5)),
        "strength": draw(one_of([0.25, 0.5, 1.0])),
        "percent": draw(one_of([0, 50, 100])),
    }


@st.composite
def worlds(draw):
    """A catalogue with all that people and machines said about it; the first product is asked about."""
    products = draw(st.lists(PRODUCT, min_size=1, max_size=14))
    for product in products:
        for position, view in enumerate(product["views"]):
            view["position"] = position
    if draw(one_of([True, True, True, False])):  # mostly ask where there is something to be said
        products[0]["slot"] = "TOP"
        products[0]["views"] = products[0]["views"] or [_seen(position=0)]
    anyone = st.integers(0, len(products) - 1)
    scores = one_of([0.25, 0.5, 0.5, 1.0])
    pairs = (
        st.dictionaries(anyone.filter(bool), scores, max_size=4) if products[1:] else st.just({})
    )
    return {
        "products": products,
        "rules": draw(st.lists(rules(len(products)), max_size=3)),
        "looks": draw(st.lists(st.sets(anyone, min_size=2, max_size=4), max_size=2))
        if products[1:]
        else [],
        "pairings": {(0, partner): score for partner, score in draw(pairs).items()},
    }


def _seen(*, position):
    visual = {"shape": (1.0, 0.0), "colour": (1.0, 0.0)}
    return {"visual": visual, "style": (1.0, 0.0), "position": position}


@pytest.fixture
def stage(db):
    """Checkpoints and categories, which all worlds share."""
    categories = [Category(name=f"Category {slot}", slug=f"c-{slot}", slot=slot) for slot in SLOTS]
    made = Category.objects.bulk_create(categories)
    return activate_fake_checkpoints(), {category.slot: category for category in made}


@contextmanager
def built(world, stage):
    """Put a world into the database, a statement per table, and take it away again."""
    checkpoints, categories = stage
    with transaction.atomic():
        products = Product.objects.bulk_create(
            Product(sku=str(i), title=f"product {i}", category=categories[one["slot"]], **_own(one))
            for i, one in enumerate(world["products"])
        )
        _hang_pictures(world, products, checkpoints)
        _say_what_goes_together(world, products, checkpoints)
        Rule.objects.bulk_create(Rule(**_about(rule, products)) for rule in world["rules"])
        yield products
        transaction.set_rollback(True)


def _own(product):
    return {name: value for name, value in product.items() if name not in {"slot", "views"}}


def _about(rule, products):
    named = {name: rule[name] for name in ("product", "on_product")}
    return rule | {name: None if i is None else products[i] for name, i in named.items()}


def _hang_pictures(world, products, checkpoints):
    views = [
        (Picture(product=product, name=f"{i} {view['position']}", position=view["position"]), view)
        for i, product in enumerate(products)
        for view in world["products"][i]["views"]
    ]
    Picture.objects.bulk_create(picture for picture, _view in views)
    vectors = [
        ("VISUAL", picture, [*view["visual"]["shape"], *[0] * 14, *view["visual"]["colour"], 0])
        for picture, view in views
        if view["visual"]
    ] + [("STYLE", picture, [*view["style"], 0]) for picture, view in views if view["style"]]
    Embedding.objects.bulk_create(
        Embedding(picture=picture, checkpoint=checkpoints[purpose], vector=vector)
        for purpose, picture, vector in vectors
    )


def _say_what_goes_together(world, products, checkpoints):
    Pairing.objects.bulk_create(
        Pairing(product=products[a], partner=products[b], score=score, scorer=checkpoints["PAIR"])
        for (a, b), score in world["pairings"].items()
    )
    looks = Look.objects.bulk_create(Look() for _look in world["looks"])
    LookItem.objects.bulk_create(
        LookItem(look=look, product=products[i])
        for look, members in zip(looks, world["looks"], strict=True)
        for i in members
    )


def _filters(asked):
    names = ("slots", "attributes", "price_min", "price_max")
    return Filters(**{name: asked[name] for name in names})


def _rows(strip, products):
    index = {product.pk: i for i, product in enumerate(products)}
    return [(index[item.product.pk], item.source.value, item.score) for item in strip.items]


def _told(rows):
    """As a strip tells its scores."""
    return [
        (i, rung, pytest.approx(min(1.0, max(0.0, score)), abs=1e-4)) for i, rung, score in rows
    ]


common = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@common
@given(world=worlds(), asked=ASKED)
def test_similar_is_what_its_definition_says(stage, world, asked):
    with built(world, stage) as products:
        strip = similar_products(
            products[0],
            limit=asked["limit"],
            colour_weight=asked["colour_weight"],
            filters=_filters(asked),
        )

    assert _rows(strip, products) == _told(naive_strips.similar(world, asked))


@common
@given(world=worlds(), asked=ASKED)
def test_goes_with_is_what_its_definition_says(stage, world, asked):
    with built(world, stage) as products:
        strip = goes_with(
            products[0],
            limit=asked["limit"],
            per_slot=asked["per_slot"],
            filters=_filters(asked),
        )

    assert _rows(strip, products) == _told(naive_strips.goes_with(world, asked))
