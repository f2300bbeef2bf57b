"""What goes with several things at once: A and B and my own jacket, what now?"""

import math

import pytest

from fashionshop.models import Product
from recommender.models import Checkpoint, Duplicate, Look, Rule, Slot
from recommender.ranking.filters import Filters
from recommender.strips.goes_with_several import goes_with_several
from recommender.strips.photo import OutdatedFeatures, PhotoFeatures
from tests import naive

pytestmark = pytest.mark.django_db


def titles(strip):
    return [item.product.title for item in strip.items]


def direction(degrees):
    return [math.cos(math.radians(degrees)), math.sin(math.radians(degrees)), 0.0]


def own(degrees=0, slot=Slot.OUTERWEAR, label="fake-style@1"):
    """A photo of the shopper's own, its style at this angle."""
    return PhotoFeatures(label, direction(degrees), slot=slot)


def calibrated(**curve):
    card = {"kind": "logistic", **curve}
    Checkpoint.objects.filter(purpose="STYLE").update(calibration=card)


@pytest.fixture
def wardrobe(looks_like, blouse, skirt, boots, handbag, dress):
    """A blouse at 0 degrees of style, a skirt at 60; boots near the one, a bag between the two."""
    styles = ((blouse, 0), (skirt, 60), (boots, 5), (handbag, 30), (dress, 30))
    return [looks_like(product, style=style) for product, style in styles]


@pytest.fixture
def shoes(make_product, looks_like):
    """Shoes of the style of the blouse, of the skirt, and between the two."""
    styles = (("like the blouse", -10), ("like the skirt", 75), ("between", 30))
    return [looks_like(make_product(title, Slot.SHOES), style=degrees) for title, degrees in styles]


@pytest.fixture
def look(db):
    def make(title, *products):
        made = Look.objects.create(title=title)
        for product in products:
            made.items.create(product=product)

    return make


def test_what_fits_both_comes_before_what_fits_one_of_them_well(wardrobe, shoes, blouse, skirt):
    strip = goes_with_several([blouse, skirt], filters=Filters(slots=["SHOES"]), per_slot=9)

    assert titles(strip) == ["between", "boots", "like the blouse", "like the skirt"]
    assert strip.items[0].score == pytest.approx(math.cos(math.radians(30)), abs=1e-3)


def test_the_order_is_that_of_the_mean_of_the_cosines(wardrobe, shoes, blouse, skirt):
    styles = {"boots": 5, "like the blouse": -10, "like the skirt": 75, "between": 30}

    strip = goes_with_several([blouse, skirt], filters=Filters(slots=["SHOES"]), per_slot=9)

    expected = naive.beside_a_set(
        [direction(0), direction(60)],
        {title: direction(degrees) for title, degrees in styles.items()},
    )
    assert titles(strip) == expected


def test_no_slot_that_an_item_takes_or_rules_out_is_offered(wardrobe, blouse, skirt):
    assert set(titles(goes_with_several([blouse, skirt]))) == {"boots", "handbag"}


def test_the_items_themselves_are_not_in_the_answer(wardrobe, blouse, make_product, looks_like):
    strip = goes_with_several([blouse, looks_like(make_product("other blouse"))])

    assert set(titles(strip)) == {"skirt", "boots", "handbag"}


def test_a_photo_of_ones_own_counts_like_a_product(wardrobe, shoes, blouse):
    strip = goes_with_several([blouse, own(60)], filters=Filters(slots=["SHOES"]), per_slot=9)

    assert titles(strip)[0] == "between"
    assert strip.versions == ("fake-style@1",)


def test_a_photo_takes_the_slot_that_was_recognised_in_it(wardrobe, blouse):
    assert "handbag" not in titles(goes_with_several([blouse, own(slot=Slot.BAG)]))
    assert "handbag" in titles(goes_with_several([blouse, own(slot="")]))


def test_photos_alone_are_enough(wardrobe):
    strip = goes_with_several([own(0, Slot.TOP), own(60, Slot.OUTERWEAR)])

    assert titles(strip) == ["handbag", "boots", "skirt"]


def test_a_photo_seen_by_another_encoder_is_refused(wardrobe, blouse):
    with pytest.raises(OutdatedFeatures):
        goes_with_several([blouse, own(label="fake-style@0")])


def test_a_rule_beside_any_of_the_items_holds(wardrobe, blouse, skirt):
    Rule.objects.create(
        kind="NEVER_TOGETHER", on_attribute="slot", on_value="BOTTOM", attribute="slot", value="BAG"
    )

    assert titles(goes_with_several([blouse, skirt])) == ["boots"]
    assert "handbag" in titles(goes_with_several([blouse]))


def test_a_rule_about_slots_holds_beside_a_photo(wardrobe, blouse):
    Rule.objects.create(
        kind="NEVER_TOGETHER",
        on_attribute="slot",
        on_value="OUTERWEAR",
        attribute="slot",
        value="BAG",
    )

    assert "handbag" not in titles(goes_with_several([blouse, own()]))


def test_what_is_hidden_beside_one_item_is_hidden_beside_both(wardrobe, blouse, skirt, boots):
    Rule.objects.create(kind="HIDE", product=skirt, on_product=boots, both_ways=True)

    assert titles(goes_with_several([blouse, skirt])) == ["handbag"]


