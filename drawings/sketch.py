"""What a garment's drawing is made of: crisp panels and lines, soft folds, an outline for shadows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from drawings.palette import contrasting, darker, lighter
from drawings.path import CENTRE, ellipse, extent, mirrored, moved, symmetric

WIDTH, HEIGHT = 720, 960  # drawing units; pictures are rendered at any size of this shape
_PATH = re.compile(r' d="([^"]*)"')
_TWO_TONE = re.compile(r' d="([^"]*)" fill="url\(#block\)"')
_CIRCLE = re.compile(r'cx="([^"]*)" cy="([^"]*)"')


@dataclass(frozen=True)
class Cloth:
    """What a garment is made of: its dye, its weave (pattern), its hand (texture), its trims.

    `block` names the part that is dyed a second tone. `detail` counts the designs of one cut: where
    there is nothing to dye, each has another stone, lens or buckle.
    """

    dye: str
    weave: str = "solid"
    scale: float = 1  # of the weave
    block: str = ""
    detail: int = 0
    accent: str = "#f4f2ee"
    texture: str = "plain"
    metal: str = "#c9a35a"

    @property
    def seam(self) -> str:
        return contrasting(self.dye, 0.34)

    @property
    def inside(self) -> str:
        return darker(self.dye, 0.42)

    @property
    def sheen(self) -> str:
        return lighter(self.dye, 0.4)


@dataclass(frozen=True)
class Figure:
    """The proportions that set one design apart from the next of its cut."""

    width: float = 1
    height: float = 1
    flare: float = 0  # how much wider the hem is than the middle, and the shoulders narrower

    def place(self, x: float, y: float) -> tuple[float, float]:
        down = (y - HEIGHT / 2) / (HEIGHT / 2)
        across = (x - CENTRE) * self.width * (1 + self.flare * down)
        return CENTRE + across, HEIGHT / 2 + (y - HEIGHT / 2) * self.height


@dataclass
class Sketch:
    """One drawing in progress, on a 720 x 960 canvas, light from the upper left.

    Every x that is drawn counts from `origin`: the centre line, or 0 for what is drawn in profile.
    """

    cloth: Cloth
    crisp: list[str] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    folds: list[str] = field(default_factory=list)
    origin: float = CENTRE
    depth: float = 1  # how round it is: cloth 1, thin metal 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Where the panels lie that a second tone may cover: left, top, right, bottom."""
        return extent(_TWO_TONE.findall("".join(self.crisp)))

    def reshape(self, figure: Figure) -> None:
        """Give what is drawn so far other proportions; buttons and lines keep their size."""
        for layer in (self.crisp, self.outline, self.folds):
            layer[:] = [_reshaped(shape, figure) for shape in layer]

    def placed(self, path: str) -> str:
        """Write a path in the canvas's own coordinates."""
        return moved(path, lambda x, y: (self.origin + x, y)) if self.origin else path

    def repeated(self, dx: float, dy: float, *, scale: float = 1) -> None:
        """Lay a second copy behind the first, moved and scaled about the canvas centre: a pair."""
        move = f"translate({CENTRE + dx} {480 + dy}) scale({scale}) translate({-CENTRE} -480)"
        for layer in (self.crisp, self.outline, self.folds):
            layer.insert(0, f'<g transform="{move}">{"".join(layer)}</g>')

    def panel(self, path: str, *, turn: float = 0, dye: str | None = None, edge: float = 2) -> None:
        """Lay a piece of cloth: its weave turned by `turn` degrees, unless `dye` is a plain one."""
        placed, fill = self.placed(path), dye or self.cloth.dye
        self.outline.append(f'<path d="{placed}"/>')
        self.crisp.append(f'<path d="{placed}" fill="{fill}"/>')
        if dye is None and self.cloth.block:
            self.crisp.append(f'<path d="{placed}" fill="url(#block)"/>')
        if dye is None and self.cloth.weave != "solid":
            self.crisp.append(f'<path d="{placed}" fill="url(#weave{round(turn)})"/>')
        if edge:
            self.line(path, width=edge, colour=contrasting(fill, 0.3), opacity=0.75)

    def whole(self, half: str, *, turn: float = 0, dye: str | None = None, edge: float = 2) -> None:
        """Lay a piece of cloth whose right half is written down."""
        self.panel(symmetric(half), turn=turn, dye=dye, edge=edge)

    def pair(self, path: str, *, turn: float = 0, dye: str | None = None, edge: float = 2) -> None:
        """Lay the same piece on both sides."""
        self.panel(path, turn=turn, dye=dye, edge=edge)
        self.panel(self._mirrored(path), turn=-turn, dye=dye, edge=edge)

    def _mirrored(self, path: str) -> str:
        """Flip a path at the centre line."""
        return moved(mirrored(self.placed(path)), lambda x, y: (x - self.origin, y))

    def patch(self, path: str, *, fill: str, opacity: float = 1) -> None:
        """Paint a flat piece that adds nothing to the outline."""
        self.crisp.append(f'<path d="{self.placed(path)}" fill="{fill}" fill-opacity="{opacity}"/>')

    def line(
        self,
        path: str,
        *,
        width: float = 2,
        colour: str | None = None,
        opacity: float = 0.8,
        dash: str = "",
    ) -> None:
        """Draw a seam, an edge or, with `dash`, a row of stitches."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.crisp.append(
            f'<path d="{self.placed(path)}" fill="none" stroke="{colour or self.cloth.seam}"'
            f' stroke-width="{width}"'
            f' stroke-opacity="{opacity}" stroke-linecap="round" stroke-linejoin="round"{dashes}/>'
        )

    def lines(self, path: str, **how: Any) -> None:
        """Draw the same line on both sides."""
        self.line(path, **how)
        self.line(self._mirrored(path), **how)

    def stitch(self, path: str, *, colour: str | None = None) -> None:
        self.line(path, width=1.6, colour=colour, opacity=0.7, dash="6 4")

    def cast(self, path: str, *, width: float, is_round: bool = False) -> None:
        """Let a stroke cast a shadow; it is drawn by others."""
        cap = ' stroke-linecap="round"' if is_round else ""
        self.outline.append(
            f'<path d="{self.placed(path)}" fill="none" stroke="currentColor"'
            f' stroke-width="{width}"{cap}/>'
        )

    def cord(self, path: str, *, width: float, colour: str) -> None:
        """Lay a strap, handle or chain that casts a shadow of its own."""
        self.cast(path, width=width, is_round=True)
        self.line(path, width=width, colour=contrasting(colour, 0.3), opacity=1)
        self.line(path, width=width - 2.5, colour=colour, opacity=1)
        self.line(path, width=width * 0.25, colour=lighter(colour, 0.45), opacity=0.45)

    def button(self, x: float, y: float, *, radius: float = 7, colour: str | None = None) -> None:
        x, fill = self.origin + x, colour or lighter(self.cloth.dye, 0.35)
        rim = darker(fill, 0.45)
        self.crisp.append(
            f'<circle cx="{x + 1.5}" cy="{y + 2.5}" r="{radius}" fill="#1a1216" fill-opacity=".35"/>'
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" stroke="{rim}" stroke-width="1.2"/>'
            f'<circle cx="{x - 2}" cy="{y}" r="1.2" fill="{rim}"/>'
            f'<circle cx="{x + 2}" cy="{y}" r="1.2" fill="{rim}"/>'
        )

    def jewel(self, x: float, y: float, radius: float, colour: str) -> None:  # noqa: PLR0917 - as SVG orders them
        """Set a round stone, pearl or bead with a light on it."""
        x = self.origin + x
        self.outline.append(f'<path d="{ellipse(x, y, radius, radius)}"/>')
        self.crisp.append(
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}" stroke="{darker(colour, 0.4)}"'
            ' stroke-width="1"/>'
            f'<circle cx="{x + radius * 0.2}" cy="{y + radius * 0.25}" r="{radius * 0.72}"'
            f' fill="{darker(colour, 0.18)}" fill-opacity=".5"/>'
            f'<circle cx="{x - radius * 0.1}" cy="{y - radius * 0.12}" r="{radius * 0.7}" fill="{colour}"/>'
            f'<circle cx="{x - radius * 0.35}" cy="{y - radius * 0.38}" r="{radius * 0.28}"'
            ' fill="#fff" fill-opacity=".85"/>'
        )

    def zip(self, path: str, *, colour: str = "#8d8a86") -> None:
        self.line(path, width=9, colour=darker(self.cloth.dye, 0.35), opacity=0.9)
        self.line(path, width=5, colour=colour, opacity=1, dash="2.5 3")

    def fold(self, path: str, *, width: float = 22, tone: float = -0.5, both: bool = False) -> None:
        """Press a soft crease into the cloth: `tone` -1 is deep shade, +1 is full light."""
        colour = "#000" if tone < 0 else "#fff"
        for each in (path, self._mirrored(path)) if both else (path,):
            self.folds.append(
                f'<path d="{self.placed(each)}" fill="none" stroke="{colour}" stroke-width="{width}"'
                f' stroke-linecap="round" stroke-opacity="{abs(tone) / 2}"/>'
            )

    def hang(self, xs: tuple[float, ...], top: float, hem: float, *, tone: float = -0.3) -> None:
        """Let vertical folds fall from `top` to `hem` at the given distances from the centre."""
        middle = (top + hem) / 2
        for x in xs:
            sway = x * 0.16
            for side in (-1, 1):
                start, end = side * x, side * (x + sway)
                fall = f"{top} C{start} {middle} {end} {middle} {end} {hem}"
                self.fold(f"M{start} {fall}", width=16, tone=tone)
                self.fold(f"M{start - 16} {fall}", width=9, tone=-tone * 0.8)


Cut = Callable[[Cloth, Random], Sketch]


def cuts(
    *drawings: Callable[[Sketch, Random], None], origin: float = CENTRE, depth: float = 1
) -> dict[str, Cut]:
    """Name cuts after the functions that draw them, each on a sketch of its own."""

    def cut_by(draw: Callable[[Sketch, Random], None]) -> Cut:
        def cut(cloth: Cloth, rng: Random) -> Sketch:
            sketch = Sketch(cloth, origin=origin, depth=depth)
            draw(sketch, rng)
            return sketch

        return cut

    return {draw.__name__: cut_by(draw) for draw in drawings}


def _reshaped(shape: str, figure: Figure) -> str:
    shape = _PATH.sub(lambda found: f' d="{moved(found[1], figure.place)}"', shape)
    return _CIRCLE.sub(
        lambda found: 'cx="{:.1f}" cy="{:.1f}"'.format(
            *figure.place(float(found[1]), float(found[2]))
        ),
        shape,
    )
