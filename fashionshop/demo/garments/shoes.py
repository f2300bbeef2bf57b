"""How sneakers, boots, heels, sandals and loafers are drawn: in profile, one behind the other."""

from collections.abc import Callable
from random import Random

from fashionshop.demo.palette import contrasting, darker, luminance
from fashionshop.demo.path import ellipse
from fashionshop.demo.sketch import Cloth, Sketch

RUBBER = "#f1ece2"
LEATHER_SOLE = "#5a4133"
FOOTBED = "#c9a680"


def _pair(sketch: Sketch, *, low: bool = True) -> Sketch:
    """Set the other shoe behind this one."""
    if low:
        sketch.repeated(34, -218, scale=0.95)
    else:
        sketch.repeated(72, -74, scale=0.97)
    return sketch


def court_sneaker(cloth: Cloth, rng: Random) -> Sketch:
    """A low leather sneaker on a flat rubber cup."""
    sketch = Sketch(cloth)
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
    _laces(sketch, start=(268, 576), end=(356, 492), count=5)
    _cupsole(sketch)
    _foot_light(sketch)
    return _pair(sketch)


def _laces(
    sketch: Sketch, *, start: tuple[float, float], end: tuple[float, float], count: int
) -> None:
    lace = "#f6f2ea" if luminance(sketch.cloth.dye) < 0.82 else "#d9d2c6"
    for place in range(count):
        share = place / (count - 1)
        x = start[0] + (end[0] - start[0]) * share
        y = start[1] + (end[1] - start[1]) * share
        sketch.line(
            f"M{x - 12:.0f} {y - 10:.0f} L{x + 34:.0f} {y + 26:.0f}",
            width=10,
            colour=darker(lace, 0.35),
            opacity=1,
        )
        sketch.line(
            f"M{x - 12:.0f} {y - 10:.0f} L{x + 34:.0f} {y + 26:.0f}",
            width=7.5,
            colour=lace,
            opacity=1,
        )


def _cupsole(sketch: Sketch, *, colour: str = RUBBER) -> None:
    sketch.panel(
        "M86 676 C160 690 300 690 380 684 C460 678 560 678 642 670 C650 700 646 730 628 734 L120 738 C92 734 82 706 86 676 Z",
        dye=colour,
    )
    sketch.line(
        "M94 712 C240 722 480 716 640 706", width=2, colour=darker(colour, 0.3), opacity=0.6
    )


def _foot_light(sketch: Sketch) -> None:
    sketch.fold("M130 628 C190 604 270 580 320 540", width=22, tone=0.5)
    sketch.fold("M440 560 C500 572 560 560 590 530", width=24, tone=0.34)
    sketch.fold("M120 672 C260 672 460 664 620 660", width=20, tone=-0.5)
    sketch.fold("M300 600 C320 620 330 640 334 660", width=12, tone=-0.34)


def runner(cloth: Cloth, rng: Random) -> Sketch:
    """A running shoe: mesh, overlays, a thick wavy midsole."""
    sketch = Sketch(cloth)
    sketch.panel(
        "M340 540 C346 490 356 462 372 440 L420 432 L470 500 L430 560 Z",
        dye=contrasting(cloth.dye, 0.1),
    )
    sketch.panel("M420 470 C480 452 560 430 616 432 L624 500 L440 520 Z", dye=cloth.inside)
    sketch.panel(
        "M84 672 C80 634 118 608 182 592 C256 574 306 536 346 472 C356 462 370 466 378 478 C420 524 500 528 546 500"
        " C576 482 592 446 618 430 C644 470 636 590 644 676 Z"
    )
    overlay = sketch.cloth.accent
    sketch.panel(
        "M84 672 C82 640 104 616 148 602 C190 620 250 640 330 640 L330 676 Z",
        dye=contrasting(cloth.dye, 0.16),
    )
    sketch.panel(
        "M330 640 C350 600 350 560 340 520 L372 500 C396 560 420 610 470 650 L440 674 L380 676 Z",
        dye=overlay,
    )
    sketch.panel(
        "M500 660 C540 600 560 540 566 490 C590 470 602 444 618 430 C642 470 636 590 644 676 Z",
        dye=overlay,
    )
    _laces(sketch, start=(262, 570), end=(348, 484), count=5)
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
    _foot_light(sketch)
    return _pair(sketch)


