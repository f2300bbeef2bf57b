"""How hats, scarves, belts and sunglasses are drawn."""

from math import cos, sin
from random import Random

from drawings.palette import contrasting, darker, lighter, mixed
from drawings.path import CENTRE, ellipse, symmetric
from drawings.sketch import Sketch, cuts


def brimmed_hat(sketch: Sketch, rng: Random) -> None:
    """A fedora or sun hat seen from slightly above."""
    cloth = sketch.cloth
    brim = rng.uniform(262, 290)
    sketch.panel(ellipse(0, 560, brim, 128))
    sketch.line(ellipse(0, 556, brim - 12, 118), width=1.6, dash="7 5")
    sketch.fold("M-190 590 C-120 640 60 660 190 610", width=34, tone=-0.34)
    sketch.fold("M-230 540 C-200 500 -170 490 -140 484", width=26, tone=0.5)
    sketch.whole("M0 330 C50 296 130 320 146 410 L160 566 C120 606 60 614 0 614")
    ribbon = cloth.accent if cloth.accent.lower() != cloth.dye else darker(cloth.dye, 0.5)
    sketch.whole("M0 556 C60 556 120 546 156 516 L161 566 C120 606 60 614 0 614", dye=ribbon)
    sketch.panel("M120 528 L150 510 L156 580 L128 600 Z", dye=darker(ribbon, 0.12))
    sketch.fold("M-20 330 C-10 380 10 380 20 330", width=26, tone=-0.65)
    sketch.fold("M0 350 L0 430", width=28, tone=-0.34)
    sketch.fold("M-96 370 C-112 430 -110 480 -112 520", width=40, tone=0.46)
    sketch.fold("M124 400 C138 460 136 500 138 540", width=30, tone=-0.45)
    sketch.fold("M-150 590 C-100 624 100 624 160 586", width=16, tone=-0.6)


def beanie(sketch: Sketch, rng: Random) -> None:
    if rng.random() < 0.45:
        _pompom(sketch, rng)
    sketch.whole("M0 250 C130 250 206 360 212 560 L0 590")
    for x in (30, 66, 104, 142, 178):
        sketch.lines(
            f"M{x * 0.3} 258 C{x * 0.9} 340 {x * 1.04} 460 {x * 1.06} 570", width=3, opacity=0.5
        )
        sketch.fold(
            f"M{x * 0.3} 262 C{x * 0.9} 340 {x * 1.04} 460 {x * 1.06} 570",
            width=9,
            tone=-0.5,
            both=True,
        )
    cuff = contrasting(sketch.cloth.dye, 0.06)
    sketch.whole(
        "M0 566 C90 564 170 552 218 532 Q230 530 232 544 L234 650 Q234 664 220 668 C160 690 80 696 0 698",
        dye=cuff,
    )
    for x in range(12, 226, 14):
        sketch.lines(f"M{x} {570 - x * 0.13} L{x * 1.02} {694 - x * 0.1}", width=2.4, opacity=0.4)
    sketch.fold("M-210 556 Q0 596 210 556", width=14, tone=-0.7)
    sketch.fold("M-110 330 C-150 400 -160 460 -166 520", width=50, tone=0.4)
    sketch.panel("M96 606 L150 600 L150 646 L96 652 Z", dye="#efe7d8", edge=1.4)


def _pompom(sketch: Sketch, rng: Random) -> None:
    fluff = lighter(sketch.cloth.dye, 0.35)
    sketch.outline.append(f'<path d="{sketch.placed(ellipse(0, 224, 60, 58))}"/>')
    sketch.patch(ellipse(0, 224, 50, 48), fill=mixed(fluff, sketch.cloth.dye, 0.5))
    for _ in range(150):
        turn, reach = rng.uniform(0, 6.283), 36 * rng.random() ** 0.5
        x, y = reach * cos(turn), reach * sin(turn)
        shade = mixed(fluff, sketch.cloth.dye, rng.random() * 0.7)
        strand = f"M{x:.0f} {224 + y:.0f} L{x * 1.6:.0f} {224 + y * 1.6:.0f}"
        sketch.line(strand, width=7, colour=shade, opacity=1)


