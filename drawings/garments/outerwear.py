"""How coats, jackets and blazers are drawn."""

from random import Random

from drawings.garments.torso import Torso, back_of_neck, body_folds, fitted, long_sleeves
from drawings.palette import contrasting, darker, lighter
from drawings.path import symmetric
from drawings.sketch import Sketch, cuts


def _lapels(sketch: Sketch, *, bottom: float, width: float = 92, notch: bool = True) -> None:
    """Fold out a collar and two lapels that meet at `bottom`."""
    sketch.pair(
        f"M2 {bottom} L42 176 L58 168 L{width} 268 L{width - 22} 284 L{width + 4} 304 Q70 {bottom - 60} 2 {bottom} Z",
        turn=12,
    )
    if notch:
        sketch.pair(f"M36 158 Q50 150 62 160 L{width + 8} 244 L{width - 16} 288 L44 190 Z", turn=35)
    sketch.fold(
        f"M{width + 12} 306 Q80 {bottom - 50} 12 {bottom + 4}", width=13, tone=-0.6, both=True
    )
    sketch.fold(
        f"M{width - 20} 276 Q60 {bottom - 90} 24 {bottom - 50}", width=14, tone=0.3, both=True
    )


def _flap_pockets(sketch: Sketch, *, y: float, x: float = 92, width: float = 68) -> None:
    a, b = x - width / 2, x + width / 2
    sketch.pair(f"M{a} {y} L{b} {y - 6} L{b + 1} {y + 20} L{a} {y + 26} Z", edge=1.8)
    sketch.fold(f"M{a} {y + 32} L{b} {y + 26}", width=8, tone=-0.4, both=True)


def blazer(sketch: Sketch, rng: Random, *, double: bool = False) -> None:
    torso = fitted(
        rng,
        neck=46,
        neck_top=172,
        neck_front=420,
        pointed=True,
        shoulder=152,
        chest=152,
        waist=136,
        hem=158,
        length=706,
    )
    back_of_neck(sketch, Torso(neck=46, neck_front=300))
    sketch.patch(symmetric("M0 200 L44 190 L40 300 L0 440"), fill=lighter(sketch.cloth.inside, 0.1))
    long_sleeves(sketch, torso, volume=2, cuff=0)
    for place in range(3):
        sketch.button(192 + place * 2, 590 + place * 22, radius=6, colour=sketch.cloth.metal)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    overlap = 52 if double else 12
    edge = f"M{overlap} 424 L{overlap} {torso.length - 30} Q{overlap - 6} {torso.length + 4} {overlap - 40} {torso.length + 8}"
    sketch.line(edge, width=2.6)
    sketch.fold(edge, width=12, tone=-0.45)
    _lapels(sketch, bottom=430, width=100 if double else 90)
    _flap_pockets(sketch, y=566)
    sketch.line("M70 352 L118 342", width=5)
    horn = rng.choice((darker(sketch.cloth.dye, 0.4), "#6b4b38", "#2c2628"))
    rows = ((470, 40), (540, 40)) if double else ((462, 0), (546, 0))
    for y, x in rows:
        for side in {-x, x}:
            sketch.button(side, y, radius=10, colour=horn)


def double_blazer(sketch: Sketch, rng: Random) -> None:
    blazer(sketch, rng, double=True)


def wool_coat(sketch: Sketch, rng: Random) -> None:
    """A long single-breasted coat with a broad lapel."""
    torso = fitted(
        rng,
        neck=48,
        neck_top=172,
        neck_front=380,
        pointed=True,
        shoulder=154,
        chest=160,
        waist=158,
        hem=182,
        length=872,
    )
    back_of_neck(sketch, Torso(neck=48, neck_front=300))
    sketch.patch(symmetric("M0 200 L46 190 L40 290 L0 400"), fill=lighter(sketch.cloth.inside, 0.1))
    long_sleeves(sketch, torso, volume=8, cuff=0)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    sketch.line(f"M14 380 L14 {torso.length + 9}", width=2.6)
    sketch.fold(f"M20 390 L22 {torso.length}", width=14, tone=-0.45)
    _lapels(sketch, bottom=400, width=104)
    _flap_pockets(sketch, y=610, x=98, width=76)
    for place in range(3):
        sketch.button(0, 440 + place * 108, radius=12, colour=rng.choice(("#3a2d28", "#6b4b38")))
    sketch.hang((70, 128), 640, torso.length - 10, tone=-0.3)