def high_top(cloth: Cloth, rng: Random) -> Sketch:
    """A canvas high-top with a rubber toe."""
    sketch = Sketch(cloth)
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
    sketch.line(
        "M512 484 L517 498 L531 498 L520 507 L524 521 L512 512 L500 521 L504 507 L493 498 L507 498 Z",
        width=2,
        colour="#34559f",
        opacity=1,
    )
    _laces(sketch, start=(264, 574), end=(352, 402), count=7)
    _cupsole(sketch)
    _foot_light(sketch)
    return _pair(sketch, low=False)


def _leather_sole(sketch: Sketch, *, heel: float = 26) -> None:
    sketch.panel(f"M520 690 L640 680 L638 {716 + heel} L530 {716 + heel} Z", dye=LEATHER_SOLE)
    sketch.panel(
        "M84 690 C160 704 300 700 400 690 C480 684 560 690 642 682 L642 706 C560 714 480 706 400 712 C300 722 160 722 96 712 Z",
        dye=LEATHER_SOLE,
    )


def loafer(cloth: Cloth, rng: Random) -> Sketch:
    """A penny loafer, or one with a metal bit."""
    sketch = Sketch(cloth)
    sketch.panel("M330 560 C420 520 540 500 612 512 L622 560 L380 600 Z", dye=cloth.inside)
    _leather_sole(sketch)
    sketch.panel(
        "M84 694 C82 650 130 626 196 606 C254 588 300 560 334 534 C346 526 360 530 366 540 C400 588 500 600 560 560"
        " C586 542 600 522 624 508 C640 560 634 630 642 690 C560 700 480 690 400 698 C300 708 160 706 84 694 Z"
    )
    sketch.line("M112 648 C170 618 240 610 330 606 C380 604 400 600 420 588", width=3)
    sketch.stitch("M118 656 C174 628 244 619 332 615")
    sketch.panel(
        "M250 584 C290 556 330 532 352 530 C376 560 396 590 440 610 L420 692 L352 698 C330 660 290 610 250 584 Z",
        dye=contrasting(cloth.dye, 0.08),
    )
    if rng.random() < 0.5:
        sketch.cord("M272 594 C310 606 350 622 392 652", width=11, colour=cloth.metal)
        sketch.jewel(300, 602, 11, cloth.metal)
        sketch.jewel(366, 634, 11, cloth.metal)
    else:
        sketch.patch("M312 576 L352 566 L356 590 L328 604 Z", fill=cloth.inside)
    _foot_light(sketch)
    sketch.fold("M120 640 C170 618 230 604 270 590", width=14, tone=0.5)
    return _pair(sketch)


def derby(cloth: Cloth, rng: Random) -> Sketch:
    """A laced leather shoe with a cap toe."""
    sketch = Sketch(cloth)
    sketch.panel("M340 560 C420 500 540 480 612 486 L622 560 L380 600 Z", dye=cloth.inside)
    _leather_sole(sketch, heel=30)
    sketch.panel(
        "M84 694 C82 646 130 624 196 604 C260 584 306 548 342 500 C356 486 372 490 384 500 C430 548 510 560 560 530"
        " C590 512 604 496 624 484 C640 540 634 630 642 690 C560 700 480 690 400 698 C300 708 160 706 84 694 Z"
    )
    sketch.line("M178 610 C206 640 210 670 204 704", width=2.6)
    sketch.line("M188 607 C216 638 220 670 214 704", width=1.6, dash="3 4")
    sketch.panel(
        "M298 560 C320 540 340 510 352 496 C366 488 376 492 384 500 C420 540 470 552 520 548 C530 600 520 650 500 692 L420 696 C400 640 350 590 298 560 Z",
        dye=contrasting(cloth.dye, 0.05),
    )
    for place in range(4):
        x, y = 322 + place * 16, 566 - place * 20
        sketch.line(
            f"M{x} {y} L{x + 34} {y + 22}", width=6, colour=darker(cloth.dye, 0.5), opacity=1
        )
    _foot_light(sketch)
    return _pair(sketch)


