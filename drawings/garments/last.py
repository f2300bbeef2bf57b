"""What all shoes in profile share: soles, laces, the light on a foot, and the other shoe."""

from drawings.palette import darker, luminance
from drawings.sketch import Sketch

LEATHER_SOLE = "#5a4133"
FOOTBED = "#c9a680"


def as_pair(sketch: Sketch, *, low: bool = True) -> Sketch:
    """Set the other shoe behind this one."""
    if low:
        sketch.repeated(34, -218, scale=0.95)
    else:
        sketch.repeated(72, -74, scale=0.97)
    return sketch


def laces(
    sketch: Sketch, *, start: tuple[float, float], end: tuple[float, float], count: int
) -> None:
    lace = "#f6f2ea" if luminance(sketch.cloth.dye) < 0.82 else "#d9d2c6"
    for place in range(count):
        share = place / (count - 1)
        x = start[0] + (end[0] - start[0]) * share
        y = start[1] + (end[1] - start[1]) * share
        lie = f"M{x - 5:.0f} {y - 6:.0f} L{x + 36:.0f} {y + 26:.0f}"
        sketch.line(lie, width=10, colour=darker(lace, 0.35), opacity=1)
        sketch.line(lie, width=7.5, colour=lace, opacity=1)


def foot_light(sketch: Sketch) -> None:
    sketch.fold("M130 628 C190 604 270 580 320 540", width=22, tone=0.5)
    sketch.fold("M440 560 C500 572 560 560 590 530", width=24, tone=0.34)
    sketch.fold("M120 672 C260 672 460 664 620 660", width=20, tone=-0.5)
    sketch.fold("M300 600 C320 620 330 640 334 660", width=12, tone=-0.34)


def leather_sole(sketch: Sketch, *, heel: float = 26) -> None:
    sketch.panel(f"M520 690 L640 680 L638 {716 + heel} L530 {716 + heel} Z", dye=LEATHER_SOLE)
    sketch.panel(
        "M84 690 C160 704 300 700 400 690 C480 684 560 690 642 682 L642 706 C560 714 480 706 400 712 C300 722 160 722 96 712 Z",
        dye=LEATHER_SOLE,
    )
