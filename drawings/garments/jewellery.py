"""How earrings, necklaces and bracelets are drawn: `dye` is the metal, `accent` the stone."""

from math import cos, pi, sin
from random import Random

from drawings.palette import darker, lighter
from drawings.path import CENTRE, ellipse, moved
from drawings.sketch import Sketch, cuts

PEARL = "#f3ece2"


def _wire(sketch: Sketch, path: str, *, width: float) -> None:
    """Bend round metal: dark edge, body, a broad and a narrow light along its length."""
    metal = sketch.cloth.dye
    sketch.cast(path, width=width, is_round=True)
    sketch.line(path, width=width, colour=darker(metal, 0.5), opacity=1)
    sketch.line(path, width=width * 0.86, colour=darker(metal, 0.16), opacity=1)
    sketch.line(path, width=width * 0.56, colour=metal, opacity=1)
    sketch.line(path, width=width * 0.2, colour=lighter(metal, 0.75), opacity=0.9)


def _links(sketch: Sketch, path: str, *, size: float) -> None:
    """Lay a chain along a path."""
    metal = sketch.cloth.dye
    sketch.cast(path, width=size)
    sketch.line(
        path, width=size, colour=darker(metal, 0.45), opacity=1, dash=f"{size * 1.2} {size * 0.9}"
    )
    sketch.line(path, width=size * 0.62, colour=metal, opacity=1, dash=f"{size * 1.2} {size * 0.9}")
    sketch.line(path, width=size * 0.34, colour=darker(metal, 0.2), opacity=1)
    sketch.line(
        path,
        width=size * 0.16,
        colour=lighter(metal, 0.7),
        opacity=0.8,
        dash=f"{size} {size * 1.1}",
    )


def hoops(sketch: Sketch, rng: Random) -> None:
    radius, width = rng.uniform(84, 112), rng.uniform(14, 30)
    tall = rng.choice((1, 1.18))
    style = sketch.cloth.detail % 3
    for x in (CENTRE - 132, CENTRE + 132):
        ring = ellipse(x, 480, radius, radius * tall)
        _wire(sketch, ring, width=width)
        sketch.jewel(x, 480 - radius * tall, width * 0.36, lighter(sketch.cloth.dye, 0.1))
        if style == 1:
            _links(sketch, f"M{x} {480 + radius * tall} L{x} {540 + radius * tall}", size=9)
            sketch.jewel(x, 566 + radius * tall, 34, sketch.cloth.accent)
        elif style == 2:
            _wire(sketch, ellipse(x, 480, radius * 0.6, radius * 0.6 * tall), width=width * 0.6)


def drops(sketch: Sketch, rng: Random) -> None:
    """A stud, a short chain and a cut stone."""
    cloth = sketch.cloth
    length = rng.uniform(40, 110)
    for x in (CENTRE - 110, CENTRE + 110):
        _wire(sketch, f"M{x} 330 C{x - 4} 280 {x + 30} 276 {x + 30} 316", width=6)
        _links(sketch, f"M{x} 336 L{x} {370 + length}", size=9)
        y = 380 + length
        if cloth.detail % 2:
            for down, size in ((24, 30), (96, 42), (190, 54)):
                sketch.jewel(x, y + down, size, cloth.accent)
            continue
        stone = f"M{x} {y} C{x + 18} {y + 40} {x + 52} {y + 70} {x + 52} {y + 112} C{x + 52} {y + 178} {x - 52} {y + 178} {x - 52} {y + 112} C{x - 52} {y + 70} {x - 18} {y + 40} {x} {y} Z"
        sketch.panel(stone, dye=cloth.accent)
        sketch.line(stone, width=8, colour=cloth.dye, opacity=1)
        sketch.patch(
            f"M{x - 4} {y + 36} L{x + 30} {y + 100} L{x} {y + 140} L{x - 32} {y + 104} Z",
            fill="#fff",
            opacity=0.22,
        )
        sketch.patch(
            f"M{x - 26} {y + 86} L{x - 10} {y + 56} L{x - 6} {y + 76} L{x - 20} {y + 100} Z",
            fill="#fff",
            opacity=0.75,
        )
        sketch.patch(
            f"M{x} {y + 140} L{x + 34} {y + 104} L{x + 20} {y + 148} Z", fill="#200a18", opacity=0.3
        )


