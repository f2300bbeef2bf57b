import re

import pytest
from django.db import connection, transaction
from django.template import Context, Template

from recommender import conf
from recommender.models import Slot
from recommender.strips import goes_with

SIMILAR = "{% load recommender %}{% similar_strip product %}"
GOES_WITH = "{% load recommender %}{% goes_with_strip product %}"


def draw(template, product):
    return Template(template).render(Context({"product": product}))


def titles_of(html):
    return re.findall(r'card__title">([^<]*)<', html)


@pytest.fixture
def broken_table(db):
    """A database that has lost the vectors: every statement about them fails."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE recommender_embedding RENAME TO lost")


def test_a_strip_is_a_headed_list_of_links(blouse, make_product, make_picture, looks_like):
    shirt = make_product("shirt")
    make_picture(shirt)
    looks_like(blouse), looks_like(shirt, shape=10)

    html = draw(SIMILAR, blouse)

    heading = re.search(r'aria-labelledby="([^"]+)"', html)[1]
    assert f'id="{heading}">More like this</h2>' in html
    assert html.count("<li ") == 1
    assert f'<a class="recommender-card" href="{shirt.get_absolute_url()}">' in html


def test_goes_with_shows_other_slots(blouse, skirt, boots, looks_like):
    for product in (blouse, skirt, boots):
        looks_like(product)

    html = draw(GOES_WITH, blouse)

    assert "Goes well with" in html
    assert set(titles_of(html)) == {"skirt", "boots"}


def test_limit_and_heading_can_be_chosen(blouse, skirt, boots, looks_like):
    for product in (blouse, skirt, boots):
        looks_like(product)

    html = draw(
        '{% load recommender %}{% goes_with_strip product limit=1 heading="Wear it with" %}', blouse
    )

    assert len(titles_of(html)) == 1
    assert ">Wear it with</h2>" in html


def test_an_empty_strip_draws_nothing_at_all(blouse, checkpoints):
    assert draw(SIMILAR, blouse).strip() == ""
    assert draw(GOES_WITH, blouse).strip() == ""


def test_the_data_can_be_fetched_without_the_drawing(blouse, skirt, looks_like):
    looks_like(blouse), looks_like(skirt)

    html = draw(
        "{% load recommender %}{% goes_with_products product as strip %}"
        "{% for item in strip.items %}{{ item.product|card }}{% endfor %}",
        blouse,
    )

    assert "title=&#x27;skirt&#x27;" in html


def test_pictures_say_their_size_and_wait_until_they_are_near(
    blouse, make_product, make_picture, looks_like
):
    shirt = make_product("shirt")
    make_picture(shirt)
    looks_like(blouse), looks_like(shirt)

    html = draw(SIMILAR, blouse)

    assert 'width="120" height="160" decoding="async" loading="lazy"' in html
    assert 'alt=""' in html


def test_what_it_is_called_is_escaped(blouse, make_product, looks_like):
    looks_like(blouse), looks_like(make_product("<b>shirt"))

    assert titles_of(draw(SIMILAR, blouse)) == ["&lt;b&gt;shirt"]


@pytest.mark.parametrize("template", [SIMILAR, GOES_WITH])
def test_a_failing_database_costs_the_strip_and_one_log_line_but_not_the_page(
    template, blouse, checkpoints, broken_table, caplog
):
    assert draw(template, blouse).strip() == ""

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"for product {blouse.pk}" in caplog.text


def test_a_failed_strip_does_not_poison_the_transaction_of_the_page(
    blouse, checkpoints, broken_table
):
    with transaction.atomic():
        draw(SIMILAR, blouse)

        blouse.refresh_from_db()


@pytest.mark.django_db(transaction=True)
def test_a_failed_strip_outside_a_transaction_leaves_the_connection_usable(monkeypatch, blouse):
    def fail(*_arguments, **_named):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")

    monkeypatch.setattr("recommender.templatetags.recommender.query_items", fail)

    assert draw(SIMILAR, blouse).strip() == ""
    blouse.refresh_from_db()


def test_a_mistake_in_our_own_code_is_not_hidden(blouse, checkpoints, monkeypatch):
    monkeypatch.setattr(goes_with, "partner_ladder", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        draw(GOES_WITH, blouse)


@pytest.mark.parametrize(("template", "budget"), [(SIMILAR, 6), (GOES_WITH, 8)])
def test_a_strip_keeps_to_its_queries_however_long_it_is(
    template, budget, blouse, make_product, make_picture, looks_like, django_assert_max_num_queries
):
    looks_like(blouse)
    for number in range(conf.get("STRIP_LENGTH")):
        slot = [Slot.TOP, Slot.BOTTOM, Slot.BAG][number % 3]
        product = make_product(f"product {number}", slot)
        make_picture(product)
        looks_like(product, shape=number)

    with django_assert_max_num_queries(budget):  # two of them are the test's savepoint
        assert titles_of(draw(template, blouse))
