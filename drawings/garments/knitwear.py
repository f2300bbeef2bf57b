"""How jumpers, cardigans, sweatshirts and hoodies are drawn."""

from random import Random

from drawings.garments.torso import Torso, back_of_neck, body_folds, fitted, long_sleeves, neck_band
from drawings.palette import contrasting, darker, lighter, luminance
from drawings.path import symmetric
from drawings.sketch import Sketch, cuts


def crew_knit(sketch: Sketch, rng: Random, *, collar: float = 18) -> None:
    """A jumper: ribbed neck, cuffs and hem; sleeves set in with a visible seam."""
    torso = fitted(
        rng, neck=58, neck_front=226, chest=176, waist=172, hem=158, shoulder=160, length=716
    )
    if collar < 40:
        back_of_neck(sketch, torso)
    long_sleeves(sketch, torso, volume=12, cuff=52)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    _rib_hem(sketch, torso)
    sketch.lines(
        f"M{torso.shoulder} {torso.shoulder_y} C{torso.shoulder - 18} 272 {torso.chest - 22} 312 {torso.chest} {torso.underarm}",
        width=2.4,
    )
    if collar < 40:
        neck_band(sketch, torso, depth=collar)


def _rib_hem(sketch: Sketch, torso: Torso, *, depth: float = 48) -> None:
    y, half = torso.length - depth + 12, torso.hem
    shade = contrasting(sketch.cloth.dye, 0.1)
    sketch.whole(
        f"M0 {y + 10} Q{half * 0.5} {y + 9} {half - 1} {y} L{half - 10} {y + depth} Q{half * 0.5} {y + depth + 9} 0 {y + depth + 10}",
        dye=shade,
    )
    for step in range(1, 12):
        x = step * (half - 8) / 12
        sketch.lines(
            f"M{x + 2} {y + 10 - x * 0.04} L{x} {y + depth + 8 - x * 0.05}", width=2, opacity=0.4
        )


def roll_neck(sketch: Sketch, rng: Random) -> None:
    crew_knit(sketch, rng, collar=99)
    sketch.whole(
        "M0 120 Q44 120 58 112 C66 140 66 180 70 206 Q36 238 0 240",
        dye=contrasting(sketch.cloth.dye, 0.05),
    )
    sketch.line("M-60 150 Q0 170 60 150", width=3, opacity=0.6)
    for x in range(8, 60, 9):
        sketch.lines(f"M{x} {119 - x * 0.08} L{x * 1.08} {236 - x * 0.4}", width=1.8, opacity=0.35)
    sketch.fold("M-60 166 Q0 186 60 166", width=12, tone=-0.5)
    sketch.fold("M-50 136 Q0 150 50 136", width=12, tone=0.4)


def cardigan(sketch: Sketch, rng: Random) -> None:
    torso = fitted(
        rng,
        neck=54,
        neck_top=176,
        neck_front=410,
        pointed=True,
        chest=160,
        waist=158,
        hem=150,
        shoulder=150,
        length=752,
    )
    back_of_neck(sketch, Torso(neck=54, neck_top=176, neck_front=400))
    long_sleeves(sketch, torso, volume=10, cuff=50)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    _rib_hem(sketch, torso)
    band = contrasting(sketch.cloth.dye, 0.12)
    sketch.pair(
        f"M52 172 L76 178 L16 428 L16 {torso.length + 9} L-14 {torso.length + 9} L-14 420 Z",
        dye=band,
    )
    button = rng.choice(("#c9b08a", "#6b4b38", "#efe8dc"))
    for place in range(5):
        sketch.button(1, 446 + place * (torso.length - 470) / 4, radius=10, colour=button)
    for side in (-1, 1):
        x = side * 84
        sketch.line(f"M{x - 36} 618 L{x + 36} 618", width=6, colour=darker(sketch.cloth.dye, 0.3))


def sweatshirt(sketch: Sketch, rng: Random) -> None:
    crew_knit(sketch, rng, collar=20)
    sketch.line("M-20 250 L0 284 L20 250", width=2.4)
    if sketch.cloth.weave == "solid" and rng.random() < 0.6:
        _crest(sketch, rng)


def _crest(sketch: Sketch, rng: Random) -> None:
    """Print a small sun, wave or mountain on the chest."""
    ink = (
        lighter(sketch.cloth.dye, 0.7)
        if luminance(sketch.cloth.dye) < 0.5
        else darker(sketch.cloth.dye, 0.55)
    )
    motif = rng.randrange(3)
    if motif == 0:
        sketch.line(
            "M-42 400 Q-28 382 -14 400 Q0 418 14 400 Q28 382 42 400 M-42 420 Q-28 402 -14 420 Q0 438 14 420 Q28 402 42 420",
            width=5,
            colour=ink,
        )
    elif motif == 1:
        sketch.patch("M-30 410 C-30 370 30 370 30 410 Z", fill=ink)
        sketch.line("M-46 420 L46 420 M-30 432 L30 432 M-14 444 L14 444", width=5, colour=ink)
    else:
        sketch.line("M-50 434 L-16 380 L2 410 L18 388 L50 434 Z", width=5, colour=ink)


def hoodie(sketch: Sketch, rng: Random) -> None:
    cloth = sketch.cloth
    crew_knit(sketch, rng, collar=14)
    sketch.whole(
        "M0 112 C60 108 96 150 92 214 C70 262 30 276 0 280 L0 250 C36 246 56 216 54 188 C46 150 24 140 0 140",
        dye=contrasting(cloth.dye, 0.05),
    )
    sketch.patch(symmetric("M0 140 C30 140 52 160 54 190 C56 220 30 248 0 250"), fill=cloth.inside)
    sketch.lines("M0 150 C26 150 42 168 44 190 C44 214 24 238 0 242", width=1.6, dash="6 4")
    sketch.fold("M74 150 C84 180 82 220 60 244", width=14, tone=-0.45, both=True)
    for x, end in ((-30, 392), (30, 376)):
        sketch.cord(
            f"M{x} 254 C{x * 1.3} 300 {x * 0.9} 340 {x * 1.1} {end}",
            width=6,
            colour=lighter(cloth.dye, 0.65),
        )
    pocket = symmetric("M0 566 L72 566 L106 640 L106 694 L0 700")
    sketch.panel(pocket)
    sketch.lines("M66 574 L98 642", width=1.6, dash="6 4")
    sketch.fold("M92 590 L118 650", width=12, tone=-0.5, both=True)


CUTS = cuts(crew_knit, roll_neck, cardigan, sweatshirt, hoodie)