def pearl_studs(sketch: Sketch, rng: Random) -> None:
    radius, style = rng.uniform(40, 54), sketch.cloth.detail % 3
    for x in (CENTRE - 104, CENTRE + 104):
        if style == 2:
            for turn in range(6):
                sketch.jewel(
                    round(x + 62 * cos(turn * pi / 3), 1), round(480 + 62 * sin(turn * pi / 3), 1),
                    29, PEARL,
                )  # fmt: skip
            sketch.jewel(x, 480, 30, sketch.cloth.dye)
        elif style == 1:
            _wire(sketch, ellipse(x, 400, 30, 34), width=12)
            _wire(sketch, f"M{x} 434 L{x} 470", width=8)
            sketch.jewel(x, 486 + radius, radius, PEARL)
        else:
            _wire(sketch, ellipse(x, 480, radius + 8, radius + 8), width=14)
            sketch.jewel(x, 480, radius, PEARL)


def ear_cuffs(sketch: Sketch, rng: Random) -> None:
    """Sculpted drops, domed like petals."""
    for x in (CENTRE - 112, CENTRE + 112):
        petal = f"M{x} 340 C{x + 84} 380 {x + 84} 560 {x} 640 C{x - 84} 560 {x - 84} 380 {x} 340 Z"
        sketch.panel(petal)
        for width, tone in ((40, 0.6), (14, 0.9)):
            sketch.fold(
                f"M{x - 26} 420 C{x - 34} 480 {x - 30} 540 {x - 10} 590", width=width, tone=tone
            )
        sketch.fold(f"M{x + 40} 420 C{x + 50} 480 {x + 44} 550 {x + 14} 600", width=26, tone=-0.7)
        sketch.patch(
            f"M{x - 30} 430 C{x - 44} 480 {x - 40} 530 {x - 24} 566 C{x - 30} 520 {x - 32} 480 {x - 30} 430 Z",
            fill="#fffbe8",
            opacity=0.8,
        )
        sketch.line(f"M{x} 348 C{x + 14} 440 {x + 14} 540 {x} 632", width=2.5)
        if sketch.cloth.detail % 2:
            sketch.jewel(x, 548, 34, sketch.cloth.accent)
            sketch.jewel(x, 452, 20, sketch.cloth.accent)


def _necklace_curve(*, drop: float, wide: float = 200) -> str:
    curve = f"M-{wide * 0.62} 170 C-{wide * 1.25} 300 -{wide} {drop - 40} 0 {drop} C{wide} {drop - 40} {wide * 1.25} 300 {wide * 0.62} 170"
    return moved(curve, lambda x, y: (CENTRE + x, y))


def pendant(sketch: Sketch, rng: Random) -> None:
    cloth = sketch.cloth
    drop = rng.uniform(560, 640)
    _links(sketch, _necklace_curve(drop=drop), size=7)
    y = drop + 8
    shape = cloth.detail % 3
    _wire(sketch, ellipse(CENTRE, y, 9, 12), width=6)
    if shape == 0:
        sketch.panel(ellipse(CENTRE, y + 62, 46, 50))
        sketch.line(ellipse(CENTRE, y + 62, 37, 41), width=3)
        sketch.jewel(CENTRE, y + 62, 15, cloth.accent)
    elif shape == 1:
        stone = f"M360 {y + 14} L394 {y + 56} L360 {y + 122} L326 {y + 56} Z"
        sketch.panel(stone, dye=cloth.accent)
        sketch.line(stone, width=8, colour=cloth.dye, opacity=1)
        sketch.patch(
            f"M360 {y + 26} L374 {y + 56} L360 {y + 64} L338 {y + 56} Z", fill="#fff", opacity=0.5
        )
    else:
        sketch.jewel(CENTRE, y + 50, 36, PEARL)


