"""Both strips say what their naive twins say, for any catalogue, rules, filters and length."""

from contextlib import contextmanager
from itertools import product

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from fashionshop.models import Category, Product
from recommender.models import Embedding, Look, LookItem, Pairing, Picture, Rule
from recommender.ranking.filters import Filters
from recommender.strips.goes_with import goes_with
from recommender.strips.similar import Likeness, similar_products
from recommender.testing import activate_fake_checkpoints
from tests import naive_strips
from tests.effort import examples
from tests.random_worlds import KINDS_OF_SLOT, SLOTS, a_question, a_world

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def stage(db):
    """Checkpoints and categories, which all worlds share."""
    kinds = list(product(SLOTS, KINDS_OF_SLOT))
    made = Category.objects.bulk_create(
        Category(name=f"{kind} {slot}", slug=f"{kind}-{slot}", slot=slot) for slot, kind in kinds
    )
    return activate_fake_checkpoints(), dict(zip(kinds, made, strict=True))


@contextmanager
def built(world, stage):
    """Put a world into the database, a statement per table, and take it away again."""
    checkpoints, categories = stage
    with transaction.atomic():
        products = Product.objects.bulk_create(
            Product(sku=str(i), category=categories[one["slot"], one["kind"]], **_own(one))
            for i, one in enumerate(world["products"])
        )
        _hang_pictures(world, products, checkpoints)
        _say_what_goes_together(world, products, checkpoints)
        Rule.objects.bulk_create(Rule(**_about(rule, products)) for rule in world["rules"])
        yield products
        transaction.set_rollback(True)


def _own(one):
    return {name: value for name, value in one.items() if name not in {"slot", "kind", "views"}}


def _about(rule, products):
    named = {name: rule[name] for name in ("product", "on_product")}
    return rule | {name: None if i is None else products[i] for name, i in named.items()}


def _hang_pictures(world, products, checkpoints):
    views = [
        (Picture(product=shown, name=f"{i} {view['position']}", position=view["position"]), view)
        for i, shown in enumerate(products)
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
    index = {each.pk: i for i, each in enumerate(products)}
    return [(index[item.product.pk], item.source.value, item.score) for item in strip.items]


def _versions(strip, products):
    index = {each.pk: i for i, each in enumerate(products)}
    return [[index[key] for key in item.variants] for item in strip.items]


def _told(rows):
    """As a strip tells its scores."""
    return [
        (i, rung, pytest.approx(min(1.0, max(0.0, score)), abs=1e-4)) for i, rung, score in rows
    ]


@examples(100)
@given(random=st.randoms(use_true_random=True))
def test_similar_is_what_its_definition_says(stage, random):
    world, asked = a_world(random), a_question(random)
    with built(world, stage) as products:
        strip = similar_products(
            products[0],
            limit=asked["limit"],
            likeness=Likeness(asked["colour_weight"], asked["category_weight"], asked["floor"]),
            diversity=asked["diversity"],
            filters=_filters(asked),
        )

    assert _rows(strip, products) == _told(naive_strips.similar(world, asked))
    assert _versions(strip, products) == [
        naive_strips.versions(world, asked, i) for i, _rung, _score in _rows(strip, products)
    ]


@examples(100)
@given(random=st.randoms(use_true_random=True))
def test_goes_with_is_what_its_definition_says(stage, random):
    world, asked = a_world(random), a_question(random)
    with built(world, stage) as products:
        strip = goes_with(
            products[0],
            limit=asked["limit"],
            per_slot=asked["per_slot"],
            diversity=asked["diversity"],
            filters=_filters(asked),
        )

    assert _rows(strip, products) == _told(naive_strips.goes_with(world, asked))
