"""A developer hears of what is missing before production does, with an id and a remedy."""

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.models import F, Q

from fashionshop.catalog import ShopCatalog
from fashionshop.models import Category, Product
from recommender import checks
from recommender.catalog import Catalog, catalog
from recommender.pipeline.picture_sync import sync_products


@pytest.fixture(autouse=True)
def fresh_catalog():
    """The adapter is kept for the life of a process; here it changes with the settings."""
    catalog.cache_clear()
    yield
    catalog.cache_clear()


def ids(messages):
    return [message.id for message in messages]


def test_the_shop_itself_is_in_order():
    assert checks.check_settings() == []


@pytest.mark.parametrize("name", ["", "fashionshop", "fashionshop.Nothing", "nowhere.Product"])
def test_a_product_model_that_is_none_is_e001(settings, name):
    settings.RECOMMENDER_PRODUCT_MODEL = name

    assert ids(checks.check_settings()) == ["recommender.E001"]


def test_a_missing_product_model_is_e001(settings):
    del settings.RECOMMENDER_PRODUCT_MODEL

    assert ids(checks.check_settings()) == ["recommender.E001"]


def test_an_unknown_setting_is_e002_and_the_known_ones_are_listed(settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"STRIP_LENGHT": 4}

    (message,) = checks.check_settings()

    assert message.id == "recommender.E002"
    assert "STRIP_LENGTH" in message.hint


def test_a_floor_of_no_purpose_is_e002(settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"FLOOR": {"VISUAL": 0.2, "PHOTO": 0.3}}

    (message,) = checks.check_settings()

    assert message.id == "recommender.E002"
    assert "'PHOTO'" in message.msg


@pytest.mark.parametrize(
    ("name", "value"), [("STRIP_LENGTH", "8"), ("BATCH_SIZE", True), ("CHECKPOINT_DIR", 3)]
)
def test_a_setting_of_the_wrong_kind_is_e003(settings, name, value):
    settings.RECOMMENDER = settings.RECOMMENDER | {name: value}

    assert ids(checks.check_settings()) == ["recommender.E003"]


@pytest.mark.parametrize("path", ["", "nowhere.Catalog", "fashionshop.catalog.Nothing"])
def test_a_catalog_that_cannot_be_imported_is_e004(settings, path):
    settings.RECOMMENDER = settings.RECOMMENDER | {"CATALOG": path}

    assert ids(checks.check_settings()) == ["recommender.E004"]


def test_settings_that_are_no_dict_are_e010(settings):
    settings.RECOMMENDER = ["STRIP_LENGTH"]

    assert ids(checks.check_settings()) == ["recommender.E010"]


@pytest.fixture
def mistakes(settings, monkeypatch):
    """What the check says of the shop's adapter where some of its answers are others; ids and texts."""

    def check(**answers):
        for name, answer in answers.items():
            monkeypatch.setattr(ShopCatalog, name, answer)
        return [(message.id, message.msg) for message in checks.check_settings()]

    return check


@pytest.mark.parametrize("name", ["pictures", "card"])
def test_what_a_host_must_write_and_did_not_is_e005(mistakes, name):
    ((check_id, text),) = mistakes(**{name: getattr(Catalog, name)})

    assert (check_id, text) == ("recommender.E005", f"ShopCatalog has no `{name}`.")


@pytest.mark.parametrize(
    ("watch", "text"),
    [
        (["fashionshop.ProductPicture"], "should be a dict, not list"),
        ({"ProductPicture": "product"}, "names no model"),
        ({"fashionshop.ProductPicture": None}, "should be a path or a function, not NoneType"),
        ({"fashionshop.ProductPicture": "product__shop"}, "has no field named 'shop'"),
        ({"fashionshop.ProductPicture": ""}, "leads to fashionshop.ProductPicture, not to"),
        ({"fashionshop.Product": "category"}, "leads to fashionshop.Category, not to"),
        ({"fashionshop.Product": "pictures"}, "fashionshop.Product.pictures is no foreign key"),
    ],
)
def test_a_way_that_does_not_lead_to_the_product_is_e006(mistakes, watch, text):
    ((check_id, said),) = mistakes(watch=watch)

    assert check_id == "recommender.E006"
    assert text in said


