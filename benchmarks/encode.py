"""Pictures per second: the whole encoder, from files, against its network's bare forward pass.

`python benchmarks/encode.py FOLDER_OF_PICTURES [--checkpoints ENCODER [HEAD …]]`, one thread unless OMP_NUM_THREADS says otherwise.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

from PIL import Image

from workers.checkpoints import find
from workers.datasets.collection import SUFFIXES
from workers.images import batch, framing
from workers.runtime import OnnxSession
from workers.serving import load_encoders

BATCH = 32
ROUNDS = 6


def main() -> None:
    """Print the rates as JSON; the best of several interleaved rounds, so that a busy machine hurts all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--checkpoints",
        nargs="+",
        default=["visual", "style"],
        help="An encoder of pixels, first, and heads on its features.",
    )
    asked = parser.parse_args()
    paths = sorted(p for p in asked.folder.iterdir() if p.suffix.lower() in SUFFIXES)[:BATCH]
    rates = measure(paths, [find(name) for name in asked.checkpoints])
    sys.stdout.write(json.dumps(rates, indent=1) + "\n")


def measure(paths: list[Path], checkpoints: list[Path]) -> dict[str, float]:
    """Time decoding, preparing, the network alone and all of it together, pictures per second."""
    group = load_encoders(checkpoints, device="cpu")
    card = group.cards[0]
    session = OnnxSession(checkpoints[0] / card.serves_from, threads=None)
    pictures = [opened(path) for path in paths]
    how = framing(card.preprocessing)
    pixels = batch(pictures, **how)
    work: dict[str, Callable[[], object]] = {
        "decode": lambda: [opened(path) for path in paths],
        "prepare": lambda: batch(pictures, **how),
        "network_forward": lambda: session.run({"pixels": pixels}),
        "encode_decoded": lambda: group.encode(pictures),
        "decode_and_encode": lambda: group.encode([opened(path) for path in paths]),
    }
    best = dict.fromkeys(work, float("inf"))
    for _ in range(ROUNDS):
        for name, run in work.items():
            best[name] = min(best[name], seconds(run))
    rates = {name: round(len(paths) / taken, 1) for name, taken in best.items()}
    return rates | {
        "share_of_forward": round(best["network_forward"] / best["decode_and_encode"], 3)
    }


def opened(path: Path) -> Image.Image:
    """Decode a file as RGB."""
    with Image.open(path) as file:
        return file.convert("RGB")


def seconds(run: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