def chelsea_boot(cloth: Cloth, rng: Random) -> Sketch:
    sketch = Sketch(cloth)
    sketch.panel("M350 320 C430 300 540 296 600 310 L604 350 L360 360 Z", dye=cloth.inside)
    _leather_sole(sketch, heel=30)
    sketch.panel(
        "M84 694 C82 648 130 622 200 602 C280 580 336 546 346 470 C352 420 348 370 346 322 C430 346 540 344 606 308"
        " C604 400 618 520 636 600 C642 640 642 660 642 690 C560 700 480 690 400 698 C300 708 160 706 84 694 Z"
    )
    sketch.panel(
        "M416 340 C460 344 500 342 536 334 C540 420 520 500 486 556 C450 510 420 420 416 340 Z",
        dye=contrasting(cloth.dye, 0.16),
    )
    for x in range(430, 532, 9):
        drop = 540 - abs(x - 484) * 2.6
        sketch.line(f"M{x} 346 L{486 + (x - 486) * 0.5:.0f} {drop:.0f}", width=1.8, opacity=0.5)
    sketch.line("M486 556 C480 600 440 650 400 690", width=2.2)
    sketch.cord("M590 330 C584 286 614 280 616 322", width=9, colour=cloth.dye)
    _boot_light(sketch)
    return _pair(sketch, low=False)


def _boot_light(sketch: Sketch) -> None:
    _foot_light(sketch)
    sketch.fold("M384 370 C388 450 376 520 350 570", width=22, tone=0.4)
    sketch.fold("M580 360 C578 460 600 560 616 640", width=24, tone=-0.4)
    sketch.fold("M352 560 C390 590 450 590 490 570", width=13, tone=-0.4)


def lace_boot(cloth: Cloth, rng: Random) -> Sketch:
    """A sturdy ankle boot with a lugged sole."""
    sketch = Sketch(cloth)
    sketch.panel("M336 340 L330 270 L400 264 L440 340 L430 560 Z", dye=contrasting(cloth.dye, 0.12))
    sketch.panel("M360 310 C440 296 540 290 604 300 L606 350 L366 350 Z", dye=cloth.inside)
    sketch.panel(
        "M84 694 C80 640 130 620 200 602 C280 580 330 546 338 470 C344 420 340 360 338 316 C430 340 540 336 608 298"
        " C604 400 618 520 636 600 C642 640 642 660 642 690 Z"
    )
    sketch.line("M196 606 C230 630 240 660 236 690", width=2.4)
    sketch.line("M402 332 C410 440 396 540 350 620", width=2.4)
    sketch.stitch("M412 332 C420 440 406 540 360 624")
    sketch.line("M500 330 C500 440 520 560 560 680", width=2.2)
    _laces(sketch, start=(276, 580), end=(342, 352), count=8)
    tread = "#37302d"
    sketch.panel("M80 680 C220 694 460 690 644 676 L648 716 L80 722 Z", dye=tread)
    for x in range(88, 640, 40):
        sketch.panel(f"M{x} 716 L{x + 26} 716 L{x + 24} 740 L{x + 2} 740 Z", dye=tread, edge=0)
    sketch.line("M86 690 C220 704 460 700 642 686", width=2, colour="#d0a860", dash="6 5")
    _boot_light(sketch)
    return _pair(sketch, low=False)


def tall_boot(cloth: Cloth, rng: Random) -> Sketch:
    sketch = Sketch(cloth)
    sketch.panel("M330 116 C400 96 530 92 596 104 L600 150 L340 160 Z", dye=cloth.inside)
    sketch.panel("M548 740 L634 740 L640 620 L540 660 Z", dye=darker(cloth.dye, 0.25))
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
    return _pair(sketch, low=False)


def pump(cloth: Cloth, rng: Random) -> Sketch:
    """A pointed court shoe on a slim or a block heel."""
    sketch = Sketch(cloth)
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
    sketch.panel(heel, dye=darker(cloth.dye, 0.15))
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
        sketch.cord("M330 650 C372 590 420 560 470 552", width=9, colour=cloth.dye)
    sketch.fold("M120 708 C180 686 250 668 300 660", width=18, tone=0.55)
    sketch.fold("M470 640 C540 590 600 530 630 470", width=24, tone=0.36)
    sketch.fold("M180 730 C300 724 400 700 520 632", width=20, tone=-0.5)
    return _pair(sketch)


