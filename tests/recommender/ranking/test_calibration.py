"""What a score is shown as, and when it is no match at all."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.explain.why_not import why_not
from recommender.models import Checkpoint, Pairing, Rule
from recommender.ranking.calibration import lowest_score, score_of_rung, shown_score
from recommender.ranking.exclusion import Exclusion
from recommender.ranking.rung import Rung
from recommender.strips import photo as photo_selector
from recommender.strips.goes_with import goes_with
from recommender.strips.photo_search import products_like_photo
from recommender.strips.similar import similar_products
from recommender.testing import fake_features, photo
from tests.effort import examples

CURVE = {"kind": "logistic", "a": 8.0, "b": -4.0, "floor": 0.1}


def checkpoint(**calibration):
    return Checkpoint(name="visual", version="1", purpose="VISUAL", calibration=calibration)


@examples(100)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.01, 1e6), st.floats(-1e6, 1e6))
def test_a_curve_never_turns_an_order_round(one, other, slope, offset):
    curve = checkpoint(kind="logistic", a=slope, b=offset)

    low, high = (shown_score(score, curve) for score in sorted((one, other)))

    assert 0 <= low <= high <= 1


@pytest.mark.parametrize("card", [{}, {"kind": "isotonic"}, {"kind": "logistic", "a": -1, "b": 0}])
def test_without_a_curve_that_rises_the_raw_score_is_shown(card):
    shown = [shown_score(score, checkpoint(**card)) for score in (-0.2, 0.61234, 1.2)]

    assert shown == [0.0, 0.6123, 1.0]


def test_a_curve_gives_the_share_that_is_right():
    assert shown_score(0.5, checkpoint(**CURVE)) == 0.5
    assert shown_score(1.0, checkpoint(**CURVE)) == pytest.approx(1 / (1 + math.exp(-4)), abs=1e-4)


def test_each_rung_has_its_own_judge():
    judges = {"PAIR": checkpoint(**CURVE), "STYLE": checkpoint(kind="logistic", a=1.0, b=0.0)}

    shown = {rung: score_of_rung(rung, 0.0, judges) for rung in Rung}

    assert shown[Rung.STORED] == pytest.approx(0.018, abs=1e-3)
    assert shown[Rung.STYLE] == 0.5
    assert {shown[rung] for rung in set(Rung) - {Rung.STORED, Rung.STYLE}} == {0.0}


def test_the_floor_is_a_raw_score_that_is_shown_as_it():
    lowest = lowest_score(checkpoint(**CURVE))

    assert shown_score(lowest, checkpoint(**CURVE)) == pytest.approx(0.1)


@pytest.mark.parametrize(("floor", "lowest"), [(0, -math.inf), (0.5, 0.5), (1, math.inf)])
def test_the_setting_goes_before_the_card(settings, floor, lowest):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "FLOOR": {"VISUAL": floor}}

    assert lowest_score(checkpoint(**CURVE)) == lowest


def test_without_a_card_or_a_setting_anything_is_a_match():
    assert lowest_score(checkpoint()) == -math.inf
    assert lowest_score(None) == -math.inf


@pytest.fixture
def tops(blouse, make_product, looks_like):
    """Three tops less and less like the blouse: cosines 0.98, 0.77 and 0.17."""
    for degrees, product in ((0, blouse), (10, make_product("near"))):
        looks_like(product, shape=degrees, colour=degrees)
    return [
        looks_like(make_product(name), shape=degrees, colour=degrees)
        for name, degrees in (("middle", 40), ("far", 80))
    ]


@pytest.fixture
def calibrate(checkpoints):
    def write(purpose, **calibration):
        Checkpoint.objects.filter(pk=checkpoints[purpose].pk).update(calibration=calibration)

    return write


def titles(strip):
    return [item.product.title for item in strip.items]


def test_a_calibration_changes_what_is_shown_and_no_place(blouse, tops, calibrate):
    raw = similar_products(blouse)
    calibrate("VISUAL", kind="logistic", a=8.0, b=-4.0)

    shown = similar_products(blouse)

    assert titles(shown) == titles(raw) == ["near", "middle", "far"]
    expected = [shown_score(item.score, checkpoint(**CURVE)) for item in raw.items]
    assert [item.score for item in shown.items] == pytest.approx(expected, abs=2e-4)


def test_what_is_below_the_floor_is_not_similar_and_why_not_says_so(blouse, tops, calibrate):
    calibrate("VISUAL", **CURVE)

    placement = why_not(blouse, tops[1])

    assert titles(similar_products(blouse)) == ["near", "middle"]
    assert placement.exclusion == Exclusion.BELOW_FLOOR
    assert placement.score < 0.1 < placement.last_score


def test_what_is_pinned_stays_below_the_floor(blouse, tops, calibrate):
    calibrate("VISUAL", **CURVE)
    Rule.objects.create(kind="PIN", product=tops[1], position=1)

    assert titles(similar_products(blouse)) == ["far", "near", "middle"]
    assert why_not(blouse, tops[1]).exclusion == Exclusion.SHOWN


def test_a_boost_does_not_lift_over_the_floor(blouse, tops, calibrate):
    calibrate("VISUAL", **CURVE)
    Rule.objects.create(kind="BOOST", product=tops[1], strength=1.0)

    assert titles(similar_products(blouse, limit=2)) == ["near", "middle"]


def test_a_pairing_below_the_floor_is_left_to_the_next_rung(blouse, skirt, boots, calibrate):
    calibrate("PAIR", **CURVE)
    scorer = Checkpoint.objects.get(purpose="PAIR")
    for partner, slot, score in ((skirt, "BOTTOM", 0.9), (boots, "SHOES", 0.1)):
        Pairing.objects.create(
            product=blouse, partner=partner, scorer=scorer, slot=slot, score=score
        )

    items = goes_with(blouse).items

    assert [(item.product, item.source) for item in items] == [
        (skirt, Rung.STORED),
        (boots, Rung.NEWEST),
    ]
    assert items[0].score == shown_score(0.9, checkpoint(**CURVE))


@pytest.fixture
def recognised(monkeypatch, redis_url):
    """A worker that recognises something with so much confidence."""

    def set_confidence(confidence, category="t-shirt"):
        said = {"category": category, "category_confidence": confidence}
        monkeypatch.setattr(
            photo_selector, "ask_photo_features", lambda jpeg: vars(fake_features(jpeg)) | said
        )

    return set_confidence


def test_a_photo_in_which_nothing_is_recognised_gets_a_sentence(tops, recognised):
    recognised(0.1)

    answer = products_like_photo(photo())

    assert (answer.strip.items, answer.strip.versions) == ((), ("fake-visual@1",))
    assert answer.message == "Nothing in the shop looks like this."


def test_a_photo_in_which_a_garment_is_recognised_is_answered(tops, recognised):
    recognised(0.5)

    answer = products_like_photo(photo())

    assert len(answer.strip.items) == 4
    assert answer.message == ""


def test_an_encoder_that_names_nothing_refuses_nothing(tops, recognised):
    recognised(0.0, category="")

    assert len(products_like_photo(photo()).strip.items) == 4
