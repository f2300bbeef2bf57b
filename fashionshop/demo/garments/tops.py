"""How T-shirts, shirts, blouses, knitwear and sweatshirts are drawn."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from fashionshop.demo.palette import contrasting, darker, lighter, luminance
from fashionshop.demo.path import CENTRE, centred, symmetric
from fashionshop.demo.sketch import Cloth, Sketch


@dataclass(frozen=True)
class Torso:
    """Half widths from the centre line and heights of a top's body, in drawing units."""

    neck: float = 56
    neck_top: float = 172
    neck_front: float = 232
    shoulder: float = 146
    shoulder_y: float = 212
    chest: float = 150
    underarm: float = 352
    waist: float = 142
    hem: float = 148
    length: float = 770
    pointed: bool = False  # a V instead of a round neckline

    @property
    def neckline(self) -> str:
        """The front neckline from the centre out to the shoulder seam, half."""
        if self.pointed:
            return f"M0 {self.neck_front} L{self.neck} {self.neck_top}"
        return (
            f"M0 {self.neck_front} C{self.neck * 0.62} {self.neck_front}"
            f" {self.neck * 0.96} {self.neck_front - 26} {self.neck} {self.neck_top}"
        )

    @property
    def outline(self) -> str:
        middle = (self.underarm + self.length) / 2
        return symmetric(
            f"{self.neckline} L{self.shoulder} {self.shoulder_y}"
            f" C{self.shoulder - 16} {self.shoulder_y + 60} {self.chest - 20} {self.underarm - 40}"
            f" {self.chest} {self.underarm}"
            f" C{self.waist} {middle - 60} {self.waist} {middle + 40} {self.hem} {self.length}"
            f" Q{self.hem * 0.5} {self.length + 9} 0 {self.length + 10}"
        )


def fitted(rng: Random, **changes: float | bool) -> Torso:
    """Take the torso's measures for one design: small differences between makers."""
    base = Torso(**changes)  # type: ignore[arg-type]
    ease = rng.uniform(-6, 8)
    return Torso(
        **{
            **base.__dict__,
            "chest": base.chest + ease,
            "waist": base.waist + ease + rng.uniform(-5, 4),
            "hem": base.hem + ease + rng.uniform(-4, 5),
            "length": base.length + rng.uniform(-34, 22),
        }
    )


def back_of_neck(sketch: Sketch, torso: Torso) -> None:
    """Show the inside of the back, with its label, through the neck opening."""
    half = (
        f"M0 {torso.neck_top + 12} Q{torso.neck * 0.7} {torso.neck_top + 10} {torso.neck} {torso.neck_top - 2}"
        f" L{torso.neck + 4} {torso.neck_top + 12} L{torso.neck * 0.7} {torso.neck_front} L0 {torso.neck_front + 14}"
    )
    sketch.panel(symmetric(half), dye=sketch.cloth.inside)
    label = centred(
        f"M-15 {torso.neck_top + 19} L15 {torso.neck_top + 19} L15 {torso.neck_top + 33} L-15 {torso.neck_top + 33} Z"
    )
    sketch.patch(label, fill="#efe7d8", opacity=0.9)


def short_sleeves(sketch: Sketch, torso: Torso, *, reach: float = 158, flare: float = 0) -> None:
    s, y = torso.shoulder, torso.shoulder_y
    out = s + 66 + flare
    sketch.pair(
        centred(
            f"M{s - 16} {y - 6} C{s + 14} {y + 6} {out - 22} {y + 70} {out} {y + reach - 28}"
            f" Q{out - 34} {y + reach - 6} {s + 6} {y + reach + 4}"
            f" L{torso.chest - 8} {torso.underarm - 2} L{torso.chest - 40} {torso.underarm - 60} Z"
        ),
        turn=-24,
    )
    sketch.lines(
        centred(
            f"M{out - 5} {y + reach - 40} Q{out - 38} {y + reach - 19} {s + 4} {y + reach - 9}"
        ),
        width=1.6,
        dash="6 4",
    )
    sketch.fold(
        centred(f"M{s + 8} {y + 60} L{s + 22} {y + reach}"), width=20, tone=-0.35, both=True
    )


