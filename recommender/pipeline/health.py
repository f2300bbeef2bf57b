"""Whether what the engine stands on answers."""

from dataclasses import dataclass

from django.db import Error, connection

from recommender import broker


@dataclass(frozen=True)
class Health:
    """What answered just now."""

    database: bool
    broker: bool
    worker: bool

    @property
    def status(self) -> str:
        """`down` without a database; without the rest pages and strips still work: `degraded`."""
        if not self.database:
            return "down"
        return "ok" if self.broker and self.worker else "degraded"


def engine_health() -> Health:
    """Ask database, broker and workers; one query, and at most a second where nobody answers."""
    try:
        worker = broker.has_worker()
    except broker.NoBroker:
        return Health(database=database_answers(), broker=False, worker=False)
    return Health(database=database_answers(), broker=True, worker=worker)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
