"""How boots are drawn: in profile, one behind the other."""

from random import Random

from drawings.garments.last import LEATHER_SOLE, as_pair, foot_light, laces, leather_sole
from drawings.palette import contrasting, darker
from drawings.sketch import Sketch, cuts


def chelsea_boot(sketch: Sketch, rng: Random) -> None:
    sketch.panel("M350 320 C430 300 540 296 600 310 L604 350 L360 360 Z", dye=sketch.cloth.inside)
    leather_sole(sketch, heel=30)
    sketch.panel(
        "M84 694 C82 648 130 622 200 602 C280 580 336 546 346 470 C352 420 348 370 346 322 C430 346 540 344 606 308"
        " C604 400 618 520 636 600 C642 640 642 660 642 690 C560 700 480 690 400 698 C300 708 160 706 84 694 Z"
    )
    sketch.panel(
        "M416 340 C460 344 500 342 536 334 C540 420 520 500 486 556 C450 510 420 420 416 340 Z",
        dye=contrasting(sketch.cloth.dye, 0.16),
    )
    for x in range(430, 532, 9):
        drop = 540 - abs(x - 484) * 2.6
        sketch.line(f"M{x} 346 L{486 + (x - 486) * 0.5:.0f} {drop:.0f}", width=1.8, opacity=0.5)
    sketch.line("M486 556 C480 600 440 650 400 690", width=2.2)
    sketch.cord("M590 330 C584 286 614 280 616 322", width=9, colour=sketch.cloth.dye)
    _boot_light(sketch)
    as_pair(sketch, low=False)


def _boot_light(sketch: Sketch) -> None:
    foot_light(sketch)
    sketch.fold("M384 370 C388 450 376 520 350 570", width=22, tone=0.4)
    sketch.fold("M580 360 C578 460 600 560 616 640", width=24, tone=-0.4)
    sketch.fold("M352 560 C390 590 450 590 490 570", width=13, tone=-0.4)


def lace_boot(sketch: Sketch, rng: Random) -> None:
    """A sturdy ankle boot with a lugged sole."""
    sketch.panel(
        "M336 340 L330 270 L400 264 L440 340 L430 560 Z", dye=contrasting(sketch.cloth.dye, 0.12)
    )
    sketch.panel("M360 310 C440 296 540 290 604 300 L606 350 L366 350 Z", dye=sketch.cloth.inside)
    sketch.panel(
        "M84 694 C80 640 130 620 200 602 C280 580 330 546 338 470 C344 420 340 360 338 316 C430 340 540 336 608 298"
        " C604 400 618 520 636 600 C642 640 642 660 642 690 Z"
    )
    sketch.line("M196 606 C230 630 240 660 236 690", width=2.4)
    sketch.line("M402 332 C410 440 396 540 350 620", width=2.4)
    sketch.stitch("M412 332 C420 440 406 540 360 624")
    sketch.line("M500 330 C500 440 520 560 560 680", width=2.2)
    laces(sketch, start=(276, 580), end=(342, 352), count=8)
    tread = "#37302d"
    sketch.panel("M80 680 C220 694 460 690 644 676 L648 716 L80 722 Z", dye=tread)
    for x in range(88, 640, 40):
        sketch.panel(f"M{x} 716 L{x + 26} 716 L{x + 24} 740 L{x + 2} 740 Z", dye=tread, edge=0)
    sketch.line("M86 690 C220 704 460 700 642 686", width=2, colour="#d0a860", dash="6 5")
    _boot_light(sketch)
    as_pair(sketch, low=False)


def tall_boot(sketch: Sketch, rng: Random) -> None:
    sketch.panel("M330 116 C400 96 530 92 596 104 L600 150 L340 160 Z", dye=sketch.cloth.inside)
    sketch.panel("M548 740 L634 740 L640 620 L540 660 Z", dye=darker(sketch.cloth.dye, 0.25))
    sketch.panel(
        "M100 728 C98 690 150 668 216 650 C290 628 336 590 344 500 C350 380 328 240 330 112 C420 136 530 134 600 102"
        " C604 250 580 400 600 500 C616 560 640 590 640 640 C600 668 540 668 470 700 C400 730 200 740 100 736 Z"
    )
    sketch.panel(
        "M96 728 C200 738 380 728 470 694 L476 706 C390 746 200 754 98 744 Z", dye=LEATHER_SOLE
    )
    sketch.line("M470 134 C476 300 470 440 500 560", width=2, opacity=0.6)
    sketch.fold("M380 160 C390 300 392 430 380 560", width=34, tone=0.45)
    sketch.fold("M570 150 C566 300 560 430 588 600", width=30, tone=-0.42)
    sketch.fold("M352 560 C400 584 470 580 540 556", width=14, tone=-0.4)
    sketch.fold("M350 520 C410 540 470 530 520 510", width=12, tone=0.34)
    sketch.fold("M150 690 C220 664 290 644 330 610", width=20, tone=0.5)
    as_pair(sketch, low=False)


CUTS = cuts(chelsea_boot, lace_boot, tall_boot, origin=0)
