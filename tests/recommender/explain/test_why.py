"""A product's place is explained from its own score and the shop's own wishes."""

import pytest

from recommender.explain.strip_question import GOES_WITH
from recommender.explain.why import why
from recommender.models import Look, Pairing, Rule
from recommender.ranking.exclusion import Exclusion

pytestmark = pytest.mark.django_db


def told(explanation):
    return {part.reason.code: part for part in explanation.parts}


@pytest.fixture
def near(blouse, make_product, looks_like):
    looks_like(blouse)
    return looks_like(make_product("near"), shape=10, colour=60)


def test_every_part_of_a_score_is_told_with_its_weight(blouse, near):
    parts = told(why(blouse, near))

    assert parts["shape"].reason.value == pytest.approx(0.985, abs=0.002)
    assert parts["colour"].reason.value == pytest.approx(0.5, abs=0.002)
    assert parts["shape"].weight + parts["colour"].weight == pytest.approx(1)


def test_the_parts_make_up_the_score(blouse, near):
    explanation = why(blouse, near)

    of_looks = [part for part in explanation.parts if part.weight is not None]
    total = sum(part.weight * part.reason.value for part in of_looks)
    assert total == pytest.approx(explanation.placement.score, abs=0.001)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "PIN", "position": 1}, "pinned"),
        ({"kind": "BOOST"}, "boosted"),
        ({"kind": "BURY"}, "buried"),
    ],
)
def test_a_rule_that_moved_it_is_named(blouse, near, fields, code):
    rule = Rule.objects.create(product=near, **fields)

    assert told(why(blouse, near))[code].rule == rule.pk


def test_looks_and_pairings_are_told(blouse, near, skirt, looks_like, checkpoints):
    look = Look.objects.create(title="Sunday")
    for product in (blouse, looks_like(skirt, colour=60)):
        look.items.create(product=product)
    Pairing.objects.create(
        product=blouse, partner=skirt, scorer=checkpoints["PAIR"], slot="BOTTOM", score=0.8
    )

    parts = told(why(blouse, skirt, strip=GOES_WITH))

    assert list(parts["look"].looks) == ["Sunday"]
    assert parts["look"].reason.text == "Worn together in 1 look"
    assert parts["stored"].reason.value == 0.8
    assert parts["colour"].reason.value == pytest.approx(0.5, abs=0.002)


def test_what_is_not_shown_has_no_reasons(blouse, near):
    explanation = why(blouse, near, limit=0)

    assert explanation.placement.exclusion == Exclusion.RANKED_BELOW
    assert not explanation.parts


def test_a_text_speaks_of_the_product_not_of_the_shopper(blouse, near):
    text = why(blouse, near).text

    assert "Similar in shape." in text
    assert "you" not in text.lower()


def test_an_explanation_costs_few_queries(blouse, skirt, near, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        why(blouse, skirt, strip=GOES_WITH)