def long_sleeves(sketch: Sketch, torso: Torso, *, volume: float = 0, cuff: float = 34) -> None:
    s, y, end = torso.shoulder, torso.shoulder_y, torso.shoulder_y + 448
    wide = s + 76 + volume
    sketch.pair(
        centred(
            f"M{s - 18} {y - 7} C{s + 26} {y + 8} {wide - 6} {y + 160} {wide + 6} {end - 40 - volume * 0.4}"
            f" Q{s + 92} {end - 12} {s + 84} {end} L{s + 30} {end + 8}"
            f" C{s + 24 - volume} {end - 60} {s + 18} {y + 230} {torso.chest - 6} {torso.underarm - 4}"
            f" L{torso.chest - 44} {torso.underarm - 70} Z"
        ),
        turn=-12,
    )
    if cuff:
        sketch.pair(
            centred(
                f"M{s + 86} {end - 3} L{s + 28} {end + 5} L{s + 33} {end + cuff + 5} L{s + 85} {end + cuff - 4} Z"
            ),
            turn=-12,
        )
    sketch.fold(
        centred(f"M{s + 14} {y + 110} C{s + 36} {y + 210} {s + 40} {y + 300} {s + 54} {end - 20}"),
        width=22,
        tone=-0.42,
        both=True,
    )
    sketch.fold(
        centred(f"M{s + 44} {y + 130} C{s + 58} {y + 230} {s + 66} {y + 300} {s + 72} {end - 50}"),
        width=12,
        tone=0.34,
        both=True,
    )
    sketch.fold(centred(f"M{s + 22} {y + 226} L{s + 62} {y + 206}"), width=12, tone=-0.4, both=True)


def body_folds(sketch: Sketch, torso: Torso, rng: Random) -> None:
    """Press the creases every top has: from the underarms, at the waist, a light on the chest."""
    u, c = torso.underarm, torso.chest
    sketch.fold(
        centred(f"M{c - 6} {u + 6} C{c - 40} {u + 40} {c - 60} {u + 60} {c - 90} {u + 70}"),
        width=15,
        tone=-0.42,
        both=True,
    )
    sketch.fold(
        centred(
            f"M{c - 8} {u + 60} C{c - 26} {u + 150} {c - 20} {u + 240} {c - 24} {torso.length - 20}"
        ),
        width=26,
        tone=-0.3,
        both=True,
    )
    drift = rng.uniform(-26, 26)
    low = torso.length
    sketch.fold(
        centred(
            f"M{-50 + drift} {low - 6} C{-40 + drift} {low - 110} {-66 + drift} {low - 180} {-58 + drift} {low - 250}"
        ),
        width=18,
        tone=-0.26,
    )
    sketch.fold(
        centred(
            f"M{-74 + drift} {low - 10} C{-62 + drift} {low - 120} {-84 + drift} {low - 180} {-80 + drift} {low - 240}"
        ),
        width=14,
        tone=0.26,
    )
    sketch.fold(
        centred(
            f"M{52 + drift} {low - 8} C{46 + drift} {low - 90} {62 + drift} {low - 140} {56 + drift} {low - 190}"
        ),
        width=18,
        tone=-0.24,
    )
    sketch.fold(
        centred(f"M-64 {u - 60} C-70 {u - 10} -60 {u + 30} -66 {u + 70}"), width=46, tone=0.22
    )


def hem_stitch(sketch: Sketch, torso: Torso) -> None:
    y = torso.length - 14
    sketch.stitch(centred(f"M{-torso.hem + 4} {y} Q0 {y + 20} {torso.hem - 4} {y}"))


def neck_band(sketch: Sketch, torso: Torso, *, depth: float = 15) -> None:
    """Finish the neckline with a ribbed band."""
    if torso.pointed:
        inner = f"M0 {torso.neck_front} L{torso.neck} {torso.neck_top}"
        outer = f" L{torso.neck + depth} {torso.neck_top + 4} L0 {torso.neck_front + depth * 1.9}"
    else:
        inner = torso.neckline
        n, f = torso.neck + depth, torso.neck_front + depth
        outer = f" L{n} {torso.neck_top + 5} C{n * 0.96} {f - 26} {n * 0.62} {f} 0 {f}"
    sketch.panel(symmetric(inner + outer), dye=contrasting(sketch.cloth.dye, 0.07))


def tee(cloth: Cloth, rng: Random, *, pointed: bool = False) -> Sketch:
    sketch = Sketch(cloth)
    torso = fitted(
        rng, pointed=pointed, neck_front=292 if pointed else rng.choice((228, 244)), neck=60
    )
    back_of_neck(sketch, torso)
    short_sleeves(sketch, torso, reach=rng.uniform(150, 190))
    sketch.panel(torso.outline)
    neck_band(sketch, torso)
    hem_stitch(sketch, torso)
    body_folds(sketch, torso, rng)
    if cloth.weave == "solid" and rng.random() < 0.35:
        _chest_pocket(sketch, x=46, y=330)
    return sketch


