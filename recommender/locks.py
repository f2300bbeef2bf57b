"""Named locks that PostgreSQL keeps: for one transaction, or across several."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import DatabaseError, connection


def try_advisory_lock(name: str) -> bool:
    """Take the named lock until the transaction ends; False when somebody else holds it."""
    return bool(_one("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [name]))


def advisory_lock(name: str) -> None:
    """Wait for the named lock and keep it until the transaction ends."""
    _one("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Hold the named lock while the block runs, across transactions; gives False if another does.

    It goes with the connection: a process that is killed leaves nothing locked.
    """
    is_ours = bool(_one("SELECT pg_try_advisory_lock(hashtext(%s))", [name]))
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(DatabaseError):  # a lost or broken connection holds no lock any more
                _one("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def is_locked(name: str) -> bool:
    """Whether any connection to this database holds the named lock."""
    return bool(
        _one(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND ((classid::bigint << 32) | objid::bigint) = hashtext(%s)::bigint)",
            [name],
        )
    )


def _one(sql: str, params: list[Any]) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]