def cap(sketch: Sketch, rng: Random) -> None:
    sketch.whole("M0 300 C120 300 196 380 204 540 L0 580")
    sketch.line("M0 300 L0 560", width=2.4)
    sketch.lines("M10 302 C70 340 110 430 118 560", width=2.2)
    sketch.lines("M20 302 C80 340 120 430 128 556", width=1.5, dash="6 4")
    sketch.panel(ellipse(0, 300, 16, 9), dye=contrasting(sketch.cloth.dye, 0.1))
    sketch.whole(
        "M0 530 C100 530 170 530 206 530 C238 580 250 620 240 652 C160 610 80 604 0 604",
        dye=sketch.cloth.accent if rng.random() < 0.3 else None,
    )
    sketch.line("M-224 600 C-140 566 140 566 224 600", width=1.5, dash="6 4")
    sketch.line("M-216 576 C-140 548 140 548 216 576", width=1.5, dash="6 4")
    sketch.fold("M-196 544 C-100 560 100 560 196 544", width=14, tone=-0.6)
    sketch.fold("M-100 360 C-140 420 -146 470 -150 510", width=46, tone=0.42)
    sketch.fold("M150 380 C176 440 180 480 186 520", width=30, tone=-0.4)
    sketch.fold("M-180 600 C-100 580 0 578 60 584", width=22, tone=0.4)


def long_scarf(sketch: Sketch, rng: Random) -> None:
    """A scarf looped once, its fringed ends hanging."""
    for x, end, turn in ((-128, 800, 12), (30, 850, -12)):
        _scarf_end(sketch, x=x, end=end, turn=turn, rng=rng)
    sketch.whole(
        "M0 150 C120 140 196 200 190 290 C184 390 110 440 0 446 L0 330 C50 326 92 306 94 272 C92 236 50 224 0 226",
        turn=24,
    )
    sketch.patch(
        symmetric("M0 226 C50 224 92 236 94 272 C92 306 50 326 0 330"), fill=sketch.cloth.inside
    )
    sketch.whole(
        "M0 216 C60 214 110 240 108 276 C106 320 56 340 0 344 L0 320 C48 318 84 300 86 274 C84 250 48 240 0 240",
        turn=-24,
    )
    for bend in (0, 34, 68):
        sketch.fold(
            f"M-{170 - bend} {260 + bend * 0.3} C-{160 - bend} {360 + bend * 0.2} -60 {420 - bend} 0 {424 - bend} C60 {420 - bend} {160 - bend} {360 + bend * 0.2} {170 - bend} {260 + bend * 0.3}",
            width=13,
            tone=-0.45,
        )
        sketch.fold(
            f"M-{152 - bend} {264 + bend * 0.3} C-{142 - bend} {350 + bend * 0.2} -50 {402 - bend} 0 {406 - bend}",
            width=11,
            tone=0.5,
        )


def _scarf_end(sketch: Sketch, *, x: float, end: float, turn: float, rng: Random) -> None:
    """Hang one end of a scarf from the loop, its fringe first."""
    for step in range(9):
        fx = x + 8 + step * 11.5
        sketch.cord(
            f"M{fx} {end - 6} L{fx + rng.uniform(-5, 5):.1f} {end + 52}",
            width=6,
            colour=darker(sketch.cloth.dye, 0.08),
        )
    sketch.panel(
        f"M{x + 20} 330 L{x + 96} 330 C{x + 104} 500 {x + 100} 660 {x + 112} {end} L{x} {end} C{x + 6} 660 {x + 14} 500 {x + 20} 330 Z",
        turn=turn,
    )
    sketch.fold(f"M{x + 40} 420 C{x + 36} 560 {x + 46} 680 {x + 30} {end}", width=18, tone=-0.45)
    sketch.fold(f"M{x + 70} 420 C{x + 78} 560 {x + 66} 680 {x + 76} {end}", width=18, tone=0.4)


