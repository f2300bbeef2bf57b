"""A look fits its wearer and its season, unless the shopper or the shop says otherwise."""

import pytest

from fashionshop.models import Product
from recommender.models import Look, Rule, Slot
from recommender.outfits.answer import OutfitOptions, outfits
from recommender.ranking.filters import Filters
from recommender.strips.goes_with_several import goes_with_several
from recommender.strips.photo import PhotoFeatures

pytestmark = pytest.mark.django_db

MEN, WOMEN = {"gender": "MEN"}, {"gender": "WOMEN"}
SUMMER, WINTER = {"season": "SUMMER"}, {"season": "WINTER"}
UNISEX = {"gender": "UNISEX"}


@pytest.fixture
def shirt(make):
    """A men's shirt; the nearest shoes are for women, the nearest trousers are for men."""
    make("her shoes", Slot.SHOES, 0, **WOMEN)
    make("his shoes", Slot.SHOES, 30, **MEN)
    make("his trousers", Slot.BOTTOM, 5, **MEN)
    make("her skirt", Slot.BOTTOM, 10, **WOMEN)
    return make("shirt", Slot.TOP, **MEN)


@pytest.fixture
def scarf(make):
    """For everybody, beside a men's body and a women's body that are each good in one piece."""
    make("his shirt", Slot.TOP, 0, **MEN)
    make("his trousers", Slot.BOTTOM, 20, **MEN)
    make("her blouse", Slot.TOP, 30, **WOMEN)
    make("her skirt", Slot.BOTTOM, 0, **WOMEN)
    return make("scarf", Slot.ACCESSORY, **UNISEX)


def best(items, **asked):
    return {piece.product.title for piece in outfits(items, **asked).outfits[0].pieces}


def titles(strip):
    return [item.product.title for item in strip.items]


def worn(*products):
    look = Look.objects.create(title="Sunday")
    for product in products:
        look.items.create(product=product)


def test_a_mans_shirt_gets_mens_shoes(shirt):
    answer = outfits([shirt], limit=9)

    assert best([shirt]) == {"shirt", "his trousers", "his shoes"}
    assert {piece.product.gender for one in answer.outfits for piece in one.pieces} == {"MEN"}


def test_what_is_for_everybody_suits_everybody(shirt, make):
    make("trainers", Slot.SHOES, 10, **UNISEX)

    assert best([shirt]) == {"shirt", "his trousers", "trainers"}


def test_a_winter_coat_gets_no_sandals(make):
    coat = make("coat", Slot.OUTERWEAR, **WINTER)
    for title, degrees, season in (("sandals", 0, SUMMER), ("boots", 40, WINTER)):
        make(title, Slot.SHOES, degrees, **season)
    make("dress", Slot.DRESS, 10, season="ALL_YEAR")

    assert best([coat]) == {"coat", "dress", "boots"}


def test_pieces_chosen_for_what_suits_everybody_suit_each_other(scarf):
    found = [
        {piece.product.title for piece in one.pieces} for one in outfits([scarf], limit=9).outfits
    ]

    assert {"scarf", "his shirt", "his trousers"} in found
    assert {"scarf", "her blouse", "her skirt"} in found
    assert not any("his shirt" in pieces and "her skirt" in pieces for pieces in found)


def test_what_was_kept_says_whom_the_rest_is_for(scarf):
    kept = Product.objects.get(title="her blouse")

    options = OutfitOptions(keep=[kept.pk], swap=Slot.BOTTOM)
    assert best([scarf], options=options) == {"scarf", "her blouse", "her skirt"}


def test_the_filters_speak_before_the_start(shirt):
    found = best([shirt], filters=Filters(attributes={"gender": ["WOMEN"]}))

    assert found == {"shirt", "her skirt", "her shoes"}


def test_things_for_two_wearers_demand_nothing(shirt, make):
    blouse = make("blouse", Slot.OUTERWEAR, **WOMEN)

    assert "her shoes" in best([shirt, blouse])


def test_a_photo_demands_nothing(shirt):
    photo = PhotoFeatures("fake-style@1", [1.0, 0.0, 0.0], slot=Slot.TOP)

    assert best([photo]) <= {"her skirt", "her shoes", "his trousers", "his shoes"}


