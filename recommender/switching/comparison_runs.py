"""Has a worker compare two checkpoints, and keeps what it found; nobody waits for it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from recommender import broker
from recommender.catalog import catalog, product_model
from recommender.models import Checkpoint, ComparisonRun, active_checkpoint
from recommender.ranking.rung import Rung
from recommender.strips.change import StripChange
from recommender.strips.items import Item, Strip
from recommender.switching.comparison import Comparison, comparison, unmeasured_comparison

SAMPLE = 500  # products, or all: two standard errors of their overlap are 0.045 at most
REPORT_EVERY = 10  # products


@transaction.atomic
def ask_for_comparison(candidate: Checkpoint) -> ComparisonRun | None:
    """Ask the workers to compare it with what serves, once more if it was; None: nothing does."""
    active = active_checkpoint(candidate.purpose)
    if active in {None, candidate}:
        return None
    known = stored_run(candidate, active)
    if known and known.finished_at is None:
        broker.ring(broker.COMPARE)
        return known
    fresh = {"reported_at": None, "finished_at": None, "done": 0, "wanted": 0, "result": None}
    seed = known.seed + 1 if known else 0
    run, _is_new = ComparisonRun.objects.update_or_create(
        candidate=candidate,
        active=active,
        defaults=fresh | {"asked_at": timezone.now(), "seed": seed},
    )
    broker.ring(broker.COMPARE)
    return run


def stored_run(candidate: Checkpoint, active: Checkpoint | None) -> ComparisonRun | None:
    """How far the comparison with what serves is, if anybody has asked for it."""
    return ComparisonRun.objects.filter(candidate=candidate, active=active).first()


def work_off_comparisons() -> None:
    """Compare whatever is asked for, one after another, until nothing is; for a worker."""
    while run := _claimed():
        found = comparison(run.candidate, sample=SAMPLE, seed=run.seed, report=_reporter(run))
        row = ComparisonRun.objects.filter(pk=run.pk, finished_at=None, asked_at=run.asked_at)
        row.update(result=_result(found), finished_at=Now())


def stored_comparison(run: ComparisonRun) -> Comparison:
    """What was found, with the products as they are now; those that are gone are left out.

    About ten queries: coverage, and the products of the strips that changed most.
    """
    result = run.result or {}
    rows = [[_keys(keys) for keys in row] for row in result.get("compared", ())]
    found = catalog().products().in_bulk({key for row in rows for keys in row for key in keys})
    return unmeasured_comparison(
        run.candidate,
        products=result.get("products", 0),
        silent=result.get("silent", 0),
        overlaps=result.get("overlaps", ()),
        compared=[
            StripChange(found[key], _strip(before, found), _strip(after, found))
            for (key,), before, after in rows
            if key in found
        ],
    )


def _claimed() -> ComparisonRun | None:
    for run in ComparisonRun.objects.due().select_related("candidate"):
        if ComparisonRun.objects.due().filter(pk=run.pk).update(reported_at=Now(), done=0):
            return run
    return None


def _reporter(run: ComparisonRun) -> Any:
    def report(done: int, wanted: int) -> None:
        if done % REPORT_EVERY == 0:
            ComparisonRun.objects.filter(pk=run.pk).update(
                reported_at=Now(), done=done, wanted=wanted
            )

    return report


def _result(found: Comparison) -> dict[str, Any]:
    return {
        "products": found.products,
        "silent": found.silent,
        "overlaps": [round(overlap, 4) for overlap in found.overlaps],
        "compared": [
            [[str(one.product.pk)], _texts(one.before), _texts(one.after)]
            for one in found.most_changed
        ],
    }


def _texts(strip: Strip) -> list[str]:
    return [str(item.product.pk) for item in strip.items]


def _keys(texts: Iterable[str]) -> list[Any]:
    return [product_model()._meta.pk.to_python(text) for text in texts]


def _strip(keys: Sequence[Any], found: dict[Any, Any]) -> Strip:
    """A strip to look at: what it scored is not kept."""
    there = [found[key] for key in keys if key in found]
    return Strip([Item(one, 0.0, rank, Rung.VISUAL) for rank, one in enumerate(there, start=1)])
