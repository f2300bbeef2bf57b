"""How heels and sandals are drawn: in profile, or flat ones from above."""

from random import Random

from drawings.garments.last import FOOTBED, LEATHER_SOLE, as_pair
from drawings.palette import contrasting, darker
from drawings.sketch import Sketch, cuts

# The right footbed from above, in canvas units.
BED = (
    "M400 420 C396 330 420 236 486 226 C560 220 590 300 580 400 C572 470 560 540 564 620"
    " C566 700 540 752 492 752 C440 752 418 700 420 630 C422 560 404 490 400 420 Z"
)


def pump(sketch: Sketch, rng: Random) -> None:
    """A pointed court shoe on a slim or a block heel."""
    block = rng.random() < 0.45
    heel = (
        "M520 588 C548 620 552 690 550 740 L634 740 C636 690 642 600 644 540 Z"
        if block
        else ("M560 566 C606 590 604 680 604 740 L622 740 C626 660 648 600 648 530 Z")
    )
    sketch.panel(
        "M288 640 C360 600 470 520 560 452 C590 432 620 424 640 430 L640 480 L500 560 L360 640 Z",
        dye=FOOTBED,
    )
    sketch.panel(heel, dye=darker(sketch.cloth.dye, 0.15))
    sketch.panel(
        "M68 724 C110 690 190 668 262 640 C276 634 290 632 298 640 C330 668 430 650 500 584 C560 526 600 450 640 430"
        " C658 470 656 530 646 566 C590 600 520 640 440 690 C360 734 180 742 76 738 Z"
    )
    sketch.line(
        "M76 736 C180 742 360 734 440 690 C500 654 540 628 580 604",
        width=5,
        colour=LEATHER_SOLE,
        opacity=1,
    )
    if rng.random() < 0.35:
        sketch.cord("M330 650 C372 590 420 560 470 552", width=9, colour=sketch.cloth.dye)
    sketch.fold("M120 708 C180 686 250 668 300 660", width=18, tone=0.55)
    sketch.fold("M470 640 C540 590 600 530 630 470", width=24, tone=0.36)
    sketch.fold("M180 730 C300 724 400 700 520 632", width=20, tone=-0.5)
    as_pair(sketch)


def slingback(sketch: Sketch, rng: Random) -> None:
    """A low kitten heel with a strap behind."""
    cloth = sketch.cloth
    sketch.panel("M300 640 C380 610 500 560 620 560 L640 600 L480 660 L340 680 Z", dye=FOOTBED)
    sketch.panel(
        "M572 650 C604 664 604 700 602 740 L622 740 C628 700 642 660 640 616 Z",
        dye=darker(cloth.dye, 0.15),
    )
    sketch.panel(
        "M430 680 C500 660 580 628 640 600 L644 630 C590 660 520 690 440 716 Z", dye=FOOTBED
    )
    sketch.cord(
        "M420 660 C460 560 560 470 622 476 C640 490 632 540 612 600", width=10, colour=cloth.dye
    )
    sketch.panel(
        "M68 726 C110 694 190 672 262 640 C276 632 292 632 300 640 C330 668 400 664 452 640 C470 660 470 690 440 712"
        " C360 740 180 744 76 740 Z"
    )
    sketch.line(
        "M76 738 C180 744 360 740 440 712 C500 694 560 670 620 640",
        width=5,
        colour=LEATHER_SOLE,
        opacity=1,
    )
    sketch.jewel(586, 478, 8, cloth.metal)
    if cloth.detail % 2:
        bow = contrasting(cloth.dye, 0.4)
        for wing in ("M318 664 L232 622 L246 706 Z", "M318 664 L404 622 L390 706 Z"):
            sketch.panel(wing, dye=bow)
        sketch.jewel(318, 664, 15, cloth.metal)
    sketch.fold("M120 710 C180 688 250 668 300 662", width=18, tone=0.55)
    sketch.fold("M150 734 C280 730 380 716 440 690", width=18, tone=-0.5)
    as_pair(sketch)


