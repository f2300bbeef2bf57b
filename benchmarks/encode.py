"""Pictures per second: each encoder, from files, against its network's bare forward pass.

`python benchmarks/encode.py FOLDER_OF_PICTURES [--encoders ENCODER …]`, one thread unless OMP_NUM_THREADS says otherwise.
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
from workers.images import batch, framing, palette
from workers.serving.encoders import Encoder, load_encoder
from workers.serving.runtime import open_checkpoint

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif"}
PICTURES = 32
ROUNDS = 6


def main(arguments: list[str] | None = None) -> None:
    """Print the rates as JSON; the best of several interleaved rounds, so that a busy machine hurts all alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--encoders", nargs="+", default=["visual", "style"])
    asked = parser.parse_args(arguments)
    paths = [path for path in sorted(asked.folder.glob("*")) if path.suffix.lower() in SUFFIXES]
    if not paths:
        parser.error(f"There are no pictures in {asked.folder}; name a folder that holds some.")
    rates = measure(paths[:PICTURES], [find(name) for name in asked.encoders])
    sys.stdout.write(json.dumps(rates, indent=1) + "\n")


def measure(paths: list[Path], checkpoints: list[Path]) -> dict[str, float]:
    """Time decoding, and by encoder preparing, its network alone and both together; pictures per second.

    `worker` is all that a worker does to a picture but for storage. `share_of_forward` is how much of that the networks alone would take.
    """
    pictures = [opened(path) for path in paths]
    encoders = [load_encoder(folder, device="cpu") for folder in checkpoints]
    work: dict[str, Callable[[], object]] = {"decode": lambda: [opened(path) for path in paths]}
    for encoder, folder in zip(encoders, checkpoints, strict=True):
        work |= steps(encoder, folder, pictures)
    work["worker"] = lambda: as_worker(paths, encoders)
    best = dict.fromkeys(work, float("inf"))
    for _ in range(ROUNDS):
        for name, run in work.items():
            best[name] = min(best[name], seconds(run))
    rates = {name: round(len(paths) / taken, 1) for name, taken in best.items()}
    forward = sum(taken for name, taken in best.items() if name.endswith(" network"))
    return rates | {"share_of_forward": round(forward / best["worker"], 3)}


def steps(
    encoder: Encoder, folder: Path, pictures: list[Image.Image]
) -> dict[str, Callable[[], object]]:
    """What an encoder does to pictures, by name: in the batches that serve."""
    card, session = open_checkpoint(folder, device="cpu", threads=None)
    how = framing(card.preprocessing)
    pixels = batch(pictures, **how)
    at_once = session.largest_batch
    starts = range(0, len(pixels), at_once)
    return {
        f"{card.name} prepare": lambda: batch(pictures, **how),
        f"{card.name} network": lambda: [
            session.run({"pixels": pixels[at : at + at_once]}) for at in starts
        ],
        f"{card.name} encode": lambda: encoder.encode(pictures),
    }


def as_worker(paths: list[Path], encoders: list[Encoder]) -> None:
    """Decode each file once, take its colours and show it to every encoder."""
    pictures = [opened(path) for path in paths]
    for encoder in encoders:
        encoder.encode(pictures)
    for picture in pictures:
        palette(picture)


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