def trench(sketch: Sketch, rng: Random) -> None:
    """A belted, double-breasted trench with storm flap and epaulettes."""
    torso = fitted(
        rng,
        neck=48,
        neck_top=176,
        neck_front=330,
        pointed=True,
        shoulder=154,
        chest=156,
        waist=136,
        hem=194,
        length=860,
    )
    back_of_neck(sketch, Torso(neck=48, neck_front=280))
    long_sleeves(sketch, torso, volume=8, cuff=0)
    sketch.pair("M176 606 L240 594 L242 620 L178 634 Z", turn=-12)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    sketch.line(f"M58 340 L56 {torso.length + 8}", width=2.6)
    sketch.fold(f"M64 560 L64 {torso.length}", width=14, tone=-0.45)
    sketch.panel("M-150 214 L-50 180 L-10 340 Q-70 380 -146 350 Z")
    sketch.pair("M82 196 L152 210 L150 228 L80 214 Z")
    _lapels(sketch, bottom=348, width=108)
    for y, x in ((390, 44), (452, 42), (600, 44), (680, 46)):
        for side in (-1, 1):
            sketch.button(side * x, y, radius=10, colour="#5a4030")
    sketch.whole("M0 504 L142 498 L144 540 L0 548")
    sketch.stitch("M-140 506 Q0 516 140 506")
    sketch.panel("M-20 494 L34 494 L34 558 L-20 558 Z", dye="#4a342a")
    sketch.panel("M-8 506 L22 506 L22 546 L-8 546 Z")
    sketch.panel("M34 512 L98 540 L116 640 L90 646 L76 560 L30 546 Z", turn=12)
    sketch.hang((84, 132), 556, torso.length - 10, tone=-0.42)
    sketch.lines("M84 604 L126 660", width=5)


def puffer(sketch: Sketch, rng: Random) -> None:
    """A quilted down jacket with a stand collar."""
    torso = fitted(
        rng,
        neck=58,
        neck_top=160,
        neck_front=190,
        shoulder=164,
        chest=178,
        waist=180,
        hem=168,
        length=712,
    )
    long_sleeves(sketch, torso, volume=34, cuff=26)
    sketch.panel(torso.outline)
    sketch.whole("M0 118 Q50 118 64 108 L80 182 Q44 212 0 214")
    rows = range(236, int(torso.length) - 10, 58)
    for y in rows:
        sketch.line(f"M{-torso.chest + 6} {y} Q0 {y + 16} {torso.chest - 6} {y}", width=2.6)
        sketch.fold(f"M-170 {y + 6} Q0 {y + 22} 170 {y + 6}", width=12, tone=-0.7)
        sketch.fold(f"M-160 {y + 28} Q0 {y + 44} 160 {y + 28}", width=22, tone=0.5)
    for place in range(1, 7):
        y = 232 + place * 60
        near, far = 172 + place * 2, 196 + place * 10
        sketch.lines(f"M{near} {y + 12} Q{(near + far) / 2} {y + 14} {far} {y - 6}", width=2.4)
        sketch.fold(f"M{near} {y + 18} L{far} {y}", width=10, tone=-0.7, both=True)
        sketch.fold(f"M{near + 6} {y + 38} L{far} {y + 24}", width=16, tone=0.45, both=True)
    sketch.fold("M-50 140 Q0 156 50 140", width=18, tone=0.5)
    sketch.zip(f"M0 122 L0 {torso.length + 8}", colour=lighter(sketch.cloth.dye, 0.4))
    sketch.lines("M70 560 L112 620", width=6)


def bomber(sketch: Sketch, rng: Random) -> None:
    torso = fitted(
        rng,
        neck=56,
        neck_top=172,
        neck_front=214,
        shoulder=158,
        chest=168,
        waist=168,
        hem=148,
        length=668,
    )
    back_of_neck(sketch, torso)
    long_sleeves(sketch, torso, volume=20, cuff=44)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    rib = contrasting(sketch.cloth.dye, 0.16)
    y = torso.length - 34
    sketch.whole(f"M0 {y + 8} L{torso.hem} {y} L{torso.hem - 10} {y + 56} L0 {y + 64}", dye=rib)
    sketch.whole("M0 214 C34 214 54 190 56 168 L76 176 C72 216 40 242 0 244", dye=rib)
    for x in range(8, 144, 9):
        sketch.lines(f"M{x} {y + 8} L{x * 0.95} {y + 60}", width=2, opacity=0.4)
    sketch.zip(f"M0 218 L0 {y + 62}", colour=sketch.cloth.metal)
    sketch.lines("M72 530 L110 470", width=6)


