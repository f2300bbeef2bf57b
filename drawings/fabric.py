"""How cloth looks close up: woven and printed patterns as SVG tiles, textures as grey pictures."""

import random
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO

import resvg_py
from PIL import Image, ImageChops, ImageFilter

from drawings.palette import contrasting, darker, is_dark, lighter, mixed
from drawings.sketch import Cloth

Box = tuple[float, float, float, float]
LOUD_WEAVES = frozenset({"stripe", "check", "dots", "floral", "animal"})
FAINT_SHARE = 0.5  # of a texture on pale cloth, where every dark thread shows
BLOCK_DARKER, BLOCK_LIGHTER = 0.36, 0.26  # how far a second tone is from the dye
# Where the second tone lies, in hundredths of the garment's width and height.
BLOCKS = {
    "sides": "M0 0H19V100H0Z M81 0H100V100H81Z",
    "yoke": "M0 0H100V27H0Z",
    "bodice": "M0 0H100V41H0Z",
    "base": "M0 68H100V100H0Z",
    "hem": "M0 86H100V100H0Z",
    "bands": "M0 74H100V80H0Z M0 84H100V90H0Z",
    "chest": "M0 36H100V42H0Z M0 46H100V52H0Z",
    "centre": "M38 0H62V100H38Z",
    "diagonal": "M0 100V46L100 12V100Z",
    "toe": "M0 0H42V100H0Z",
    "heel": "M64 0H100V100H64Z",
    "slashes": "M44 0H52L62 100H54Z M58 0H66L76 100H68Z",
}
TURNS = (0, 12, -12, 24, -24, 35, -35, 90)  # how far a sleeve or a placket may turn its weave


def block_defs(cloth: Cloth, *, box: Box) -> str:
    """Write the parts of the second tone as `block`, spread over the garment's box."""
    left, top, right, bottom = box
    tone = contrasting(cloth.dye, BLOCK_LIGHTER if is_dark(cloth.dye) else BLOCK_DARKER)
    return (
        f'<pattern id="block" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}"'
        ' patternUnits="userSpaceOnUse" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f'<path d="{BLOCKS[cloth.block]}" fill="{tone}"/></pattern>'
    )


def weave_defs(cloth: Cloth, *, shapes: str) -> str:
    """Write the cloth's pattern as `weave<turn>`, once for every turn that `shapes` use."""
    if cloth.weave == "solid":
        return ""
    side, tile = _WEAVES[cloth.weave](cloth)
    return "".join(
        f'<pattern id="weave{turn}" width="{side}" height="{side}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate({turn}) scale({cloth.scale})">{tile}</pattern>'
        for turn in TURNS
        if f"url(#weave{turn})" in shapes
    )


def _stripe(cloth: Cloth) -> tuple[int, str]:
    return 34, f'<rect y="4" width="34" height="13" fill="{cloth.accent}"/>'


def _pinstripe(cloth: Cloth) -> tuple[int, str]:
    return 22, f'<rect x="10" width="1.8" height="22" fill="{contrasting(cloth.dye, 0.5)}"/>'


def _check(cloth: Cloth) -> tuple[int, str]:
    bar, fine = cloth.accent, contrasting(cloth.dye, 0.45)
    return 66, (
        f'<rect x="6" width="26" height="66" fill="{bar}" fill-opacity=".55"/>'
        f'<rect y="6" width="66" height="26" fill="{bar}" fill-opacity=".55"/>'
        f'<rect x="47" width="3" height="66" fill="{fine}" fill-opacity=".8"/>'
        f'<rect y="47" width="66" height="3" fill="{fine}" fill-opacity=".8"/>'
    )


def _dots(cloth: Cloth) -> tuple[int, str]:
    return 40, (
        f'<circle cx="10" cy="10" r="5.6" fill="{cloth.accent}"/>'
        f'<circle cx="30" cy="30" r="5.6" fill="{cloth.accent}"/>'
    )


