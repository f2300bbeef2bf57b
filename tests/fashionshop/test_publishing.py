"""What shoppers may see has a price and a picture, and was published by choice."""

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from fashionshop.models import Category, Product
from recommender.testing import activate_fake_checkpoints
from tests.fashionshop.test_admin import (
    ADD,
    change_page,
    form_data,
    picture_data,
    picture_of,
    upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def encoders(redis_url):
    return activate_fake_checkpoints()


@pytest.fixture
def dresses(db):
    return Category.objects.create(name="Dresses", slug="dresses", slot="DRESS")


@pytest.fixture
def dress(dresses):
    return Product.objects.create(sku="D1", title="Dress", category=dresses, price=1, stock=1)


def test_a_new_product_is_a_draft_without_a_price(admin_client):
    form = admin_client.get(ADD).context["adminform"].form

    assert form.initial["is_published"] is False
    assert form["price"].value() is None


@pytest.mark.parametrize("price", ["", "0"])
def test_without_a_price_it_cannot_be_published(admin_client, dresses, price):
    page = admin_client.post(ADD, form_data(dresses, price=price, add_pictures=[upload()]))

    text = page.content.decode()
    assert (
        text.count("Without a price it cannot be published. Say one, or keep it as a draft.") == 1
    )
    assert not Product.objects.exists()


def test_without_a_picture_it_cannot_be_published(admin_client, dresses, dress):
    page = admin_client.post(ADD, form_data(dresses, sku="P2"))

    assert "Without a picture it cannot be published. Add one" in page.content.decode()
    assert Product.objects.count() == 1


def test_its_pictures_may_be_there_already(admin_client, dress):
    picture_of(dress)
    Product.objects.update(is_published=False)

    admin_client.post(change_page(dress), form_data(dress.category) | picture_data(dress))

    assert Product.objects.get().is_published


def test_what_was_sold_while_the_form_was_open_stays_sold(admin_client, dress):
    picture_of(dress)
    form = form_data(dress.category, stock="1", price="12") | {"initial-stock": "1"}
    data = form | picture_data(dress)
    Product.objects.update(stock=1)
    page = admin_client.get(change_page(dress))
    Product.objects.update(stock=0)

    admin_client.post(change_page(dress), data)

    saved = Product.objects.get()
    assert page.status_code == 200
    assert (saved.price, saved.stock) == (12, 0)


def test_the_database_publishes_nothing_without_a_price(dress):
    with pytest.raises(IntegrityError):
        Product.objects.update(price=None)


@pytest.mark.django_db(transaction=True)
def test_what_was_given_away_by_oversight_becomes_a_draft(dresses):
    executor = MigrationExecutor(connection)
    old = executor.migrate([("fashionshop", "0004_picture_file_index")]).apps
    dress = {"title": "Dress", "category_id": dresses.pk}
    for sku, price in (("free", 0), ("paid", 9)):
        old.get_model("fashionshop", "Product").objects.create(sku=sku, price=price, **dress)

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    rows = Product.objects.order_by("sku").values_list("sku", "price", "is_published")
    assert list(rows) == [("free", None, False), ("paid", 9, True)]