def v_tee(cloth: Cloth, rng: Random) -> Sketch:
    return tee(cloth, rng, pointed=True)


def tank(cloth: Cloth, rng: Random) -> Sketch:
    sketch = Sketch(cloth)
    deep, length = rng.uniform(270, 310), rng.uniform(690, 740)
    strap = rng.uniform(20, 30)
    back = symmetric(f"M0 236 C40 236 66 210 70 176 L{70 + strap} 174 L112 330 L0 340")
    sketch.panel(back, dye=cloth.inside)
    sketch.panel(
        symmetric(
            f"M0 {deep} C46 {deep} 70 {deep - 50} 72 176 L{72 + strap} 174 C{88 + strap} 270 112 320 146 352"
            f" C132 450 134 560 150 {length} Q70 {length + 10} 0 {length + 10}"
        )
    )
    torso = Torso(length=length, chest=146, hem=150)
    sketch.line(
        symmetric(f"M0 {deep + 9} C52 {deep + 9} 79 {deep - 46} 81 176 L80 176").replace("Z", ""),
        width=1.6,
        dash="6 4",
    )
    hem_stitch(sketch, torso)
    body_folds(sketch, torso, rng)
    return sketch


def _chest_pocket(sketch: Sketch, *, x: float, y: float) -> None:
    sketch.panel(
        centred(f"M{x} {y} L{x + 66} {y} L{x + 66} {y + 62} L{x + 33} {y + 76} L{x} {y + 62} Z"),
        edge=1.6,
    )
    sketch.stitch(centred(f"M{x + 2} {y + 12} L{x + 64} {y + 12}"))


def shirt(cloth: Cloth, rng: Random, *, sleeves: Callable[..., None] = long_sleeves) -> Sketch:
    """An Oxford shirt: stand collar with points, placket, pocket, curved hem."""
    sketch = Sketch(cloth)
    torso = fitted(rng, neck=48, neck_top=180, neck_front=226, length=786, hem=150)
    back_of_neck(sketch, torso)
    sleeves(sketch, torso)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    if rng.random() < 0.6:
        _chest_pocket(sketch, x=44, y=340)
    _placket(sketch, top=236, bottom=torso.length + 8, buttons=6)
    _shirt_collar(sketch, spread=rng.uniform(0, 18))
    hem_stitch(sketch, torso)
    return sketch


def _placket(sketch: Sketch, *, top: float, bottom: float, buttons: int) -> None:
    sketch.panel(centred(f"M-17 {top} L17 {top} L17 {bottom} L-17 {bottom} Z"), edge=1.6)
    sketch.stitch(centred(f"M-11 {top} L-11 {bottom}"))
    sketch.stitch(centred(f"M11 {top} L11 {bottom}"))
    step = (bottom - top - 60) / (buttons - 1)
    pearl = "#efe8dc" if luminance(sketch.cloth.dye) < 0.75 else "#cbb79b"
    for place in range(buttons):
        sketch.button(CENTRE, top + 26 + place * step, colour=pearl)


def _shirt_collar(sketch: Sketch, *, spread: float) -> None:
    band = symmetric("M0 246 L46 190 L54 172 Q26 190 0 192")
    sketch.panel(band, dye=sketch.cloth.inside)
    sketch.pair(
        centred(
            f"M0 246 C16 226 36 200 46 166 Q58 164 66 178 L{78 + spread} {262 - spread} Q36 254 0 246 Z"
        ),
        turn=35,
    )
    sketch.lines(
        centred(f"M4 250 Q40 258 {72 + spread} {254 - spread} L62 186"), width=1.5, dash="6 4"
    )
    sketch.fold(centred(f"M{70 + spread} {276 - spread} L6 262"), width=10, tone=-0.5, both=True)


def camp_shirt(cloth: Cloth, rng: Random) -> Sketch:
    """A short-sleeved holiday shirt with an open, flat collar and a boxy body."""
    sketch = Sketch(cloth)
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
    sketch.pair(centred("M0 326 L44 170 Q58 166 66 180 L104 250 L74 268 L82 286 Z"), turn=35)
    sketch.lines(centred("M10 308 L72 282 M60 186 L94 250 L68 264"), width=1.5, dash="6 4")
    sketch.fold(centred("M84 300 L10 336"), width=10, tone=-0.5, both=True)
    _chest_pocket(sketch, x=50, y=352)
    hem_stitch(sketch, torso)
    return sketch