def silk_square(sketch: Sketch, rng: Random) -> None:
    """A printed silk square laid flat with a rolled border."""
    sketch.origin, border = 0, sketch.cloth.accent
    sketch.panel(
        "M128 262 C260 250 460 254 592 258 C600 400 598 600 594 712 C460 722 260 716 130 716 C120 600 122 400 128 262 Z",
        dye=border,
    )
    sketch.line(
        "M142 276 C260 264 460 268 578 272 C586 400 584 600 580 698 C460 708 260 702 144 702 C134 600 136 400 142 276 Z",
        width=3,
        colour=contrasting(border, 0.4),
    )
    sketch.panel(
        "M176 306 C280 298 440 300 546 304 C550 420 550 570 548 668 C440 676 280 672 178 670 C172 570 172 420 176 306 Z"
    )
    if sketch.cloth.weave == "solid":
        _medallion(sketch)
        sketch.origin = 0
    sketch.fold("M128 716 C220 600 330 540 420 420 C480 350 540 300 594 258", width=20, tone=-0.3)
    sketch.fold("M110 690 C200 580 310 520 400 400 C460 330 520 280 574 238", width=22, tone=0.34)
    sketch.fold("M300 716 C360 640 440 600 596 520", width=16, tone=-0.24)
    sketch.fold("M128 420 C220 400 300 340 340 258", width=16, tone=-0.24)


def _medallion(sketch: Sketch) -> None:
    sketch.origin, ink = CENTRE, sketch.cloth.accent
    for radius in (150, 128, 84, 36):
        sketch.line(ellipse(0, 488, radius, radius), width=5, colour=ink, opacity=0.9)
    for x, y in ((-142, -148), (142, -148), (-142, 148), (142, 148)):
        sketch.jewel(x, 488 + y, 16, ink)
    petals = ((0, -106), (75, -75), (106, 0), (75, 75), (0, 106), (-75, 75), (-106, 0), (-75, -75))
    for x, y in petals:
        sketch.patch(ellipse(x, 488 + y, 17, 17), fill=ink)
        sketch.line(f"M0 488 L{x * 0.7:.0f} {488 + y * 0.7:.0f}", width=4, colour=ink)


def belt(sketch: Sketch, rng: Random) -> None:
    """A leather belt rolled up, its buckle in front."""
    sketch.origin, cloth = 0, sketch.cloth
    wide = (86, 60, 74)[cloth.detail % 3] + rng.uniform(-3, 3)
    top = 470 - wide / 2
    for radius, shade in ((186, 0.34), (150, 0.2), (112, 0.3)):
        ring = ellipse(CENTRE, top - 26, radius, radius * 0.42)
        sketch.cast(ring, width=15)
        sketch.line(ring, width=15, colour=darker(cloth.dye, shade + 0.2), opacity=1)
        sketch.line(ring, width=11, colour=darker(cloth.dye, shade - 0.16), opacity=1)
    y = top - 20
    band = f"M166 {y} C176 {y + 96} 544 {y + 96} 554 {y} L554 {y + wide} C544 {y + 96 + wide} 176 {y + 96 + wide} 166 {y + wide} Z"
    sketch.panel(band)
    sketch.line(f"M172 {y + 14} C186 {y + 104} 534 {y + 104} 548 {y + 14}", width=1.6, dash="7 5")
    sketch.line(
        f"M172 {y + wide - 6} C186 {y + 86 + wide} 534 {y + 86 + wide} 548 {y + wide - 6}",
        width=1.6,
        dash="7 5",
    )
    tail = f"M410 {y + 66} C520 {y + 60} 590 {y + 30} 650 {y + 50} Q672 {y + 50 + wide / 2} 646 {y + 44 + wide} C590 {y + 30 + wide} 520 {y + 60 + wide} 410 {y + 66 + wide} Z"
    sketch.panel(tail)
    for place in range(4):
        x = 520 + place * 30
        sketch.patch(ellipse(x, y + 48 + wide / 2 - place * 2, 5, 6), fill="#1e1614")
    _buckle(
        sketch, x=400, y=y + 68 + wide / 2, half=wide / 2 + 16, round_frame=cloth.detail % 2 == 1
    )
    sketch.fold(f"M230 {y + 60} L300 {y + 82}", width=wide * 0.7, tone=0.4)
    sketch.fold(f"M176 {y + 30} L186 {y + 60}", width=wide * 0.6, tone=-0.5)


