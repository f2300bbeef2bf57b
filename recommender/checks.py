"""Tells a developer what is missing before production does."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured

from recommender import conf
from recommender.catalog import catalog, product_model


@register
def check_settings(**_kwargs: Any) -> Sequence[CheckMessage]:
    """E001 to E004: the settings a host must write."""
    return [*_product_model(), *_unknown_settings(), *_catalog()]


@register("database")
def check_database(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> Sequence[CheckMessage]:
    """W001 and W002: what the database holds; run by `check --database default` and `migrate`."""
    if not databases:
        return []
    return [*_extension_version(), *_active_checkpoints()]


def _product_model() -> Sequence[CheckMessage]:
    try:
        product_model()
    except (AttributeError, LookupError, ValueError) as error:
        hint = 'Set it to your product model before the first migrate, as in "shop.Garment".'
        message = f"RECOMMENDER_PRODUCT_MODEL does not name a model: {error}"
        return [Error(message, hint=hint, id="recommender.E001")]
    return []


def _unknown_settings() -> Sequence[CheckMessage]:
    given = getattr(settings, "RECOMMENDER", {})
    return [
        Error(
            f"RECOMMENDER[{key!r}] is not a setting of this app.",
            hint=f"Known settings: {', '.join(sorted(conf.DEFAULTS))}.",
            id="recommender.E002",
        )
        for key in sorted(set(given) - set(conf.DEFAULTS))
    ] + [
        Error(
            f"RECOMMENDER[{key!r}] should be {type(conf.DEFAULTS[key]).__name__}, "
            f"not {type(value).__name__}.",
            hint=f"The default is {conf.DEFAULTS[key]!r}.",
            id="recommender.E003",
        )
        for key, value in given.items()
        if key in conf.DEFAULTS and not _fits(value, conf.DEFAULTS[key])
    ]


def _fits(value: Any, default: Any) -> bool:
    if isinstance(default, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, type(default)) and isinstance(value, bool) == isinstance(default, bool)


def _catalog() -> Sequence[CheckMessage]:
    try:
        catalog()
    except ImproperlyConfigured as error:
        hint = "Write a subclass of recommender.catalog.Catalog; docs/host-shop.md shows one."
        return [Error(str(error), hint=hint, id="recommender.E004")]
    return []


def _extension_version() -> Sequence[CheckMessage]:
    from recommender.vectors import vector_extension_version  # noqa: PLC0415 -- needs ready apps

    version = vector_extension_version()
    if version is None or version >= (0, 8, 4):
        return []
    return [
        Warning(
            f"pgvector {'.'.join(map(str, version))} has known faults.",
            hint="Upgrade the extension to 0.8.4 or newer: ALTER EXTENSION vector UPDATE.",
            id="recommender.W001",
        )
    ]


def _active_checkpoints() -> Sequence[CheckMessage]:
    from recommender.switching.checkpoints import purposes_without_checkpoint  # noqa: PLC0415

    missing = purposes_without_checkpoint()
    if not missing:
        return []
    return [
        Warning(
            f"No active checkpoint for: {', '.join(missing)}.",
            hint="Run: python manage.py activate_checkpoint",
            id="recommender.W002",
        )
    ]
