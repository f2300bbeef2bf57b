"""From a product to its pictures: draw it, choose the ground and the framing, save the files."""

from pathlib import Path
from random import Random

from PIL import Image

from drawings.catalogue import Product
from drawings.garments import CUTS
from drawings.render import GROUNDS, Framing, fitting, picture
from drawings.sketch import Cloth, Figure, Sketch

# 41.7 dB and 17 kB a picture of 600 × 800; speed 6 takes four times as long and saves 3 %.
AVIF = {"quality": 63, "speed": 8, "max_threads": 1}
WEAVE_SCALES = (0.7, 1.4)
FALLING = frozenset({"TOP", "BOTTOM", "DRESS", "OUTERWEAR", "BAG"})
# The first design of a cut is of one tone; each further one has its second tone elsewhere.
BLOCKS = {
    "TOP": ("", "sides", "chest", "yoke", "hem", "base"),
    "BOTTOM": ("", "sides", "hem", "yoke", "bands"),
    "DRESS": ("", "bodice", "hem", "centre", "bands"),
    "OUTERWEAR": ("", "yoke", "sides", "base", "chest"),
    "SHOES": ("", "toe", "heel", "slashes"),
    "BAG": ("", "base", "centre", "diagonal", "yoke"),
    "JEWELLERY": ("",),
    "ACCESSORY": ("", "yoke", "bands", "centre"),
}
CLOSE_UP = 2.3  # how much nearer a detail picture is


def file_names(product: Product) -> list[str]:
    """Name a product's picture files, relative to the catalogue's folder."""
    names = [f"images/{product.sku.lower()}.avif"]
    if product.second_picture:
        names.append(f"images/{product.sku.lower()}-2.avif")
    return names


def save_pictures(product: Product, *, folder: Path, seed: int, width: int) -> int:
    """Draw and save a product's pictures; return how many there are."""
    sketch = garment(product, seed=seed)
    generator = _backdrop(product, seed=seed)
    first = fitting(sketch, ground=generator.choice(GROUNDS))
    framings = (first, _second(first, product, generator))
    for name, framing in zip(file_names(product), framings, strict=False):
        image = picture(sketch, framing, width=width)
        image.save(folder / name, **AVIF)
    return len(file_names(product))


def cover(product: Product, *, seed: int, width: int) -> Image.Image:
    """Draw a product's first picture."""
    sketch = garment(product, seed=seed)
    ground = _backdrop(product, seed=seed).choice(GROUNDS)
    return picture(sketch, fitting(sketch, ground=ground), width=width)


def _backdrop(product: Product, *, seed: int) -> Random:
    """Choose per product, not per look: the ground must not give away what goes together."""
    return Random(f"{seed}:{product.sku}:ground")  # noqa: S311 - a backdrop, not a secret


def garment(product: Product, *, seed: int) -> Sketch:
    """Draw a product; all colours of one model share every line of its cut."""
    generator = Random(f"{seed}:{product.model}")  # noqa: S311 - a cut
    blocks = BLOCKS[product.slot]
    cloth = Cloth(
        dye=product.colour.hex,
        weave=product.weave,
        scale=generator.uniform(*WEAVE_SCALES),
        block=blocks[product.detail % len(blocks)],
        detail=product.detail,
        accent=product.accent,
        texture=product.texture,
        metal=product.metal,
    )
    sketch = CUTS[product.cut](cloth, generator)
    sketch.reshape(_figure(product.slot, generator))
    return sketch


def _figure(slot: str, generator: Random) -> Figure:
    """Proportion one design: slim or boxy, cropped or long, and, where cloth falls, flared."""
    return Figure(
        width=generator.uniform(0.92, 1.08),
        height=generator.uniform(0.92, 1.08),
        flare=generator.uniform(-0.07, 0.1) if slot in FALLING else 0,
    )


def _second(first: Framing, product: Product, generator: Random) -> Framing:
    ground = generator.choice(GROUNDS)
    if product.second_picture == "detail":
        return Framing(
            ground=ground,
            zoom=first.zoom * CLOSE_UP,
            x=first.x + generator.uniform(-60, 60),
            y=first.y + generator.uniform(-110, -30),
            turn=generator.uniform(-9, 9),
        )
    turn = generator.choice((-1, 1)) * generator.uniform(7, 13)
    return Framing(ground=ground, zoom=first.zoom * 0.92, x=first.x, y=first.y, turn=turn)