def bow_blouse(cloth: Cloth, rng: Random) -> Sketch:
    """A silk blouse with full sleeves and a bow at the neck."""
    sketch = Sketch(cloth)
    torso = fitted(
        rng, neck=44, neck_top=182, neck_front=214, shoulder=136, chest=142, waist=134, length=742
    )
    long_sleeves(sketch, torso, volume=28, cuff=40)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    for x in (24, 58, 92):
        sketch.fold(
            centred(f"M{x} 250 C{x + 8} 380 {x + 4} 520 {x + 12} 700"),
            width=12,
            tone=-0.28,
            both=True,
        )
        sketch.fold(
            centred(f"M{x + 14} 260 C{x + 20} 380 {x + 18} 520 {x + 26} 690"),
            width=9,
            tone=0.36,
            both=True,
        )
    sketch.panel(symmetric("M0 176 Q34 176 46 166 L54 206 Q26 224 0 224"))
    sketch.pair(
        centred("M0 224 L30 226 C36 290 58 350 52 426 L14 440 C18 360 10 290 -4 230 Z"), turn=12
    )
    sketch.pair(
        centred("M0 218 C30 168 92 172 106 196 C118 236 100 268 78 262 C46 256 22 240 0 226 Z"),
        turn=35,
    )
    sketch.panel(symmetric("M0 202 Q16 202 18 222 Q16 242 0 242"), turn=0)
    sketch.fold(centred("M20 222 L84 214"), width=9, tone=-0.5, both=True)
    return sketch


def wrap_blouse(cloth: Cloth, rng: Random) -> Sketch:
    """A wrapped V-neck blouse tied at the side."""
    sketch = Sketch(cloth)
    torso = fitted(
        rng, neck=58, neck_top=180, neck_front=380, pointed=True, waist=122, hem=152, length=706
    )
    back_of_neck(sketch, torso)
    short_sleeves(sketch, torso, reach=226, flare=24)
    sketch.panel(torso.outline)
    sketch.panel(
        centred(
            "M58 180 L70 184 C60 300 -20 420 -128 520 L-124 566 C-20 530 90 470 150 352 L146 212 Z"
        ),
        turn=24,
    )
    sketch.panel(centred("M-131 506 Q0 540 131 506 L132 552 Q0 586 -132 552 Z"), turn=0)
    sketch.panel(
        centred("M92 534 C130 590 128 640 120 690 L84 684 C98 640 92 590 74 548 Z"), turn=12
    )
    sketch.panel(centred("M80 520 Q104 512 108 536 Q104 560 82 556 Z"))
    for x in (-90, -40, 20, 70):
        sketch.fold(
            centred(f"M{x} 580 C{x * 1.1} 620 {x * 1.2} 660 {x * 1.2} 700"), width=12, tone=-0.36
        )
    sketch.fold(centred("M50 260 C10 380 -60 450 -120 500"), width=18, tone=-0.34)
    sketch.fold(centred("M90 300 C60 400 0 460 -80 520"), width=16, tone=0.3)
    return sketch


def crew_knit(cloth: Cloth, rng: Random, *, collar: float = 18) -> Sketch:
    """A jumper: ribbed neck, cuffs and hem; sleeves set in with a visible seam."""
    sketch = Sketch(cloth)
    torso = fitted(
        rng, neck=58, neck_front=226, chest=164, waist=160, hem=146, shoulder=156, length=740
    )
    if collar < 40:
        back_of_neck(sketch, torso)
    long_sleeves(sketch, torso, volume=12, cuff=52)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    _rib_hem(sketch, torso)
    sketch.lines(
        centred(
            f"M{torso.shoulder} {torso.shoulder_y} C{torso.shoulder - 18} 272 {torso.chest - 22} 312 {torso.chest} {torso.underarm}"
        ),
        width=2.4,
    )
    if collar < 40:
        neck_band(sketch, torso, depth=collar)
    return sketch


def _rib_hem(sketch: Sketch, torso: Torso, *, depth: float = 48) -> None:
    y, half = torso.length - depth + 12, torso.hem
    shade = contrasting(sketch.cloth.dye, 0.1)
    sketch.panel(
        symmetric(
            f"M0 {y + 10} Q{half * 0.5} {y + 9} {half - 1} {y} L{half - 10} {y + depth} Q{half * 0.5} {y + depth + 9} 0 {y + depth + 10}"
        ),
        dye=shade,
    )
    for step in range(1, 12):
        x = step * (half - 8) / 12
        sketch.lines(
            centred(f"M{x + 2} {y + 10 - x * 0.04} L{x} {y + depth + 8 - x * 0.05}"),
            width=2,
            opacity=0.4,
        )


