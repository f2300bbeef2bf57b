"""How trousers, jeans, skirts and shorts are drawn."""

from random import Random

from drawings.palette import contrasting, darker
from drawings.path import symmetric
from drawings.sketch import Sketch, cuts

TOP_STITCH = "#c08a4e"  # the tobacco thread of jeans


def _legs(
    *,
    hem: float,
    inner: float,
    knee: float,
    waist: float = 96,
    length: float = 868,
    rise: float = 360,
) -> str:
    """Write trousers: half widths at waist, knee and hem, the inner leg's distance at the hem."""
    hip = waist + 42
    inside = min(max(knee - 100, inner * 0.5), 40)
    return symmetric(
        f"M0 130 Q{waist * 0.6} 130 {waist} 124 C{waist + 12} 160 {hip} 210 {hip + 2} 290"
        f" C{hip + 4} 400 {knee} 520 {knee} 620 C{knee} 720 {hem} 800 {hem} {length}"
        f" Q{(hem + inner) / 2} {length + 8} {inner} {length + 2}"
        f" C{inner} 740 {inside} 600 {inside * 0.7:.0f} 500 C{inside * 0.5:.0f} 440 8 {rise + 26} 0 {rise}"
    )


def _waistband(
    sketch: Sketch, *, waist: float = 96, depth: float = 34, loops: bool = True, button: str = ""
) -> None:
    band = symmetric(
        f"M0 112 Q{waist * 0.6} 112 {waist - 4} 106 L{waist + 3} {106 + depth} Q{waist * 0.6} {112 + depth} 0 {112 + depth}"
    )
    back = symmetric(f"M0 104 Q{waist * 0.6} 104 {waist - 6} 102 L{waist - 4} 112 L0 120")
    sketch.panel(back, dye=sketch.cloth.inside)
    sketch.panel(band, turn=90 if sketch.cloth.weave == "stripe" else 0)
    if loops:
        for x in (34, 78):
            sketch.pair(
                f"M{x - 4} 106 L{x + 4} 105 L{x + 5} {114 + depth} L{x - 3} {115 + depth} Z",
                edge=1.4,
            )
    if button:
        sketch.button(0, 112 + depth / 2, radius=8, colour=button)


def _fly(sketch: Sketch, *, colour: str | None = None) -> None:
    sketch.line("M0 148 L0 330", width=2)
    sketch.stitch("M22 148 L22 260 Q20 304 2 316", colour=colour)


def _leg_light(sketch: Sketch, *, knee: float, hem: float, inner: float, creased: bool) -> None:
    middle_knee, middle_hem = max(knee - 46, 40), (hem + inner) / 2
    crease = f"M74 300 C76 440 {middle_knee} 560 {middle_knee} 640 L{middle_hem} 860"
    if creased:
        sketch.lines(crease, width=2, opacity=0.5)
        sketch.fold(crease, width=14, tone=0.4, both=True)
    sketch.fold(
        f"M{knee - 14} 420 C{knee - 16} 560 {knee - 14} 700 {hem - 14} 850",
        width=24,
        tone=-0.3,
        both=True,
    )
    sketch.fold(
        f"M30 440 C{middle_knee - 30} 540 {middle_knee - 30} 700 {inner + 10} 850",
        width=20,
        tone=-0.34,
        both=True,
    )
    sketch.fold("M10 366 C40 358 70 340 104 312", width=13, tone=-0.45, both=True)
    sketch.fold("M10 390 C40 388 70 378 96 360", width=10, tone=0.3, both=True)
    sketch.fold(f"M{middle_knee - 26} 626 L{middle_knee + 26} 612", width=12, tone=-0.3, both=True)


def _slant_pockets(sketch: Sketch) -> None:
    sketch.lines("M72 150 L122 260", width=2.2)
    sketch.lines("M62 152 L114 264", width=1.5, dash="6 4")


def _trousers(
    sketch: Sketch,
    rng: Random,
    *,
    hem: float,
    inner: float,
    knee: float,
    creased: bool = True,
    length: float = 868,
) -> None:
    hem += rng.uniform(-5, 5)
    sketch.panel(_legs(hem=hem, inner=inner, knee=knee, length=length))
    sketch.line("M0 320 L0 364", width=2)
    _slant_pockets(sketch)
    _fly(sketch)
    _waistband(sketch, button=rng.choice(("", "#6b5540")))
    if rng.random() < 0.5:
        sketch.lines("M46 148 L52 232", width=2.2)
        sketch.fold("M46 150 L56 320", width=12, tone=-0.35, both=True)
    _leg_light(sketch, knee=knee, hem=hem, inner=inner, creased=creased)


def straight_trousers(sketch: Sketch, rng: Random) -> None:
    _trousers(sketch, rng, hem=128, inner=40, knee=132)


def wide_trousers(sketch: Sketch, rng: Random) -> None:
    _trousers(sketch, rng, hem=186, inner=22, knee=160)


