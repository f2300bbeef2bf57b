"""The merchant's looks."""

import pytest

from fashionshop.models import Category, Product, ProductPicture, clean_picture
from recommender.models import Look, LookItem
from recommender.testing import activate_fake_checkpoints, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def dress(redis_url):
    activate_fake_checkpoints()
    dresses = Category.objects.create(name="Dresses", slug="dresses", slot="DRESS")
    return Product.objects.create(sku="D1", title="Dress", category=dresses, price=1, stock=1)


def test_a_look_shows_its_products(admin_client, dress):
    ProductPicture.objects.create(product=dress, file=clean_picture(photo()))
    look = Look.objects.create(title="Evening")
    LookItem.objects.create(look=look, product=dress)

    listed = admin_client.get("/admin/recommender/look/").content.decode()
    opened = admin_client.get(f"/admin/recommender/look/{look.pk}/change/").content.decode()

    assert "240w.webp" in listed or "products/" in listed
    assert "products/" in opened
    assert "admin-autocomplete" in opened


def test_what_a_look_holds_is_told_by_its_looks_and_not_by_a_full_score(admin_client, dress):
    boots = Category.objects.create(name="Boots", slug="boots", slot="SHOES")
    worn = Product.objects.create(sku="B1", title="Boots", category=boots, price=1, stock=1)
    for title in ("Sunday", "Monday"):
        look = Look.objects.create(title=title)
        for product in (dress, worn):
            LookItem.objects.create(look=look, product=product)

    page = admin_client.get(f"/admin/fashionshop/product/{dress.pk}/change/").content.decode()

    assert ">Worn together in 2 looks</span>" in page
    assert ">1.000</span>" not in page
