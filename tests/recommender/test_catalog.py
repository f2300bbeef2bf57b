"""The adapter: its defaults fit the plainest shop, and its errors say what to write."""

import pytest
from django.core.exceptions import ImproperlyConfigured, ObjectDoesNotExist
from django.core.files.storage import InMemoryStorage, default_storage
from django.db.models import F, UUIDField

from fashionshop.catalog import ShopCatalog
from fashionshop.models import ProductPicture
from recommender.catalog import Card, Catalog, PictureSource, catalog, product_model
from recommender.models import Picture


@pytest.fixture(autouse=True)
def fresh_catalog():
    catalog.cache_clear()
    yield
    catalog.cache_clear()


def test_the_hosts_class_is_loaded_once():
    assert isinstance(catalog(), ShopCatalog)
    assert catalog() is catalog()


def test_a_missing_catalog_says_what_to_set(settings):
    settings.RECOMMENDER = {}

    with pytest.raises(ImproperlyConfigured, match='Set RECOMMENDER\\["CATALOG"\\]'):
        catalog()


def test_a_wrong_path_is_named(settings):
    settings.RECOMMENDER = {"CATALOG": "nowhere.Catalog"}

    with pytest.raises(ImproperlyConfigured, match=r"nowhere\.Catalog"):
        catalog()


@pytest.mark.parametrize("question", ["pictures", "card"])
def test_what_a_host_must_write_says_so(question):
    with pytest.raises(NotImplementedError, match="Catalog must say"):
        getattr(Catalog(), question)(None)


def test_by_default_every_product_is_visible_and_available(blouse):
    plain = Catalog()

    assert plain.products().filter(plain.available()).get() == blouse


def test_by_default_a_picture_lies_in_the_storage_of_its_field():
    field = ProductPicture._meta.get_field("file")
    picture = Picture(name="a.jpg", field="fashionshop.ProductPicture.file")

    assert Catalog().storage_of(picture) is field.storage


def test_a_file_of_no_field_lies_in_the_default_storage():
    assert Catalog().storage_of(Picture(name="a.jpg")) is default_storage


def test_a_storage_that_the_host_names_holds_all_pictures():
    class Elsewhere(Catalog):
        storage = InMemoryStorage()

    picture = Picture(name="a.jpg", field="fashionshop.ProductPicture.file")

    assert Elsewhere().storage_of(picture) is Elsewhere.storage


def test_by_default_a_product_has_no_slot_and_is_a_design_of_its_own(blouse):
    plain = Catalog()

    row = plain.products().annotate(s=plain.slot(), g=plain.group_key()).get()

    assert (row.s, row.g) == ("", str(blouse.pk))


def test_by_default_a_product_is_found_by_its_key(blouse):
    assert Catalog().find(str(blouse.pk)) == blouse


@pytest.mark.parametrize("text", ["0", "unicorn", ""])
def test_a_product_that_does_not_exist_is_not_found(db, text):
    with pytest.raises(ObjectDoesNotExist):
        Catalog().find(text)


def test_the_product_model_is_the_hosts():
    assert product_model()._meta.label == "fashionshop.Product"


def test_a_picture_spells_its_srcset():
    picture = PictureSource(
        src="/a.jpg", width=2, height=3, alt="A", srcset={"image/webp": {240: "/a-240.webp"}}
    )

    assert picture.sources == {"image/webp": "/a-240.webp 240w"}


def test_a_picture_without_renditions_has_no_sources():
    picture = PictureSource(src="/a.jpg", width=2, height=3, alt="A", srcset={"image/webp": {}})

    assert picture.sources == {}


def test_a_card_cannot_be_changed():
    with pytest.raises(AttributeError):
        Card(id="1", title="Blouse", url="/1").title = "Skirt"


def test_by_default_the_higher_key_is_newer(blouse, skirt):
    newest = Catalog().products().order_by(F("pk").desc())
    by_novelty = Catalog().products().annotate(n=Catalog().novelty()).order_by(F("n").desc())

    assert list(by_novelty) == list(newest)


def test_keys_that_are_no_numbers_say_nothing_of_age(blouse, skirt, make_picture, monkeypatch):
    """What was noted first is older, and what has no picture is oldest."""
    monkeypatch.setattr("recommender.catalog._key_field", UUIDField)
    make_picture(skirt)
    make_picture(blouse)
    bare = type(blouse).objects.create(title="bare", sku="bare", price=1, category=blouse.category)

    products = Catalog().products().annotate(n=Catalog().novelty()).order_by(F("n").desc())

    assert list(products) == [blouse, skirt, bare]
