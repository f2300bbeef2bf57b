"""Reads a checkpoint's card and says whether a shop can use what it describes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.models import SCORER_PURPOSES, Checkpoint, Purpose
from recommender.models.checkpoints import EMBEDDINGS_OF

FEATURES_OF = "features of "
WIDEST_VECTOR = 16_000  # pgvector: the type halfvec holds no more

JUDGED_BY = {
    "ENCODER": "",
    "CLASSIFIER": "",
    "SET_SCORER": Purpose.SET,
}  # by a card's kind; else pairs


class NoCheckpoint(ValueError):  # noqa: N818 -- reads as what is wrong
    """The folder holds no checkpoint that can serve."""


def read_card(folder: Path) -> dict[str, Any]:
    """What the shop needs to know of a checkpoint.

    Raises:
        NoCheckpoint: the folder has no card, or an unreadable one.
    """
    path = folder / "card.json"
    try:
        card: dict[str, Any] = json.loads(path.read_text())
        return {
            "name": card["name"],
            "version": str(card["version"]),
            "kind": card.get("kind", ""),
            "purpose": card.get("purpose", ""),
            "reads": card.get("input", ""),
            "dimension": card.get("dimension", 0),
            "parts": list(card.get("parts", {}).items()),
            "weights": card.get("default_weights", {}),
            "calibration": card.get("calibration", {}),
            "sha256": card["sha256"]["weights.safetensors"],
        }
    except FileNotFoundError as error:
        raise NoCheckpoint(f"{folder} has no card.json; name a checkpoint's folder.") from error
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise NoCheckpoint(f"{path} cannot be read as a checkpoint's card: {error!r}") from error


def purpose_of(card: Mapping[str, Any], *, asked: str | None, known: Checkpoint | None) -> str:
    """The question a checkpoint answers: the card's word, then what was asked for, then history.

    Raises:
        NoCheckpoint: nobody says, the card and the person disagree, or the shop never asks it.
    """
    label = f"{card['name']}@{card['version']}"
    said = card["purpose"] or JUDGED_BY.get(card["kind"], Purpose.PAIR)
    if said and asked and said != asked:
        raise NoCheckpoint(f"{label} was made for {said}, as its card says; it cannot be {asked}.")
    purpose = said or asked or (known.purpose if known else "")
    if not purpose:
        raise NoCheckpoint(
            f"The card of {label} leaves open what it is for: add --purpose VISUAL (similar) or "
            "--purpose STYLE (goes well with)."
        )
    return str(purpose)


def check_card(card: Mapping[str, Any]) -> None:
    """Refuse an encoder whose vectors cannot be stored.

    Raises:
        NoCheckpoint: says which width it has and what would do.
    """
    label, width = f"{card['name']}@{card['version']}", card["dimension"]
    if card["purpose"] in SCORER_PURPOSES:
        return
    if not width:
        raise NoCheckpoint(
            f"{label} gives no embedding, so no product can be found by it; it names categories for "
            "whoever loads it, and an encoder has to serve."
        )
    if width > WIDEST_VECTOR:
        raise NoCheckpoint(
            f"{label} gives {width:,} numbers per picture, the database holds {WIDEST_VECTOR:,} at "
            "most; project it to fewer (a few hundred usually do)."
        )


def layer(reads: str) -> int:
    """Order what reads pixels before heads, and heads before scorers."""
    return 2 if reads.startswith(EMBEDDINGS_OF) else int(reads.startswith(FEATURES_OF))


def after(prefix: str, text: str) -> str:
    """What follows a prefix, or nothing."""
    return text.removeprefix(prefix) if text.startswith(prefix) else ""