def slingback(cloth: Cloth, rng: Random) -> Sketch:
    """A low kitten heel with a strap behind."""
    sketch = Sketch(cloth)
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
    sketch.fold("M120 710 C180 688 250 668 300 662", width=18, tone=0.55)
    sketch.fold("M150 734 C280 730 380 716 440 690", width=18, tone=-0.5)
    return _pair(sketch)


def block_sandal(cloth: Cloth, rng: Random) -> Sketch:
    """A heeled sandal: toe strap, ankle strap, block heel."""
    sketch = Sketch(cloth)
    sketch.panel(
        "M528 600 C552 640 556 700 552 740 L634 740 L644 560 Z", dye=darker(cloth.dye, 0.1)
    )
    sketch.panel(
        "M80 720 C160 716 300 712 380 680 C480 634 560 560 640 520 C652 540 650 560 646 580 C580 620 480 690 400 722 C300 746 160 746 84 742 Z",
        dye=FOOTBED,
    )
    sketch.line(
        "M84 742 C160 746 300 746 400 722 C480 690 560 634 620 596",
        width=8,
        colour=LEATHER_SOLE,
        opacity=1,
    )
    sketch.panel(
        "M150 716 C160 660 200 636 250 640 C290 644 330 668 352 700 L296 716 C270 690 220 690 206 718 Z"
    )
    sketch.panel("M600 540 C610 490 612 450 606 410 L630 404 C650 450 652 500 644 544 Z")
    sketch.panel(
        "M606 410 C540 400 480 420 452 452 C444 470 456 484 470 480 C510 456 570 446 618 446 Z"
    )
    sketch.panel("M456 446 L486 440 L492 478 L462 486 Z", dye=cloth.metal)
    sketch.fold("M170 690 C190 660 240 650 290 664", width=12, tone=0.6)
    sketch.fold("M500 640 C560 600 610 560 636 544", width=12, tone=-0.5)
    return _pair(sketch)


def flat_sandal(cloth: Cloth, rng: Random) -> Sketch:
    """Flat sandals seen from above, side by side."""
    sketch = Sketch(cloth)
    bed = "M400 420 C396 330 420 236 486 226 C560 220 590 300 580 400 C572 470 560 540 564 620 C566 700 540 752 492 752 C440 752 418 700 420 630 C422 560 404 490 400 420 Z"
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
            sketch.jewel(x, 522, 9, cloth.metal)
    sketch.fold("M420 352 C470 330 520 330 560 350", width=14, tone=0.6, both=True)
    sketch.pair("M416 620 C460 600 520 600 568 620 L566 652 C520 632 460 632 420 652 Z")
    return sketch


def slide(cloth: Cloth, rng: Random) -> Sketch:
    """Slip-on mules with one broad band, seen from above."""
    sketch = Sketch(cloth)
    sketch.pair(ellipse(490, 490, 92, 264), dye=FOOTBED, edge=5)
    band = "M384 318 C440 262 540 262 596 318 L594 480 C540 440 440 440 386 480 Z"
    sketch.pair(band)
    sketch.lines("M390 332 C444 278 536 278 590 332", width=1.6, dash="6 4")
    sketch.lines("M391 466 C444 428 536 428 589 466", width=1.6, dash="6 4")
    if rng.random() < 0.6:
        for side in (490, 230):
            sketch.line(
                f"M{side - 26} 352 L{side + 26} 352 L{side + 26} 398 L{side - 26} 398 Z",
                width=9,
                colour=cloth.metal,
                opacity=1,
            )
    sketch.fold("M430 330 C480 306 520 312 560 334", width=20, tone=0.5, both=True)
    sketch.fold("M400 470 C450 440 530 440 580 470", width=14, tone=-0.5, both=True)
    sketch.fold("M470 640 L510 680", width=60, tone=-0.2, both=True)
    return sketch


CUTS: dict[str, Callable[[Cloth, Random], Sketch]] = {
    "court_sneaker": court_sneaker,
    "runner": runner,
    "high_top": high_top,
    "loafer": loafer,
    "derby": derby,
    "chelsea_boot": chelsea_boot,
    "lace_boot": lace_boot,
    "tall_boot": tall_boot,
    "pump": pump,
    "slingback": slingback,
    "block_sandal": block_sandal,
    "flat_sandal": flat_sandal,
    "slide": slide,
}