def denim_jacket(sketch: Sketch, rng: Random) -> None:
    thread = "#c08a4e"
    torso = fitted(
        rng,
        neck=48,
        neck_top=178,
        neck_front=230,
        shoulder=154,
        chest=158,
        waist=150,
        hem=140,
        length=650,
    )
    back_of_neck(sketch, torso)
    long_sleeves(sketch, torso, volume=8, cuff=36)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    sketch.lines("M4 322 L146 314", width=2.4)
    sketch.lines("M4 330 L146 322", width=1.6, colour=thread, dash="6 4")
    for x, end in ((40, 54), (108, 88)):
        sketch.lines(f"M{x} 326 L{end} 632", width=2.2)
        sketch.lines(f"M{x + 7} 326 L{end + 7} 632", width=1.5, colour=thread, dash="6 4")
    sketch.pair("M46 320 L102 317 L102 340 L74 356 L46 342 Z")
    for side in (-74, 74):
        sketch.button(side, 342, radius=6, colour="#b0793f")
    y = torso.length - 30
    sketch.whole(f"M0 {y + 6} L{torso.hem + 1} {y} L{torso.hem} {y + 40} L0 {y + 48}")
    sketch.panel(f"M-16 240 L16 240 L16 {y + 46} L-16 {y + 46} Z")
    for place in range(6):
        sketch.button(0, 262 + place * (y - 238) / 5, radius=8, colour="#b0793f")
    sketch.pair("M0 244 C16 226 36 200 46 162 Q58 160 68 174 L96 258 Q40 250 0 244 Z", turn=35)
    sketch.lines("M8 238 Q46 246 86 250 L64 184", width=1.6, colour=thread, dash="6 4")
    sketch.fold("M96 270 L10 258", width=10, tone=-0.5, both=True)
    sketch.fold("M74 400 L70 600", width=44, tone=0.34, both=True)


def biker_jacket(sketch: Sketch, rng: Random) -> None:
    """A leather jacket with an off-centre zip and broad revers."""
    steel = "#b9bcc0"
    torso = fitted(
        rng,
        neck=48,
        neck_top=176,
        neck_front=320,
        pointed=True,
        shoulder=150,
        chest=152,
        waist=138,
        hem=140,
        length=624,
    )
    back_of_neck(sketch, Torso(neck=48, neck_front=300))
    sketch.patch(symmetric("M0 200 L44 190 L40 300 L0 360"), fill="#3c3136")
    long_sleeves(sketch, torso, volume=2, cuff=20)
    sketch.panel(torso.outline)
    body_folds(sketch, torso, rng)
    sketch.zip(f"M54 330 L6 {torso.length + 4}", colour=steel)
    _lapels(sketch, bottom=350, width=112)
    sketch.zip("M92 452 L128 404", colour=steel)
    sketch.zip("M-92 452 L-128 404", colour=steel)
    sketch.zip("M-116 336 L-60 330", colour=steel)
    sketch.whole(
        f"M0 {torso.length - 34} L{torso.hem} {torso.length - 42} L{torso.hem} {torso.length - 4} L0 {torso.length + 6}"
    )
    sketch.panel(
        f"M20 {torso.length - 40} L66 {torso.length - 42} L66 {torso.length + 6} L20 {torso.length + 8} Z",
        dye=steel,
    )
    sketch.panel(
        f"M30 {torso.length - 30} L56 {torso.length - 31} L56 {torso.length - 5} L30 {torso.length - 4} Z"
    )
    for x, y in ((-92, 262), (92, 262), (-80, 232), (80, 232)):
        sketch.jewel(x, y, 5, steel)
    sketch.fold("M-70 380 C-80 450 -70 520 -66 570", width=26, tone=0.45)
    sketch.fold("M80 480 C84 520 80 550 76 580", width=20, tone=0.4)


CUTS = cuts(blazer, double_blazer, wool_coat, trench, puffer, bomber, denim_jacket, biker_jacket)
