"""How totes, crossbody bags, clutches and backpacks are drawn."""

from random import Random

from drawings.fabric import lining
from drawings.palette import contrasting, darker
from drawings.path import symmetric
from drawings.sketch import Sketch, cuts


def _leather_light(sketch: Sketch, *, half: float, top: float, bottom: float) -> None:
    sketch.fold(
        f"M{-half * 0.6} {top + 40} C{-half * 0.7} {(top + bottom) / 2} {-half * 0.6} {bottom - 80} {-half * 0.62} {bottom - 40}",
        width=54,
        tone=0.34,
    )
    sketch.fold(
        f"M{half * 0.8} {top + 40} C{half * 0.88} {(top + bottom) / 2} {half * 0.84} {bottom - 80} {half * 0.82} {bottom - 30}",
        width=44,
        tone=-0.34,
    )
    sketch.fold(f"M{-half * 0.8} {bottom - 14} L{half * 0.8} {bottom - 14}", width=26, tone=-0.4)


def tote(sketch: Sketch, rng: Random) -> None:
    """An open shopper with two shoulder handles."""
    cloth = sketch.cloth
    top, wide = 400, rng.uniform(218, 240)
    handle = contrasting(cloth.dye, 0.1)
    sketch.cord(
        f"M-104 {top + 20} C-104 150 104 150 104 {top + 20}", width=17, colour=darker(handle, 0.16)
    )
    sketch.whole(
        f"M0 {top - 16} L{wide - 12} {top - 18} L{wide} {top + 20} L0 {top + 26}", dye=lining(cloth)
    )
    sketch.whole(
        f"M0 {top + 12} Q120 {top + 16} {wide} {top} L{wide - 22} 800 Q{wide - 26} 824 {wide - 60} 824 L0 826"
    )
    sketch.line(
        f"M{-wide + 5} {top + 26} Q0 {top + 44} {wide - 5} {top + 26}", width=1.6, dash="7 5"
    )
    sketch.cord(
        f"M-104 {top + 96} L-104 {top + 10} C-104 200 104 200 104 {top + 10} L104 {top + 96}",
        width=17,
        colour=handle,
    )
    for x in (-104, 104):
        sketch.jewel(x, top + 50, 7, cloth.metal)
        sketch.jewel(x, top + 84, 7, cloth.metal)
    if rng.random() < 0.5:
        sketch.panel("M-40 560 L40 560 L36 606 L-36 606 Z", edge=1.4)
        sketch.stitch("M-34 566 L34 566 L31 600 L-31 600 Z")
    _leather_light(sketch, half=wide, top=top, bottom=824)
    sketch.fold(f"M-60 {top + 60} C-40 540 -70 640 -50 780", width=18, tone=-0.28)


def basket_tote(sketch: Sketch, rng: Random) -> None:
    """A woven basket with leather handles."""
    leather = "#8a5230"
    sketch.cord("M-92 470 C-92 230 92 230 92 470", width=16, colour=darker(leather, 0.2))
    sketch.whole("M0 420 Q140 418 226 404 L236 440 L0 470", dye=lining(sketch.cloth))
    sketch.whole("M0 452 Q150 450 240 424 C240 560 220 700 168 792 Q80 812 0 812")
    for y in range(486, 800, 36):
        half = 236 - max(y - 520, 0) * 0.22
        sketch.line(f"M{-half} {y - 22} Q0 {y + 8} {half} {y - 22}", width=4, opacity=0.4)
    sketch.line(
        "M-238 432 Q0 470 238 432", width=16, colour=contrasting(sketch.cloth.dye, 0.16), opacity=1
    )
    sketch.cord("M-96 520 L-96 440 C-96 270 96 270 96 440 L96 520", width=16, colour=leather)
    for x in (-96, 96):
        sketch.panel(
            f"M{x - 18} 480 L{x + 18} 480 L{x + 14} 556 L{x} 568 L{x - 14} 556 Z", dye=leather
        )
        sketch.jewel(x, 530, 6, sketch.cloth.metal)
    _leather_light(sketch, half=210, top=450, bottom=800)


