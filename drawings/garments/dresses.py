"""How dresses and jumpsuits are drawn."""

from random import Random

from drawings.palette import contrasting
from drawings.sketch import Sketch, cuts

WAIST_Y = 400


def _skirt_folds(sketch: Sketch, *, hem: float, length: float, top: float = WAIST_Y) -> None:
    for share, tone in ((0.22, -0.42), (0.5, -0.46), (0.8, -0.4)):
        start, end = 92 * share, hem * share
        sketch.fold(
            f"M{start} {top + 20} C{start * 1.3} {top + 140} {end * 0.85} {length - 140} {end} {length}",
            width=17,
            tone=tone,
            both=True,
        )
        sketch.fold(
            f"M{start - 12} {top + 60} C{start} {top + 160} {end * 0.85 - 22} {length - 140} {end - 26} {length}",
            width=13,
            tone=0.4,
            both=True,
        )


def _bodice_folds(sketch: Sketch) -> None:
    sketch.fold("M116 270 C96 300 80 330 84 390", width=22, tone=-0.36, both=True)
    sketch.fold("M-54 220 C-66 260 -60 300 -50 340", width=34, tone=0.26)
    sketch.lines("M62 398 L58 316", width=1.8, opacity=0.5)


def slip_dress(sketch: Sketch, rng: Random) -> None:
    """Thin straps, a soft V, cut on the bias."""
    hem, length = rng.uniform(150, 184), rng.uniform(780, 880)
    sketch.whole("M0 226 L68 186 L104 230 L0 256", dye=sketch.cloth.inside)
    for side in (-1, 1):
        sketch.cord(
            f"M{side * 70} 196 C{side * 70} 150 {side * 62} 120 {side * 54} 84",
            width=6,
            colour=sketch.cloth.dye,
        )
    sketch.whole(
        f"M0 246 C26 236 50 214 72 182 C84 214 98 238 118 252 C112 310 92 350 94 {WAIST_Y}"
        f" C104 470 130 520 {hem - 24} 620 L{hem} {length} Q{hem / 2} {length + 14} 0 {length + 14}"
    )
    sketch.lines("M4 254 C30 244 52 224 70 196", width=1.5, opacity=0.6)
    for x, tone in ((-70, 0.5), (30, 0.4)):
        sketch.fold(
            f"M{x} 300 C{x + 40} 480 {x - 20} 620 {x + 26} {length - 20}", width=26, tone=tone
        )
        sketch.fold(
            f"M{x + 30} 300 C{x + 74} 480 {x + 14} 620 {x + 62} {length - 10}", width=22, tone=-0.4
        )
    sketch.fold("M-44 262 Q0 300 44 262", width=14, tone=-0.4)
    _bodice_folds(sketch)


def _puff_sleeves(sketch: Sketch) -> None:
    sketch.pair(
        "M112 186 C150 160 212 196 216 262 C216 300 204 318 196 322 L120 318 L112 262 Z", turn=-24
    )
    sketch.pair("M198 316 L120 312 L122 334 L192 338 Z", turn=-24)
    for x in (140, 162, 184):
        sketch.fold(f"M{x - 16} 200 Q{x + 8} 250 {x} 312", width=10, tone=-0.5, both=True)
        sketch.fold(f"M{x - 6} 210 Q{x + 16} 250 {x + 9} 306", width=8, tone=0.45, both=True)


def tea_dress(sketch: Sketch, rng: Random) -> None:
    """A fitted bodice with puff sleeves over a swinging skirt."""
    hem, length = rng.uniform(216, 250), rng.uniform(770, 850)
    neck = rng.uniform(236, 268)
    sketch.whole(
        f"M0 196 Q40 196 62 172 L68 190 L54 {neck + 2} L0 {neck + 6}", dye=sketch.cloth.inside
    )
    _puff_sleeves(sketch)
    sketch.whole(
        f"M0 {neck} L48 {neck - 8} Q60 210 62 170 L124 192 C114 230 114 262 122 290 C108 330 94 360 94 {WAIST_Y} L0 {WAIST_Y + 6}"
    )
    sketch.whole(
        f"M0 {WAIST_Y + 2} L95 {WAIST_Y - 4} C130 500 {hem - 44} 660 {hem} {length} Q{hem / 2} {length + 20} 0 {length + 20}"
    )
    sketch.whole(
        f"M0 {WAIST_Y - 8} L95 {WAIST_Y - 14} L96 {WAIST_Y + 10} L0 {WAIST_Y + 16}",
        dye=contrasting(sketch.cloth.dye, 0.12),
    )
    _bodice_folds(sketch)
    _skirt_folds(sketch, hem=hem, length=length)
    for place in range(rng.choice((0, 4))):
        sketch.button(0, neck + 22 + place * 34, radius=6)