def test_a_piece_that_does_not_tell_suits(shirt):
    Product.objects.filter(title="her shoes").update(gender="")

    assert best([shirt]) == {"shirt", "his trousers", "her shoes"}


def test_the_season_is_given_up_before_the_wearer_and_that_is_said(make):
    shirt = make("shirt", Slot.TOP, **MEN, **SUMMER)
    make("her skirt", Slot.BOTTOM, 0, **WOMEN, **SUMMER)
    make("winter trousers", Slot.BOTTOM, 60, **MEN, **WINTER)

    (outfit,) = outfits([shirt]).outfits

    assert [piece.product.title for piece in outfit.pieces] == ["shirt", "winter trousers"]
    assert outfit.relaxed == ["season"]
    assert outfit.note == "Not all of it is for the same season: nothing else is in stock."


def test_the_wearer_is_given_up_before_there_is_no_outfit_at_all(make):
    shirt = make("shirt", Slot.TOP, **MEN, **SUMMER)
    make("her skirt", Slot.BOTTOM, 0, **WOMEN, **SUMMER)

    (outfit,) = outfits([shirt]).outfits

    assert outfit.relaxed == ["gender"]
    assert "same wearer" in outfit.note


def test_a_look_of_the_shop_is_worn_as_the_shop_wears_it(shirt):
    worn(shirt, *Product.objects.filter(title__startswith="her"))

    first, second = outfits([shirt], limit=2).outfits

    assert {piece.product.title for piece in first.pieces} == {"shirt", "her skirt", "her shoes"}
    assert (first.look, list(first.relaxed)) == ("Sunday", [])
    assert second.look is None


def test_a_look_without_a_whole_body_gets_the_rest_of_one_for_its_wearer(shirt, make):
    worn(make("bag", Slot.BAG, **UNISEX), shirt)

    (first,) = outfits([shirt], limit=1).outfits

    assert [piece.product.title for piece in first.pieces] == ["shirt", "his trousers", "bag"]
    assert (first.look, first.replaced) == ("Sunday", ["BOTTOM"])
    assert first.note.endswith("so we chose: Bottom.")


def test_a_look_of_shoes_and_a_bag_gets_whichever_body_goes_best(scarf, make):
    bag = make("bag", Slot.BAG, 30, **WOMEN)
    worn(bag, make("shoes", Slot.SHOES, 30, **WOMEN))
    make("dress", Slot.DRESS, 30, **WOMEN)

    assert best([bag]) == {"bag", "shoes", "dress"}


def test_what_the_merchant_pins_need_not_suit(shirt):
    Rule.objects.create(kind="PIN", product=Product.objects.get(title="her shoes"), position=1)

    assert "her shoes" in best([shirt])


def test_an_outfit_for_its_wearer_costs_no_query_more(shirt, django_assert_num_queries):
    with django_assert_num_queries(5):
        outfits([shirt])


def test_what_suits_comes_first_in_a_strip_and_the_strip_stays_full(shirt, make):
    jacket = make("jacket", Slot.OUTERWEAR, **MEN)

    strip = goes_with_several([shirt, jacket])

    assert titles(strip) == ["his trousers", "his shoes", "her shoes", "her skirt"]
    assert [item.source for item in strip.items] == ["style", "style", "newest", "newest"]
    assert [item.score > 0 for item in strip.items] == [True, True, False, False]


def test_no_boost_brings_what_does_not_suit_before_what_does(shirt, make):
    for product in Product.objects.filter(title__startswith="her"):
        Rule.objects.create(kind="BOOST", product=product, strength=1)

    assert [title[:3] for title in titles(goes_with_several([shirt]))] == [
        "his",
        "his",
        "her",
        "her",
    ]


def test_what_the_shop_wears_together_stays_first_in_a_strip(shirt):
    worn(shirt, Product.objects.get(title="her shoes"))

    assert titles(goes_with_several([shirt]))[0] == "her shoes"


def test_a_strip_for_the_wearer_the_shopper_named(shirt):
    strip = goes_with_several([shirt], filters=Filters(attributes={"gender": ["WOMEN"]}))

    assert titles(strip) == ["her shoes", "her skirt"]
