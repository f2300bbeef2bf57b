"""Eight bits where they pay: `network.int8.onnx` beside a network, kept only if as good and faster.

`python -m workers.quantise CHECKPOINT --data FOLDER_OF_PICTURES`
"""

import argparse
import os
import platform
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from PIL import Image

from workers.checkpoints import (
    EMBEDDINGS_OF,
    FEATURES_OF,
    INT8,
    ONNX,
    PIXELS,
    Card,
    file_hash,
    find,
    load_card,
    verify,
    write_card,
)
from workers.export import halved
from workers.images import batch, framing
from workers.runtime import Arrays, OnnxSession
from workers.serving import load_encoders

LEAST_COSINE = 0.99
LEAST_GAIN = 0.1  # of the time; less than a tenth may be the machine's mood
PICTURES, AT_ONCE = 64, 8
ROUNDS = 7
# Weighted sums; the others cost next to nothing, or would lose what small numbers say.
OPERATORS = {"all": ("MatMul", "Gemm", "Conv"), "without convolutions": ("MatMul", "Gemm")}


@dataclass(frozen=True)
class Verdict:
    """What eight bits cost and bring, one thread; `cosine` is 1 - |difference| for scores.

    Milliseconds are of processor time per picture; `ratio` is the median of what both took in turn.
    """

    operators: str
    cosine_min: float
    cosine_mean: float
    ms: float
    ms_before: float
    ratio: float
    mb: float
    mb_before: float

    @property
    def is_kept(self) -> bool:
        return self.cosine_min >= LEAST_COSINE and self.ratio <= 1 - LEAST_GAIN

    def __str__(self) -> str:
        faithful = f"cosine min {self.cosine_min:.4f}, mean {self.cosine_mean:.4f}"
        speed = f"{self.ms_before:.3f} → {self.ms:.3f} ms (× {self.ratio:.2f}), {self.mb_before:.1f} → {self.mb:.1f} MB"
        return f"{self.operators}: {faithful}; {speed} → {'kept' if self.is_kept else 'not kept'}"


def main(arguments: list[str] | None = None) -> None:
    """Try eight bits with and without convolutions, print both verdicts, keep the faster good one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="Name of a shipped one, or a folder.")
    parser.add_argument(
        "--data", type=Path, required=True, help="Folder of pictures to measure on."
    )
    parser.add_argument("--pictures", type=int, default=PICTURES, help="How many to measure on.")
    parser.add_argument("--dry-run", action="store_true", help="Measure, change nothing.")
    asked = parser.parse_args(arguments)
    pictures = pictures_of(asked.data, count=asked.pictures)
    if not pictures:
        sys.exit(f"{asked.data} holds no .jpg or .png; name a folder of product pictures.")
    for verdict in quantise(find(asked.checkpoint), pictures, keep=not asked.dry_run):
        sys.stdout.write(f"{verdict}\n")


def quantise(folder: Path, pictures: list[Image.Image], *, keep: bool = True) -> list[Verdict]:
    """Measure each way of quantising on pictures; `keep` writes the fastest good one, or removes an old one.

    Vectors already stored were made by the network before: similar to 0.99 and more, not the same.

    Raises:
        CheckpointError: The checkpoint is damaged, or what it reads is not at hand.
    """
    card = load_card(folder)
    verify(folder, card)
    inputs = inputs_of(folder, card, pictures)
    tried: list[tuple[Verdict, bytes]] = []
    with TemporaryDirectory() as made:
        for name, operators in OPERATORS.items():
            path = Path(made) / INT8
            if to_int8(folder / ONNX, path, operators=operators):
                verdict = compare(folder / ONNX, path, inputs, operators=name)
                tried.append((verdict, path.read_bytes()))
    good = [(verdict, data) for verdict, data in tried if verdict.is_kept]
    if keep:
        _keep(folder, card, min(good, key=lambda one: one[0].ratio, default=None))
    return [verdict for verdict, _ in tried]


def to_int8(source: Path, target: Path, *, operators: tuple[str, ...]) -> bool:
    """Quantise the weights of some operators per channel; tells whether there were any."""
    model = _with_own_weights(unhalved(onnx.load(source)))
    present = {node.op_type for node in model.graph.node}
    if not present & set(operators) or (operators != OPERATORS["all"] and "Conv" not in present):
        return False
    quantize_dynamic(
        model,
        target,
        op_types_to_quantize=[*operators],
        per_channel=True,
        reduce_range=not _has_vnni(),  # else sums of products overflow 16 bits
        weight_type=QuantType.QUInt8 if "Conv" in operators else QuantType.QInt8,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},  # where shape inference gives up
    )
    target.write_bytes(halved(onnx.load(target)).SerializeToString())
    return True


def compare(before: Path, after: Path, inputs: Arrays, *, operators: str) -> Verdict:
    """Run both on the same inputs, in turns, and count the processor's time on the one thread.

    Not the clock's: on a machine that others use too it says more about them.
    """
    sessions = [OnnxSession(path, threads=1) for path in (before, after)]
    alike = likeness(*(_all(session, inputs) for session in sessions))
    taken = np.array([[_seconds(session, inputs) for session in sessions] for _ in range(ROUNDS)])
    ms_before, ms = np.median(taken, axis=0) * 1000 / len(alike)
    return Verdict(
        operators,
        *(float(alike.min()), float(alike.mean())),
        ms=float(ms),
        ms_before=float(ms_before),
        ratio=float(np.median(taken[:, 1] / taken[:, 0])),
        mb=after.stat().st_size / 1e6,
        mb_before=before.stat().st_size / 1e6,
    )


def likeness(before: Arrays, after: Arrays) -> NDArray[np.floating]:
    """How alike two networks' answers are, (B,): cosine of vectors, 1 - |difference| of scores."""
    name = next(name for name in ("embedding", "score", "category_logits") if name in before)
    one, other = before[name].astype(np.float64), after[name].astype(np.float64)
    if one.ndim == 1:
        return np.asarray(1 - np.abs(one - other))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return np.asarray((one * other).sum(axis=1) / np.maximum(lengths, 1e-12))


