"""Train and measure the rows, keeping what is done, so that a killed comparison goes on where it was."""

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from workers import datasets
from workers.checkpoints import Card, Purpose, find, load_card
from workers.comparison.measured import (
    Chain,
    chain_of,
    cost_figures,
    exam_figures,
    plain_figures,
    retrieval_figures,
)
from workers.comparison.rows import IMAGENET, Row
from workers.datasets.collection import Collection
from workers.evaluation.split import write_split
from workers.training.recipe import RECIPES, Run

SHARE, SEED = 0.15, 0  # of the product-disjoint split
KEPT = ("seen-*", "described-*")  # what embeddings cost, and no look changes
QUICK = {"epochs": 1}
SEEN, UNSEEN = "seen", "unseen"

logger = logging.getLogger(__name__)
Figures = dict[str, Any]


class NotHereError(RuntimeError):
    """A row that cannot be trained with what is here."""


@dataclass(frozen=True)
class Ground:
    """A folder whose looks are learnt from and whose questions are asked."""

    folder: Path
    collection: Collection


@dataclass(frozen=True)
class Contest:
    """One comparison: `seen` asks about products that looks have shown, `unseen` about others."""

    seen: Ground
    unseen: Ground
    out: Path
    quick: bool = False
    imagenet: bool = False

    def ground(self, name: str) -> Ground:
        """Give the ground of a name, "seen" or "unseen"."""
        return {SEEN: self.seen, UNSEEN: self.unseen}[name]

    @property
    def cache(self) -> Path:
        return self.out / "cache"


def prepared(data: Path, *, split: Path | None, out: Path, **how: bool) -> Contest:
    """Read the data set and its product-disjoint split, which is made where there is none."""
    folder = split or out / "split"
    collection = datasets.read(data)
    if not (folder / "product_data.csv").is_file():
        write_split(collection, folder, share=SHARE, seed=SEED)
    unseen = Ground(folder, datasets.read(folder))
    return Contest(Ground(data, collection), unseen, out, **how)


def results(contest: Contest, rows: tuple[Row, ...]) -> Iterator[tuple[Row, Figures]]:
    """Train and measure row by row; one that fails says why and the next goes on."""
    for row in rows:
        path = contest.out / "rows" / f"{_slug(row.name)}.json"
        figures = _kept(path, row, contest)
        start = time.monotonic()
        try:
            for part, measure in _parts(row, contest):
                if part not in figures:
                    figures[part] = measure()
                    _keep(path, figures)
            figures.pop("error", None)
        except Exception as error:  # noqa: BLE001 - whatever stops one row, the others go on
            figures["error"] = f"{type(error).__name__}: {error}".splitlines()[0]
            logger.warning("%s: %s", row.name, figures["error"])
        figures["seconds"] = figures.get("seconds", 0.0) + time.monotonic() - start
        _keep(path, figures)
        yield row, figures


def _parts(row: Row, contest: Contest) -> Iterator[tuple[str, Any]]:
    """Name the parts of a row's figures, each with how it is measured."""
    for name in (SEEN, UNSEEN):
        yield name, partial(_exam, row, contest, name)
    if row.plain:
        return
    seen = contest.seen.collection
    chain = _chain(row, contest, SEEN)
    if _embeds(chain, contest):
        yield "retrieval", partial(retrieval_figures, chain, seen, cache=contest.cache)
    yield "cost", partial(cost_figures, chain, seen)


def _exam(row: Row, contest: Contest, name: str) -> Figures:
    ground = contest.ground(name)
    if row.plain:
        plain: Figures = plain_figures(row.plain, ground.collection, ground.folder)
        return plain
    chain = _chain(row, contest, name)
    if chain.judge.purpose is Purpose.CATEGORY:
        return {}
    whole = name == SEEN or not _is_own(chain, contest)  # all vectors will be used again
    return exam_figures(chain, ground.collection, ground.folder, cache=contest.cache, whole=whole)


def _is_own(chain: Chain, contest: Contest) -> bool:
    """Tell whether the chain's encoder was trained here."""
    return chain.encoder.is_relative_to(contest.out)


def _embeds(chain: Chain, contest: Contest) -> bool:
    """Tell whether the row brings an encoder of its own, for which retrieval means something."""
    return chain.judge.purpose.is_encoder or _is_own(chain, contest)


def _chain(row: Row, contest: Contest, name: str) -> Chain:
    """Find the row's checkpoints, trained on the ground if they were not yet."""
    if row.checkpoint:
        folder = find(row.checkpoint)
        return chain_of({folder: load_card(folder)}, visual=find("visual"))
    ground = SEEN if row.by_labels else name
    out = contest.out / "checkpoints" / f"{_slug(row.name)}-{ground}"
    made = _made(out) or _trained(row, contest, contest.ground(ground), out=out)
    return chain_of(made, visual=find(row.visual or "visual"))


def _made(out: Path) -> dict[Path, Card]:
    """Find what an earlier run finished; the mark is written after everything else."""
    if not (out.parent / f"{out.name}.done").is_file():
        return {}
    return {path.parent: load_card(path.parent) for path in sorted(out.rglob("card.json"))}


def _trained(row: Row, contest: Contest, ground: Ground, *, out: Path) -> dict[Path, Card]:
    if row.recipe not in RECIPES:
        raise NotHereError(f"there is no recipe {row.recipe!r}")
    if row.backbone == IMAGENET and not contest.imagenet:
        raise NotHereError("needs ImageNet weights; with a network, say --imagenet")
    run = Run(
        collections=[ground.collection],
        out=out,
        overrides=row.config | (QUICK if contest.quick else {}),
        resume=True,
        visual=find(row.visual) if row.visual else None,
        backbone=row.backbone or None,
    )
    _link(contest.cache, run.work)
    module, function = RECIPES[row.recipe].split(":")
    made = getattr(import_module(module), function)(run)
    _link(run.work, contest.cache)
    (out.parent / f"{out.name}.done").touch()
    return {out: made} if isinstance(made, Card) else dict(made)


def _link(source: Path, target: Path) -> None:
    """Let a run find the embeddings of the runs before it."""
    target.mkdir(parents=True, exist_ok=True)
    for pattern in KEPT:
        for path in source.glob(pattern):
            if not (target / path.name).exists():
                try:
                    os.link(path, target / path.name)
                except OSError:
                    shutil.copy2(path, target / path.name)


def _kept(path: Path, row: Row, contest: Contest) -> Figures:
    """Read what is known of a row, nothing if the row or the data changed since."""
    stamp = row.stamp() | {
        "quick": contest.quick,
        "data": contest.seen.collection.fingerprint()[:12],
    }
    if row.checkpoint or row.visual:
        folder = find(row.checkpoint or row.visual)
        stamp["sha256"] = load_card(folder).sha256
    if path.is_file():
        figures: Figures = json.loads(path.read_text())
        if figures.get("stamp") == json.loads(json.dumps(stamp)):
            return figures
    _forget(contest.out / "checkpoints", _slug(row.name))
    return {"stamp": stamp}


def _forget(folder: Path, slug: str) -> None:
    """Remove what an older version of a row trained."""
    for name in (SEEN, UNSEEN):
        for leaf in (f"{slug}-{name}", f"{slug}-{name}.work"):
            shutil.rmtree(folder / leaf, ignore_errors=True)
        (folder / f"{slug}-{name}.done").unlink(missing_ok=True)


def _keep(path: Path, figures: Figures) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(figures, indent=1) + "\n")
    unfinished.replace(path)


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower()).replace("--", "-")