def roll_neck(cloth: Cloth, rng: Random) -> Sketch:
    sketch = crew_knit(cloth, rng, collar=99)
    sketch.panel(
        symmetric("M0 120 Q44 120 58 112 C66 140 66 180 70 206 Q36 238 0 240"),
        dye=contrasting(cloth.dye, 0.05),
    )
    sketch.line(centred("M-60 150 Q0 170 60 150"), width=3, opacity=0.6)
    for x in range(8, 60, 9):
        sketch.lines(
            centred(f"M{x} {119 - x * 0.08} L{x * 1.08} {236 - x * 0.4}"), width=1.8, opacity=0.35
        )
    sketch.fold(centred("M-60 166 Q0 186 60 166"), width=12, tone=-0.5)
    sketch.fold(centred("M-50 136 Q0 150 50 136"), width=12, tone=0.4)
    return sketch


def cardigan(cloth: Cloth, rng: Random) -> Sketch:
    sketch = Sketch(cloth)
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
    band = contrasting(cloth.dye, 0.12)
    sketch.pair(
        centred(
            f"M52 172 L76 178 L16 428 L16 {torso.length + 9} L-14 {torso.length + 9} L-14 420 Z"
        ),
        dye=band,
    )
    button = rng.choice(("#c9b08a", "#6b4b38", "#efe8dc"))
    for place in range(5):
        sketch.button(CENTRE + 1, 446 + place * (torso.length - 470) / 4, radius=10, colour=button)
    for side in (-1, 1):
        x = side * 84
        sketch.line(centred(f"M{x - 36} 618 L{x + 36} 618"), width=6, colour=darker(cloth.dye, 0.3))
    return sketch


def sweatshirt(cloth: Cloth, rng: Random) -> Sketch:
    sketch = crew_knit(cloth, rng, collar=20)
    sketch.line(centred("M-20 250 L0 284 L20 250"), width=2.4)
    if cloth.weave == "solid" and rng.random() < 0.6:
        _crest(sketch, rng)
    return sketch


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
            centred(
                "M-42 400 Q-28 382 -14 400 Q0 418 14 400 Q28 382 42 400 M-42 420 Q-28 402 -14 420 Q0 438 14 420 Q28 402 42 420"
            ),
            width=5,
            colour=ink,
        )
    elif motif == 1:
        sketch.patch(centred("M-30 410 C-30 370 30 370 30 410 Z"), fill=ink)
        sketch.line(
            centred("M-46 420 L46 420 M-30 432 L30 432 M-14 444 L14 444"), width=5, colour=ink
        )
    else:
        sketch.line(centred("M-50 434 L-16 380 L2 410 L18 388 L50 434 Z"), width=5, colour=ink)


def hoodie(cloth: Cloth, rng: Random) -> Sketch:
    sketch = crew_knit(cloth, rng, collar=14)
    sketch.panel(
        symmetric(
            "M0 112 C60 108 96 150 92 214 C70 262 30 276 0 280 L0 250 C36 246 56 216 54 188 C46 150 24 140 0 140"
        ),
        dye=contrasting(cloth.dye, 0.05),
    )
    sketch.patch(symmetric("M0 140 C30 140 52 160 54 190 C56 220 30 248 0 250"), fill=cloth.inside)
    sketch.lines(
        centred("M0 150 C26 150 42 168 44 190 C44 214 24 238 0 242"), width=1.6, dash="6 4"
    )
    sketch.fold(centred("M74 150 C84 180 82 220 60 244"), width=14, tone=-0.45, both=True)
    for x, end in ((-30, 392), (30, 376)):
        sketch.cord(
            centred(f"M{x} 254 C{x * 1.3} 300 {x * 0.9} 340 {x * 1.1} {end}"),
            width=6,
            colour=lighter(cloth.dye, 0.65),
        )
    pocket = symmetric("M0 566 L72 566 L106 640 L106 694 L0 700")
    sketch.panel(pocket)
    sketch.lines(centred("M66 574 L98 642"), width=1.6, dash="6 4")
    sketch.fold(centred("M92 590 L118 650"), width=12, tone=-0.5, both=True)
    return sketch


CUTS: dict[str, Callable[[Cloth, Random], Sketch]] = {
    "tee": tee,
    "v_tee": v_tee,
    "tank": tank,
    "shirt": shirt,
    "camp_shirt": camp_shirt,
    "bow_blouse": bow_blouse,
    "wrap_blouse": wrap_blouse,
    "crew_knit": crew_knit,
    "roll_neck": roll_neck,
    "cardigan": cardigan,
    "sweatshirt": sweatshirt,
    "hoodie": hoodie,
}