def pearl_strand(sketch: Sketch, rng: Random) -> None:
    radius = rng.uniform(15, 21)
    beads = round(2 * pi * 205 / (radius * 2.02))
    coloured = sketch.cloth.detail % 2
    for place in range(beads):
        turn = 2 * pi * place / beads + pi / 2
        squeeze = 1 if sin(turn) > 0 else 0.9
        fill = sketch.cloth.accent if coloured and place % 3 == 0 else PEARL
        sketch.jewel(
            round(CENTRE + 190 * squeeze * cos(turn), 1),
            round(470 + 225 * sin(turn), 1),
            radius,
            fill,
        )
    clasp = sketch.cloth.metal
    sketch.jewel(CENTRE, 470 - 225, 12, clasp)


def curb_chain(sketch: Sketch, rng: Random) -> None:
    """A bold chain necklace."""
    size, drop = rng.uniform(20, 32), rng.uniform(600, 690)
    _links(sketch, _necklace_curve(drop=drop), size=size)
    if sketch.cloth.detail % 2:
        _links(sketch, _necklace_curve(drop=drop - 110, wide=168), size=size * 0.5)


def cuff(sketch: Sketch, rng: Random) -> None:
    """A broad open bangle lying at an angle."""
    cloth = sketch.cloth
    width = (62, 96)[cloth.detail % 2] + rng.uniform(-5, 5)
    _wire(sketch, "M190 430 C220 330 500 330 530 430", width=width * 0.55)
    band = f"M168 430 C150 620 570 620 552 430 L552 {430 + width} C570 {640 + width} 150 {640 + width} 168 {430 + width} Z"
    sketch.panel(band)
    sketch.fold(
        f"M230 {530 + width * 0.4} C300 {580 + width * 0.5} 360 {584 + width * 0.5} 400 {580 + width * 0.5}",
        width=width * 0.4,
        tone=0.9,
    )
    sketch.fold(
        f"M480 {560 + width * 0.4} C520 {530 + width * 0.4} 540 {500 + width * 0.3} 546 {460 + width * 0.3}",
        width=30,
        tone=-0.8,
    )
    sketch.fold(f"M180 {450 + width * 0.4} L190 {500 + width * 0.4}", width=26, tone=-0.7)
    sketch.line(f"M176 {438} C170 612 550 612 544 438", width=3, colour=lighter(cloth.dye, 0.7))
    if cloth.detail % 2:
        for x, y, radius in ((-112, 542, 24), (0, 572, 34), (112, 542, 24)):
            sketch.jewel(CENTRE + x, y + width * 0.5, radius, cloth.accent)


def chain_bracelet(sketch: Sketch, rng: Random) -> None:
    _links(sketch, ellipse(CENTRE, 480, 190, 150), size=rng.uniform(15, 26))
    for turn in (0.7, 1.2, 1.7, 2.2)[: 4 * (sketch.cloth.detail % 2)]:
        x, y = CENTRE + 190 * cos(turn), 480 + 150 * sin(turn)
        sketch.jewel(round(x, 1), round(y + 26, 1), 17, sketch.cloth.accent)
    _wire(sketch, ellipse(CENTRE - 190, 480, 12, 15), width=8)


def bead_bracelets(sketch: Sketch, rng: Random) -> None:
    """Two strings of beads, one in colour, one in metal."""
    cloth = sketch.cloth
    first, second = ((15, 20), (27, 12))[cloth.detail % 2]
    for dx, dy, radius, fill in ((-34, -50, first, cloth.dye), (30, 46, second, cloth.accent)):
        beads = round(2 * pi * 165 / (radius * 2.02))
        for place in range(beads):
            turn = 2 * pi * place / beads
            shade = cloth.dye if place % 7 == 0 else fill
            sketch.jewel(
                round(CENTRE + dx + 178 * cos(turn), 1),
                round(480 + dy + 150 * sin(turn), 1),
                radius,
                shade,
            )


CUTS = cuts(
    hoops,
    drops,
    pearl_studs,
    ear_cuffs,
    pendant,
    pearl_strand,
    curb_chain,
    cuff,
    chain_bracelet,
    bead_bracelets,
    origin=0,
    depth=0.2,
)