def structured_bag(sketch: Sketch, rng: Random) -> None:
    """A framed handbag with one rigid handle and a turn-lock."""
    cloth = sketch.cloth
    sketch.cord("M-96 430 C-104 250 104 250 96 430", width=22, colour=contrasting(cloth.dye, 0.08))
    for x in (-96, 96):
        sketch.line(
            f"M{x - 14} 424 L{x + 14} 424 L{x + 14} 452 L{x - 14} 452 Z",
            width=6,
            colour=cloth.metal,
            opacity=1,
        )
    wide = rng.uniform(206, 232)
    sketch.whole(
        f"M0 448 L{wide - 30} 448 Q{wide - 14} 448 {wide - 10} 466 L{wide + 12} 768 Q{wide + 12} 794 {wide - 16} 794 L0 796"
    )
    sketch.whole(
        f"M0 440 L{wide - 26} 440 Q{wide - 8} 440 {wide - 6} 462 L{wide + 2} 560 Q{wide} 586 {wide - 26} 588 L58 590 Q46 640 0 642"
    )
    sketch.line(
        symmetric(
            f"M0 452 L{wide - 36} 452 Q{wide - 20} 452 {wide - 18} 466 L{wide - 10} 556 Q{wide - 12} 576 {wide - 32} 577 L50 579 Q40 628 0 630"
        ),
        width=1.6,
        dash="7 5",
    )
    sketch.panel("M-22 600 L22 600 L22 650 L-22 650 Z", dye=cloth.metal)
    sketch.line("M0 612 L0 638", width=7, colour=darker(cloth.metal, 0.45))
    sketch.fold(
        f"M{-wide} 604 L-60 606 Q-40 654 0 660 Q40 654 60 606 L{wide} 604", width=16, tone=-0.55
    )
    for x in (-wide + 30, wide - 30):
        sketch.jewel(x, 800, 8, cloth.metal)
    _leather_light(sketch, half=wide, top=448, bottom=796)


def _chain(sketch: Sketch, path: str) -> None:
    sketch.cast(path, width=8)
    sketch.line(path, width=10, colour=darker(sketch.cloth.metal, 0.4), opacity=1, dash="13 5")
    sketch.line(path, width=6.5, colour=sketch.cloth.metal, opacity=1, dash="11 7")
    sketch.line(path, width=2, colour="#fff6dc", opacity=0.7, dash="6 12")


def flap_bag(sketch: Sketch, rng: Random) -> None:
    """A quilted or plain evening-to-day bag on a chain."""
    _chain(sketch, "M-178 470 C-190 120 190 120 178 470")
    sketch.whole("M0 452 L170 452 Q200 452 204 480 L212 742 Q212 776 178 778 L0 780")
    sketch.whole("M0 444 L172 444 Q204 444 206 476 L210 610 Q210 640 180 646 L64 652 Q20 656 0 682")
    quilted = rng.random() < 0.6
    if quilted:
        for x in range(-180, 181, 45):
            sketch.line(
                f"M{x} 452 L{min(x + 90, 200)} {452 + (min(x + 90, 200) - x) * 2}",
                width=2,
                opacity=0.55,
            )
            sketch.line(
                f"M{x} 452 L{max(x - 90, -200)} {452 + (x - max(x - 90, -200)) * 2}",
                width=2,
                opacity=0.55,
            )
    sketch.line(
        symmetric(
            "M0 456 L166 456 Q192 456 194 480 L198 606 Q198 630 174 635 L62 641 Q20 645 0 666"
        ),
        width=1.6,
        dash="7 5",
    )
    sketch.jewel(0, 650, 24, sketch.cloth.metal)
    sketch.jewel(0, 650, 13, darker(sketch.cloth.metal, 0.12))
    sketch.fold("M-206 664 L-60 670 Q-20 676 0 704 Q20 676 60 670 L206 664", width=16, tone=-0.6)
    _leather_light(sketch, half=200, top=452, bottom=778)


