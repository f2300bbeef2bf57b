"""Looks: outfits sampled so that every pair in them obeys the style rule."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from drawings.catalogue import Product
from drawings.style import AUTUMN_WINTER, SPRING_SUMMER, goes_together

SMALLEST, LARGEST = 3, 6
TITLE_TRIES = 20
DRESS_SHARE = 0.36
# How often a look wears each slot beyond its dress, or top and bottom.
EXTRAS = {"SHOES": 0.97, "OUTERWEAR": 0.5, "BAG": 0.6, "JEWELLERY": 0.4, "ACCESSORY": 0.42}

_PLACES = {
    SPRING_SUMMER: "Riviera Harbour Orchard Lagoon Meadow Terrace Dune Lido Vineyard Regatta Garden Island",
    AUTUMN_WINTER: "Fireside Chalet November Highland Market Foggy Velvet Library Forest Snowline Cinder Station",
    "": "City Gallery Corner Sunday Courtyard Riverside Rooftop Museum Old-town Studio Boulevard Quayside",
}
_OCCASIONS = {
    1: "run saunter off-duty morning picnic errand", 2: "weekend stroll matinée escape brunch ramble",
    3: "lunch promenade rendezvous afternoon visit aperitif", 4: "meeting opening preview appointment reading dinner",
    5: "evening gala soirée première cocktail midnight",
}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Products that are worn together, at most one per slot."""

    look: str
    title: str
    products: tuple[Product, ...]


def looks(rows: Sequence[Product], *, count: int, seed: int) -> list[Look]:
    """Put together `count` looks; same products and numbers, same looks."""
    generator = Random(f"{seed}:looks")  # noqa: S311 - an outfit, not a secret
    uses: Counter[str] = Counter()
    seen: set[frozenset[str]] = set()
    titles: Counter[str] = Counter()
    found: list[Look] = []
    for _ in range(count * 60):
        if len(found) == count:
            break
        outfit = _outfit(rows, generator=generator, uses=uses)
        key = frozenset(product.sku for product in outfit)
        if len(outfit) < SMALLEST or key in seen:
            continue
        seen.add(key)
        uses.update(key)
        title = _title(outfit, generator=generator, titles=titles)
        found.append(Look(look=f"LOOK{len(found) + 1:04d}", title=title, products=outfit))
    return found


def _outfit(
    rows: Sequence[Product], *, generator: Random, uses: Counter[str]
) -> tuple[Product, ...]:
    """Dress one wearer, or return fewer products than a look needs when the rule leaves none."""
    chosen: list[Product] = []
    for slot in _slots(generator):
        candidates = [
            row
            for row in rows
            if row.slot == slot and all(goes_together(row.style, other.style) for other in chosen)
        ]
        if not candidates and slot in {"BOTTOM", "DRESS"}:
            return ()
        if candidates and len(chosen) < LARGEST:
            weights = [1 / (1 + uses[row.sku]) ** 2 for row in candidates]
            chosen.append(generator.choices(candidates, weights)[0])
    return tuple(chosen)


def _slots(generator: Random) -> list[str]:
    base = ["DRESS"] if generator.random() < DRESS_SHARE else ["TOP", "BOTTOM"]
    extras = [slot for slot, share in EXTRAS.items() if generator.random() < share]
    if len(base) + len(extras) < SMALLEST:
        extras = ["SHOES", "BAG"]
    return base + extras


def _title(outfit: Sequence[Product], *, generator: Random, titles: Counter[str]) -> str:
    """Name a look after its season and its most dressed-up piece; when names run out, they are numbered."""
    season = next((row.season for row in outfit if row.season in _PLACES), "")
    occasions = _OCCASIONS[max(row.formality for row in outfit)].split()
    for _ in range(TITLE_TRIES):
        title = f"{generator.choice(_PLACES[season].split())} {generator.choice(occasions)}"
        if title not in titles:
            break
    titles[title] += 1
    return title if titles[title] == 1 else f"{title} {titles[title]}"
