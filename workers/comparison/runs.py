"""Train and measure the rows, keeping what is done, so that a killed comparison goes on where it was."""

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from workers import datasets
from workers.checkpoints import Card, Purpose, find, load_card
from workers.comparison.figures import (
    Chain,
    baseline_figures,
    benchmark_figures,
    chain_of,
    cost_figures,
    retrieval_figures,
)
from workers.comparison.rows import IMAGENET, Row
from workers.datasets.collection import Collection
from workers.evaluation.split import write_split
from workers.training.recipes import RECIPES, train
from workers.training.run import Run

SHARE, SEED = 0.15, 0  # of the product-disjoint split
KEPT = ("seen-*", "described-*")  # what embeddings cost, and no look changes
QUICK = {"epochs": 1}
SEEN, UNSEEN = "seen", "unseen"

logger = logging.getLogger(__name__)
Figures = dict[str, Any]


class NotHereError(RuntimeError):
    """A row that cannot be trained with what is here."""


@dataclass(frozen=True)
class Side:
    """A folder whose looks are learnt from and whose questions are asked."""

    folder: Path
    collection: Collection


@dataclass(frozen=True)
class Comparison:
    """One comparison: `seen` asks about products that looks have shown, `unseen` about others."""

    seen: Side
    unseen: Side
    out: Path
    quick: bool = False
    imagenet: bool = False

    def side(self, name: str) -> Side:
        """Give the side of a name, "seen" or "unseen"."""
        return {SEEN: self.seen, UNSEEN: self.unseen}[name]

    @property
    def cache(self) -> Path:
        return self.out / "cache"


def prepare(data: Path, *, split: Path | None, out: Path, **how: bool) -> Comparison:
    """Read the data set and its product-disjoint split, which is made where there is none."""
    folder = split or out / "split"
    collection = datasets.read(data)
    if not (folder / "products.csv").is_file():
        write_split(collection, folder, share=SHARE, seed=SEED)
    unseen = Side(folder, datasets.read(folder))
    return Comparison(Side(data, collection), unseen, out, **how)


def results(comparison: Comparison, rows: tuple[Row, ...]) -> Iterator[tuple[Row, Figures]]:
    """Train and measure row by row; one that fails says why and the next goes on."""
    for row in rows:
        path = comparison.out / "rows" / f"{_slug(row.name)}.json"
        figures = _known_figures(path, row, comparison)
        start = time.monotonic()
        try:
            for part, measure in _parts(row, comparison):
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


def _parts(row: Row, comparison: Comparison) -> Iterator[tuple[str, Any]]:
    """Name the parts of a row's figures, each with how it is measured."""
    for name in (SEEN, UNSEEN):
        yield name, partial(_benchmark, row, comparison, name)
    if row.baseline:
        return
    seen = comparison.seen.collection
    chain = _chain(row, comparison, SEEN)
    if _embeds(chain, comparison):
        yield "retrieval", partial(retrieval_figures, chain, seen, cache=comparison.cache)
    yield "cost", partial(cost_figures, chain, seen)


def _benchmark(row: Row, comparison: Comparison, name: str) -> Figures:
    side = comparison.side(name)
    if row.baseline:
        baseline: Figures = baseline_figures(row.baseline, side.collection, side.folder)
        return baseline
    chain = _chain(row, comparison, name)
    if chain.last.purpose is Purpose.CATEGORY:
        return {}
    whole = name == SEEN or not _is_trained_here(
        chain, comparison
    )  # all vectors will be used again
    return benchmark_figures(
        chain, side.collection, side.folder, cache=comparison.cache, whole=whole
    )


def _is_trained_here(chain: Chain, comparison: Comparison) -> bool:
    """Tell whether the chain's encoder was trained here."""
    return chain.encoder.is_relative_to(comparison.out)


def _embeds(chain: Chain, comparison: Comparison) -> bool:
    """Tell whether the row brings an encoder of its own, for which retrieval means something."""
    return chain.last.purpose.is_encoder or _is_trained_here(chain, comparison)


def _chain(row: Row, comparison: Comparison, name: str) -> Chain:
    """Find the row's checkpoints, trained on the side if they were not yet."""
    if row.checkpoint:
        folder = find(row.checkpoint)
        return chain_of({folder: load_card(folder)}, visual=find("visual"))
    side = SEEN if row.by_labels else name
    out = comparison.out / "checkpoints" / f"{_slug(row.name)}-{side}"
    made = _finished_cards(out) or _train(row, comparison, comparison.side(side), out=out)
    return chain_of(made, visual=find(row.visual or "visual"))


def _finished_cards(out: Path) -> dict[Path, Card]:
    """Find what an earlier run finished; the mark is written after everything else."""
    if not (out.parent / f"{out.name}.done").is_file():
        return {}
    return {path.parent: load_card(path.parent) for path in sorted(out.rglob("card.json"))}


def _train(row: Row, comparison: Comparison, side: Side, *, out: Path) -> dict[Path, Card]:
    if row.recipe not in RECIPES:
        raise NotHereError(f"there is no recipe {row.recipe!r}")
    if row.backbone == IMAGENET and not comparison.imagenet:
        raise NotHereError("needs ImageNet weights; with a network, say --imagenet")
    run = Run(
        collections=[side.collection],
        out=out,
        overrides=row.config | (QUICK if comparison.quick else {}),
        resume=True,
        visual=find(row.visual) if row.visual else None,
        backbone=row.backbone or None,
    )
    _link(comparison.cache, run.work)
    made = train(row.recipe, run)
    _link(run.work, comparison.cache)
    (out.parent / f"{out.name}.done").touch()
    return made


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


def _known_figures(path: Path, row: Row, comparison: Comparison) -> Figures:
    """Read what is known of a row, nothing if the row or the data changed since."""
    stamp = row.stamp() | {
        "quick": comparison.quick,
        "data": comparison.seen.collection.fingerprint()[:12],
    }
    if row.checkpoint or row.visual:
        folder = find(row.checkpoint or row.visual)
        stamp["sha256"] = load_card(folder).sha256
    if path.is_file():
        figures: Figures = json.loads(path.read_text())
        if figures.get("stamp") == json.loads(json.dumps(stamp)):
            return figures
    _forget(comparison.out / "checkpoints", _slug(row.name))
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