def test_a_boost_counts_once_however_many_items_there_are(wardrobe, blouse, skirt, boots):
    Rule.objects.create(kind="BOOST", product=boots, strength=0.15)

    strip = goes_with_several([blouse, skirt])

    assert titles(strip) == ["boots", "handbag"]
    assert [reason.code for reason in strip.items[0].reasons] == ["boosted", "style"]


def test_a_pin_is_at_its_position(wardrobe, blouse, skirt, boots):
    Rule.objects.create(kind="PIN", product=boots, position=1)

    assert titles(goes_with_several([blouse, skirt])) == ["boots", "handbag"]


def test_a_sold_out_product_goes_with_nothing(wardrobe, blouse, skirt, boots):
    Product.objects.filter(pk=boots.pk).update(stock=0)

    assert titles(goes_with_several([blouse, skirt])) == ["handbag"]


def test_filters_hold(wardrobe, blouse, skirt, handbag):
    Product.objects.filter(pk=handbag.pk).update(price=300)

    assert titles(goes_with_several([blouse, skirt], filters=Filters(price_max=100))) == ["boots"]


def test_being_worn_with_both_counts_more_than_with_one(
    wardrobe, shoes, blouse, skirt, boots, look
):
    look("Monday", blouse, shoes[0])
    look("Sunday", blouse, skirt, boots)

    strip = goes_with_several([blouse, skirt], filters=Filters(slots=["SHOES"]), per_slot=9)

    first, second = strip.items[:2]
    assert (first.product.title, first.source) == ("boots", "look")
    assert first.reasons[0].text == "Worn with 2 of them in looks of the shop"
    assert (second.product.title, second.source) == ("like the blouse", "look")


def test_the_shops_own_word_counts_for_its_share_of_the_items(
    wardrobe, blouse, skirt, handbag, look
):
    before = goes_with_several([blouse, skirt], filters=Filters(slots=["BAG"])).items[0].score
    Product.objects.filter(pk=handbag.pk).update(title="worn bag")
    look("Sunday", blouse, handbag)

    after = goes_with_several([blouse, skirt, own(120)], filters=Filters(slots=["BAG"])).items[0]

    assert before == pytest.approx(math.cos(math.radians(30)), abs=1e-3)
    assert after.score == pytest.approx(1 / 3 + 2 / 3 * (2 / 3 * before + 0), abs=1e-3)


def test_an_item_is_shown_by_the_share_of_such_pairs_that_are_right(wardrobe, blouse, skirt):
    strip = goes_with_several([blouse, skirt])
    calibrated(a=4.0, b=-2.0)

    shown = goes_with_several([blouse, skirt])

    assert titles(shown) == titles(strip)
    assert [item.score for item in shown.items] == [
        pytest.approx(1 / (1 + math.exp(2 - 4 * item.score)), abs=1e-3) for item in strip.items
    ]


def test_being_worn_together_needs_no_calibration(wardrobe, blouse, boots, look):
    calibrated(a=4.0, b=-2.0)
    look("Sunday", blouse, boots)

    assert {item.product.title: item.score for item in goes_with_several([blouse]).items}[
        "boots"
    ] == 1


def test_what_is_no_match_is_left_to_the_newest(wardrobe, shoes, blouse):
    calibrated(a=10.0, b=-5.0, floor=0.5)  # from a cosine of 0.5

    strip = goes_with_several([blouse], filters=Filters(slots=["SHOES"]), per_slot=9)

    assert (titles(strip)[-1], strip.items[-1].source) == ("like the skirt", "newest")


@pytest.mark.parametrize("slot", [Slot.SHOES, Slot.BAG])
def test_no_colour_of_a_design_asked_about_is_offered(wardrobe, blouse, make_product, slot):
    make_product("of that design", slot, design="SAME")
    Product.objects.filter(pk=blouse.pk).update(design="SAME")

    assert "of that design" not in titles(goes_with_several([blouse], per_slot=9))


def test_a_product_with_the_same_picture_is_not_offered(wardrobe, blouse, boots):
    for product in (blouse, boots):
        Duplicate.objects.create(product=product, key="the same")

    assert "boots" not in titles(goes_with_several([blouse]))


def test_items_nobody_has_looked_at_go_with_the_newest(wardrobe, make_product):
    items = [make_product("new blouse"), make_product("new skirt", Slot.BOTTOM)]

    strip = goes_with_several(items)

    assert set(titles(strip)) == {"boots", "handbag"}
    assert {item.source for item in strip.items} == {"newest"}


def test_one_item_nobody_has_looked_at_leaves_the_word_to_the_others(wardrobe, skirt, make_product):
    strip = goes_with_several([make_product("new blouse"), skirt])

    assert titles(strip) == ["handbag", "boots"]
    assert {item.source for item in strip.items} == {"style"}


def test_colours_of_a_design_count_as_one(wardrobe, blouse, skirt, boots, make_product, looks_like):
    looks_like(make_product("brown boots", Slot.SHOES, design="BOOT"), style=30)
    Product.objects.filter(pk=boots.pk).update(design="BOOT")

    assert titles(goes_with_several([blouse, skirt], per_slot=9)) == ["handbag", "brown boots"]


def test_a_set_costs_three_queries_and_the_hosts_prefetch(
    wardrobe, blouse, skirt, boots, look, django_assert_num_queries
):
    look("Sunday", blouse, boots)

    with django_assert_num_queries(4):
        goes_with_several([blouse, skirt, own()])


def test_nothing_asked_about_is_answered_with_nothing_known(wardrobe):
    assert {item.source for item in goes_with_several([]).items} <= {"newest"}
