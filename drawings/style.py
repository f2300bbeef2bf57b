"""The style rule: which products go together, and the one reason when they do not."""

from dataclasses import dataclass

from drawings.palette import Colour, harmonise

SPRING_SUMMER, AUTUMN_WINTER, ALL_YEAR = "Spring/Summer", "Autumn/Winter", "All year"
WOMEN, MEN, UNISEX = "Women", "Men", "Unisex"
LARGEST_FORMALITY_GAP = 1


@dataclass(frozen=True)
class Style:
    """What the rule looks at. `formality`: 1 beach and sport, 2 weekend, 3 town, 4 office, 5 evening."""

    colour: Colour
    formality: int
    is_loud: bool
    season: str
    gender: str


def goes_together(a: Style, b: Style) -> bool:
    """Say whether two products of different slots may share a look; symmetric."""
    return not clash(a, b)


def clash(a: Style, b: Style) -> str:
    """Name the first clause of the rule that two products break, "" when they go together."""
    clauses = {
        "gender": {a.gender, b.gender} != {WOMEN, MEN},
        "season": {a.season, b.season} != {SPRING_SUMMER, AUTUMN_WINTER},
        "formality": abs(a.formality - b.formality) <= LARGEST_FORMALITY_GAP,
        "pattern": not (a.is_loud and b.is_loud),
        "palette": harmonise(a.colour, b.colour),
    }
    return next((name for name, is_kept in clauses.items() if not is_kept), "")
