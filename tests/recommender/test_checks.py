"""A developer hears of what is missing before production does, with an id and a remedy."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from recommender import checks
from recommender.catalog import catalog


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


@pytest.mark.parametrize(("version", "expected"), [((0, 8, 3), ["recommender.W001"]), (None, [])])
def test_an_old_pgvector_is_w001(checkpoints, monkeypatch, version, expected):
    monkeypatch.setattr("recommender.vectors.vector_extension_version", lambda: version)

    assert ids(checks.check_database(databases=["default"])) == expected
