"""From a sketch to a picture: ground and shadow, crisp cloth, soft light, put together in Pillow.

The soft parts (shadow, folds, rounding towards the edge) hold no detail, so they are drawn and
blurred at a quarter of the size and enlarged: at full size they would cost more than the rest.
"""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import resvg_py
from PIL import Image, ImageChops, ImageFilter

from drawings.fabric import block_defs, texture, weave_defs
from drawings.palette import darker, lighter, luminance
from drawings.sketch import HEIGHT, WIDTH, Sketch

SOFT_SCALE = 4
NEUTRAL = 128  # light that leaves the cloth as it is; less is shade, more is sheen
PALE = 0.74  # luminance from which a texture is kept faint
CLOSE_UP = 1.5  # zoom from which the threads themselves come nearer
SHADOW = "#4a3428"
GROUNDS = ("#efe9e0", "#ece5dc", "#f1ece6", "#e9e4dd", "#f0e8de", "#eae6df", "#efe6df")
Size = tuple[int, int]
Box = tuple[int, int, int, int]  # left, top, right, bottom, in pixels
View = tuple[float, float, float, float]  # x, y, width, height, in drawing units


@dataclass(frozen=True)
class Framing:
    """How a drawing sits in its picture; `zoom` above 1 is a close-up around (x, y)."""

    ground: str = GROUNDS[0]
    zoom: float = 1
    x: float = WIDTH / 2
    y: float = HEIGHT / 2
    turn: float = 0

    @property
    def transform(self) -> str:
        return (
            f"translate({WIDTH / 2} {HEIGHT / 2}) rotate({self.turn}) scale({self.zoom})"
            f" translate({-self.x} {-self.y})"
        )


