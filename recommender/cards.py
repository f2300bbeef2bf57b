"""The words of a checkpoint's `card.json`, for the shop and its workers."""

from collections.abc import Mapping
from typing import Any

PIXELS, EMBEDDINGS_OF = "pixels", "embeddings of "  # what a card's `reads` says

_RENAMED = {"input": "reads", "default_weights": "weights"}
_PURPOSES = {"SCORER": "PAIR", "SET_SCORER": "SET", "CLASSIFIER": "CATEGORY"}


def current_entries(entries: Mapping[str, Any]) -> dict[str, Any]:
    """The entries of a card by the names they have today; a card that has them already is unchanged.

    Checkpoints that a shop trained with earlier releases say `input`, `default_weights` and `kind`.
    """
    renamed = {_RENAMED.get(name, name): value for name, value in entries.items()}
    if purpose := _PURPOSES.get(renamed.pop("kind", "")):
        renamed["purpose"] = purpose
    return renamed


def encoder_read(reads: str) -> str:
    """The label of the encoder whose vectors a scorer reads, by its card; or nothing."""
    return reads.removeprefix(EMBEDDINGS_OF) if reads.startswith(EMBEDDINGS_OF) else ""
