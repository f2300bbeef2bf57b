import json
import re

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fashionshop import views
from fashionshop.models import ProductPicture, clean_picture
from recommender.models import Slot
from recommender.testing import photo


def text_of(response):
    return response.content.decode()


def titles_of(response):
    return re.findall(r'card__title">([^<]*)<', text_of(response))


def json_ld_of(response):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text_of(response))
    return json.loads(found[1])


def queries_of(client, address):
    """Count queries, but not the savepoints that only a test's own transaction asks for."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


@pytest.fixture
def tops():
    return reverse("category", args=["tops"])


class TestHome:
    def test_an_empty_shop_says_so(self, client, db):
        assert "The shelves are empty" in text_of(client.get("/"))

    def test_every_slot_is_among_the_arrivals_before_any_comes_twice(self, client, sell):
        for number in range(9):
            sell(f"Bag {number}", slot=Slot.BAG)
        sell("First skirt", slot=Slot.BOTTOM)

        assert titles_of(client.get("/"))[:2] == ["First skirt", "Bag 8"]

    def test_what_is_sold_out_or_hidden_is_not_among_the_arrivals(self, client, sell):
        sell("Gone", stock=0)
        sell("Hidden", is_published=False)
        sell("Here")

        assert titles_of(client.get("/")) == ["Here"]

    def test_a_category_is_shown_with_a_picture(self, client, blouse, tops):
        page = text_of(client.get("/"))

        assert re.search(rf'class="tile" href="{tops}">\s*<picture>', page)

    def test_looks_show_their_pieces_in_the_stylists_order(
        self, client, blouse, skirt, boots, put_together
    ):
        put_together("Sunday walk", boots, skirt, blouse)

        page = text_of(client.get("/"))

        look = page[page.index("Sunday walk") :]
        assert look.index(boots.title) < look.index(skirt.title) < look.index(blouse.title)

    def test_a_look_that_lost_a_piece_and_is_down_to_two_is_not_shown(
        self, client, sell, blouse, skirt, put_together
    ):
        put_together("Broken up", blouse, skirt, sell("Gone", stock=0))

        assert "Broken up" not in text_of(client.get("/"))

    def test_its_queries_do_not_grow_with_the_shop(
        self, client, blouse, skirt, boots, put_together, sell
    ):
        put_together("One", blouse, skirt, boots)
        before = queries_of(client, "/")
        put_together("Two", sell("A"), sell("B", slot=Slot.DRESS), sell("C", slot=Slot.BAG))

        assert queries_of(client, "/") == before <= 10


class TestCategory:
    def test_it_shows_what_is_published_and_no_more(self, client, sell, tops):
        sell("Here")
        sell("Hidden", is_published=False)
        sell("Elsewhere", slot=Slot.BAG)

        assert titles_of(client.get(tops)) == ["Here"]

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("gender=MEN", ["For men"]),
            ("gender=MEN&sold_out=on", ["For all", "For men"]),
            ("season=WINTER&sold_out=on", ["For all", "For men"]),
            ("size=M", ["For women"]),
            ("size=M&size=XL", ["For women", "For men"]),
            ("colour=navy", ["For men"]),
            ("price_min=50", ["For men"]),
            ("price_min=50&price_max=60", ["For men"]),
            ("price_min=fifty", ["For women", "For men"]),
            ("sold_out=on", ["For all", "For women", "For men"]),
            ("sort=cheap&sold_out=on", ["For women", "For men", "For all"]),
            ("sort=dear", ["For men", "For women"]),
            ("sort=nonsense&page=99", ["For women", "For men"]),
        ],
    )
    def test_it_can_be_narrowed_and_sorted(self, client, sell, tops, asked, found):
        sell("For men", gender="MEN", season="WINTER", sizes="L XL", colour="navy", price=50)
        sell("For women", gender="WOMEN", season="SUMMER", sizes="S M", colour="red", price=20)
        sell("For all", gender="UNISEX", season="ALL_YEAR", sizes="M/L", price=99, stock=0)

        assert titles_of(client.get(f"{tops}?{asked}")) == found

    def test_it_offers_the_sizes_that_occur_from_small_to_large(self, client, sell, tops):
        sell("A", sizes="XL S 104 92")
        sell("B", sizes="One size")

        options = re.findall(r'name="size" value="([^"]+)"', text_of(client.get(tops)))

        assert options == ["S", "XL", "92", "104", "One size"]

    def test_a_choice_that_leaves_nothing_shows_the_way_back(self, client, sell, tops):
        sell("Cheap", price=5)

        page = text_of(client.get(f"{tops}?price_min=500"))

        assert "Nothing fits all of that" in page
        assert f'href="{tops}">Show all Tops' in page

    def test_page_links_keep_the_filters(self, client, sell, tops, monkeypatch):
        monkeypatch.setattr(views, "PRODUCTS_PER_PAGE", 1)
        for title in "ABC":
            sell(title, colour="navy")

        page = text_of(client.get(f"{tops}?colour=navy&page=2"))

        assert '<a class="pages__step" rel="next" href="?colour=navy&amp;page=3">' in page
        assert 'aria-current="page"><span class="hidden">Page </span>2' in page

    def test_cards_cost_no_query(self, client, sell, tops):
        sell("One")
        before = queries_of(client, tops)
        for number in range(5):
            sell(f"More {number}")

        assert queries_of(client, tops) == before <= 6

    def test_an_unknown_category_is_a_page_of_the_shop(self, client, db):
        response = client.get("/category/spacesuits/")

        assert response.status_code == 404
        assert "This page is not here" in text_of(response)


class TestProduct:
    def test_both_strips_are_in_the_first_html(self, client, blouse, shirt, skirt, boots):
        page = text_of(client.get(blouse.get_absolute_url()))

        partners = page[page.index(">Goes well with<") : page.index(">More like this<")]
        similar = page[page.index(">More like this<") :]
        assert skirt.title in partners
        assert boots.title in partners
        assert shirt.title in similar

    def test_a_sold_out_product_offers_the_closest_in_stock_first(self, client, sell, place, shirt):
        gone = place(sell("Last blouse", stock=0))

        page = text_of(client.get(gone.get_absolute_url()))

        assert page.index("The closest we have in stock") < page.index("<h1>Last blouse</h1>")
        assert ">More like this<" not in page
        assert 'class="stock stock--out">Sold out' in page

    def test_a_sold_out_product_offers_its_own_other_colours_first(
        self, client, sell, place, shirt
    ):
        gone = place(sell("Blouse, red", stock=0, design="B-1"))
        place(sell("Blouse, navy", design="B-1"), 90)
        place(sell("Blouse, grey", design="B-1", stock=0), 90)

        page = text_of(client.get(gone.get_absolute_url())).partition("<h1>")[0]

        assert re.findall(r'card__title">([^<]*)<', page) == ["Blouse, navy", "Linen shirt"]

    def test_where_nothing_replaces_it_there_is_no_heading(self, client, sell, place):
        gone = place(sell("Last blouse", stock=0))

        assert "The closest we have in stock" not in text_of(client.get(gone.get_absolute_url()))

    def test_without_recommendations_no_heading_is_left_behind(self, client, sell):
        page = text_of(client.get(sell("Loner").get_absolute_url()))

        assert "Goes well with" not in page
        assert "More like this" not in page

    def test_the_few_that_are_left_are_counted(self, client, sell):
        page = text_of(client.get(sell("Rare", stock=2).get_absolute_url()))

        assert "Only 2 left" in page

    @pytest.mark.parametrize(("text", "sizes"), [("S M", ["S", "M"]), ("One size", ["One size"])])
    def test_its_sizes_are_chosen_one_by_one(self, client, sell, text, sizes):
        page = text_of(client.get(sell("Belt", sizes=text).get_absolute_url()))

        listed = re.search(r"<fieldset.*?</fieldset>", page, re.DOTALL)[0]
        assert re.findall(r"<span>([^<]+)</span>", listed) == sizes

    def test_other_colours_of_the_design_are_a_click_away(self, client, sell):
        navy = sell("Coat", design="coat-1", colour="navy")
        camel = sell("Coat", design="coat-1", colour="camel")
        sell("Coat", design="coat-2", colour="red")

        page = text_of(client.get(navy.get_absolute_url()))

        assert re.findall(r'<a class="swatch" href="([^"]+)"', page) == [camel.get_absolute_url()]

    def test_every_picture_is_in_the_gallery_and_only_the_first_is_fetched_at_once(
        self, client, blouse
    ):
        ProductPicture.objects.create(product=blouse, file=clean_picture(photo("navy")), position=1)

        page = text_of(client.get(blouse.get_absolute_url()))

        gallery = page[page.index("gallery__row") : page.index("product__text")]
        assert gallery.count('fetchpriority="high"') == 1
        assert gallery.count('loading="lazy"') == 1

    def test_a_product_without_a_picture_has_a_page(self, client, blouse):
        blouse.pictures.all().delete()

        assert "No picture yet" in text_of(client.get(blouse.get_absolute_url()))

    def test_a_hidden_product_has_none(self, client, sell):
        hidden = sell("Hidden", is_published=False)

        assert client.get(hidden.get_absolute_url()).status_code == 404

    def test_crawlers_read_what_is_similar_and_what_is_related(self, client, blouse, shirt, skirt):
        data = json_ld_of(client.get(blouse.get_absolute_url()))

        assert data["offers"]["availability"] == "https://schema.org/InStock"
        assert [each["name"] for each in data["isSimilarTo"]] == [shirt.title]
        assert data["isRelatedTo"][0]["url"] == f"http://testserver{skirt.get_absolute_url()}"

    def test_a_title_cannot_break_out_of_the_data(self, client, sell):
        title = "</script><script>alert(1)//"

        response = client.get(sell(title).get_absolute_url())

        assert "<script>alert" not in text_of(response)
        assert json_ld_of(response)["name"] == title

    def test_it_keeps_to_its_query_budget(self, client, blouse, shirt, skirt, boots, sell, place):
        before = queries_of(client, blouse.get_absolute_url())
        for number in range(5):
            place(sell(f"Like it {number}"), number)
            place(sell(f"With it {number}", slot=Slot.BAG), number)

        assert queries_of(client, blouse.get_absolute_url()) == before <= 16


class TestServerError:
    def test_a_database_that_is_away_closes_the_shop_for_a_moment(self, client, monkeypatch):
        client.raise_request_exception = False
        monkeypatch.setattr(views.storefront, "new_arrivals", _raise(OperationalError("away")))

        response = client.get("/")

        assert response.status_code == 503
        assert response["Retry-After"] == "30"
        assert "Back in a moment" in text_of(response)

    def test_anything_else_is_our_fault_and_says_so(self, client, monkeypatch):
        client.raise_request_exception = False
        monkeypatch.setattr(views.storefront, "new_arrivals", _raise(ZeroDivisionError))

        response = client.get("/")

        assert response.status_code == 500
        assert "Something tore on our side" in text_of(response)


def _raise(error):
    def fail(*_arguments, **_named):
        raise error

    return fail
