"""What every top and jacket shares: the measures of a torso, sleeves, necklines and creases."""

from dataclasses import dataclass
from random import Random

from drawings.palette import contrasting
from drawings.path import symmetric
from drawings.sketch import Sketch


@dataclass(frozen=True)
class Torso:
    """Half widths from the centre line and heights of a top's body, in drawing units."""

    neck: float = 56
    neck_top: float = 172
    neck_front: float = 232
    shoulder: float = 152
    shoulder_y: float = 212
    chest: float = 164
    underarm: float = 352
    waist: float = 156
    hem: float = 160
    length: float = 744
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
    sketch.whole(half, dye=sketch.cloth.inside)
    label = f"M-15 {torso.neck_top + 19} L15 {torso.neck_top + 19} L15 {torso.neck_top + 33} L-15 {torso.neck_top + 33} Z"
    sketch.patch(label, fill="#efe7d8", opacity=0.9)


def short_sleeves(sketch: Sketch, torso: Torso, *, reach: float = 158, flare: float = 0) -> None:
    s, y = torso.shoulder, torso.shoulder_y
    out = s + 66 + flare
    sketch.pair(
        f"M{s - 18} {y - 9} C{s + 22} {y + 1} {out - 16} {y + 66} {out} {y + reach - 28}"
        f" Q{out - 34} {y + reach - 6} {s + 6} {y + reach + 4}"
        f" L{torso.chest - 8} {torso.underarm - 2} L{torso.chest - 40} {torso.underarm - 60} Z",
        turn=-24,
    )
    sketch.lines(
        f"M{out - 5} {y + reach - 40} Q{out - 38} {y + reach - 19} {s + 4} {y + reach - 9}",
        width=1.6,
        dash="6 4",
    )
    sketch.fold(f"M{s + 8} {y + 60} L{s + 22} {y + reach}", width=20, tone=-0.35, both=True)


def long_sleeves(sketch: Sketch, torso: Torso, *, volume: float = 0, cuff: float = 34) -> None:
    s, y, end = torso.shoulder, torso.shoulder_y, torso.shoulder_y + 448
    wide = s + 76 + volume
    sketch.pair(
        f"M{s - 18} {y - 9} C{s + 30} {y + 2} {wide - 4} {y + 150} {wide + 6} {end - 40 - volume * 0.4}"
        f" Q{s + 92} {end - 12} {s + 84} {end} L{s + 30} {end + 8}"
        f" C{s + 24 - volume} {end - 60} {s + 18} {y + 230} {torso.chest - 6} {torso.underarm - 4}"
        f" L{torso.chest - 44} {torso.underarm - 70} Z",
        turn=-12,
    )
    if cuff:
        sketch.pair(
            f"M{s + 86} {end - 3} L{s + 28} {end + 5} L{s + 33} {end + cuff + 5} L{s + 85} {end + cuff - 4} Z",
            turn=-12,
        )
    sketch.fold(
        f"M{s + 14} {y + 110} C{s + 36} {y + 210} {s + 40} {y + 300} {s + 54} {end - 20}",
        width=22,
        tone=-0.42,
        both=True,
    )
    sketch.fold(
        f"M{s + 44} {y + 130} C{s + 58} {y + 230} {s + 66} {y + 300} {s + 72} {end - 50}",
        width=12,
        tone=0.34,
        both=True,
    )
    sketch.fold(f"M{s + 22} {y + 226} L{s + 62} {y + 206}", width=12, tone=-0.4, both=True)


def body_folds(sketch: Sketch, torso: Torso, rng: Random) -> None:
    """Press the creases every top has: from the underarms, at the waist, a light on the chest."""
    u, c = torso.underarm, torso.chest
    sketch.fold(
        f"M{c - 6} {u + 6} C{c - 40} {u + 40} {c - 60} {u + 60} {c - 90} {u + 70}",
        width=15,
        tone=-0.42,
        both=True,
    )
    sketch.fold(
        f"M{c - 8} {u + 60} C{c - 26} {u + 150} {c - 20} {u + 240} {c - 24} {torso.length - 20}",
        width=26,
        tone=-0.3,
        both=True,
    )
    drift = rng.uniform(-26, 26)
    low = torso.length
    sketch.fold(
        f"M{-50 + drift} {low - 6} C{-40 + drift} {low - 110} {-66 + drift} {low - 180} {-58 + drift} {low - 250}",
        width=18,
        tone=-0.26,
    )
    sketch.fold(
        f"M{-74 + drift} {low - 10} C{-62 + drift} {low - 120} {-84 + drift} {low - 180} {-80 + drift} {low - 240}",
        width=14,
        tone=0.26,
    )
    sketch.fold(
        f"M{52 + drift} {low - 8} C{46 + drift} {low - 90} {62 + drift} {low - 140} {56 + drift} {low - 190}",
        width=18,
        tone=-0.24,
    )
    sketch.fold(f"M-64 {u - 60} C-70 {u - 10} -60 {u + 30} -66 {u + 70}", width=46, tone=0.22)


def hem_stitch(sketch: Sketch, torso: Torso) -> None:
    y = torso.length - 14
    sketch.stitch(f"M{-torso.hem + 4} {y} Q0 {y + 20} {torso.hem - 4} {y}")


def neck_band(sketch: Sketch, torso: Torso, *, depth: float = 15) -> None:
    """Finish the neckline with a ribbed band."""
    if torso.pointed:
        inner = f"M0 {torso.neck_front} L{torso.neck} {torso.neck_top}"
        outer = f" L{torso.neck + depth} {torso.neck_top + 4} L0 {torso.neck_front + depth * 1.9}"
    else:
        inner = torso.neckline
        n, f = torso.neck + depth, torso.neck_front + depth
        outer = f" L{n} {torso.neck_top + 5} C{n * 0.96} {f - 26} {n * 0.62} {f} 0 {f}"
    sketch.whole(inner + outer, dye=contrasting(sketch.cloth.dye, 0.07))


def chest_pocket(sketch: Sketch, *, x: float, y: float) -> None:
    sketch.panel(
        f"M{x} {y} L{x + 66} {y} L{x + 66} {y + 62} L{x + 33} {y + 76} L{x} {y + 62} Z", edge=1.6
    )
    sketch.stitch(f"M{x + 2} {y + 12} L{x + 64} {y + 12}")
