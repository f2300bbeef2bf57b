"""Reads a checkpoint's card and says whether a shop can use what it describes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.cards import PIXELS, current_entries
from recommender.models import SCORER_PURPOSES, Checkpoint, Purpose

WIDEST_VECTOR = 16_000  # pgvector: the type halfvec holds no more


class NoCheckpoint(ValueError):  # noqa: N818 -- reads as what is wrong
    """The folder holds no checkpoint that can serve."""


def read_card(folder: Path) -> dict[str, Any]:
    """What the shop needs to know of a checkpoint.

    Raises:
        NoCheckpoint: the folder has no card, or an unreadable one.
    """
    path = folder / "card.json"
    try:
        card = current_entries(json.loads(path.read_text()))
        return {
            "name": card["name"],
            "version": str(card["version"]),
            "purpose": card.get("purpose", ""),
            "reads": card.get("reads", PIXELS),
            "dimension": card.get("dimension", 0),
            "parts": list(card.get("parts", {}).items()),
            "weights": card.get("weights", {}),
            "calibration": card.get("calibration", {}),
            "sha256": card["sha256"]["weights.safetensors"],
            "network_sha256": card["sha256"].get("network.onnx", ""),
        }
    except FileNotFoundError as error:
        raise NoCheckpoint(f"{folder} has no card.json; name a checkpoint's folder.") from error
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise NoCheckpoint(f"{path} cannot be read as a checkpoint's card: {error!r}") from error


def purpose_of(card: Mapping[str, Any], *, asked: str | None, known: Checkpoint | None) -> str:
    """The question a checkpoint answers: the card's word, then what was asked for, then history.

    Raises:
        NoCheckpoint: nobody says, the card and the person disagree, or the shop never asks it.
    """
    label = f"{card['name']}@{card['version']}"
    said = card["purpose"]
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
    """Refuse an encoder that reads no pictures, or whose vectors cannot be stored.

    Raises:
        NoCheckpoint: says what it reads, or which width it has, and what would do.
    """
    label, width = f"{card['name']}@{card['version']}", card["dimension"]
    if card["purpose"] in SCORER_PURPOSES:
        return
    if card["reads"] != PIXELS:
        raise NoCheckpoint(
            f"{label} reads {card['reads']} and no pictures, which no encoder does any more; train it "
            "anew, and its checkpoint will hold all that it needs."
        )
    if not width or card["purpose"] not in Purpose.values:
        raise NoCheckpoint(
            f"{label} gives no embedding, so no product can be found by it; it names categories for "
            "whoever loads it, and an encoder has to serve."
        )
    if width > WIDEST_VECTOR:
        raise NoCheckpoint(
            f"{label} gives {width:,} numbers per picture, the database holds {WIDEST_VECTOR:,} at "
            "most; project it to fewer (a few hundred usually do)."
        )
