"""The one preprocessing, for training and serving: an upright RGB picture to the pixels a network takes.

Normalisation belongs to the network, so that `network.onnx` takes what this module gives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from recommender.features import PaletteColour

Pixels = NDArray[np.uint8]

STRETCH, CENTRE_CROP = FITS = ("stretch", "centre-crop")
INTERPOLATIONS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
GROUND_TOLERANCE = 24  # of 255, largest channel difference that is still ground (shadow, JPEG)
PLAIN_SHARE = 0.6  # of the border must agree on a colour before it is called ground
LONGEST_FRAME = 1.6  # long side to short side: catalogues use 1 to 1.5
PALETTE_COLOURS = 5
PALETTE_SIDE_PX = 48
SAME_COLOUR = 40.0  # RGB distance below which two entries are one colour in light and shade
SMALLEST_PALETTE_SHARE = 0.03


@dataclass(frozen=True)
class Ground:
    """What the picture's border looks like."""

    colour: tuple[int, int, int]
    agreement: float

    @cached_property
    def is_plain(self) -> bool:
        return self.agreement >= PLAIN_SHARE


def prepare(
    picture: Image.Image,
    *,
    side_px: int,
    fit: str = STRETCH,
    resize_px: int | None = None,
    interpolation: str = "bicubic",
) -> Pixels:
    """Bring a picture to a square.

    `stretch` uses every pixel: a picture up to 1.6 times as long as wide is stretched to the square;
    on packshots that reads finer detail than a letterbox and measures better (docs/models.md). A
    longer one is first padded with its ground's colour to that limit, so that no garment becomes
    unrecognisable. `centre-crop` scales the shorter side and cuts the middle out, as most public
    networks were trained.

    Args:
        picture: RGB, upright, any size of at least 1×1.
        side_px: Side of the square.
        fit: "stretch" or "centre-crop".
        resize_px: For `centre-crop`, what the shorter side is scaled to; by default `side_px`.
        interpolation: "nearest", "bilinear", "bicubic" or "lanczos".

    Returns:
        (side_px, side_px, 3) uint8 RGB.

    Raises:
        ValueError: No such fit or interpolation, or a crop larger than what it is cut from.
    """
    if fit not in FITS or interpolation not in INTERPOLATIONS:
        known = f"fits: {', '.join(FITS)}; interpolations: {', '.join(INTERPOLATIONS)}"
        raise ValueError(f"No preprocessing is called {fit!r} with {interpolation!r} ({known}).")
    filter_ = INTERPOLATIONS[interpolation]
    if fit == CENTRE_CROP:
        return _centre(picture, side_px=side_px, resize_px=resize_px or side_px, filter_=filter_)
    return np.asarray(_pad(picture).resize((side_px, side_px), filter_))


