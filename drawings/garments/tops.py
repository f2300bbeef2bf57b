"""How T-shirts, shirts and blouses are drawn."""

from collections.abc import Callable
from random import Random

from drawings.garments.torso import (
    Torso,
    back_of_neck,
    body_folds,
    chest_pocket,
    fitted,
    hem_stitch,
    long_sleeves,
    neck_band,
    short_sleeves,
)
from drawings.palette import luminance
from drawings.path import symmetric
from drawings.sketch import Sketch, cuts


def tee(sketch: Sketch, rng: Random, *, pointed: bool = False) -> None:
    torso = fitted(
        rng, pointed=pointed, neck_front=292 if pointed else rng.choice((228, 244)), neck=60
    )
    back_of_neck(sketch, torso)
    short_sleeves(sketch, torso, reach=rng.uniform(150, 190))
    sketch.panel(torso.outline)
    neck_band(sketch, torso)
    hem_stitch(sketch, torso)
    body_folds(sketch, torso, rng)
    if sketch.cloth.weave == "solid" and rng.random() < 0.35:
        chest_pocket(sketch, x=46, y=330)


def v_tee(sketch: Sketch, rng: Random) -> None:
    tee(sketch, rng, pointed=True)


def tank(sketch: Sketch, rng: Random) -> None:
    deep, length = rng.uniform(270, 310), rng.uniform(690, 740)
    strap = rng.uniform(20, 30)
    back = symmetric(f"M0 236 C40 236 66 210 70 176 L{70 + strap} 174 L112 330 L0 340")
    sketch.panel(back, dye=sketch.cloth.inside)
    sketch.whole(
        f"M0 {deep} C46 {deep} 70 {deep - 50} 72 176 L{72 + strap} 174 C{88 + strap} 270 112 320 146 352"
        f" C132 450 134 560 150 {length} Q70 {length + 10} 0 {length + 10}"
    )
    torso = Torso(length=length, chest=146, hem=150)
    neckline = f"M0 {deep + 9} C52 {deep + 9} 79 {deep - 46} 81 178"
    sketch.lines(neckline, width=1.6, dash="6 4")
    hem_stitch(sketch, torso)
    body_folds(sketch, torso, rng)


def shirt(sketch: Sketch, rng: Random, *, sleeves: Callable[..., None] = long_sleeves) -> None:
    """An Oxford shirt: stand collar with points, placket, pocket, curved hem."""
    torso = fitted(rng, neck=48, neck_top=180, neck_front=226, length=760, hem=164)
    back_of_neck(sketch, torso)
    sleeves(sketch, torso)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    if rng.random() < 0.6:
        chest_pocket(sketch, x=44, y=340)
    _placket(sketch, top=236, bottom=torso.length + 8, buttons=6)
    _shirt_collar(sketch, spread=rng.uniform(0, 18))
    hem_stitch(sketch, torso)


def _placket(sketch: Sketch, *, top: float, bottom: float, buttons: int) -> None:
    sketch.panel(f"M-17 {top} L17 {top} L17 {bottom} L-17 {bottom} Z", edge=1.6)
    sketch.stitch(f"M-11 {top} L-11 {bottom}")
    sketch.stitch(f"M11 {top} L11 {bottom}")
    step = (bottom - top - 60) / (buttons - 1)
    pearl = "#efe8dc" if luminance(sketch.cloth.dye) < 0.75 else "#cbb79b"
    for place in range(buttons):
        sketch.button(0, top + 26 + place * step, colour=pearl)


def _shirt_collar(sketch: Sketch, *, spread: float) -> None:
    band = symmetric("M0 246 L46 190 L54 172 Q26 190 0 192")
    sketch.panel(band, dye=sketch.cloth.inside)
    sketch.pair(
        f"M0 246 C16 226 36 200 46 166 Q58 164 66 178 L{78 + spread} {262 - spread} Q36 254 0 246 Z",
        turn=35,
    )
    sketch.lines(f"M4 250 Q40 258 {72 + spread} {254 - spread} L62 186", width=1.5, dash="6 4")
    sketch.fold(f"M{70 + spread} {276 - spread} L6 262", width=10, tone=-0.5, both=True)


