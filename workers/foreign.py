"""A pair scorer of an older system, `compact_model.pt`, as a checkpoint of ours.

    python -m workers.foreign FILE --encoder NAME_OR_FOLDER --out DIR [--one-way] [--norm N]

The file holds `fc.0.weight`, `fc.0.bias`, `fc.2.weight` and `fc.2.bias`, perhaps under "state_dict" or
"model" and with "module." before each key. It is read as tensors alone; code in it is never run.
"""

import argparse
import pickle
import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from workers.checkpoints import (
    EMBEDDINGS_OF,
    Card,
    CheckpointError,
    Purpose,
    check_shapes,
    file_hash,
    find,
    load_card,
)
from workers.export import pair_examples, save_network
from workers.networks.compat_mlp import CompatibilityMLP

KEYS = ("fc.0.weight", "fc.0.bias", "fc.2.weight", "fc.2.bias")
NESTS = ("state_dict", "model_state_dict", "model")  # where systems keep the weights in a file
PREFIX = "module."  # of DataParallel
LARGEST_HALF = 65504.0
PROBES = 256  # pairs of random unit vectors that tell what half precision costs
LIMITS = (
    "Trained elsewhere on data that is not known here; measure it on your own looks before it serves. "
    "Scores order candidates and are no calibrated probability."
)


class ForeignFileError(ValueError):
    """A file that is not the weights of a CompatibilityMLP, or not tensors alone."""


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, convert, and say what was made and what it costs."""
    options = _parser().parse_args(arguments)
    try:
        encoder = load_card(find(options.encoder))
        network = foreign_network(
            options.file, width=encoder.dimension, one_way=options.one_way, norm=options.norm
        )
        before = probe(network)
        card = _card(options.file, encoder, network, version=options.version, norm=options.norm)
        examples = pair_examples(encoder.dimension)
        save_network(network, options.out, card, examples=examples)
    except (ForeignFileError, CheckpointError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    cost = float((probe(network) - before).abs().max())
    sys.stdout.write(
        f"{card.identity} saved in {options.out}; it scores embeddings of {encoder.identity}.\n"
        f"Half precision moves a score by at most {cost:.4f} ({PROBES} random pairs).\n"
    )
    return 0


def foreign_network(
    path: Path, *, width: int, one_way: bool = False, norm: float = 1.0
) -> CompatibilityMLP:
    """Load the file into a network, in evaluation mode.

    Args:
        path: Written by torch.
        width: Of the encoder's embeddings.
        one_way: Score (a, b) as the file's own system did; else the mean of both orders.
        norm: Usual length of the vectors the file was trained on; stored ones have length 1, so
            the first layer is multiplied by it.

    Raises:
        ForeignFileError: Not these keys, not this width, or more than tensors in the file.
    """
    tensors = foreign_tensors(path)
    hidden, inputs = tensors["fc.0.weight"].shape
    if inputs != 2 * width:
        message = (
            f"{path} scores pairs of vectors of {inputs / 2:g} numbers, and the encoder's have {width}; "
            "name the encoder it was trained on with --encoder."
        )
        raise ForeignFileError(message)
    network = CompatibilityMLP(width=width, hidden=hidden, symmetric=not one_way)
    own = {key: tuple(value.shape) for key, value in network.state_dict().items()}
    check_shapes(
        {key: tuple(value.shape) for key, value in tensors.items()}, own, name="compat-mlp"
    )
    network.load_state_dict(tensors)
    with torch.no_grad():
        network.first.weight.mul_(norm)
    return network.eval()


def foreign_tensors(path: Path) -> dict[str, Tensor]:
    """Read the four tensors of a file, as float32.

    Raises:
        ForeignFileError: The file is missing or damaged, holds code, or other keys or numbers.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of other pickle protocols
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        message = (
            f"{path} holds more than tensors, or is damaged; nothing in it was run. Save the weights "
            f"alone, with torch.save(network.state_dict(), …). ({str(error).splitlines()[0]})"
        )
        raise ForeignFileError(message) from error
    except (OSError, EOFError, RuntimeError, ValueError) as error:
        raise ForeignFileError(f"{path} cannot be read as a file of torch: {error}") from error
    tensors = {key.removeprefix(PREFIX): value for key, value in _unnest(content).items()}
    if set(tensors) != set(KEYS) or not all(isinstance(v, Tensor) for v in tensors.values()):
        found = ", ".join(sorted(map(str, tensors))[:6]) or "nothing"
        raise ForeignFileError(f"{path} holds {found}; needed are {', '.join(KEYS)}.")
    return {key: _usable(value, f"{path}: {key}") for key, value in tensors.items()}


def probe(network: CompatibilityMLP) -> Tensor:
    """Score random pairs of unit vectors, the same ones every time: (256,)."""
    generator = torch.Generator().manual_seed(0)
    vectors = torch.randn(2, PROBES, network.first.in_features // 2, generator=generator)
    a, b = torch.nn.functional.normalize(vectors, dim=2)
    with torch.inference_mode():
        scores: Tensor = network(a, b)["score"]
    return scores


def _unnest(content: Any) -> dict[str, Any]:
    for nest in NESTS:
        if isinstance(content, dict) and isinstance(content.get(nest), dict):
            content = content[nest]
    return {str(key): value for key, value in content.items()} if isinstance(content, dict) else {}


def _usable(value: Tensor, what: str) -> Tensor:
    numbers = value.float()
    if value.ndim not in {1, 2} or not torch.isfinite(numbers).all():
        raise ForeignFileError(f"{what} has NaN, infinity or {value.ndim} axes.")
    if numbers.numel() and float(numbers.abs().max()) > LARGEST_HALF:
        raise ForeignFileError(f"{what} is larger than half precision holds ({LARGEST_HALF:g}).")
    return numbers


def _card(
    path: Path, encoder: Card, network: CompatibilityMLP, *, version: str, norm: float
) -> Card:
    width = encoder.dimension
    return Card(
        name="compat-mlp-foreign",
        version=version,
        purpose=Purpose.PAIR,
        network="compat-mlp",
        reads=f"{EMBEDDINGS_OF}{encoder.identity}",
        dimension=width,
        options={
            "width": width,
            "hidden": network.first.out_features,
            "symmetric": network.symmetric,
        },
        training={"converted_from": path.name, "file_sha256": file_hash(path), "norm": norm},
        licence="not stated",
        intended_use="Ranking a few hundred candidates by how well they go with one product.",
        limits=LIMITS,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.foreign", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, help="compact_model.pt or the like")
    parser.add_argument("--encoder", required=True, help="whose embeddings it scores")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument(
        "--one-way", action="store_true", help="score (a, b) and not (b, a) as well"
    )
    parser.add_argument("--norm", type=float, default=1.0, help="length of the vectors it knew")
    parser.add_argument("--version", default="1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
