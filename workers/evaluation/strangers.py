"""Pictures of what no fashion shop sells, drawn: noise, walls, houses, cars, pages of text, balls."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

SIDE_PX = 320
LINE_PX, WORDS = 18, 9


def strangers(count: int, *, generator: Generator) -> list[tuple[str, Image.Image]]:
    """Draw so many of each kind, with the kind's name."""
    return [(name, draw(generator)) for name, draw in KINDS.items() for _ in range(count)]


def _noise(generator: Generator) -> Image.Image:
    return Image.fromarray(generator.integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8))


def _clouds(generator: Generator) -> Image.Image:
    coarse = Image.fromarray(generator.integers(0, 256, (5, 5, 3), dtype=np.uint8))
    return coarse.resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC)


def _wall(generator: Generator) -> Image.Image:
    return Image.new("RGB", (SIDE_PX, SIDE_PX), _colour(generator))


def _house(generator: Generator) -> Image.Image:
    picture, pen = _scene(ground="#50964a")
    x = int(generator.integers(20, 120))
    pen.rectangle((x, 120, x + 160, 250), _colour(generator))
    pen.polygon([(x - 15, 120), (x + 80, 60), (x + 175, 120)], "#963228")
    pen.rectangle((x + 65, 190, x + 95, 250), "#5a3c1e")
    pen.rectangle((x + 15, 145, x + 50, 175), "#dcebfa")
    return picture


def _car(generator: Generator) -> Image.Image:
    picture, pen = _scene(ground="#6e6e6e")
    x, paint = int(generator.integers(10, 60)), _colour(generator)
    body = [(x, 150), (x + 45, 148), (x + 85, 105), (x + 160, 105), (x + 195, 148), (x + 240, 160)]
    pen.polygon([*body, (x + 240, 205), (x, 205)], paint)
    pen.polygon([(x + 58, 147), (x + 90, 112), (x + 118, 112), (x + 118, 147)], "#c8dcf0")
    pen.polygon([(x + 126, 147), (x + 126, 112), (x + 156, 112), (x + 183, 147)], "#c8dcf0")
    for wheel in (x + 52, x + 190):
        pen.ellipse((wheel - 28, 178, wheel + 28, 234), "#141414")
        pen.ellipse((wheel - 12, 194, wheel + 12, 218), "#a0a0a0")
    return picture


def _page(generator: Generator) -> Image.Image:
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), "white")
    pen = ImageDraw.Draw(picture)
    for y in range(LINE_PX, SIDE_PX - LINE_PX, LINE_PX):
        letters = generator.integers(97, 123, (WORDS, 6), dtype=np.uint8)
        pen.text((LINE_PX, y), " ".join(bytes(word).decode() for word in letters), "black")
    return picture


def _balls(generator: Generator) -> Image.Image:
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), "#5a5a5a")
    pen = ImageDraw.Draw(picture)
    for x, y, radius in generator.integers((0, 0, 20), (SIDE_PX, SIDE_PX, 70), (6, 3)).tolist():
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), _colour(generator))
    return picture


def _scene(*, ground: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", (SIDE_PX, SIDE_PX), "#aac8e6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 220, SIDE_PX, SIDE_PX), ground)
    return picture, pen


def _colour(generator: Generator) -> tuple[int, int, int]:
    red, green, blue = generator.integers(0, 256, 3).tolist()
    return red, green, blue


KINDS: dict[str, Callable[[Generator], Image.Image]] = {
    "noise": _noise,
    "clouds": _clouds,
    "wall": _wall,
    "house": _house,
    "car": _car,
    "page": _page,
    "balls": _balls,
}
