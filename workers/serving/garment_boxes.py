"""Where in a shopper's photo garments may be: what stands out from a plain ground, else bands of the body.

No detector: a proposal costs a millisecond and is wrong often, so each is shown to the encoder, and whoever
asked keeps those in which it recognises something.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender.photos import SMALLEST_CROP_PX, WHOLE, Crop
from workers.images import estimate_ground, garment_mask

GRID_PX = 64  # cells along the longer side; finer only finds more shadows
SMALLEST_SHARE = 0.02  # of the photo; less is dust, a label, a shadow
MOST_PIECES = 5
MARGIN = 0.02  # of each side, around what stands out
WHOLE_SHARE = 0.75  # a box this large is the photo itself
TALL = 1.5  # height to width from which one piece may be a person, or a look laid out
# Upper body, lower body and feet of somebody who stands: top and bottom as shares of the height.
BANDS = ((0.08, 0.52), (0.42, 0.88), (0.82, 1.0))


def propose_boxes(picture: Image.Image) -> list[Crop]:
    """Propose parts of an upright RGB photo that may each hold one garment, largest first."""
    return [box for box in _proposals(picture) if _is_visible(box, picture)]


def _proposals(picture: Image.Image) -> list[Crop]:
    small = picture.copy()
    small.thumbnail((GRID_PX, GRID_PX), Image.Resampling.BOX)
    pixels = np.asarray(small)
    ground = estimate_ground(pixels)
    if not ground.is_plain:
        return _bands(WHOLE)
    pieces = _pieces(garment_mask(pixels, ground))
    if len(pieces) == 1 and _is_tall(pieces[0], picture):
        return _bands(pieces[0])
    return [piece for piece in pieces if piece.width * piece.height < WHOLE_SHARE]


def _is_visible(box: Crop, picture: Image.Image) -> bool:
    return min(box.width * picture.width, box.height * picture.height) > SMALLEST_CROP_PX


def _is_tall(piece: Crop, picture: Image.Image) -> bool:
    return piece.height * picture.height > TALL * piece.width * picture.width


def _bands(body: Crop) -> list[Crop]:
    return [
        Crop(body.x, body.y + top * body.height, body.width, (bottom - top) * body.height)
        for top, bottom in BANDS
    ]


def _pieces(mask: NDArray[np.bool_]) -> list[Crop]:
    """Box each connected part of a mask, (H, W) booleans; largest first."""
    H, W = mask.shape
    found = [cells for cells in _parts(mask) if len(cells) >= SMALLEST_SHARE * H * W]
    found.sort(key=len, reverse=True)
    return [_box(np.array(cells), height=H, width=W) for cells in found[:MOST_PIECES]]


def _box(cells: NDArray[np.int64], *, height: int, width: int) -> Crop:
    """Frame cells, (N, 2) rows and columns, with a margin."""
    size = np.array([height, width])
    low = np.maximum(cells.min(axis=0) / size - MARGIN, 0)
    high = np.minimum((cells.max(axis=0) + 1) / size + MARGIN, 1)
    (y, x), (h, w) = low.tolist(), (high - low).tolist()
    return Crop(x, y, w, h)


def _parts(mask: NDArray[np.bool_]) -> Iterator[list[tuple[int, int]]]:
    """Give the cells of each connected part; cells touch by sides and corners."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    while left:
        part, border = [], [left.pop()]
        while border:
            row, column = border.pop()
            part.append((row, column))
            around = {(row + r, column + c) for r in (-1, 0, 1) for c in (-1, 0, 1)} & left
            left -= around
            border += around
        yield part
