"""The figures of one checkpoint: benchmarks, retrieval, size and speed, from vectors computed once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import ONNX, PIXELS, Card, load_card, load_weights
from workers.datasets.collection import Collection
from workers.datasets.looks import learnable_looks
from workers.evaluation.benchmark import Benchmark, Pair, read_benchmarks
from workers.evaluation.compatibility import mark
from workers.evaluation.outfit_scorers import OutfitScorer, PairMeans, baselines
from workers.evaluation.retrieval import figures_of
from workers.evaluation.vectors import item_vectors, queries
from workers.serving.encoders import load_encoder
from workers.serving.scorers import load_pair_scorer

TIMED_PICTURES, REPEATS = 16, 3

Vectors = NDArray[np.float32]
Figures = dict[str, dict[str, float]]  # by kind of wrong answers


@dataclass(frozen=True)
class Chain:
    """What serves together: an encoder, and the scorer of its vectors, if there is one."""

    encoder: Path
    scorer: Path | None = None

    @property
    def folders(self) -> list[Path]:
        return [self.encoder] + ([self.scorer] if self.scorer else [])

    @property
    def last(self) -> Card:
        """The card of what gives the score."""
        return load_card(self.scorer or self.encoder)


def chain_of(made: dict[Path, Card], *, visual: Path) -> Chain:
    """Order checkpoints into a chain; what reads no encoder among them reads `visual`."""
    ordered = sorted(made, key=lambda folder: made[folder].purpose.is_encoder)  # encoders last
    of_pixels = [folder for folder in ordered if made[folder].reads == PIXELS]
    of_vectors = [folder for folder in ordered if made[folder].reads != PIXELS]
    return Chain(of_pixels[-1] if of_pixels else visual, of_vectors[-1] if of_vectors else None)


def benchmark_figures(
    chain: Chain, collection: Collection, folder: Path, *, cache: Path, whole: bool = True
) -> Figures:
    """Answer the benchmarks of a folder.

    Args:
        chain: Who answers.
        collection: The products that are asked about.
        folder: The questions.
        cache: Where vectors are kept.
        whole: Encode every product, for figures to come, or those alone that are asked about.

    Returns:
        `fitb` and `auc` by kind of wrong answers, "hard" and "classic".
    """
    benchmarks = read_benchmarks(folder).by_negatives
    pairs = _pairs(benchmarks)
    if not whole:
        asked = {key for pair in pairs for key in pair}
        kept = tuple(item for item in collection.items if item.key in asked)
        collection = replace(collection, items=kept)
    return _mark_all(benchmarks, _scorer(chain, collection, pairs, cache=cache))


def baseline_figures(name: str, collection: Collection, folder: Path) -> Figures:
    """Answer the benchmarks of a folder by a baseline that sees no picture."""
    benchmarks = read_benchmarks(folder).by_negatives
    items = {item.key: item for item in collection.items}
    known = list(learnable_looks(collection).values())
    return _mark_all(benchmarks, baselines(items, known, _pairs(benchmarks))[name])


def retrieval_figures(chain: Chain, collection: Collection, *, cache: Path) -> dict[str, float]:
    """Rank all items for each other by an encoder: same model, type, colour."""
    if not chain.last.purpose.is_encoder:
        chain = Chain(chain.encoder)
    vectors = _vectors(chain, collection, cache=cache)
    return figures_of(vectors, collection.items, asking=queries(vectors, chain.last))


def cost_figures(chain: Chain, collection: Collection) -> dict[str, float]:
    """Count weights and megabytes of the whole chain, and time its encoding of a picture, one thread."""
    weights = [tensor for folder in chain.folders for tensor in load_weights(folder).values()]
    served = [folder / ONNX for folder in chain.folders]
    return {
        "parameters": float(sum(tensor.size for tensor in weights)),
        "mb": sum(path.stat().st_size for path in served) / 1e6,
        "ms": _milliseconds(chain, collection),
    }


def _milliseconds(chain: Chain, collection: Collection) -> float:
    encoder = load_encoder(chain.encoder, device="cpu", threads=1)
    pictures = [item.open() for item in collection.items[:TIMED_PICTURES]]
    encoder.forward(pictures[:1])
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        encoder.forward(pictures)
        times.append(time.perf_counter() - start)
    return 1000 * min(times) / len(pictures)


def _pairs(benchmarks: dict[str, Benchmark]) -> list[Pair]:
    return sorted(set().union(*(each.pairs() for each in benchmarks.values())))


def _mark_all(benchmarks: dict[str, Benchmark], scorer: OutfitScorer) -> Figures:
    marks = {kind: mark(each, scorer) for kind, each in benchmarks.items()}
    return {kind: {"fitb": each.fitb(), "auc": each.auc()} for kind, each in marks.items()}


def _scorer(
    chain: Chain, collection: Collection, pairs: Sequence[Pair], *, cache: Path
) -> OutfitScorer:
    at = {item.key: index for index, item in enumerate(collection.items)}
    known = [pair for pair in pairs if pair[0] in at and pair[1] in at]
    a, b = (np.array([at[pair[side]] for pair in known], dtype=np.int64) for side in (0, 1))
    vectors = _vectors(chain, collection, cache=cache)
    if chain.scorer:
        scorer = load_pair_scorer(chain.scorer, device="cpu", threads=1)
        scores = scorer.score(vectors[a], vectors[b])
    else:
        scores = np.einsum("nd,nd->n", queries(vectors, chain.last)[a], vectors[b]).tolist()
    return PairMeans(dict(zip(known, map(float, scores), strict=True)))


def _vectors(chain: Chain, collection: Collection, *, cache: Path) -> Vectors:
    """Embed every item by the chain's encoder: (N, D)."""
    return item_vectors([collection], folder=chain.encoder, cache=cache).embedding