def tapered_trousers(sketch: Sketch, rng: Random) -> None:
    _trousers(sketch, rng, hem=104, inner=44, knee=124, length=838)


def joggers(sketch: Sketch, rng: Random) -> None:
    sketch.panel(_legs(hem=112, inner=48, knee=138, length=820))
    sketch.pair(
        "M46 818 Q80 828 113 816 L106 866 Q80 872 54 866 Z", dye=contrasting(sketch.cloth.dye, 0.1)
    )
    _slant_pockets(sketch)
    _waistband(sketch, depth=40, loops=False)
    for x in range(10, 96, 10):
        sketch.lines(f"M{x} 114 L{x} 148", width=1.8, opacity=0.4)
    for x, end in ((-14, 250), (16, 232)):
        sketch.cord(
            f"M{x * 0.6} 136 C{x} 180 {x * 1.6} 200 {x * 1.3} {end}", width=6, colour="#efe8dc"
        )
    _leg_light(sketch, knee=138, hem=112, inner=48, creased=False)


def _jeans(sketch: Sketch, rng: Random, *, hem: float, inner: float, knee: float) -> None:
    thread = TOP_STITCH if rng.random() < 0.8 else contrasting(sketch.cloth.dye, 0.4)
    sketch.panel(_legs(hem=hem, inner=inner, knee=knee))
    sketch.line("M0 320 L0 364", width=2.4)
    _fly(sketch, colour=thread)
    for width, dash, colour in ((2.2, "", None), (1.6, "6 4", thread)):
        drop = 8 if dash else 0
        sketch.lines(
            f"M60 {146 + drop} C62 200 96 {222 + drop} 131 {224 + drop}",
            width=width,
            dash=dash,
            colour=colour,
        )
    sketch.lines(
        f"M{inner + 4} 854 Q{(hem + inner) / 2} 862 {hem - 4} 854",
        width=1.8,
        colour=thread,
        dash="6 4",
    )
    sketch.lines(
        f"M138 300 C142 440 {knee - 7} 560 {knee - 7} 640 C{knee - 7} 720 {hem - 7} 800 {hem - 7} 856",
        width=1.5,
        colour=thread,
        dash="6 4",
        opacity=0.5,
    )
    _waistband(sketch, button="#b0793f")
    sketch.lines("M4 138 Q50 138 92 132", width=1.5, colour=thread, dash="6 4")
    sketch.lines("M4 118 Q50 118 90 112", width=1.5, colour=thread, dash="6 4")
    _leg_light(sketch, knee=knee, hem=hem, inner=inner, creased=False)
    if rng.random() < 0.7:
        fade = max(knee - 48, 50)
        sketch.fold(
            f"M{fade + 22} 300 C{fade + 26} 420 {fade} 540 {fade} 720",
            width=56,
            tone=0.42,
            both=True,
        )


def straight_jeans(sketch: Sketch, rng: Random) -> None:
    _jeans(sketch, rng, hem=126, inner=42, knee=132)


def slim_jeans(sketch: Sketch, rng: Random) -> None:
    _jeans(sketch, rng, hem=98, inner=48, knee=118)


def wide_jeans(sketch: Sketch, rng: Random) -> None:
    _jeans(sketch, rng, hem=176, inner=26, knee=156)


def _skirt(
    sketch: Sketch,
    *,
    hem: float,
    length: float,
    waist: float = 92,
    hip: float = 140,
    dip: float = 14,
) -> None:
    sketch.whole(
        f"M0 128 L{waist} 124 C{waist + 16} 190 {hip} 260 {hip + (hem - hip) * 0.25} 340"
        f" L{hem} {length} Q{hem * 0.5} {length + dip} 0 {length + dip}"
    )


def a_line_skirt(sketch: Sketch, rng: Random) -> None:
    hem, length = rng.uniform(205, 235), rng.uniform(640, 780)
    _skirt(sketch, hem=hem, length=length)
    _waistband(sketch, waist=92, depth=38, loops=False)
    sketch.hang((30, 74, 112), 190, length - 4, tone=-0.4)
    sketch.fold(f"M120 300 L{hem - 30} {length}", width=22, tone=-0.36, both=True)
    sketch.fold(f"M40 240 L{hem * 0.36} {length}", width=18, tone=0.34, both=True)
    sketch.stitch(f"M{-hem + 6} {length - 14} Q0 {length + 14} {hem - 6} {length - 14}")


def pleated_skirt(sketch: Sketch, rng: Random) -> None:
    hem, length = rng.uniform(215, 240), rng.uniform(720, 800)
    _skirt(sketch, hem=hem, length=length, hip=128)
    count = 8
    for place in range(count):
        share = (place + 0.5) / count
        top, end = 92 * share, hem * share
        curve = f"M{top} 150 C{top * 1.2} 260 {end * 0.8} {length - 160} {end} {length + 13 * (1 - share)}"
        sketch.lines(curve, width=2.2, opacity=0.75)
        sketch.fold(curve, width=11, tone=-0.55, both=True)
        sketch.fold(
            curve.replace(f"M{top} ", f"M{top + 5} ").replace(f" {end} ", f" {end + 12} "),
            width=8,
            tone=0.5,
            both=True,
        )
    _waistband(sketch, waist=92, depth=36, loops=False)