def inputs_of(folder: Path, card: Card, pictures: list[Image.Image]) -> Arrays:
    """Show pictures to a network as serving would: their pixels, or what its encoder sees in them."""
    if card.input == PIXELS:
        return {PIXELS: batch(pictures, **framing(card.preprocessing))}
    of = card.input.removeprefix(FEATURES_OF).removeprefix(EMBEDDINGS_OF)
    beside = folder.parent / of.partition("@")[0]
    group = load_encoders([beside if beside.is_dir() else find(of.partition("@")[0])], device="cpu")
    parts = [group.forward(pictures[at : at + AT_ONCE]) for at in range(0, len(pictures), AT_ONCE)]
    seen = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    if card.input.startswith(FEATURES_OF):
        return {"features": seen["features"]}
    return {"a": seen[of], "b": np.roll(seen[of], 1, axis=0)}


def pictures_of(folder: Path, *, count: int = PICTURES) -> list[Image.Image]:
    """Read up to so many pictures of a folder and those below it, spread evenly over their names."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    chosen = paths[:: max(1, len(paths) // count)][:count]
    return [Image.open(path).convert("RGB") for path in chosen]


def unhalved(model: ModelProto) -> ModelProto:
    """Turn initialisers stored as halves into floats again, for tools that look for their weights."""
    graph = model.graph
    halves = {one.name: one for one in graph.initializer if one.data_type == TensorProto.FLOAT16}
    rest = []
    for node in graph.node:
        if node.op_type == "Cast" and node.input[0] in halves:
            tensor = halves[node.input[0]]
            values = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, node.output[0]))
        else:
            rest.append(node)
    del graph.node[:]
    graph.node.extend(rest)
    return model


def _with_own_weights(model: ModelProto) -> ModelProto:
    """Copy a tensor for each further node that uses it: the quantiser turns some round in place."""
    graph, seen = model.graph, set()
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    for number, node in enumerate(graph.node):
        for at, name in enumerate(node.input):
            if name in tensors and name in seen:
                copy = graph.initializer.add()
                copy.CopyFrom(tensors[name])
                node.input[at] = copy.name = f"{name}.{number}"
            seen.add(name)
    return model


def _all(session: OnnxSession, inputs: Arrays) -> Arrays:
    count = len(next(iter(inputs.values())))
    parts: list[dict[str, Any]] = [
        session.run({name: values[at : at + AT_ONCE] for name, values in inputs.items()})
        for at in range(0, count, AT_ONCE)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _seconds(session: OnnxSession, inputs: Arrays) -> float:
    start = time.thread_time()
    _all(session, inputs)
    return time.thread_time() - start


def _keep(folder: Path, card: Card, chosen: tuple[Verdict, bytes] | None) -> None:
    (folder / INT8).unlink(missing_ok=True)
    hashes = {name: value for name, value in card.sha256.items() if name != INT8}
    metrics = {name: value for name, value in card.metrics.items() if name != "int8"}
    if chosen:
        verdict, data = chosen
        (folder / INT8).write_bytes(data)
        hashes[INT8] = file_hash(folder / INT8)
        metrics["int8"] = {"said": str(verdict), "threads": 1, "processor": platform.machine()}
    write_card(folder, replace(card, sha256=hashes, metrics=metrics))


def _has_vnni() -> bool:
    """Whether products of 8-bit numbers are summed in 32 bits at once (Linux tells; others: no)."""
    told = Path("/proc/cpuinfo")
    return told.is_file() and "vnni" in told.read_text(encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