def _floral(cloth: Cloth) -> tuple[int, str]:
    leaf = mixed(cloth.dye, "#47664a", 0.65)
    return 104, (
        _blossom(26, 28, 11, cloth.accent)
        + _blossom(79, 74, 13, mixed(cloth.accent, "#f6ead8", 0.35))
        + _blossom(74, 18, 6, mixed(cloth.accent, cloth.dye, 0.35))
        + _blossom(24, 82, 7, mixed(cloth.accent, "#f6ead8", 0.6))
        + _leaf(46, 40, 35, leaf)
        + _leaf(56, 88, 150, leaf)
        + _leaf(92, 44, 80, leaf)
        + _leaf(8, 56, 110, leaf)
        + _leaf(50, 8, -40, leaf)
    )


def _blossom(x: float, y: float, radius: float, colour: str) -> str:  # noqa: PLR0917 - as SVG orders them
    petals = "".join(
        f'<ellipse cx="{x}" cy="{y - radius * 0.72}" rx="{radius * 0.5}" ry="{radius * 0.68}"'
        f' transform="rotate({turn} {x} {y})"/>'
        for turn in range(0, 360, 72)
    )
    heart = f'<circle cx="{x}" cy="{y}" r="{radius * 0.32}" fill="{darker(colour, 0.45)}"/>'
    return f'<g fill="{colour}">{petals}</g>{heart}'


def _leaf(x: float, y: float, turn: float, colour: str) -> str:  # noqa: PLR0917 - as SVG orders them
    return f'<path d="M{x} {y} q8 -9 20 0 q-12 8 -20 0z" fill="{colour}" transform="rotate({turn} {x} {y})"/>'


def _animal(cloth: Cloth) -> tuple[int, str]:
    rosettes = (
        *((14, 14, 0), (48, 22, 60), (82, 10, 130), (28, 50, 200)),
        *((66, 56, 300), (10, 82, 80), (46, 86, 20), (82, 88, 240)),
    )
    ink, heart = "#2a211d", mixed(cloth.dye, "#5c3a20", 0.45)
    return 96, "".join(
        f'<g transform="translate({x} {y}) rotate({turn})"><ellipse rx="7" ry="5.4" fill="{heart}"/>'
        f'<path d="M-10 -2 q3 -9 11 -7 M10 1 q-1 9 -9 8 M-9 4 q1 3 4 4" stroke="{ink}" fill="none"'
        ' stroke-width="5" stroke-linecap="round"/></g>'
        for x, y, turn in rosettes
    )


def _herringbone(cloth: Cloth) -> tuple[int, str]:
    ink = contrasting(cloth.dye, 0.34)
    return 24, (
        f'<path d="M0 0 l12 12 l12 -12 M0 8 l12 12 l12 -12 M0 16 l12 12 l12 -12 M0 -8 l12 12 l12 -12"'
        f' fill="none" stroke="{ink}" stroke-width="2.6"/>'
    )


_WEAVES: dict[str, Callable[[Cloth], tuple[int, str]]] = {
    "stripe": _stripe,
    "pinstripe": _pinstripe,
    "check": _check,
    "dots": _dots,
    "floral": _floral,
    "animal": _animal,
    "herringbone": _herringbone,
}
WEAVES = ("solid", *_WEAVES)


@lru_cache(maxsize=64)
def texture(name: str, width: int, height: int, *, faint: bool = False) -> Image.Image:
    """Paint a fabric's surface as a grey picture around 128; `faint` for pale cloth.

    The same arguments give the same pixels.
    """
    whole = _texture(name, width, height)
    if not faint:
        return whole
    return whole.point([round(128 + (level - 128) * FAINT_SHARE) for level in range(256)])


def _texture(name: str, width: int, height: int) -> Image.Image:
    tile, strength, softness = _TEXTURES[name]
    grain = _noise(width, height, strength=strength, softness=softness)
    if not tile:
        return grain
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 960" width="{width}" height="{height}">'
        f'<defs>{tile}</defs><rect width="720" height="960" fill="#808080"/>'
        '<rect width="720" height="960" fill="url(#t)"/></svg>'
    )
    woven = Image.open(BytesIO(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))
    return ImageChops.add(woven.convert("L"), grain, offset=-128)


