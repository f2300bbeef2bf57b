"""From a sketch to a picture: ground and shadow, crisp cloth, soft light, put together in Pillow.

The soft parts (shadow, folds, rounding towards the edge) hold no detail, so they are drawn at a
quarter of the size and enlarged: a blur at full size would cost more than all the rest.
"""

from dataclasses import dataclass
from io import BytesIO

import resvg_py
from PIL import Image, ImageChops

from fashionshop.demo.fabric import texture, weave_defs
from fashionshop.demo.palette import darker, lighter
from fashionshop.demo.sketch import HEIGHT, WIDTH, Sketch

SOFT_SCALE = 4
GROUNDS = ("#efe9e0", "#ece5dc", "#f1ece6", "#e9e4dd", "#f0e8de", "#eae6df", "#efe6df")


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


def picture(sketch: Sketch, framing: Framing, *, width: int) -> Image.Image:
    """Render one RGB picture of 3:4, `width` pixels wide."""
    size = (width, width * HEIGHT // WIDTH)
    soft = (size[0] // SOFT_SCALE, size[1] // SOFT_SCALE)
    ground = _rendered(_ground_svg(sketch, framing), soft).convert("RGB")
    light = _rendered(_light_svg(sketch, framing), soft).convert("L")
    crisp = _rendered(_crisp_svg(sketch, framing), size)
    surface = ImageChops.add(
        light.resize(size, Image.Resampling.BICUBIC),
        texture(sketch.cloth.texture, *size),
        offset=-128,
    )
    cloth = ImageChops.hard_light(crisp.convert("RGB"), Image.merge("RGB", (surface,) * 3))
    whole = ground.resize(size, Image.Resampling.BICUBIC)
    whole.paste(cloth, mask=crisp.getchannel("A"))
    return whole


def _rendered(content: str, size: tuple[int, int]) -> Image.Image:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' width="{size[0]}" height="{size[1]}">{content}</svg>'
    )
    return Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))


def _ground_svg(sketch: Sketch, framing: Framing) -> str:
    outline = "".join(sketch.outline)
    ground, lit, dim = framing.ground, lighter(framing.ground, 0.45), darker(framing.ground, 0.09)
    return (
        f'<defs>{_blur("near", 5)}{_blur("far", 20)}<radialGradient id="room" cx=".3" cy=".22" r="1.05">'
        f'<stop offset="0" stop-color="{lit}"/><stop offset=".5" stop-color="{ground}"/>'
        f'<stop offset="1" stop-color="{dim}"/></radialGradient></defs>'
        '<rect width="720" height="960" fill="url(#room)"/>'
        f'<g fill="#4a3428" color="#4a3428"><g filter="url(#far)" opacity=".30"><g transform="translate(14 24)">'
        f'<g transform="{framing.transform}">{outline}</g></g></g>'
        f'<g filter="url(#near)" opacity=".42"><g transform="translate(4 7)">'
        f'<g transform="{framing.transform}">{outline}</g></g></g></g>'
    )


def _light_svg(sketch: Sketch, framing: Framing) -> str:
    """Draw the light on the cloth: 128 leaves it alone, less is shade, more is sheen."""
    outline, folds = "".join(sketch.outline), "".join(sketch.folds)
    rim = round(128 - 62 * sketch.depth)
    return (
        f'<defs>{_blur("rim", 11)}{_blur("fold", 9)}<linearGradient id="sun" x2=".7" y2="1">'
        '<stop offset="0" stop-color="#fff" stop-opacity=".13"/><stop offset=".5" stop-opacity="0"/>'
        '<stop offset="1" stop-color="#000" stop-opacity=".16"/></linearGradient></defs>'
        f'<rect width="720" height="960" fill="rgb({rim},{rim},{rim})"/>'
        f'<g filter="url(#rim)" fill="#808080" color="#808080"><g transform="{framing.transform} translate(-4 -6)">'
        f"{outline}</g></g>"
        f'<g filter="url(#fold)"><g transform="{framing.transform}" opacity=".5">{folds}</g></g>'
        '<rect width="720" height="960" fill="url(#sun)"/>'
    )


def _crisp_svg(sketch: Sketch, framing: Framing) -> str:
    return (
        f"<defs>{weave_defs(sketch.cloth)}</defs>"
        f'<g transform="{framing.transform}">{"".join(sketch.crisp)}</g>'
    )


def _blur(name: str, deviation: float) -> str:
    return (
        f'<filter id="{name}" filterUnits="userSpaceOnUse" x="-60" y="-60" width="840" height="1080"'
        f' color-interpolation-filters="sRGB"><feGaussianBlur stdDeviation="{deviation}"/></filter>'
    )


def fitting(sketch: Sketch, *, ground: str) -> Framing:
    """Frame a sketch so that it sits in the middle and fills the picture the way its size asks.

    Small things come nearer, but not until an earring is as large as a coat.
    """
    outline = f'<g fill="#000" color="#000">{"".join(sketch.outline)}</g>'
    scale = 6
    box = _rendered(outline, (WIDTH // scale, HEIGHT // scale)).getchannel("A").getbbox()
    left, top, right, bottom = (edge * scale for edge in box or (0, 0, WIDTH, HEIGHT))
    room = min(WIDTH * 0.76 / (right - left), HEIGHT * 0.8 / (bottom - top))
    zoom = min(max(room, 0.86), 1.34)
    return Framing(ground=ground, zoom=zoom, x=(left + right) / 2, y=(top + bottom) / 2)