def _buckle(sketch: Sketch, *, x: float, y: float, half: float, round_frame: bool) -> None:
    metal = sketch.cloth.metal
    frame = (
        ellipse(x, y, half, half)
        if round_frame
        else (
            f"M{x - half * 0.8} {y - half} L{x + half * 0.8} {y - half} L{x + half * 0.8} {y + half} L{x - half * 0.8} {y + half} Z"
        )
    )
    sketch.cast(frame, width=14)
    for width, colour in ((16, darker(metal, 0.5)), (12.5, metal), (4, lighter(metal, 0.7))):
        sketch.line(frame, width=width, colour=colour, opacity=1)
    sketch.cord(f"M{x - half * 0.7} {y} L{x + half * 0.86} {y}", width=9, colour=metal)


def sunglasses(sketch: Sketch, rng: Random, *, lens: str = "") -> None:
    """Acetate frames with folded arms behind."""
    sketch.depth, cloth = 0.4, sketch.cloth
    right = (
        lens
        or (
            "M44 446 C90 420 210 420 236 450 C244 520 210 592 140 592 C80 592 40 530 44 446 Z",
            "M40 470 C80 424 200 408 252 416 C250 500 214 584 140 584 C84 584 44 530 40 470 Z",
            "M46 436 L234 436 C242 500 232 570 196 580 L90 580 C54 570 40 500 46 436 Z",
        )[cloth.detail % 3]
    )
    for side in (-1, 1):
        sketch.cord(
            f"M{side * 232} 456 C{side * 250} 400 {side * 120} 380 {side * -150} 372",
            width=15,
            colour=darker(cloth.dye, 0.1),
        )
    tint = rng.choice(("#4b3a33", "#39424a", "#5a4a55", "#4c5a48"))
    sketch.pair(right, dye=tint)
    sketch.lines(right, width=22, colour=darker(cloth.dye, 0.4), opacity=1)
    sketch.lines(right, width=18, colour=cloth.dye, opacity=1)
    sketch.lines(right, width=4, colour=lighter(cloth.dye, 0.5), opacity=0.5)
    sketch.outline.append(
        f'<path d="{sketch.placed(right)}" stroke="currentColor" stroke-width="22"/>'
    )
    bridge = "M-46 470 Q0 436 46 470"
    for width, colour in ((22, darker(cloth.dye, 0.4)), (17, cloth.dye)):
        sketch.line(bridge, width=width, colour=colour, opacity=1)
    for left in (-214, 70):
        sketch.patch(
            f"M{left + 16} 470 L{left + 66} 444 L{left + 96} 444 L{left + 24} 516 Z",
            fill="#fff",
            opacity=0.2,
        )
        sketch.patch(
            f"M{left + 34} 520 L{left + 110} 446 L{left + 122} 446 L{left + 46} 536 Z",
            fill="#fff",
            opacity=0.12,
        )


def round_glasses(sketch: Sketch, rng: Random) -> None:
    cloth = sketch.cloth
    sunglasses(sketch, rng, lens="M48 500 C48 380 240 380 240 500 C240 620 48 620 48 500 Z")
    if cloth.detail % 2:
        for width, colour in ((16, darker(cloth.metal, 0.4)), (11, cloth.metal)):
            sketch.line("M-150 404 Q0 380 150 404", width=width, colour=colour, opacity=1)


CUTS = cuts(brimmed_hat, beanie, cap, long_scarf, silk_square, belt, sunglasses, round_glasses)
