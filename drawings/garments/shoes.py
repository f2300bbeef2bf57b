"""How sneakers and loafers are drawn: in profile, one behind the other."""

from random import Random

from drawings.garments.last import as_pair, foot_light, laces, leather_sole
from drawings.palette import contrasting, darker
from drawings.path import ellipse
from drawings.sketch import Sketch, cuts

RUBBER = "#f1ece2"


def court_sneaker(sketch: Sketch, rng: Random) -> None:
    """A low leather sneaker on a flat rubber cup."""
    cloth = sketch.cloth
    tab = cloth.accent
    sketch.panel(
        "M346 548 C352 500 362 470 376 452 L424 440 L470 500 L430 560 Z",
        dye=contrasting(cloth.dye, 0.08),
    )
    sketch.panel("M420 470 C480 452 560 440 612 452 L620 500 L440 520 Z", dye=cloth.inside)
    sketch.panel(
        "M92 690 C84 640 112 616 176 602 C252 586 312 544 352 480 C360 470 372 474 380 484"
        " C420 528 500 534 548 506 C576 488 596 458 622 448 C640 500 626 580 640 690 Z"
    )
    sketch.panel(
        "M92 690 C86 646 112 618 172 604 C210 622 224 656 222 690 Z",
        dye=contrasting(cloth.dye, 0.05),
    )
    sketch.panel(
        "M584 472 C596 462 606 452 622 448 C638 496 628 580 639 650 L600 650 C600 580 602 520 584 472 Z",
        dye=tab,
    )
    sketch.line("M352 486 C330 560 380 600 470 606 C530 610 570 640 602 664", width=2.2)
    sketch.stitch("M362 500 C346 556 392 590 472 596")
    laces(sketch, start=(268, 576), end=(356, 492), count=5)
    _cupsole(sketch)
    foot_light(sketch)
    as_pair(sketch)


def _cupsole(sketch: Sketch, *, colour: str = RUBBER) -> None:
    sketch.panel(
        "M86 676 C160 690 300 690 380 684 C460 678 560 678 642 670 C650 700 646 730 628 734 L120 738 C92 734 82 706 86 676 Z",
        dye=colour,
    )
    sketch.line(
        "M94 712 C240 722 480 716 640 706", width=2, colour=darker(colour, 0.3), opacity=0.6
    )


def runner(sketch: Sketch, rng: Random) -> None:
    """A running shoe: mesh, overlays, a thick wavy midsole."""
    sketch.panel(
        "M340 540 C346 490 356 462 372 440 L420 432 L470 500 L430 560 Z",
        dye=contrasting(sketch.cloth.dye, 0.1),
    )
    sketch.panel("M420 470 C480 452 560 430 616 432 L624 500 L440 520 Z", dye=sketch.cloth.inside)
    sketch.panel(
        "M84 672 C80 634 118 608 182 592 C256 574 306 536 346 472 C356 462 370 466 378 478 C420 524 500 528 546 500"
        " C576 482 592 446 618 430 C644 470 636 590 644 676 Z"
    )
    overlay = sketch.cloth.accent
    sketch.panel(
        "M84 672 C82 640 104 616 148 602 C190 620 250 640 330 640 L330 676 Z",
        dye=contrasting(sketch.cloth.dye, 0.16),
    )
    sketch.panel(
        "M330 640 C350 600 350 560 340 520 L372 500 C396 560 420 610 470 650 L440 674 L380 676 Z",
        dye=overlay,
    )
    sketch.panel(
        "M500 660 C540 600 560 540 566 490 C590 470 602 444 618 430 C642 470 636 590 644 676 Z",
        dye=overlay,
    )
    laces(sketch, start=(262, 570), end=(348, 484), count=5)
    sole = "#f4f0e8"
    sketch.panel(
        "M76 664 C150 690 260 670 350 680 C440 690 540 650 650 650 C664 700 656 736 636 740 L126 742 C84 736 66 700 76 664 Z",
        dye=sole,
    )
    sketch.line(
        "M90 716 C180 700 300 730 400 712 C500 694 560 716 650 700",
        width=4,
        colour=overlay,
        opacity=0.8,
    )
    foot_light(sketch)
    as_pair(sketch)