def _noise(width: int, height: int, *, strength: float, softness: float) -> Image.Image:
    raw = random.Random(f"{width}x{height}").randbytes(width * height)  # noqa: S311 - a texture
    grain = Image.frombytes("L", (width, height), raw)
    if softness:
        grain = grain.filter(ImageFilter.GaussianBlur(softness))
    return grain.point([round(128 + (level - 128) * strength) for level in range(256)])


def _tile(width: float, height: float, content: str, *, turn: float = 0) -> str:
    return (
        f'<pattern id="t" width="{width}" height="{height}" patternUnits="userSpaceOnUse"'
        f' patternTransform="rotate({turn})">{content}</pattern>'
    )


_RIB = '<rect width="4" height="12" fill="#000" fill-opacity=".22"/><rect x="5" width="3" height="12" fill="#fff" fill-opacity=".14"/>'
_KNIT = (
    '<path d="M1 1 L6 8 L11 1 M1 9 L6 16 L11 9" transform="translate(0 -4)" fill="none" stroke="#000"'
    ' stroke-width="2.2" stroke-opacity=".26"/><path d="M2 -1 L6 5 L10 -1" fill="none" stroke="#fff"'
    ' stroke-width="1.6" stroke-opacity=".2"/>'
)
_CABLE = (
    '<rect width="60" height="60" fill="none"/><path d="M12 0 C34 15 34 45 12 60 M30 0 C8 15 8 45 30 60"'
    ' fill="none" stroke="#000" stroke-width="5" stroke-opacity=".3"/><path d="M15 -2 C37 15 37 45 15 62"'
    ' fill="none" stroke="#fff" stroke-width="5" stroke-opacity=".24"/><path d="M44 0V60M54 0V60" stroke="#000"'
    ' stroke-width="2.5" stroke-opacity=".25"/>'
)
_TWILL = '<rect width="5" height="2" fill="#fff" fill-opacity=".16"/><rect y="2.5" width="5" height="1.5" fill="#000" fill-opacity=".14"/>'
_LINEN = (
    '<rect width="9" height="1.3" fill="#000" fill-opacity=".045"/><rect y="4" width="9" height="1" fill="#fff"'
    ' fill-opacity=".065"/><rect width="1.2" height="8" fill="#000" fill-opacity=".05"/>'
)
_STRAW = (
    '<path d="M0 3 H14 M0 10 H14" stroke="#000" stroke-width="2" stroke-opacity=".2"/>'
    '<path d="M3 0 V7 M10 7 V14" stroke="#000" stroke-width="2.4" stroke-opacity=".3"/>'
    '<path d="M7 0 V7 M14 7 V14 M0 7 V14" stroke="#fff" stroke-width="2" stroke-opacity=".25"/>'
)
# name: (tile, strength of the grain, its softness in pixels)
_TEXTURES: dict[str, tuple[str, float, float]] = {
    "plain": ("", 0.05, 0.7),
    "smooth": ("", 0.02, 0.8),
    "wool": ("", 0.36, 1.3),
    "leather": ("", 0.26, 1.6),
    "suede": ("", 0.24, 0.9),
    "denim": (_tile(5, 4, _TWILL, turn=-38), 0.20, 0.6),
    "twill": (_tile(5, 4, _TWILL, turn=-52), 0.08, 0.6),
    "linen": (_tile(9, 8, _LINEN), 0.11, 0.7),
    "knit": (_tile(12, 8, _KNIT), 0.10, 0.6),
    "rib": (_tile(9, 12, _RIB), 0.08, 0.6),
    "cable": (_tile(60, 60, _CABLE), 0.25, 0.7),
    "straw": (_tile(14, 14, _STRAW), 0.2, 0.7),
}
TEXTURES = tuple(_TEXTURES)


def lining(cloth: Cloth) -> str:
    """Choose the colour of what shows inside a collar or a bag."""
    return mixed(lighter(cloth.dye, 0.1), "#4a3a34", 0.45)