def fitting(sketch: Sketch, *, ground: str) -> Framing:
    """Frame a sketch so that it sits in the middle and fills the picture the way its size asks.

    Small things come nearer, but not until an earring is as large as a coat.
    """
    scale = 6
    box = _mask(sketch, Framing(), size=(WIDTH // scale, HEIGHT // scale)).getbbox()
    left, top, right, bottom = (edge * scale for edge in box or (0, 0, WIDTH, HEIGHT))
    room = min(WIDTH * 0.76 / (right - left), HEIGHT * 0.8 / (bottom - top))
    zoom = min(max(room, 0.86), 1.34)
    return Framing(ground=ground, zoom=zoom, x=(left + right) / 2, y=(top + bottom) / 2)


def picture(sketch: Sketch, framing: Framing, *, width: int) -> Image.Image:
    """Render one RGB picture of 3:4, `width` pixels wide."""
    soft = (width // SOFT_SCALE, width * HEIGHT // WIDTH // SOFT_SCALE)
    size = (width, width * HEIGHT // WIDTH)
    mask = _mask(sketch, framing, size=soft)
    light = _light(sketch, framing, mask=mask)
    whole = _ground(framing, mask=mask).resize(size, Image.Resampling.BICUBIC)
    box = _worked_on(mask, size=size)
    crisp = _crisp(sketch, framing, box=box, width=width)
    surface = ImageChops.add(
        light.resize(size, Image.Resampling.BICUBIC).crop(box),
        _surface(sketch, framing, size=size).crop(box),
        offset=-NEUTRAL,
    )
    cloth = ImageChops.hard_light(crisp.convert("RGB"), Image.merge("RGB", (surface,) * 3))
    whole.paste(cloth, box[:2], mask=crisp.getchannel("A"))
    return whole


def _worked_on(mask: Image.Image, *, size: Size) -> Box:
    """Find the part of the picture that the garment covers; the rest need not be drawn crisply."""
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    across, down = size[0] / mask.size[0], size[1] / mask.size[1]
    return (
        max(0, int((left - 2) * across)),
        max(0, int((top - 2) * down)),
        min(size[0], int((right + 2) * across)),
        min(size[1], int((bottom + 2) * down)),
    )


def _crisp(sketch: Sketch, framing: Framing, *, box: Box, width: int) -> Image.Image:
    """Draw panels, seams and patterns, without the ground, inside a box of the picture's pixels."""
    shapes = _framed(sketch.crisp, framing)
    unit = WIDTH / width
    size = (box[2] - box[0], box[3] - box[1])
    view = (box[0] * unit, box[1] * unit, size[0] * unit, size[1] * unit)
    block = block_defs(sketch.cloth, box=sketch.box) if "url(#block)" in shapes else ""
    defs = block + weave_defs(sketch.cloth, shapes=shapes)
    return _rendered(f"<defs>{defs}</defs>{shapes}", size, view=view)


def _surface(sketch: Sketch, framing: Framing, *, size: Size) -> Image.Image:
    """Take the cloth's texture, enlarged in a close-up."""
    cloth = sketch.cloth
    whole = texture(cloth.texture, *size, faint=luminance(cloth.dye) > PALE)
    if framing.zoom < CLOSE_UP:
        return whole
    share = CLOSE_UP / framing.zoom
    part = (0, 0, round(size[0] * share), round(size[1] * share))
    return whole.resize(size, Image.Resampling.BICUBIC, box=part)


def _ground(framing: Framing, *, mask: Image.Image) -> Image.Image:
    """Lay the shadow on the ground: a dark one close by, a wide and faint one further off."""
    ground = _room(framing.ground, mask.size).copy()
    for dx, dy, blur, strength in ((14, 24, 20, 0.30), (4, 7, 5, 0.42)):
        shadow = _softened(_moved(mask, dx, dy), blur)
        ground.paste(SHADOW, mask=shadow.point([round(level * strength) for level in range(256)]))
    return ground


def _light(sketch: Sketch, framing: Framing, *, mask: Image.Image) -> Image.Image:
    """Draw the light on the cloth: rounded off towards the edge, creased by its folds."""
    light = Image.new("L", mask.size, round(NEUTRAL - 62 * sketch.depth))
    light.paste(NEUTRAL, mask=_softened(_moved(mask, -4, -6), 11 * framing.zoom))
    grey = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#808080"/>'
    folds = _rendered(grey + _framed(sketch.folds, framing), mask.size).convert("L")
    creased = ImageChops.add(light, _softened(folds, 8 * framing.zoom), offset=-NEUTRAL)
    return ImageChops.add(creased, _sun(mask.size), offset=-NEUTRAL)


def _mask(sketch: Sketch, framing: Framing, *, size: Size) -> Image.Image:
    outline = _framed(sketch.outline, framing)
    return _rendered(f'<g fill="#000" color="#000">{outline}</g>', size).getchannel("A")


def _framed(shapes: list[str], framing: Framing) -> str:
    return f'<g transform="{framing.transform}">{"".join(shapes)}</g>'


def _moved(mask: Image.Image, dx: float, dy: float) -> Image.Image:
    """Shift by drawing units, down to a fraction of a pixel."""
    unit = mask.size[0] / WIDTH
    matrix = (1, 0, -dx * unit, 0, 1, -dy * unit)
    return mask.transform(mask.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def _softened(image: Image.Image, deviation: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(deviation * image.size[0] / WIDTH))


@lru_cache(maxsize=32)
def _room(ground: str, size: Size) -> Image.Image:
    lit, dim = lighter(ground, 0.45), darker(ground, 0.09)
    return _rendered(
        '<defs><radialGradient id="room" cx=".3" cy=".22" r="1.05">'
        f'<stop offset="0" stop-color="{lit}"/><stop offset=".5" stop-color="{ground}"/>'
        f'<stop offset="1" stop-color="{dim}"/></radialGradient></defs>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="url(#room)"/>',
        size,
    ).convert("RGB")


@lru_cache(maxsize=8)
def _sun(size: Size) -> Image.Image:
    """Light the upper left a little more than the lower right."""
    return _rendered(
        '<defs><linearGradient id="sun" x2=".7" y2="1"><stop offset="0" stop-color="#8f8f8f"/>'
        '<stop offset=".5" stop-color="#808080"/><stop offset="1" stop-color="#6d6d6d"/>'
        f'</linearGradient></defs><rect width="{WIDTH}" height="{HEIGHT}" fill="url(#sun)"/>',
        size,
    ).convert("L")


def _rendered(content: str, size: Size, *, view: View = (0, 0, WIDTH, HEIGHT)) -> Image.Image:
    """Rasterise SVG content; `view` is the part of the canvas that fills `size` pixels."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(str, view))}"'
        f' width="{size[0]}" height="{size[1]}">{content}</svg>'
    )
    return Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))
