"""Whether the database holds what a shop at work needs."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Warning
from django.db import connection


def messages() -> list[CheckMessage]:
    return [*_extension_version(), *_active_checkpoints(), *_unreadable_pictures()]


def _extension_version() -> Iterator[CheckMessage]:
    from recommender.vectors import vector_extension_version  # noqa: PLC0415 -- needs ready apps

    version = vector_extension_version()
    if version is not None and version < (0, 8, 4):
        yield Warning(
            f"pgvector {'.'.join(map(str, version))} has known faults.",
            hint="Upgrade the extension to 0.8.4 or newer: ALTER EXTENSION vector UPDATE.",
            id="recommender.W001",
        )


def _active_checkpoints() -> Iterator[CheckMessage]:
    from recommender.switching.checkpoints import purposes_without_checkpoint  # noqa: PLC0415

    if missing := purposes_without_checkpoint():
        yield Warning(
            f"No active checkpoint for: {', '.join(missing)}.",
            hint="Run: python manage.py activate_checkpoint",
            id="recommender.W002",
        )


def _unreadable_pictures() -> Iterator[CheckMessage]:
    from recommender.models import Picture  # noqa: PLC0415
    from recommender.pipeline.picture_files import CURE, unreadable_pictures  # noqa: PLC0415

    if Picture._meta.db_table not in connection.introspection.table_names():
        return
    # Before an upgrade has migrated there are no other columns.
    pictures = list(unreadable_pictures().values_list("name", "product_id"))
    if pictures:
        name, product = pictures[0]
        yield Warning(
            f"Pictures that are not there: {len(pictures)}, as {name} of product {product}.",
            hint=CURE,
            id="recommender.W003",
        )