def wrap_dress(sketch: Sketch, rng: Random) -> None:
    hem, length = rng.uniform(196, 226), rng.uniform(760, 850)
    sketch.whole("M0 186 Q40 186 56 170 L64 190 L20 330 L0 340", dye=sketch.cloth.inside)
    sketch.pair("M112 190 C160 196 186 300 206 430 L214 470 Q180 488 150 480 L118 310 Z", turn=-24)
    sketch.whole(
        f"M0 366 L56 168 L126 192 C116 230 116 262 122 290 C108 330 94 360 94 {WAIST_Y} C130 500 {hem - 40} 660 {hem} {length} Q{hem / 2} {length + 16} 0 {length + 16}"
    )
    sketch.panel(
        f"M56 168 L72 174 C50 290 10 360 -94 {WAIST_Y - 6} L-90 {WAIST_Y + 16} L94 {WAIST_Y + 8} L94 {WAIST_Y - 20} C94 360 108 330 122 290 C116 262 116 230 126 192 Z",
        turn=12,
    )
    sketch.line(f"M-84 {WAIST_Y + 16} C-20 520 20 660 46 {length + 12}", width=2.4)
    sketch.fold(f"M-84 {WAIST_Y + 20} C-30 520 8 660 32 {length + 6}", width=20, tone=-0.5)
    sketch.whole(f"M0 {WAIST_Y - 6} L95 {WAIST_Y - 14} L96 {WAIST_Y + 14} L0 {WAIST_Y + 22}")
    sketch.panel("M70 398 C40 450 52 520 44 566 L72 570 C82 510 82 460 92 410 Z", turn=12)
    sketch.panel("M70 388 Q96 380 100 404 Q96 426 72 420 Z")
    sketch.fold("M60 250 C30 320 -20 360 -80 392", width=16, tone=-0.4)
    sketch.fold("M170 300 L178 460", width=18, tone=-0.34, both=True)
    _skirt_folds(sketch, hem=hem, length=length)


def shirt_dress(sketch: Sketch, rng: Random) -> None:
    hem, length = rng.uniform(172, 206), rng.uniform(740, 840)
    sketch.whole("M0 190 Q34 188 48 170 L56 190 L20 250 L0 256", dye=sketch.cloth.inside)
    sketch.pair(
        "M118 190 C160 200 182 320 196 420 L206 470 L152 482 C146 420 128 340 116 300 Z", turn=-24
    )
    sketch.pair("M208 462 L150 476 L152 500 L212 486 Z", turn=-24)
    sketch.whole(
        f"M0 250 L48 170 L132 194 C118 240 118 270 128 300 C114 340 104 370 104 {WAIST_Y} C126 500 {hem - 24} 660 {hem} {length - 30} Q{hem - 26} {length + 6} 0 {length + 10}"
    )
    sketch.panel(f"M-15 240 L15 240 L15 {length + 9} L-15 {length + 9} Z", edge=1.6)
    for place in range(8):
        sketch.button(0, 270 + place * (length - 330) / 7, radius=6.5, colour="#efe8dc")
    sketch.pair("M0 252 C16 230 36 200 46 162 Q58 160 66 174 L84 250 Q36 250 0 252 Z", turn=35)
    sketch.whole(f"M0 {WAIST_Y - 10} L104 {WAIST_Y - 18} L105 {WAIST_Y + 14} L0 {WAIST_Y + 22}")
    sketch.panel("M-26 380 L26 380 L26 434 L-26 434 Z", dye=sketch.cloth.metal)
    sketch.panel("M-16 390 L16 390 L16 424 L-16 424 Z")
    _bodice_folds(sketch)
    _skirt_folds(sketch, hem=hem, length=length)


def knit_dress(sketch: Sketch, rng: Random) -> None:
    """A long-sleeved column of fine knit."""
    length = rng.uniform(780, 850)
    sketch.pair(
        "M112 186 C160 190 182 330 196 470 L206 588 L158 594 C150 470 128 360 112 290 Z", turn=-12
    )
    sketch.whole(
        f"M0 168 Q40 168 52 160 L128 190 C116 240 116 270 124 300 C112 340 104 370 104 {WAIST_Y} C114 460 142 500 144 580 C144 680 132 740 128 {length} Q60 {length + 8} 0 {length + 8}"
    )
    tall = rng.choice((116, 146))
    sketch.whole(
        f"M0 {tall} Q36 {tall} 48 {tall - 6} L58 186 Q30 212 0 214",
        dye=contrasting(sketch.cloth.dye, 0.06),
    )
    sketch.fold("M-48 188 Q0 214 48 188", width=12, tone=-0.4)
    sketch.line(f"M-127 {length - 30} Q0 {length - 18} 127 {length - 30}", width=2)
    sketch.fold(f"M110 470 C124 560 110 700 104 {length}", width=30, tone=-0.34, both=True)
    sketch.fold(f"M-50 430 C-70 560 -60 700 -52 {length - 20}", width=36, tone=0.3)
    sketch.fold("M-96 430 Q-40 456 0 440", width=12, tone=-0.34)
    sketch.fold("M172 360 L186 560", width=16, tone=-0.36, both=True)
    _bodice_folds(sketch)