def block_sandal(sketch: Sketch, rng: Random) -> None:
    """A heeled sandal: toe strap, ankle strap, block heel."""
    cloth = sketch.cloth
    slim = rng.uniform(0, 34)
    far_side = "M630 428 C600 396 500 400 496 436"
    sketch.cord(far_side, width=17, colour=darker(cloth.dye, 0.22))
    sketch.panel(
        f"M{528 + slim} 610 C{552 + slim} 640 {558 + slim} 700 {554 + slim} 740 L634 740 L644 560 Z",
        dye=darker(cloth.dye, 0.1),
    )
    sketch.panel(
        "M74 722 C150 716 300 712 380 680 C480 634 560 560 640 520 C652 540 650 560 646 580"
        " C580 620 480 690 400 722 C300 746 160 746 78 742 Z",
        dye=FOOTBED,
    )
    sketch.line(
        "M78 742 C160 746 300 746 400 722 C480 690 560 634 620 596",
        width=8, colour=LEATHER_SOLE, opacity=1,
    )  # fmt: skip
    sketch.panel(
        "M140 734 C142 668 184 622 246 620 C300 620 346 652 372 704 C340 730 200 742 140 734 Z"
    )
    if rng.random() < 0.5:
        sketch.panel(
            "M236 734 C230 690 216 650 200 630 L232 621 C250 650 266 690 270 734 Z", dye=cloth.sheen
        )
    sketch.panel("M590 548 C612 500 616 470 612 424 L640 420 C656 470 656 510 646 552 Z")
    sketch.cord("M496 436 C500 480 600 470 632 428", width=19, colour=cloth.dye)
    sketch.line("M520 452 L548 458 L546 476 L518 470 Z", width=6, colour=cloth.metal, opacity=1)
    sketch.fold("M160 690 C176 650 220 636 270 640", width=14, tone=0.6)
    sketch.fold("M330 690 C344 700 350 706 356 716", width=22, tone=-0.4)
    sketch.fold("M480 650 C560 600 610 560 636 544", width=12, tone=-0.5)
    as_pair(sketch)


def flat_sandal(sketch: Sketch, rng: Random) -> None:
    """Flat sandals seen from above, side by side."""
    bed = BED
    sketch.pair(bed, dye=FOOTBED, edge=5)
    for x, y in ((452, 290), (490, 310), (476, 660)):
        sketch.fold(f"M{x} {y} L{x + 24} {y + 30}", width=46, tone=-0.24, both=True)
    crossed = rng.random() < 0.5
    if crossed:
        sketch.pair("M396 380 C450 340 520 380 576 470 L562 520 C510 430 450 400 402 440 Z")
        sketch.pair("M584 350 C530 340 450 390 406 480 L418 530 C460 440 530 400 582 410 Z")
    else:
        sketch.pair("M394 344 C450 306 540 306 590 344 L588 412 C540 378 450 378 398 414 Z")
        sketch.pair("M406 500 C460 470 520 470 570 500 L566 548 C520 520 460 520 414 548 Z")
        for x in (572, 148):
            sketch.jewel(x, 522, 9, sketch.cloth.metal)
    sketch.fold("M420 352 C470 330 520 330 560 350", width=14, tone=0.6, both=True)
    sketch.pair("M416 620 C460 600 520 600 568 620 L566 652 C520 632 460 632 420 652 Z")


def slide(sketch: Sketch, rng: Random) -> None:
    """Slip-on mules with one broad band, seen from above."""
    sketch.pair(BED, dye=FOOTBED, edge=5)
    band = "M390 318 C440 266 540 266 590 318 L588 480 C540 440 440 440 394 480 Z"
    sketch.pair(band)
    sketch.lines("M396 332 C444 282 536 282 584 332", width=1.6, dash="6 4")
    sketch.lines("M399 464 C444 428 536 428 583 464", width=1.6, dash="6 4")
    if rng.random() < 0.6:
        for side in (490, 230):
            sketch.line(
                f"M{side - 26} 352 L{side + 26} 352 L{side + 26} 398 L{side - 26} 398 Z",
                width=9,
                colour=sketch.cloth.metal,
                opacity=1,
            )
    sketch.fold("M430 330 C480 306 520 312 560 334", width=20, tone=0.5, both=True)
    sketch.fold("M400 470 C450 440 530 440 580 470", width=14, tone=-0.5, both=True)
    sketch.fold("M470 640 L510 680", width=60, tone=-0.2, both=True)


CUTS = cuts(pump, slingback, block_sandal, flat_sandal, slide, origin=0)
