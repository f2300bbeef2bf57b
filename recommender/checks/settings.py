"""Whether the settings name what they should: the product model, its database, known keys."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import DEFAULT_DB_ALIAS, connections, router

from recommender import conf
from recommender.catalog import product_model
from recommender.models import Purpose

NO_SETTINGS = "recommender.E010"


def messages() -> list[CheckMessage]:
    given = getattr(settings, "RECOMMENDER", {})
    if not isinstance(given, Mapping):
        return [
            Error(
                f"RECOMMENDER should be a dict, not {type(given).__name__}.",
                hint='Write at least {"CATALOG": "shop.catalog.GarmentCatalog"}.',
                id=NO_SETTINGS,
            )
        ]
    return [*_product_model(), *_unknown(given), *_wrong_types(given), *_floors(given)]


def _product_model() -> Iterator[CheckMessage]:
    label = getattr(settings, "RECOMMENDER_PRODUCT_MODEL", None)
    try:
        model = product_model()
    except LookupError as error:
        is_set = "is not set" if label is None else f"is {label!r}, which names no model: {error}"
        yield Error(
            f"RECOMMENDER_PRODUCT_MODEL {is_set}",
            hint='Set it to your product model before the first migrate, as in "shop.Garment".',
            id="recommender.E001",
        )
        return
    alias = router.db_for_write(model)
    if alias != DEFAULT_DB_ALIAS:
        yield Error(
            f"{model._meta.label} is kept in the database {alias!r}.",
            hint=f"The engine joins its tables with the products, in the database "
            f"{DEFAULT_DB_ALIAS!r} alone: give the shop that alias, and route others elsewhere.",
            id="recommender.E009",
        )
    elif connections[alias].vendor != "postgresql":
        yield Error(
            f"The database is {connections[alias].display_name}.",
            hint="The engine compares vectors in PostgreSQL with pgvector 0.8.4 or newer.",
            id="recommender.E009",
        )


def _unknown(given: Mapping[str, Any]) -> Iterator[CheckMessage]:
    for key in sorted(set(given) - set(conf.DEFAULTS)):
        yield Error(
            f"RECOMMENDER[{key!r}] is not a setting of this app.",
            hint=f"Known settings: {', '.join(sorted(conf.DEFAULTS))}.",
            id="recommender.E002",
        )


def _floors(given: Mapping[str, Any]) -> Iterator[CheckMessage]:
    floors = given.get("FLOOR", {})
    for purpose in sorted(set(floors) - set(Purpose.values)) if isinstance(floors, dict) else ():
        yield Error(
            f'RECOMMENDER["FLOOR"] names {purpose!r}, which nothing is compared for.',
            hint=f"A floor stands beside one of: {', '.join(Purpose.values)}.",
            id="recommender.E002",
        )


def _wrong_types(given: Mapping[str, Any]) -> Iterator[CheckMessage]:
    for key, value in given.items():
        if key in conf.DEFAULTS and not _fits(value, conf.DEFAULTS[key]):
            yield Error(
                f"RECOMMENDER[{key!r}] should be {type(conf.DEFAULTS[key]).__name__}, "
                f"not {type(value).__name__}.",
                hint=f"The default is {conf.DEFAULTS[key]!r}.",
                id="recommender.E003",
            )


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, type(default)) and isinstance(value, bool) == isinstance(default, bool)
