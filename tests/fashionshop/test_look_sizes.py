"""Complete the look in the shopper's own sizes, and a last piece that is gone from everywhere."""

import re

import pytest

from fashionshop.look_sizes import size_choices
from fashionshop.models import Product
from recommender.models import Slot

pytestmark = pytest.mark.django_db


def titles_in(html):
    return re.findall(r'card__title">([^<]*)<', html)


def look_of(client, product, query=""):
    page = client.get(f"{product.get_absolute_url()}{query}").content.decode()
    return page[page.index('id="look"') : page.index("</section>", page.index('id="look"'))]


@pytest.fixture
def wardrobe(sell, place):
    """Pieces in sizes; the better shoes and the better skirt are not there in every one."""
    for title, slot, degrees, sizes in (
        ("Boots", Slot.SHOES, 5, "36 37"),
        ("Sandals", Slot.SHOES, 30, "38 39"),
        ("Skirt", Slot.BOTTOM, 5, "36 38"),
        ("Trousers", Slot.BOTTOM, 30, "36 40"),
        ("Coat", Slot.OUTERWEAR, 10, "S M"),
        ("Bag", Slot.BAG, 0, "One size"),
    ):
        place(sell(title, slot=slot, sizes=sizes), degrees)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Skirt", "Boots", "Coat", "Bag"}),
        ("?look-shoes=39", {"Skirt", "Sandals", "Coat", "Bag"}),
        ("?look-shoes=36&look-bottoms=40", {"Trousers", "Boots", "Coat", "Bag"}),
        ("?look-clothes=S&look-shoes=38", {"Skirt", "Sandals", "Coat", "Bag"}),
    ],
)
def test_every_piece_comes_in_the_sizes_that_were_chosen(client, wardrobe, blouse, query, found):
    assert set(titles_in(look_of(client, blouse, query))) == found | {blouse.title}


def test_sizes_are_offered_by_what_they_are_for(wardrobe, blouse):
    offered = {choice.label: choice.options for choice in size_choices(blouse)}

    assert offered == {
        "Clothes size": ["S", "M"],
        "Trouser or skirt size": ["36", "38", "40"],
        "Shoe size": ["36", "37", "38", "39"],
    }


def test_no_size_is_offered_that_only_others_wear_or_nobody_can_buy(wardrobe, blouse):
    Product.objects.filter(title="Boots").update(gender="MEN")
    Product.objects.filter(title="Coat").update(stock=0)

    assert {choice.name: choice.options for choice in size_choices(blouse)} == {
        "bottoms": ["36", "38", "40"],
        "shoes": ["38", "39"],
    }


def test_a_bag_for_everybody_goes_with_shoes_of_anybody(wardrobe, sell):
    Product.objects.filter(title="Boots").update(gender="MEN")
    tote = sell("Tote", slot=Slot.BAG, gender="UNISEX")

    choices = {choice.name: choice.options for choice in size_choices(tote)}

    assert choices["shoes"] == ["36", "37", "38", "39"]


def test_a_shop_without_sizes_offers_no_choice(client, blouse, skirt):
    assert '<select id="look-' not in look_of(client, blouse)


@pytest.fixture
def everywhere(client, sell, place, blouse, wardrobe):
    """Ask every place where products are recommended for the titles it shows."""
    near = place(sell("Other blouse"), 3)
    category = blouse.category.get_absolute_url()
    shoes = Product.objects.get(title="Boots").category.get_absolute_url()
    api = f"/api/v1/products/{blouse.pk}"
    body = {"items": [str(blouse.pk)]}

    def titles():
        return {
            "page": titles_in(client.get(blouse.get_absolute_url()).content.decode()),
            "look": titles_in(look_of(client, blouse, "?look-budget=1000")),
            "category": titles_in(client.get(category).content.decode()),
            "shoes": titles_in(client.get(shoes).content.decode()),
            "similar": client.get(f"{api}/similar").content.decode(),
            "goes with": client.get(f"{api}/goes-with").content.decode(),
            "outfits": client.get(f"{api}/outfits?limit=10").content.decode(),
            "set": client.post("/api/v1/outfits", body, "application/json").content.decode(),
            "several": client.get(f"/api/v1/goes-with?item={near.pk}").content.decode(),
            "list": client.get("/api/v1/products?available=true&limit=100").content.decode(),
        }

    return titles


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("Boots", {"page", "look", "shoes", "goes with", "outfits", "set", "several", "list"}),
        ("Other blouse", {"page", "category", "similar", "list"}),
    ],
)
def test_the_last_piece_that_is_sold_is_gone_from_everywhere(everywhere, title, places):
    assert {place for place, shown in everywhere().items() if title in shown} == places

    Product.objects.filter(title=title).update(stock=0)

    assert {place for place, shown in everywhere().items() if title in shown} == set()