def saddle_bag(sketch: Sketch, rng: Random) -> None:
    """A rounded crossbody bag on a leather strap."""
    strap = contrasting(sketch.cloth.dye, 0.12)
    sketch.cord("M-176 500 C-230 100 230 100 176 500", width=14, colour=strap)
    sketch.whole("M0 452 L150 452 C200 470 214 560 206 650 C198 742 130 796 0 798")
    sketch.whole("M0 440 L156 440 C200 452 208 500 204 560 C196 640 110 690 0 694")
    sketch.line(
        symmetric("M0 454 L150 454 C190 464 194 506 190 556 C184 630 104 678 0 681"),
        width=1.6,
        dash="7 5",
    )
    sketch.panel("M-24 600 L24 600 L22 738 Q0 756 -22 738 Z", dye=strap)
    sketch.line(
        "M-34 664 L34 664 L34 702 L-34 702 Z", width=7, colour=sketch.cloth.metal, opacity=1
    )
    sketch.fold("M-200 600 C-180 670 -90 712 0 716 C90 712 180 670 200 600", width=18, tone=-0.6)
    for x in (-176, 176):
        sketch.jewel(x, 490, 11, sketch.cloth.metal)
    _leather_light(sketch, half=190, top=440, bottom=790)


def camera_bag(sketch: Sketch, rng: Random) -> None:
    """A small zipped box on a broad strap."""
    cloth = sketch.cloth
    sketch.cord("M-182 520 C-210 130 210 130 182 520", width=24, colour=cloth.accent)
    sketch.whole("M0 480 L150 480 Q192 484 196 526 L200 700 Q200 752 152 756 L0 758")
    sketch.zip("M-168 512 Q0 526 168 512", colour=cloth.metal)
    sketch.cord("M146 516 C160 550 152 570 158 596", width=9, colour=contrasting(cloth.dye, 0.2))
    sketch.whole("M0 580 L150 578 L152 690 Q150 716 124 718 L0 720")
    sketch.line(
        symmetric("M0 590 L140 588 L142 686 Q140 706 120 708 L0 710"), width=1.6, dash="7 5"
    )
    for x in (-184, 184):
        sketch.jewel(x, 524, 12, cloth.metal)
    _leather_light(sketch, half=190, top=490, bottom=756)


def envelope_clutch(sketch: Sketch, rng: Random) -> None:
    sketch.whole("M0 360 L250 360 Q264 360 264 374 L264 660 Q264 676 248 676 L0 678")
    drop = rng.uniform(530, 590)
    sketch.whole(f"M0 352 L256 352 Q268 354 262 370 L34 {drop} Q0 {drop + 20} 0 {drop + 20}")
    sketch.line(
        symmetric(f"M0 364 L244 364 L30 {drop - 14} Q10 {drop + 2} 0 {drop + 4}"),
        width=1.6,
        dash="7 5",
    )
    sketch.fold(
        f"M-262 388 L-30 {drop + 18} Q0 {drop + 44} 30 {drop + 18} L262 388", width=18, tone=-0.6
    )
    sketch.jewel(0, drop - 8, 17, sketch.cloth.metal)
    _leather_light(sketch, half=240, top=360, bottom=676)
    if rng.random() < 0.5:
        _chain(sketch, "M250 380 C320 500 300 760 180 800 C80 830 20 760 -30 740")