def pencil_skirt(sketch: Sketch, rng: Random) -> None:
    length = rng.uniform(640, 720)
    _skirt(sketch, hem=124, length=length, hip=146, dip=6)
    _waistband(sketch, waist=92, depth=30, loops=False)
    slit = length - rng.uniform(90, 150)
    sketch.patch(f"M56 {slit} L72 {length + 5} L52 {length + 5} Z", fill=sketch.cloth.inside)
    sketch.line(f"M56 150 L56 {slit}", width=2)
    sketch.lines("M46 150 L54 250", width=2, opacity=0.6)
    sketch.fold(f"M110 300 C116 420 112 520 104 {length}", width=30, tone=-0.34, both=True)
    sketch.fold(f"M-54 260 C-60 400 -58 500 -52 {length - 20}", width=34, tone=0.3)
    sketch.fold("M-120 350 Q-60 372 -16 356", width=13, tone=-0.3)
    sketch.fold("M120 380 Q70 396 30 384", width=13, tone=-0.3)


def denim_skirt(sketch: Sketch, rng: Random) -> None:
    length = rng.uniform(500, 560)
    _skirt(sketch, hem=178, length=length, hip=150, dip=8)
    sketch.line(f"M0 150 L0 {length + 7}", width=2.2)
    sketch.line(f"M20 150 L20 {length + 7}", width=1.6, colour=TOP_STITCH, dash="6 4")
    for place in range(5):
        sketch.button(4, 182 + place * (length - 230) / 4, radius=8, colour="#b0793f")
    sketch.lines("M60 146 C62 204 96 230 132 232", width=2.2)
    sketch.lines("M60 155 C62 212 96 239 134 241", width=1.6, colour=TOP_STITCH, dash="6 4")
    sketch.line(
        f"M-174 {length - 14} Q0 {length + 4} 174 {length - 14}",
        width=1.6,
        colour=TOP_STITCH,
        dash="6 4",
    )
    _waistband(sketch, waist=92, button="#b0793f")
    sketch.fold(f"M84 260 C92 340 96 420 100 {length - 40}", width=50, tone=0.38, both=True)
    sketch.fold(f"M140 330 L160 {length}", width=22, tone=-0.36, both=True)


def _shorts(sketch: Sketch, rng: Random, *, hem: float, length: float) -> None:
    sketch.whole(
        f"M0 128 L97 122 C112 190 148 270 152 330 L{hem} {length} Q{hem * 0.6} {length + 12} 16 {length + 10} C12 470 8 450 0 420"
    )
    sketch.line("M0 320 L0 430", width=2)
    _slant_pockets(sketch)
    _fly(sketch)
    _waistband(sketch, waist=99, button="#6b5540")
    sketch.lines(
        f"M18 {length - 16} Q{hem * 0.6} {length - 12} {hem - 3} {length - 26}",
        width=1.8,
        dash="6 4",
    )
    sketch.fold(f"M74 170 C84 300 90 400 96 {length}", width=16, tone=0.34, both=True)
    sketch.fold(f"M104 300 L{hem - 26} {length}", width=20, tone=-0.36, both=True)
    sketch.fold("M8 424 C36 410 60 386 84 352", width=14, tone=-0.3, both=True)
    sketch.fold(f"M30 450 L50 {length}", width=18, tone=-0.32, both=True)


def chino_shorts(sketch: Sketch, rng: Random) -> None:
    _shorts(sketch, rng, hem=166, length=rng.uniform(540, 580))


def drawstring_shorts(sketch: Sketch, rng: Random) -> None:
    _shorts(sketch, rng, hem=182, length=rng.uniform(500, 540))
    _waistband(sketch, waist=99, depth=40, loops=False)
    for x in range(8, 98, 9):
        sketch.lines(f"M{x} 114 Q{x + 3} 132 {x} 150", width=2, opacity=0.45)
    cord = darker("#efe6d4", 0.05)
    for x, end in ((-16, 268), (20, 246)):
        sketch.cord(
            f"M{x * 0.4} 140 C{x} 190 {x * 1.8} 210 {x * 1.4} {end}", width=6.5, colour=cord
        )


CUTS = cuts(
    straight_trousers,
    wide_trousers,
    tapered_trousers,
    joggers,
    straight_jeans,
    slim_jeans,
    wide_jeans,
    a_line_skirt,
    pleated_skirt,
    pencil_skirt,
    denim_skirt,
    chino_shorts,
    drawstring_shorts,
)