def high_top(sketch: Sketch, rng: Random) -> None:
    """A canvas high-top with a rubber toe."""
    cloth = sketch.cloth
    sketch.panel("M356 560 L372 330 L430 322 L470 420 L430 560 Z", dye=contrasting(cloth.dye, 0.1))
    sketch.panel("M380 370 C460 356 560 346 612 352 L620 420 L400 440 Z", dye=cloth.inside)
    sketch.panel(
        "M92 690 C84 646 112 622 176 606 C250 586 308 548 330 490 C342 450 346 410 352 362 C420 384 540 384 616 350"
        " C630 450 612 570 638 690 Z"
    )
    sketch.panel("M90 690 C84 646 108 622 166 608 C204 624 218 656 216 690 Z", dye=RUBBER)
    sketch.line(
        "M602 360 C600 470 590 580 606 680",
        width=14,
        colour=contrasting(cloth.dye, 0.18),
        opacity=0.7,
    )
    sketch.line("M404 388 C400 470 380 560 344 640", width=2.2)
    sketch.stitch("M414 388 C410 470 390 560 354 642")
    sketch.jewel(512, 500, 27, RUBBER)
    sketch.line(ellipse(512, 500, 15, 15), width=3.5, colour=cloth.dye, opacity=1)
    laces(sketch, start=(264, 574), end=(352, 402), count=7)
    _cupsole(sketch)
    foot_light(sketch)
    as_pair(sketch, low=False)


def loafer(sketch: Sketch, rng: Random) -> None:
    """A penny loafer, or one with a metal bit."""
    cloth = sketch.cloth
    sketch.panel("M330 560 C420 520 540 500 612 512 L622 560 L380 600 Z", dye=cloth.inside)
    leather_sole(sketch)
    sketch.panel(
        "M84 694 C82 650 130 626 196 606 C254 588 300 560 334 534 C346 526 360 530 366 540 C400 588 500 600 560 560"
        " C586 542 600 522 624 508 C640 560 634 630 642 690 C560 700 480 690 400 698 C300 708 160 706 84 694 Z"
    )
    sketch.line("M112 648 C170 618 240 610 330 606 C380 604 400 600 420 588", width=3)
    sketch.stitch("M118 656 C174 628 244 619 332 615")
    sketch.panel(
        "M250 584 C290 556 330 532 352 530 C376 560 396 590 440 610 L420 692 L352 698 C330 660 290 610 250 584 Z",
        dye=contrasting(cloth.dye, (0.08, 0.4)[cloth.detail % 2]),
    )
    if cloth.detail % 2:
        sketch.cord("M272 594 C310 606 350 622 392 652", width=11, colour=cloth.metal)
        sketch.jewel(300, 602, 11, cloth.metal)
        sketch.jewel(366, 634, 11, cloth.metal)
    else:
        sketch.patch("M312 576 L352 566 L356 590 L328 604 Z", fill=cloth.inside)
    foot_light(sketch)
    sketch.fold("M120 640 C170 618 230 604 270 590", width=14, tone=0.5)
    as_pair(sketch)


def derby(sketch: Sketch, rng: Random) -> None:
    """A laced leather shoe with a cap toe."""
    sketch.panel("M340 560 C420 500 540 480 612 486 L622 560 L380 600 Z", dye=sketch.cloth.inside)
    leather_sole(sketch, heel=30)
    sketch.panel(
        "M84 694 C82 646 130 624 196 604 C260 584 306 548 342 500 C356 486 372 490 384 500 C430 548 510 560 560 530"
        " C590 512 604 496 624 484 C640 540 634 630 642 690 C560 700 480 690 400 698 C300 708 160 706 84 694 Z"
    )
    sketch.line("M178 610 C206 640 210 670 204 704", width=2.6)
    sketch.line("M188 607 C216 638 220 670 214 704", width=1.6, dash="3 4")
    sketch.panel(
        "M298 560 C320 540 340 510 352 496 C366 488 376 492 384 500 C420 540 470 552 520 548 C530 600 520 650 500 692 L420 696 C400 640 350 590 298 560 Z",
        dye=contrasting(sketch.cloth.dye, 0.05),
    )
    for place in range(4):
        x, y = 322 + place * 16, 566 - place * 20
        sketch.line(
            f"M{x} {y} L{x + 34} {y + 22}", width=6, colour=darker(sketch.cloth.dye, 0.5), opacity=1
        )
    foot_light(sketch)
    as_pair(sketch)


CUTS = cuts(court_sneaker, runner, high_top, loafer, derby, origin=0)