def camp_shirt(sketch: Sketch, rng: Random) -> None:
    """A short-sleeved holiday shirt with an open, flat collar and a boxy body."""
    torso = fitted(
        rng,
        neck=50,
        neck_top=178,
        neck_front=322,
        pointed=True,
        chest=162,
        waist=160,
        hem=162,
        length=744,
        shoulder=156,
    )
    back_of_neck(sketch, torso)
    short_sleeves(sketch, torso, reach=188, flare=14)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    _placket(sketch, top=318, bottom=torso.length + 8, buttons=5)
    sketch.pair("M0 326 L44 170 Q58 166 66 180 L104 250 L74 268 L82 286 Z", turn=35)
    sketch.lines("M10 308 L72 282 M60 186 L94 250 L68 264", width=1.5, dash="6 4")
    sketch.fold("M84 300 L10 336", width=10, tone=-0.5, both=True)
    chest_pocket(sketch, x=50, y=352)
    hem_stitch(sketch, torso)


def bow_blouse(sketch: Sketch, rng: Random) -> None:
    """A silk blouse with full sleeves and a bow at the neck."""
    torso = fitted(
        rng, neck=44, neck_top=182, neck_front=214, shoulder=140, chest=152, waist=146, length=720
    )
    long_sleeves(sketch, torso, volume=28, cuff=40)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    for x in (24, 58, 92):
        sketch.fold(
            f"M{x} 250 C{x + 8} 380 {x + 4} 520 {x + 12} 700", width=12, tone=-0.28, both=True
        )
        sketch.fold(
            f"M{x + 14} 260 C{x + 20} 380 {x + 18} 520 {x + 26} 690", width=9, tone=0.36, both=True
        )
    sketch.whole("M0 176 Q34 176 46 166 L54 206 Q26 224 0 224")
    sketch.pair("M0 224 L30 226 C36 290 58 350 52 426 L14 440 C18 360 10 290 -4 230 Z", turn=12)
    sketch.pair(
        "M0 218 C30 168 92 172 106 196 C118 236 100 268 78 262 C46 256 22 240 0 226 Z", turn=35
    )
    sketch.whole("M0 202 Q16 202 18 222 Q16 242 0 242", turn=0)
    sketch.fold("M20 222 L84 214", width=9, tone=-0.5, both=True)


def wrap_blouse(sketch: Sketch, rng: Random) -> None:
    """A wrapped V-neck blouse tied at the side."""
    torso = fitted(
        rng, neck=58, neck_top=180, neck_front=380, pointed=True, waist=122, hem=152, length=706
    )
    back_of_neck(sketch, torso)
    short_sleeves(sketch, torso, reach=226, flare=24)
    sketch.panel(torso.outline)
    sketch.panel(
        "M58 180 L70 184 C60 300 -20 420 -128 520 L-124 566 C-20 530 90 470 150 352 L146 212 Z",
        turn=24,
    )
    sketch.panel("M-131 506 Q0 540 131 506 L132 552 Q0 586 -132 552 Z", turn=0)
    sketch.panel("M92 534 C130 590 128 640 120 690 L84 684 C98 640 92 590 74 548 Z", turn=12)
    sketch.panel("M80 520 Q104 512 108 536 Q104 560 82 556 Z")
    for x in (-90, -40, 20, 70):
        sketch.fold(f"M{x} 580 C{x * 1.1} 620 {x * 1.2} 660 {x * 1.2} 700", width=12, tone=-0.36)
    sketch.fold("M50 260 C10 380 -60 450 -120 500", width=18, tone=-0.34)
    sketch.fold("M90 300 C60 400 0 460 -80 520", width=16, tone=0.3)


CUTS = cuts(tee, v_tee, tank, shirt, camp_shirt, bow_blouse, wrap_blouse)