def framing(preprocessing: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the arguments of `prepare` out of a card's `preprocessing`."""
    names = ("side_px", "fit", "resize_px", "interpolation")
    return {name: preprocessing[name] for name in names if preprocessing.get(name) is not None}


def batch(pictures: Sequence[Image.Image], **how: Any) -> Pixels:
    """Prepare and stack pictures, (B, side_px, side_px, 3) uint8; arguments as `prepare` takes."""
    return np.stack([prepare(picture, **how) for picture in pictures])


def estimate_ground(pixels: Pixels) -> Ground:
    """Read the ground's colour off the border.

    Args:
        pixels: (H, W, 3) uint8 RGB.

    Returns:
        The border's median colour, and the share of the border within tolerance of it.
    """
    H, W, _ = pixels.shape
    band = max(1, min(H, W) // 40)
    sides = (pixels[:band], pixels[-band:], pixels[:, :band], pixels[:, -band:])
    border = np.concatenate([side.reshape(-1, 3) for side in sides])  # (N, 3)
    median = np.median(border, axis=0)
    near = np.abs(border - median).max(axis=1) <= GROUND_TOLERANCE
    red, green, blue = (int(value) for value in median)
    return Ground((red, green, blue), float(near.mean()))


def garment_mask(pixels: Pixels, ground: Ground) -> NDArray[np.bool_]:
    """Mark the pixels unlike the ground: (H, W, 3) uint8 to (H, W)."""
    difference = np.abs(pixels.astype(np.int16) - np.array(ground.colour, dtype=np.int16))
    return np.asarray(difference.max(axis=2) > GROUND_TOLERANCE)


def palette(picture: Image.Image) -> list[PaletteColour]:
    """Name up to five colours of the garment, largest share first; shares add up to 1."""
    small = picture.copy()
    small.thumbnail(
        (PALETTE_SIDE_PX, PALETTE_SIDE_PX), Image.Resampling.NEAREST
    )  # mixes no colours
    pixels = np.asarray(small)
    garment = pixels[_palette_mask(pixels)]  # (N, 3)
    strip = Image.fromarray(garment[None]).quantize(PALETTE_COLOURS * 2, kmeans=2)
    counted = sorted(strip.getcolors() or [], reverse=True)
    table = np.array(strip.getpalette()).reshape(-1, 3)
    merged = _merge([(table[index], count) for count, index in counted if isinstance(index, int)])
    return _shares(merged)


def _centre(
    picture: Image.Image, *, side_px: int, resize_px: int, filter_: Image.Resampling
) -> Pixels:
    if resize_px < side_px:
        raise ValueError(f"A crop of {side_px} px cannot be cut from a side of {resize_px} px.")
    width, height = picture.size
    shorter = min(width, height)
    size = (resize_px * width // shorter, resize_px * height // shorter)
    left, top = (round((side - side_px) / 2) for side in size)
    # One resampling of the box that is kept: a very long picture never becomes a huge one.
    scale = (width / size[0], height / size[1])
    right = min(width, (left + side_px) * scale[0])  # no rounding error beyond the edge
    bottom = min(height, (top + side_px) * scale[1])
    box = (left * scale[0], top * scale[1], right, bottom)
    return np.asarray(picture.resize((side_px, side_px), filter_, box=box))


def _pad(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    least = round(max(width, height) / LONGEST_FRAME)
    if min(width, height) >= least:
        return picture
    size = (max(width, least), max(height, least))
    framed = Image.new("RGB", size, estimate_ground(np.asarray(picture)).colour)
    framed.paste(picture, ((size[0] - width) // 2, (size[1] - height) // 2))
    return framed


def _palette_mask(pixels: Pixels) -> NDArray[np.bool_]:
    H, W, _ = pixels.shape
    ground = estimate_ground(pixels)
    mask = garment_mask(pixels, ground)
    if ground.is_plain and mask.mean() > 0.02:
        return mask
    middle = np.zeros((H, W), dtype=bool)
    middle[H // 4 : H - H // 4, W // 4 : W - W // 4] = True
    return middle


def _merge(counted: list[tuple[NDArray[np.int_], int]]) -> list[tuple[NDArray[np.int_], int]]:
    """Join each colour to the first larger one that looks the same."""
    merged: list[tuple[NDArray[np.int_], int]] = []
    for colour, count in counted:
        distances = [float(np.linalg.norm(colour - other)) for other, _ in merged]
        if distances and min(distances) < SAME_COLOUR:
            nearest = int(np.argmin(distances))
            merged[nearest] = (merged[nearest][0], merged[nearest][1] + count)
        else:
            merged.append((colour, count))
    return sorted(merged, key=lambda entry: -entry[1])[:PALETTE_COLOURS]


def _shares(counted: list[tuple[NDArray[np.int_], int]]) -> list[PaletteColour]:
    total = sum(count for _, count in counted)
    kept = [entry for entry in counted if entry[1] >= SMALLEST_PALETTE_SHARE * total]
    total = sum(count for _, count in kept)
    return [
        {"hex": "#{:02x}{:02x}{:02x}".format(*colour), "share": round(count / total, 4)}
        for colour, count in kept
    ]