def tiered_dress(sketch: Sketch, rng: Random) -> None:
    """A sleeveless summer dress in gathered tiers."""
    last = 790 + rng.uniform(-20, 50)
    sketch.whole("M0 226 L66 204 L100 216 L100 300 L0 300", dye=sketch.cloth.inside)
    for top, waist, hem, end in ((600, 158, 222, last), (446, 126, 176, 612), (290, 98, 138, 458)):
        _tier(sketch, top=top, waist=waist, hem=hem, end=end)
    strap = rng.uniform(14, 26)
    sketch.pair(f"M{62 - strap} 96 Q62 90 {62 + strap} 96 L{76 + strap} 236 L{72 - strap} 240 Z")
    sketch.whole("M0 240 Q44 238 66 222 L102 214 C100 250 104 272 112 290 L104 312 L0 318")
    sketch.lines("M0 250 Q44 248 68 232 L100 224", width=1.6, dash="6 4")
    sketch.lines("M0 306 L106 300", width=2)
    sketch.fold("M-54 240 C-60 260 -56 280 -52 296", width=30, tone=0.36)
    sketch.fold("M96 240 L100 300", width=24, tone=-0.4, both=True)


def _tier(sketch: Sketch, *, top: float, waist: float, hem: float, end: float) -> None:
    """Gather one flounce under the one above it."""
    sketch.whole(
        f"M0 {top} L{waist} {top} C{waist + 14} {top + 60} {hem - 8} {end - 60} {hem} {end}"
        f" Q{hem / 2} {end + 16} 0 {end + 16}"
    )
    for place in range(1, 8):
        near, far = waist * place / 8, hem * place / 8
        sketch.lines(f"M{near} {top + 16} L{near * 1.06} {top + 62}", opacity=0.45)
        sketch.fold(f"M{near} {top + 20} L{far} {end - 8}", width=10, tone=-0.4, both=True)
        sketch.fold(f"M{near + 9} {top + 30} L{far + 12} {end - 20}", width=8, tone=0.36, both=True)
    sketch.fold(f"M{-waist} {top + 24} L{waist} {top + 24}", width=14, tone=-0.5)


def jumpsuit(sketch: Sketch, rng: Random) -> None:
    hem = rng.uniform(128, 172)
    sketch.whole("M0 180 Q36 180 50 166 L58 184 L20 300 L0 310", dye=sketch.cloth.inside)
    if rng.random() < 0.5:
        sketch.pair("M110 186 C150 196 170 250 184 300 L128 324 L112 280 Z", turn=-24)
    sketch.whole(
        f"M0 330 L50 166 L118 190 C110 230 112 260 118 290 C104 320 94 350 94 {WAIST_Y} C112 460 136 500 138 560 L{hem} 880"
        f" Q{hem * 0.6} 888 {hem * 0.24} 882 C30 740 10 640 0 548"
    )
    sketch.line("M0 330 L0 550", width=2)
    sketch.whole(f"M0 {WAIST_Y - 10} L94 {WAIST_Y - 16} L95 {WAIST_Y + 16} L0 {WAIST_Y + 22}")
    sketch.panel("M-14 398 C-40 450 -30 500 -40 540 L-14 544 C-8 500 -2 450 8 412 Z", turn=12)
    sketch.panel("M8 398 C30 440 24 490 36 528 L58 520 C48 480 46 440 26 398 Z", turn=-12)
    sketch.panel("M-16 388 L26 388 L24 418 L-14 418 Z")
    sketch.lines("M96 432 L122 520", width=2)
    sketch.fold(f"M60 560 C70 660 {hem * 0.6} 760 {hem * 0.62} 876", width=16, tone=0.4, both=True)
    sketch.fold(f"M110 560 L{hem - 20} 870", width=22, tone=-0.36, both=True)
    sketch.fold("M20 640 L44 870", width=20, tone=-0.36, both=True)
    sketch.fold("M6 546 C40 538 80 516 110 490", width=13, tone=-0.42, both=True)
    _bodice_folds(sketch)


CUTS = cuts(slip_dress, tea_dress, wrap_dress, shirt_dress, knit_dress, tiered_dress, jumpsuit)
