"""What a garment's drawing is made of: crisp panels and lines, soft folds, an outline for shadows."""

import re
from dataclasses import dataclass, field

from drawings.palette import contrasting, darker, lighter
from drawings.path import CENTRE, ellipse, extent, mirrored, moved

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
    """One drawing in progress, on a 720 x 960 canvas, light from the upper left."""

    cloth: Cloth
    crisp: list[str] = field(default_factory=list)
    outline: list[str] = field(default_factory=list)
    folds: list[str] = field(default_factory=list)
    depth: float = 1  # how round it is: cloth 1, thin metal 0

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Where the panels lie that a second tone may cover: left, top, right, bottom."""
        return extent(_TWO_TONE.findall("".join(self.crisp)))

    def reshape(self, figure: Figure) -> None:
        """Give what is drawn so far other proportions; buttons and lines keep their size."""
        for layer in (self.crisp, self.outline, self.folds):
            layer[:] = [_reshaped(shape, figure) for shape in layer]

    def repeated(self, dx: float, dy: float, *, scale: float = 1) -> None:
        """Lay a second copy behind the first, moved and scaled about the canvas centre: a pair."""
        move = f"translate({CENTRE + dx} {480 + dy}) scale({scale}) translate({-CENTRE} -480)"
        for layer in (self.crisp, self.outline, self.folds):
            layer.insert(0, f'<g transform="{move}">{"".join(layer)}</g>')

    def panel(self, path: str, *, turn: float = 0, dye: str | None = None, edge: float = 2) -> None:
        """Lay a piece of cloth: its weave turned by `turn` degrees, unless `dye` is a plain one."""
        fill = dye or self.cloth.dye
        self.outline.append(f'<path d="{path}"/>')
        self.crisp.append(f'<path d="{path}" fill="{fill}"/>')
        if dye is None and self.cloth.block:
            self.crisp.append(f'<path d="{path}" fill="url(#block)"/>')
        if dye is None and self.cloth.weave != "solid":
            self.crisp.append(f'<path d="{path}" fill="url(#weave{round(turn)})"/>')
        if edge:
            self.line(path, width=edge, colour=contrasting(fill, 0.3), opacity=0.75)

    def pair(self, path: str, *, turn: float = 0, dye: str | None = None, edge: float = 2) -> None:
        """Lay the same piece on both sides."""
        self.panel(path, turn=turn, dye=dye, edge=edge)
        self.panel(mirrored(path), turn=-turn, dye=dye, edge=edge)

    def patch(self, path: str, *, fill: str, opacity: float = 1) -> None:
        """Paint a flat piece that adds nothing to the outline."""
        self.crisp.append(f'<path d="{path}" fill="{fill}" fill-opacity="{opacity}"/>')

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
            f'<path d="{path}" fill="none" stroke="{colour or self.cloth.seam}" stroke-width="{width}"'
            f' stroke-opacity="{opacity}" stroke-linecap="round" stroke-linejoin="round"{dashes}/>'
        )

    def lines(
        self,
        path: str,
        *,
        width: float = 2,
        colour: str | None = None,
        opacity: float = 0.8,
        dash: str = "",
    ) -> None:
        """Draw the same line on both sides."""
        self.line(path, width=width, colour=colour, opacity=opacity, dash=dash)
        self.line(mirrored(path), width=width, colour=colour, opacity=opacity, dash=dash)

    def stitch(self, path: str, *, colour: str | None = None) -> None:
        self.line(path, width=1.6, colour=colour, opacity=0.7, dash="6 4")

    def cord(self, path: str, *, width: float, colour: str) -> None:
        """Lay a strap, handle or chain that casts a shadow of its own."""
        self.outline.append(
            f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{width}"'
            ' stroke-linecap="round"/>'
        )
        self.line(path, width=width, colour=contrasting(colour, 0.3), opacity=1)
        self.line(path, width=width - 2.5, colour=colour, opacity=1)
        self.line(path, width=width * 0.25, colour=lighter(colour, 0.45), opacity=0.45)

    def button(self, x: float, y: float, *, radius: float = 7, colour: str | None = None) -> None:
        fill = colour or lighter(self.cloth.dye, 0.35)
        rim = darker(fill, 0.45)
        self.crisp.append(
            f'<circle cx="{x + 1.5}" cy="{y + 2.5}" r="{radius}" fill="#1a1216" fill-opacity=".35"/>'
            f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{fill}" stroke="{rim}" stroke-width="1.2"/>'
            f'<circle cx="{x - 2}" cy="{y}" r="1.2" fill="{rim}"/>'
            f'<circle cx="{x + 2}" cy="{y}" r="1.2" fill="{rim}"/>'
        )

    def jewel(self, x: float, y: float, radius: float, colour: str) -> None:  # noqa: PLR0917 - as SVG orders them
        """Set a round stone, pearl or bead with a light on it."""
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
        for d in (path, mirrored(path)) if both else (path,):
            self.folds.append(
                f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"'
                f' stroke-linecap="round" stroke-opacity="{abs(tone) / 2}"/>'
            )

    def hang(self, xs: tuple[float, ...], top: float, hem: float, *, tone: float = -0.3) -> None:
        """Let vertical folds fall from `top` to `hem` at the given distances from the centre."""
        for x in xs:
            sway = x * 0.16
            for side in (-1, 1):
                start, end = CENTRE + side * x, CENTRE + side * (x + sway)
                middle = (top + hem) / 2
                path = f"M{start:.1f} {top:.1f} C{start:.1f} {middle:.1f} {end:.1f} {middle:.1f} {end:.1f} {hem:.1f}"
                self.fold(path, width=16, tone=tone)
                shifted = path.replace(f"M{start:.1f}", f"M{start - 16:.1f}")
                self.fold(shifted, width=9, tone=-tone * 0.8)


def _reshaped(shape: str, figure: Figure) -> str:
    shape = _PATH.sub(lambda found: f' d="{moved(found[1], figure.place)}"', shape)
    return _CIRCLE.sub(
        lambda found: 'cx="{:.1f}" cy="{:.1f}"'.format(
            *figure.place(float(found[1]), float(found[2]))
        ),
        shape,
    )
