"""What encoders saw in a picture: the one type of it, for the shop and its workers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypedDict


class PaletteColour(TypedDict):
    """One colour of a garment, `hex` as `#rrggbb`, `share` of the garment in (0, 1]."""

    hex: str
    share: float


@dataclass(frozen=True)
class PictureFeatures:
    """Vectors by `name@version` of the encoder, and predictions.

    An empty category is no news: none of the encoders that looked names categories. Nor is no
    fingerprint: the picture had one, or it is a shopper's photo.
    """

    embeddings: Mapping[str, Sequence[float]]
    category: str = ""
    category_confidence: float = 0.0
    slot: str = ""
    slot_confidence: float = 0.0
    palette: Sequence[PaletteColour] = ()
    fingerprint: int | None = None