@pytest.mark.parametrize(
    "watch",
    [
        {},
        {"fashionshop.Product": ""},
        {"recommender.Picture": "product"},
        {"recommender.Embedding": "picture__product"},
        {"fashionshop.ProductPicture": lambda picture: picture.product},
        {"recommender.Embedding": "pk__product"},  # a property: nobody knows before there is a row
    ],
)
def test_every_other_way_is_in_order(mistakes, watch):
    assert mistakes(watch=watch) == []


@pytest.mark.parametrize(
    ("name", "answer", "text"),
    [
        ("products", lambda _shop: [], "should give a queryset, not list"),
        (
            "products",
            lambda _shop: Category.objects.all(),
            "fashionshop.Product, not fashionshop.Cat",
        ),
        ("products", lambda _shop: Product.objects.filter(sold=1), "keyword 'sold' into field"),
        ("group_key", lambda _shop: F("model"), "keyword 'model' into field"),
        ("novelty", lambda _shop: F("born"), "keyword 'born' into field"),
        ("attributes", lambda _shop: {"season": F("line")}, "keyword 'line' into field"),
        ("fits", lambda _shop, _name, _value: Q(reco_age=1), "keyword 'reco_age' into field"),
        (
            "slot",
            lambda _shop: F(Shop),  # noqa: F821
            "NameError: name 'Shop' is not defined",
        ),
    ],
)
def test_an_answer_that_cannot_be_asked_is_e007(mistakes, name, answer, text):
    check_id, said = mistakes(**{name: answer})[0]

    assert check_id == "recommender.E007"
    assert said.startswith(f"ShopCatalog.{name}() ")
    assert text in said


def test_a_shop_that_shows_nothing_is_in_order(mistakes):
    assert mistakes(products=lambda _shop: Product.objects.none()) == []


def test_a_storage_that_cannot_be_had_is_e008(mistakes):
    ((check_id, text),) = mistakes(storage=property(lambda _shop: storages["photos"]))

    assert check_id == "recommender.E008"
    assert "photos" in text


class Elsewhere:
    """A router that keeps the shop in a database of its own."""

    def db_for_write(self, model, **_hints):
        return "shop" if model._meta.app_label == "fashionshop" else None


def test_products_in_a_database_of_their_own_are_e009(settings):
    settings.DATABASE_ROUTERS = [Elsewhere()]

    assert ids(checks.check_settings()) == ["recommender.E009"]


def test_a_database_without_vectors_is_e009(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")

    assert ids(checks.check_settings()) == ["recommender.E009"]


def test_every_message_has_an_id_and_a_hint(settings):
    settings.RECOMMENDER_PRODUCT_MODEL = "nowhere.Product"
    settings.RECOMMENDER = {"CATALOG": "nowhere.Catalog", "A": 1, "STRIP_LENGTH": "8"}

    messages = checks.check_settings()

    assert ids(messages) == [f"recommender.E00{n}" for n in (1, 2, 3, 4)]
    assert all(message.hint for message in messages)


def test_the_check_command_fails_on_them(settings):
    settings.RECOMMENDER = settings.RECOMMENDER | {"COLOUR": 1}

    with pytest.raises(SystemCheckError, match=r"recommender\.E002"):
        call_command("check")


def test_a_shop_without_checkpoints_is_w002(db):
    (message,) = checks.check_database(databases=["default"])

    assert message.id == "recommender.W002"
    assert "PAIR, STYLE, VISUAL" in message.msg
    assert "activate_checkpoint" in message.hint


def test_a_shop_with_checkpoints_is_in_order(checkpoints):
    assert checks.check_database(databases=["default"]) == []


def test_the_database_is_only_asked_where_the_command_allows_it(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert checks.check_database(databases=None) == []


def test_a_picture_whose_file_is_not_there_is_w003(checkpoints, blouse, make_picture):
    file = make_picture(blouse).file
    file.storage.delete(file.name)
    sync_products([blouse])

    (message,) = checks.check_database(databases=["default"])

    assert message.id == "recommender.W003"
    assert f"1, as {file.name} of product {blouse.pk}." in message.msg
    assert "embed_catalog" in message.hint


@pytest.mark.parametrize(("version", "expected"), [((0, 8, 3), ["recommender.W001"]), (None, [])])
def test_an_old_pgvector_is_w001(checkpoints, monkeypatch, version, expected):
    monkeypatch.setattr("recommender.vectors.vector_extension_version", lambda: version)

    assert ids(checks.check_database(databases=["default"])) == expected
