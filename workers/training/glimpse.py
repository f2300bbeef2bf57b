"""One picture, many glimpses in grey: harder views than `augment.vary`, for learning categories."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageFilter

from workers.images import Pixels, estimate_ground
from workers.training.augment import LUMINANCE, Floats, soft_mask

RETONED = 0.5  # of the garments on a plain ground
REGROUNDED = 0.5
INVERTED = 0.15  # of the retoned
BLURRED = 0.15
COVERED = 0.25  # by a box of one grey
SHOWN = (0.55, 1.05)  # share of the picture's area


def glimpse(pixels: Pixels, *, side_px: int, generator: Generator) -> Pixels:
    """Draw a view: another dye, ground and light, a part of the frame, flipped, turned, covered.

    Args:
        pixels: (S, S, 3) uint8 RGB, prepared.
        side_px: Of the view.
        generator: Decides everything.

    Returns:
        (side_px, side_px) uint8 luminance.
    """
    ground = estimate_ground(pixels)
    tone, fill = pixels.astype(np.float32) @ LUMINANCE, float(np.array(ground.colour) @ LUMINANCE)
    if ground.is_plain:
        garment = soft_mask(pixels.astype(np.float32), ground.colour)[..., 0]
        tone, fill = _redrawn(tone, garment, fill=fill, generator=generator)
    lit = (np.clip(tone / 255, 0, 1) ** generator.uniform(0.65, 1.5)) * generator.uniform(0.8, 1.1)
    picture = Image.fromarray(np.clip(255 * lit, 0, 255).astype(np.uint8))
    framed = _framed(picture, side_px=side_px, fill=fill, generator=generator)
    if generator.random() < BLURRED:
        framed = framed.filter(ImageFilter.GaussianBlur(generator.uniform(0.4, 1.4)))
    return _covered(np.array(framed), generator)


def luminance(pixels: Pixels) -> Pixels:
    """The picture itself: (B, S, S, 3) to (B, S, S) uint8."""
    return np.round(pixels.astype(np.float32) @ LUMINANCE).astype(np.uint8)


def _redrawn(
    tone: Floats, garment: Floats, *, fill: float, generator: Generator
) -> tuple[Floats, float]:
    """Dye the garment, paint the ground; which tone the ground has now."""
    drawn, behind = tone, tone
    if generator.random() < RETONED:
        mean = float((tone * garment).sum() / max(float(garment.sum()), 1.0))
        sign = -1 if generator.random() < INVERTED else 1
        contrast = sign * generator.uniform(0.5, 1.3)
        drawn = np.clip(generator.uniform(30, 230) + contrast * (tone - mean), 0, 255)
    if generator.random() < REGROUNDED:
        light = generator.random() < 0.6
        fill = generator.uniform(190, 255) if light else generator.uniform(20, 255)
        slope = np.linspace(-1, 1, len(tone)) * generator.uniform(-20, 20)
        along = slope[:, None] if generator.random() < 0.5 else slope[None]
        behind = np.clip(fill + np.broadcast_to(along, tone.shape), 0, 255)
    return np.asarray(drawn * garment + behind * (1 - garment), dtype=np.float32), fill


def _framed(
    picture: Image.Image, *, side_px: int, fill: float, generator: Generator
) -> Image.Image:
    """Cut a turned, stretched frame, half of the time mirrored, mostly inside the picture."""
    side = picture.width
    zoom, stretch = generator.uniform(*SHOWN) ** 0.5, np.exp(generator.uniform(-0.16, 0.16))
    width, height = zoom * stretch, zoom / stretch
    angle = np.deg2rad(generator.uniform(-10, 10))
    room = np.maximum(1 - np.array([width, height]), 0.06) / 2
    centre = side * (0.5 + generator.uniform(-1, 1, 2) * room)
    mirror = -1 if generator.random() < 0.5 else 1
    turn = np.array(
        [
            [mirror * np.cos(angle) * width, -np.sin(angle) * height],
            [mirror * np.sin(angle) * width, np.cos(angle) * height],
        ]
    )
    turn *= side / side_px
    offset = centre - turn @ np.full(2, side_px / 2)
    return picture.transform(
        (side_px, side_px),
        Image.Transform.AFFINE,
        (*turn[0], offset[0], *turn[1], offset[1]),
        Image.Resampling.BILINEAR,
        fillcolor=int(np.clip(fill, 0, 255)),
    )


def _covered(view: Pixels, generator: Generator) -> Pixels:
    if generator.random() < COVERED:
        side = len(view)
        height, width = (generator.uniform(0.1, 0.35, 2) * side).astype(int)
        top, left = generator.integers(side - height), generator.integers(side - width)
        view[top : top + height, left : left + width] = generator.integers(256)
    return view
