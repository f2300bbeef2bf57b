"""One picture, many: other colourways, grounds and stances, as photos of it would vary; in colour or grey."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from workers.images import Pixels, estimate_ground

Floats = NDArray[np.float32]

LUMINANCE = np.array([0.299, 0.587, 0.114], dtype=np.float32)
RECOLOURED = 0.7  # of the views
NEW_GROUND = 0.6
INVERTED = 0.2  # of the recoloured: dark print on light becomes light on dark
BLURRED = 0.2
SOFT_EDGE = (8, 24)  # of 255: where a pixel begins and ends to differ from the ground
RETONED = 0.5  # of the grey views of garments on a plain ground
REGROUNDED = 0.5
GREY_INVERTED = 0.15  # of the retoned
GREY_BLURRED = 0.15
COVERED = 0.25  # by a box of one grey
SHOWN = (0.55, 1.05)  # share of the picture's area


def vary(pixels: Pixels, *, generator: Generator) -> Pixels:
    """Draw another view of the same garment.

    Args:
        pixels: (S, S, 3) uint8 RGB, prepared.
        generator: Decides everything; the same state gives the same view.

    Returns:
        (S, S, 3) uint8 RGB.
    """
    values = pixels.astype(np.float32)
    garment = soft_mask(values, estimate_ground(pixels).colour)  # (S, S, 1)
    drawn, behind = values, values
    if generator.random() < RECOLOURED:
        drawn = _recolour(values, garment, generator)
    if generator.random() < NEW_GROUND:
        behind = _ground(len(pixels), generator)
    mixed = _light(drawn * garment + behind * (1 - garment), generator)
    return np.asarray(_stance(Image.fromarray(mixed), generator))


def soft_mask(values: Floats, ground: tuple[int, int, int]) -> Floats:
    """Say how unlike the ground each pixel is: (S, S, 3) in [0, 255] to (S, S, 1) in [0, 1]."""
    low, high = SOFT_EDGE
    difference = np.abs(values - np.array(ground, dtype=np.float32)).max(axis=2, keepdims=True)
    return np.asarray(np.clip((difference - low) / (high - low), 0, 1), dtype=np.float32)


def _recolour(values: Floats, garment: Floats, generator: Generator) -> Floats:
    """Give the garment another mean tone, contrast and tint; weave and print stay."""
    tone = (values @ LUMINANCE)[..., None]  # (S, S, 1)
    mean = float((tone * garment).sum() / max(float(garment.sum()), 1.0))
    contrast = generator.uniform(0.4, 1.3) * (-1 if generator.random() < INVERTED else 1)
    tint = generator.normal(0, 35, 3).astype(np.float32)
    tint -= tint @ LUMINANCE
    kept = (values - tone) * generator.uniform(-0.5, 1)
    drawn = generator.uniform(25, 235) + contrast * (tone - mean) + tint + kept
    return np.asarray(np.clip(drawn, 0, 255), dtype=np.float32)


def _ground(side: int, generator: Generator) -> Floats:
    """Paint a plain ground, mostly light, with a slight slope of brightness."""
    level = generator.uniform(200, 255) if generator.random() < 0.5 else generator.uniform(20, 255)
    colour = level + generator.normal(0, 12, 3)
    slope = np.linspace(-1, 1, side) * generator.uniform(-20, 20)
    field = slope[:, None, None] if generator.random() < 0.5 else slope[None, :, None]
    return np.broadcast_to(np.clip(colour + field, 0, 255), (side, side, 3)).astype(np.float32)


def _light(values: Floats, generator: Generator) -> Pixels:
    gamma, exposure = generator.uniform(0.7, 1.4), generator.uniform(0.85, 1.1)
    lit = np.clip(values / 255, 0, 1) ** gamma * 255 * exposure
    return np.asarray(np.clip(lit, 0, 255), dtype=np.uint8)


def _stance(picture: Image.Image, generator: Generator) -> Image.Image:
    """Flip, zoom, stretch, turn and shift a little."""
    if generator.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    side = picture.width
    zoom, stretch = generator.uniform(0.75, 1.12), np.exp(generator.uniform(-0.12, 0.12))
    angle = np.deg2rad(generator.uniform(-7, 7))
    shift = side / 2 + generator.uniform(-0.08, 0.08, 2) * side
    turn = zoom * np.array(
        [[np.cos(angle) * stretch, -np.sin(angle)], [np.sin(angle), np.cos(angle) / stretch]]
    )
    offset = shift - turn @ np.array([side / 2, side / 2])
    matrix = (*turn[0], offset[0], *turn[1], offset[1])
    fill = estimate_ground(np.asarray(picture)).colour
    moved = picture.transform(
        picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill
    )
    if generator.random() < BLURRED:
        moved = moved.filter(ImageFilter.GaussianBlur(generator.uniform(0.3, 1.2)))
    return moved


def vary_grey(pixels: Pixels, *, side_px: int, generator: Generator) -> Pixels:
    """Draw another view in grey, harder than `vary`: another dye, ground and light, a part of the frame, flipped, turned, covered.

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
        tone, fill = _redye(tone, garment, fill=fill, generator=generator)
    lit = (np.clip(tone / 255, 0, 1) ** generator.uniform(0.65, 1.5)) * generator.uniform(0.8, 1.1)
    picture = Image.fromarray(np.clip(255 * lit, 0, 255).astype(np.uint8))
    framed = _frame(picture, side_px=side_px, fill=fill, generator=generator)
    if generator.random() < GREY_BLURRED:
        framed = framed.filter(ImageFilter.GaussianBlur(generator.uniform(0.4, 1.4)))
    return _cover(np.array(framed), generator)


def luminance(pixels: Pixels) -> Pixels:
    """The picture itself: (B, S, S, 3) to (B, S, S) uint8."""
    return np.round(pixels.astype(np.float32) @ LUMINANCE).astype(np.uint8)


def _redye(
    tone: Floats, garment: Floats, *, fill: float, generator: Generator
) -> tuple[Floats, float]:
    """Dye the garment, paint the ground; the tone, and what the ground's is now."""
    drawn, behind = tone, tone
    if generator.random() < RETONED:
        mean = float((tone * garment).sum() / max(float(garment.sum()), 1.0))
        sign = -1 if generator.random() < GREY_INVERTED else 1
        contrast = sign * generator.uniform(0.5, 1.3)
        drawn = np.clip(generator.uniform(30, 230) + contrast * (tone - mean), 0, 255)
    if generator.random() < REGROUNDED:
        light = generator.random() < 0.6
        fill = generator.uniform(190, 255) if light else generator.uniform(20, 255)
        slope = np.linspace(-1, 1, len(tone)) * generator.uniform(-20, 20)
        along = slope[:, None] if generator.random() < 0.5 else slope[None]
        behind = np.clip(fill + np.broadcast_to(along, tone.shape), 0, 255)
    return np.asarray(drawn * garment + behind * (1 - garment), dtype=np.float32), fill


def _frame(picture: Image.Image, *, side_px: int, fill: float, generator: Generator) -> Image.Image:
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


def _cover(view: Pixels, generator: Generator) -> Pixels:
    if generator.random() < COVERED:
        side = len(view)
        height, width = (generator.uniform(0.1, 0.35, 2) * side).astype(int)
        top, left = generator.integers(side - height), generator.integers(side - width)
        view[top : top + height, left : left + width] = generator.integers(256)
    return view