def frame_clutch(sketch: Sketch, rng: Random) -> None:
    """A soft evening purse gathered under a metal frame."""
    cloth = sketch.cloth
    sketch.whole("M0 420 L150 420 C240 470 276 580 246 660 C220 726 110 740 0 740")
    for x in (24, 62, 104):
        sketch.lines(f"M{x} 440 C{x * 1.5} 520 {x * 1.7} 620 {x * 1.6} 700", width=2, opacity=0.4)
        sketch.fold(
            f"M{x} 440 C{x * 1.5} 520 {x * 1.7} 620 {x * 1.6} 700", width=14, tone=-0.5, both=True
        )
        sketch.fold(
            f"M{x + 16} 440 C{x * 1.5 + 24} 520 {x * 1.7 + 24} 620 {x * 1.6 + 20} 690",
            width=12,
            tone=0.45,
            both=True,
        )
    sketch.whole("M0 396 Q110 394 166 410 L164 440 Q100 428 0 430", dye=cloth.metal)
    sketch.line("M-160 424 Q0 404 160 424", width=2, colour=darker(cloth.metal, 0.4))
    sketch.jewel(-13, 386, 15, cloth.metal)
    sketch.jewel(13, 384, 15, cloth.metal)


def backpack(sketch: Sketch, rng: Random) -> None:
    cloth = sketch.cloth
    trim = rng.choice(("#8a5230", contrasting(cloth.dye, 0.25)))
    sketch.cord("M-40 236 C-44 170 44 170 40 236", width=15, colour=trim)
    for side in (-1, 1):
        sketch.cord(
            f"M{side * 150} 300 C{side * 250} 400 {side * 246} 640 {side * 176} 760",
            width=22,
            colour=contrasting(cloth.dye, 0.15),
        )
    sketch.whole("M0 226 C120 226 178 270 186 380 L196 740 Q196 800 140 804 L0 806")
    sketch.zip("M-170 470 C-166 250 166 250 170 470", colour=cloth.metal)
    sketch.whole("M0 540 L128 538 Q146 540 148 560 L152 740 Q150 770 122 772 L0 774")
    sketch.zip("M-128 566 Q0 574 128 566", colour=cloth.metal)
    sketch.line(
        symmetric("M0 584 L134 582 L138 736 Q136 756 116 758 L0 760"), width=1.6, dash="7 5"
    )
    sketch.panel("M-34 376 L34 376 L30 420 L-30 420 Z", dye=trim)
    sketch.stitch("M-28 382 L28 382 L25 414 L-25 414 Z", colour=darker(trim, 0.4))
    sketch.cord("M104 570 L112 624", width=9, colour=trim)
    _leather_light(sketch, half=176, top=300, bottom=800)


def flap_backpack(sketch: Sketch, rng: Random) -> None:
    """A rucksack with a drawstring top and two buckled straps."""
    leather = "#8a5230"
    for side in (-1, 1):
        sketch.cord(
            f"M{side * 120} 300 C{side * 250} 380 {side * 246} 640 {side * 180} 770",
            width=22,
            colour=leather,
        )
    sketch.cord("M-36 240 C-40 180 40 180 36 240", width=15, colour=leather)
    sketch.whole("M0 280 L140 280 Q176 300 182 380 L196 750 Q196 804 146 808 L0 810")
    sketch.pair("M150 560 L214 566 Q226 570 226 590 L222 730 Q220 746 200 746 L152 744 Z")
    sketch.whole("M0 232 C100 230 176 250 186 320 L194 500 Q190 528 160 530 L0 536")
    sketch.line(
        symmetric("M0 246 C96 244 162 262 172 322 L180 496 Q176 516 154 518 L0 523"),
        width=1.6,
        dash="7 5",
    )
    sketch.fold("M-192 540 Q0 560 192 540", width=18, tone=-0.6)
    for x in (-84, 84):
        sketch.panel(
            f"M{x - 14} 440 L{x + 14} 440 L{x + 13} 660 L{x} 676 L{x - 13} 660 Z", dye=leather
        )
        sketch.line(
            f"M{x - 22} 592 L{x + 22} 592 L{x + 22} 630 L{x - 22} 630 Z",
            width=6,
            colour=sketch.cloth.metal,
            opacity=1,
        )
    _leather_light(sketch, half=180, top=280, bottom=806)


CUTS = cuts(
    tote,
    basket_tote,
    structured_bag,
    flap_bag,
    saddle_bag,
    camera_bag,
    envelope_clutch,
    frame_clutch,
    backpack,
    flap_backpack,
)
