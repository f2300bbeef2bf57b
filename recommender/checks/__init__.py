"""Tells a developer what is missing before production does; docs/reference.md lists every id."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, register

from recommender.checks import catalog, database, services, settings


@register
def check_settings(**_kwargs: Any) -> Sequence[CheckMessage]:
    """E001 to E009: what a host must write; asks no database."""
    messages = settings.messages()
    if not any(message.id == settings.NO_SETTINGS for message in messages):
        messages += catalog.messages()
    return messages


@register(deploy=True)
def check_services(**_kwargs: Any) -> Sequence[CheckMessage]:
    """W004 and W005: what cache and broker are like; run by `check --deploy`."""
    return services.messages()


@register("database")
def check_database(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> Sequence[CheckMessage]:
    """W001 to W003: what the database holds; run by `check --database default` and `migrate`."""
    return database.messages() if databases else []
