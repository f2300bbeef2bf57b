"""The figures of one checkpoint: exams, retrieval, size and speed, from vectors computed once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from workers.checkpoints import ONNX, PIXELS, Card, load_card, load_weights
from workers.datasets.collection import Collection
from workers.evaluation.compatibility import fill_in
from workers.evaluation.embedded import queries
from workers.evaluation.exams import Exam, Pair, read_exams
from workers.evaluation.judges import Judge, PairJudge, plain_judges
from workers.evaluation.retrieval import figures_of
from workers.serving.encoders import load_encoder
from workers.serving.scorers import load_pair_scorer
from workers.training.features import seen_items
from workers.training.looks import to_learn

TIMED_PICTURES, REPEATS = 16, 3

Vectors = NDArray[np.float32]
Marks = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Chain:
    """What serves together: an encoder, and the scorer of its vectors, if there is one."""

    encoder: Path
    scorer: Path | None = None

    @property
    def folders(self) -> list[Path]:
        return [self.encoder] + ([self.scorer] if self.scorer else [])

    @property
    def judge(self) -> Card:
        return load_card(self.scorer or self.encoder)


def chain_of(made: dict[Path, Card], *, visual: Path) -> Chain:
    """Order checkpoints into a chain; what reads no encoder among them reads `visual`."""
    ordered = sorted(made, key=lambda folder: made[folder].purpose.is_encoder)  # encoders last
    seeing = [folder for folder in ordered if made[folder].reads == PIXELS]
    reading = [folder for folder in ordered if made[folder].reads != PIXELS]
    return Chain(seeing[-1] if seeing else visual, reading[-1] if reading else None)


def exam_figures(
    chain: Chain, collection: Collection, folder: Path, *, cache: Path, whole: bool = True
) -> Marks:
    """Mark the exams of a folder.

    Args:
        chain: Who answers.
        collection: The products that are asked about.
        folder: The questions.
        cache: Where vectors are kept.
        whole: Encode every product, for figures to come, or those alone that are asked about.

    Returns:
        `fitb` and `auc` by ground, "hard" and "classic".
    """
    exams = read_exams(folder).grounds
    pairs = _pairs(exams)
    if not whole:
        asked = {key for pair in pairs for key in pair}
        kept = tuple(item for item in collection.items if item.key in asked)
        collection = replace(collection, items=kept)
    return _marked(exams, _judge(chain, collection, pairs, cache=cache))


def plain_figures(name: str, collection: Collection, folder: Path) -> Marks:
    """Mark the exams of a folder for a judge that sees no picture."""
    exams = read_exams(folder).grounds
    items = {item.key: item for item in collection.items}
    known = list(to_learn(collection).values())
    return _marked(exams, plain_judges(items, known, _pairs(exams))[name])


def retrieval_figures(chain: Chain, collection: Collection, *, cache: Path) -> dict[str, float]:
    """Rank all items for each other by an encoder: same model, type, colour."""
    if not chain.judge.purpose.is_encoder:
        chain = Chain(chain.encoder)
    vectors = _vectors(chain, collection, cache=cache)
    return figures_of(vectors, collection.items, asking=queries(vectors, chain.judge))


def cost_figures(chain: Chain, collection: Collection) -> dict[str, float]:
    """Count weights and megabytes of the whole chain, and time its encoding of a picture, one thread."""
    weights = [tensor for folder in chain.folders for tensor in load_weights(folder).values()]
    served = [folder / ONNX for folder in chain.folders]
    return {
        "parameters": float(sum(tensor.size for tensor in weights)),
        "mb": sum(path.stat().st_size for path in served) / 1e6,
        "ms": _milliseconds(chain, collection),
    }


def bare(collection: Collection) -> Collection:
    """Forget the looks, which no embedding depends on."""
    return replace(collection, looks={})


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


def _pairs(exams: dict[str, Exam]) -> list[Pair]:
    return sorted(set().union(*(exam.pairs() for exam in exams.values())))


def _marked(exams: dict[str, Exam], judge: Judge) -> Marks:
    sheets = {ground: fill_in(exam, judge) for ground, exam in exams.items()}
    return {ground: {"fitb": s.fitb(), "auc": s.auc()} for ground, s in sheets.items()}


def _judge(chain: Chain, collection: Collection, pairs: Sequence[Pair], *, cache: Path) -> Judge:
    at = {item.key: index for index, item in enumerate(collection.items)}
    known = [pair for pair in pairs if pair[0] in at and pair[1] in at]
    a, b = (np.array([at[pair[side]] for pair in known], dtype=np.int64) for side in (0, 1))
    card = chain.judge
    if chain.scorer:
        seen = _vectors(chain, collection, cache=cache)
        scores = load_pair_scorer(chain.scorer, device="cpu", threads=1).score(seen[a], seen[b])
    else:
        vectors = _vectors(chain, collection, cache=cache)
        scores = np.einsum("nd,nd->n", queries(vectors, card)[a], vectors[b]).tolist()
    return PairJudge(dict(zip(known, map(float, scores), strict=True)))


def _vectors(chain: Chain, collection: Collection, *, cache: Path) -> Vectors:
    """Embed every item by the chain's encoder: (N, D)."""
    return seen_items([bare(collection)], visual=chain.encoder, cache=cache).embedding
