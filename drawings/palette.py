"""Which colours the boutique buys, where each sits on the colour wheel, and which ones harmonise."""

from dataclasses import dataclass

# A neutral is WARM (camel, gold), COOL (grey, silver) or OPEN: black, white and denim blue go
# with everything.
WARM, COOL, OPEN = "warm", "cool", "open"
ANALOGOUS_DEGREES = 35
COMPLEMENTARY_DEGREES = 150


@dataclass(frozen=True)
class Colour:
    """One dye: `hue` in degrees on the painters' wheel (red 0, yellow 120, blue 240)."""

    name: str
    hex: str
    tone: str
    hue: int | None = None

    @property
    def is_neutral(self) -> bool:
        return self.hue is None


_SWATCHES = (
    Colour("white", "#f4f2ee", OPEN),
    Colour("ivory", "#ebe2cf", OPEN),
    Colour("black", "#262528", OPEN),
    Colour("navy", "#27324d", OPEN),
    Colour("denim blue", "#54708f", OPEN),
    Colour("washed blue", "#8ba5bd", OPEN),
    Colour("raw indigo", "#2f3d58", OPEN),
    Colour("pearl", "#efe8df", OPEN),
    Colour("dove grey", "#b3b2b0", COOL),
    Colour("charcoal", "#4b4c52", COOL),
    Colour("silver", "#c3c6ca", COOL),
    Colour("stone", "#cdbfa8", WARM),
    Colour("camel", "#bb8f5c", WARM),
    Colour("cognac", "#96562f", WARM),
    Colour("chocolate", "#54382c", WARM),
    Colour("gold", "#d2a54e", WARM),
    Colour("burgundy", "#6d2634", WARM, 0),
    Colour("poppy", "#c43d33", WARM, 10),
    Colour("coral", "#e2806a", WARM, 25),
    Colour("terracotta", "#b8603f", WARM, 40),
    Colour("rust", "#96482b", WARM, 45),
    Colour("apricot", "#e9b083", WARM, 60),
    Colour("mustard", "#c9982f", WARM, 100),
    Colour("butter", "#efdb96", WARM, 120),
    Colour("olive", "#6f7043", WARM, 145),
    Colour("sage", "#9dac8d", COOL, 175),
    Colour("forest", "#2f5241", COOL, 185),
    Colour("teal", "#2d6a70", COOL, 215),
    Colour("sky", "#a3c4d9", COOL, 235),
    Colour("cobalt", "#34559f", COOL, 245),
    Colour("lilac", "#b9a8cf", COOL, 300),
    Colour("plum", "#5c3557", COOL, 312),
    Colour("raspberry", "#a93460", COOL, 338),
    Colour("blush", "#e3bdb6", COOL, 345),
)
COLOURS = {colour.name: colour for colour in _SWATCHES}


def harmonise(a: Colour, b: Colour) -> bool:
    """Say whether two colours go together: same tone, neighbours, or opposites on the wheel."""
    if a.name == b.name or OPEN in (a.tone, b.tone):
        return True
    if a.hue is None or b.hue is None:
        return a.tone == b.tone
    distance = wheel_distance(a.hue, b.hue)
    return distance <= ANALOGOUS_DEGREES or distance >= COMPLEMENTARY_DEGREES


def wheel_distance(a: int, b: int) -> int:
    """Measure the shorter way round the wheel, 0 to 180 degrees."""
    around = abs(a - b) % 360
    return min(around, 360 - around)


def mixed(hex_a: str, hex_b: str, share: float) -> str:
    """Mix two hex colours; `share` is how much of the second there is, 0 to 1."""
    a, b = (
        tuple(int(value[place : place + 2], 16) for place in (1, 3, 5)) for value in (hex_a, hex_b)
    )
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b, strict=True))


def darker(colour: str, share: float) -> str:
    return mixed(colour, "#120c10", share)


def lighter(colour: str, share: float) -> str:
    return mixed(colour, "#fffdf8", share)


def luminance(colour: str) -> float:
    """Rate how light a hex colour looks, 0 (black) to 1 (white)."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255


def contrasting(colour: str, share: float) -> str:
    """Move a hex colour away from itself: a dark one gets lighter, a light one darker."""
    return lighter(colour, share) if is_dark(colour) else darker(colour, share)


def is_dark(colour: str) -> bool:
    return luminance(colour) < 0.32
