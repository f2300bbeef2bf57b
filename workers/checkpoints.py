"""Checkpoints on disk: a folder with `weights.safetensors`, `network.onnx` and `card.json`.

The card vouches for the other two by hash. Nothing here needs torch, and nothing is ever unpickled.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from recommender.cards import EMBEDDINGS_OF, PIXELS, current_entries

__all__ = ["EMBEDDINGS_OF", "PIXELS"]  # what a card's `reads` says

CARD, WEIGHTS, ONNX = "card.json", "weights.safetensors", "network.onnx"
SHIPPED = Path(__file__).parent / "shipped"


class CheckpointError(Exception):
    """A checkpoint folder that cannot be used as it is."""


class Purpose(StrEnum):
    """What a checkpoint is for; the shop knows the first four by the same names."""

    VISUAL = "VISUAL"
    STYLE = "STYLE"
    PAIR = "PAIR"
    SET = "SET"
    CATEGORY = "CATEGORY"  # names categories, for whoever loads it; serves no shop
    OPEN = ""  # an encoder that may serve as VISUAL or as STYLE

    @property
    def is_encoder(self) -> bool:
        return self in {Purpose.VISUAL, Purpose.STYLE, Purpose.OPEN}


@dataclass(frozen=True)
class Card:
    """The passport of a checkpoint: what it is, takes, gives, was trained on, and may be used for.

    `network` names a builder of a registry and `options` are its arguments. `parts` are the widths of
    the normalised parts of an embedding, in order, and `weights` how much each counts unless a query
    says otherwise. `reads` is "pixels" or "embeddings of visual@1". `categories` maps each category, in logit order, to its slot. `calibration`
    is what `python -m workers.evaluation calibrate --write` notes: what a score is worth.
    """

    name: str
    version: str
    purpose: Purpose
    network: str
    reads: str
    dimension: int
    options: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    weights: dict[str, float] = field(default_factory=dict)
    preprocessing: dict[str, Any] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    data: list[dict[str, Any]] = field(default_factory=list)
    training: dict[str, Any] = field(default_factory=dict)
    seed: int | None = None
    commit: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    calibration: dict[str, Any] = field(default_factory=dict)
    licence: str = ""
    intended_use: str = ""
    limits: str = ""
    sha256: dict[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """Name the vectors this checkpoint makes, `name@version`."""
        return f"{self.name}@{self.version}"


def find(name_or_path: str) -> Path:
    """Locate a checkpoint by the name of a shipped one or by its folder.

    Raises:
        CheckpointError: There is neither; lists the shipped names.
    """
    for folder in (SHIPPED / name_or_path, Path(name_or_path)):
        if (folder / CARD).is_file():
            return folder
    known = ", ".join(sorted(path.parent.name for path in SHIPPED.glob(f"*/{CARD}"))) or "none"
    message = (
        f"{name_or_path!r} is neither a shipped checkpoint ({known}) nor a folder with {CARD}."
    )
    raise CheckpointError(message)


def load_card(folder: Path) -> Card:
    """Read the card alone, in well under a millisecond; hashes are not looked at.

    Raises:
        CheckpointError: The card is missing, is no JSON, or has missing or unknown fields.
    """
    path = folder / CARD
    if not path.is_file():
        message = (
            f"{folder} has no {CARD}; it is no checkpoint. Point to a folder that training wrote."
        )
        raise CheckpointError(message)
    try:
        entries = current_entries(json.loads(path.read_text(encoding="utf-8")))
        return Card(**{**entries, "purpose": Purpose(entries["purpose"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        known = ", ".join(entry.name for entry in fields(Card))
        message = f"{path} is not a card: {error}. Known fields: {known}."
        raise CheckpointError(message) from error


def verify(folder: Path, card: Card) -> None:
    """Compare the files with the hashes on the card.

    Raises:
        CheckpointError: A file is missing or is not the one the card was written for.
    """
    for name in (WEIGHTS, ONNX):
        path = folder / name
        if not path.is_file():
            raise CheckpointError(f"{folder} lacks {name}; copy the whole folder again.")
        found, expected = file_hash(path), card.sha256.get(name, "nothing")
        if found != expected:
            message = (
                f"{path} has SHA-256 {found[:12]}…, its card says {expected[:12]}…; "
                "the file was changed or damaged. Copy the folder again or train anew."
            )
            raise CheckpointError(message)


def load_weights(folder: Path) -> dict[str, NDArray[Any]]:
    """Read every tensor as it is stored.

    Raises:
        CheckpointError: The file is missing or is no safetensors file.
    """
    path = folder / WEIGHTS
    try:
        return load_file(path)
    except (SafetensorError, FileNotFoundError) as error:
        message = f"{path} cannot be read as safetensors ({error}); only safetensors is accepted."
        raise CheckpointError(message) from error


def check_shapes(
    found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]], *, name: str
) -> None:
    """Compare stored tensors with what a network needs, by key and shape.

    Raises:
        CheckpointError: Names up to three of the keys that are missing, too many or misshapen.
    """
    missing = sorted(expected.keys() - found.keys())
    foreign = sorted(found.keys() - expected.keys())
    misshapen = [
        f"{key} {found[key]} instead of {expected[key]}"
        for key in sorted(expected.keys() & found.keys())
        if tuple(found[key]) != tuple(expected[key])
    ]
    problems = {"missing": missing, "unknown": foreign, "wrong shape": misshapen}
    said = [f"{what}: {', '.join(keys[:3])}" for what, keys in problems.items() if keys]
    if said:
        message = f"The weights do not fit network {name!r} ({'; '.join(said)}); check the card's options."
        raise CheckpointError(message)


def save_checkpoint(
    folder: Path, card: Card, *, tensors: Mapping[str, NDArray[Any]], onnx: bytes
) -> Card:
    """Write the three files, the card last, and return the card with its hashes.

    A folder without a card is no checkpoint, so a killed save leaves nothing half valid behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    save_file({key: value.copy(order="C") for key, value in tensors.items()}, folder / WEIGHTS)
    (folder / ONNX).write_bytes(onnx)
    hashes = {name: file_hash(folder / name) for name in (WEIGHTS, ONNX)}
    return write_card(folder, replace(card, sha256=hashes))


def write_card(folder: Path, card: Card) -> Card:
    """Write the card alone, for new metrics or another file beside unchanged weights."""
    text = json.dumps(asdict(card), indent=2, ensure_ascii=False)
    (folder / CARD).write_text(text + "\n", encoding="utf-8")
    return card


def file_hash(path: Path) -> str:
    """Hash a file's bytes with SHA-256, as hexadecimal."""
    return sha256(path.read_bytes()).hexdigest()
