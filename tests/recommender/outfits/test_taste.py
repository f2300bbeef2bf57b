"""Outfits are no uniform, and no coat meets sandals, unless the shop puts them together."""

import pytest

from recommender.models import Look, Picture, Slot
from recommender.outfits.answer import outfits
from recommender.outfits.colour_families import colour_family
from recommender.strips.photo import PhotoFeatures

pytestmark = pytest.mark.django_db


@pytest.fixture
def wear(make, make_picture):
    """Make a product, with the main colour and the kind that a worker saw."""

    def seen(title, slot, style=0, colour="", kind="", sure=0.9):
        product = make(title, slot, style)
        palette = [{"hex": colour, "share": 1.0}] if colour else []
        about = {"palette": palette, "category": kind, "category_confidence": sure}
        Picture.objects.filter(product=product).update(**about)
        return product

    return seen


def titles(items):
    return [piece.product.title for piece in outfits(items, limit=1).outfits[0].pieces]


def test_of_two_about_as_good_the_other_colour_is_chosen(wear):
    blouse = wear("blouse", Slot.TOP, 0, "#a01020")
    wear("red skirt", Slot.BOTTOM, 10, "#b02030")
    wear("navy skirt", Slot.BOTTOM, 20, "#102060")

    assert titles([blouse]) == ["blouse", "navy skirt"]


def test_what_goes_much_better_may_have_the_same_colour(wear):
    blouse = wear("blouse", Slot.TOP, 0, "#a01020")
    wear("red skirt", Slot.BOTTOM, 10, "#b02030")
    wear("navy skirt", Slot.BOTTOM, 45, "#102060")

    assert titles([blouse]) == ["blouse", "red skirt"]


def test_a_shade_is_told_as_the_score_of_the_pair_and_not_less(wear):
    blouse = wear("blouse", Slot.TOP, 0, "#a01020")
    wear("red skirt", Slot.BOTTOM, 0, "#b02030")

    assert outfits([blouse]).outfits[0].score == 1.0


def test_in_a_look_of_the_shop_one_colour_is_what_was_meant(wear):
    blouse = wear("blouse", Slot.TOP, 0, "#a01020")
    red = wear("red skirt", Slot.BOTTOM, 30, "#b02030")
    wear("navy skirt", Slot.BOTTOM, 20, "#102060")
    look = Look.objects.create(title="Red")
    for product in (blouse, red):
        look.items.create(product=product)

    assert titles([blouse]) == ["blouse", "red skirt"]


@pytest.mark.parametrize(("sure", "shoes"), [(0.9, "boots"), (0.6, "sandals")])
def test_a_coat_meets_no_sandals_that_were_recognised(wear, sure, shoes):
    coat = wear("coat", Slot.OUTERWEAR, kind="coat")
    wear("dress", Slot.DRESS, 5, kind="dress")
    wear("sandals", Slot.SHOES, 0, kind="sandals", sure=sure)
    wear("boots", Slot.SHOES, 30, kind="boots")

    assert titles([coat]) == ["coat", "dress", shoes]


def test_what_a_shopper_has_put_together_stays(wear):
    coat = wear("coat", Slot.OUTERWEAR, kind="coat")
    shorts = wear("shorts", Slot.BOTTOM, kind="shorts")
    wear("shirt", Slot.TOP, kind="shirt")

    assert titles([coat, shorts]) == ["coat", "shorts", "shirt"]


def test_a_photo_has_a_colour_and_a_kind_too(wear):
    wear("red skirt", Slot.BOTTOM, 10, "#b02030", kind="skirt")
    wear("navy shorts", Slot.BOTTOM, 20, "#102060", kind="shorts")
    palette = [{"hex": "#a01020", "share": 1.0}]
    seen = {"palette": palette, "category_confidence": 0.9}

    top = PhotoFeatures("fake-style@1", [1.0, 0.0, 0.0], "shirt", slot=Slot.TOP, **seen)
    scarf = PhotoFeatures("fake-style@1", [1.0, 0.0, 0.0], "scarf", slot=Slot.TOP, **seen)

    assert titles([top]) == ["navy shorts"]
    assert titles([scarf]) == ["red skirt"]


@pytest.mark.parametrize(
    ("colour", "family"),
    [
        *[("#000000", "black"), ("#808080", "grey"), ("#ffffff", "white"), ("#101020", "black")],
        *[("#ff0000", "hue 0"), ("#a01020", "hue 0"), ("#102060", "hue 8"), ("#c19a6b", "hue 1")],
    ],
)
def test_a_colour_is_of_a_hue_or_a_tone(colour, family):
    assert colour_family(colour) == family
