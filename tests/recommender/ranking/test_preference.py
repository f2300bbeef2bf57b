"""The same kind of thing for the same wearer comes first, and nothing of another kind that is hardly alike."""

import pytest
from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, NullIf, Substr

from fashionshop.catalog import ShopCatalog
from fashionshop.models import Category, Product
from recommender import catalog as adapters
from recommender.catalog import Catalog
from recommender.explain.why import why
from recommender.models import Rule, Slot
from recommender.ranking.exclusion import Exclusion
from recommender.strips.similar import AS_THE_SHOP_SAYS, Likeness, similar_products

pytestmark = pytest.mark.django_db
ALL = Likeness(floor=False)


@pytest.fixture
def sell(make_product, looks_like):
    """Put a product of a category on sale, at an angle to the one that is asked about."""

    def sold(title, category, shape=0, slot=Slot.OUTERWEAR, **fields):
        slug = category.lower()
        of, _made = Category.objects.get_or_create(slug=slug, name=category, slot=slot)
        product = looks_like(make_product(title, slot, **fields), shape=shape)
        Product.objects.filter(pk=product.pk).update(category=of)
        return product

    return sold


@pytest.fixture
def serve(monkeypatch):
    """Have another adapter answer for the shop."""

    def answer(adapter):
        adapters.catalog.cache_clear()
        monkeypatch.setattr(adapters, "import_string", lambda _path: adapter)

    yield answer
    adapters.catalog.cache_clear()


def titles(product, likeness=AS_THE_SHOP_SAYS, **asked):
    return [
        each.product.title for each in similar_products(product, likeness=likeness, **asked).items
    ]


@pytest.fixture
def trench(sell):
    """A man's coat; the most alike is a jacket."""
    sell("jacket", "Jackets", 5, gender="MEN")
    sell("parka", "Coats", 40, gender="UNISEX")
    sell("raincoat", "Coats", 30, gender="MEN")
    return sell("trench", "Coats", gender="MEN")


def test_the_same_category_comes_before_what_is_more_alike(trench):
    assert titles(trench) == ["raincoat", "parka", "jacket"]


def test_looks_alone_decide_where_categories_count_for_nothing(trench):
    assert titles(trench, Likeness(category_weight=0)) == ["jacket", "raincoat", "parka"]


def test_a_little_weight_leaves_what_is_much_more_alike_before(trench):
    assert titles(trench, Likeness(category_weight=0.3)) == ["raincoat", "jacket", "parka"]


def test_the_weight_is_a_setting(trench, settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"CATEGORY_WEIGHT": 0.0}

    assert titles(trench)[0] == "jacket"


def test_an_item_says_that_it_is_of_the_same_kind(trench):
    first, *_others, last = similar_products(trench).items

    assert (first.reasons[-1].code, first.reasons[-1].value) == ("category", 0.6)
    assert "category" not in {reason.code for reason in last.reasons}
    assert why(trench, first.product).parts[-1].reason == first.reasons[-1]


def test_what_is_for_another_wearer_comes_after_everything_else(trench, sell):
    sell("her trench", "Coats", 1, gender="WOMEN")
    sell("her jacket", "Jackets", 2, gender="WOMEN")

    assert titles(trench, ALL) == ["raincoat", "parka", "jacket", "her trench", "her jacket"]


def test_a_strip_ends_before_what_is_for_another_wearer(trench, sell):
    hers = sell("her trench", "Coats", 1, gender="WOMEN")

    assert titles(trench) == ["raincoat", "parka", "jacket"]
    assert why(trench, hers).placement.exclusion == Exclusion.BELOW_FLOOR


def test_what_is_for_everybody_is_shown_to_all(sell):
    hat = sell("hat", "Hats", slot=Slot.ACCESSORY, gender="UNISEX")
    for gender in ("WOMEN", "MEN"):
        sell(gender, "Hats", slot=Slot.ACCESSORY, gender=gender)

    assert set(titles(hat)) == {"WOMEN", "MEN"}


def test_the_season_decides_within_a_category_and_not_before_it(sell):
    sell("summer coat", "Coats", 5, season="SUMMER")
    sell("winter coat", "Coats", 10, season="WINTER")
    sell("winter jacket", "Jackets", 0, season="WINTER")
    coat = sell("coat", "Coats", season="WINTER")

    assert titles(coat) == ["winter coat", "summer coat", "winter jacket"]


def test_of_another_category_only_what_is_about_as_alike_as_the_best(trench, sell):
    blazer = sell("blazer", "Blazers", 75, gender="MEN")

    assert "blazer" not in titles(trench)
    assert titles(trench, ALL)[-1] == "blazer"
    assert why(trench, blazer).placement.exclusion == Exclusion.BELOW_FLOOR


def test_of_its_own_category_everything(trench, sell):
    sell("cape", "Coats", 120, gender="MEN")

    assert "cape" in titles(trench)


def test_what_is_pinned_is_shown_however_unlike(trench, sell):
    blazer = sell("blazer", "Blazers", 120, gender="WOMEN")
    Rule.objects.create(kind=Rule.Kind.PIN, product=blazer, on_product=trench, position=2)

    assert titles(trench) == ["raincoat", "blazer", "parka", "jacket"]


def test_among_odds_and_ends_another_category_is_never_alike(sell):
    scarf = sell("scarf", "Scarves", slot=Slot.ACCESSORY)
    sell("sunglasses", "Sunglasses", 0, slot=Slot.ACCESSORY)

    assert titles(scarf) == []
    assert titles(scarf, ALL) == ["sunglasses"]


def test_what_plays_no_part_in_an_outfit_is_compared_with_its_own_category(sell):
    towel = sell("towel", "Towels", slot="")
    sell("other towel", "Towels", 60, slot="")
    lipstick = sell("lipstick", "Make-up", 0, slot="")

    assert titles(towel, ALL) == ["other towel"]
    assert why(towel, lipstick).placement.exclusion == Exclusion.OTHER_CATEGORY


class DeepCatalog(ShopCatalog):
    """Categories such as "aa" and "ab" lie in "a"."""

    def categories(self):
        return [F("category__slug"), Substr("category__slug", 1, 1)]


def test_the_shops_own_hierarchy_says_what_is_near(sell, serve):
    serve(DeepCatalog)
    scarf = sell("scarf", "aa", slot=Slot.ACCESSORY)
    sell("shawl", "ab", 20, slot=Slot.ACCESSORY)
    sell("sunglasses", "ba", 0, slot=Slot.ACCESSORY)
    sell("foulard", "aa", 30, slot=Slot.ACCESSORY)

    assert titles(scarf) == ["foulard", "shawl"]
    assert titles(scarf, ALL) == ["foulard", "shawl", "sunglasses"]


class ShelvedCatalog(ShopCatalog):
    """What is on a shelf is of no category yet; shelves are named by a letter."""

    def categories(self):
        own = NullIf("category__slug", Substr("category__slug", 1, 1))
        return [Coalesce(own, Value("")), Substr("category__slug", 1, 1)]


def test_what_has_no_category_of_its_own_is_near_what_lies_beside_it(sell, serve):
    serve(ShelvedCatalog)
    scarf = sell("scarf", "a", slot=Slot.ACCESSORY)
    sell("shawl", "ab", 20, slot=Slot.ACCESSORY)
    sell("sunglasses", "ba", 0, slot=Slot.ACCESSORY)
    sell("hat", "b", 0, slot=Slot.ACCESSORY)

    assert titles(scarf) == ["shawl"]
    assert titles(scarf, ALL)[0] == "shawl"


class PlainCatalog(ShopCatalog):
    """A shop that says neither what part a product plays nor its category."""

    slot = Catalog.slot

    def attributes(self):
        return {"colour": F("colour")}


def test_a_shop_without_slots_and_categories_compares_everything_by_its_looks(sell, serve):
    serve(PlainCatalog)
    scarf = sell("scarf", "Scarves")
    sell("coat", "Coats", 10)
    sell("towel", "Towels", 50, slot="")

    assert titles(scarf) == ["coat", "towel"]


class UnsortedCatalog(ShopCatalog):
    def categories(self):
        return [Value("", output_field=CharField())]


def test_products_of_no_category_are_not_of_the_same(sell, serve):
    serve(UnsortedCatalog)
    scarf = sell("scarf", "Scarves")
    sell("coat", "Coats", 10)

    assert "category" not in {r.code for r in similar_products(scarf).items[0].reasons}
