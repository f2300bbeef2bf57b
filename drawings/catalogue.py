"""Which products a generated boutique holds: designs become models, models come in colours."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from random import Random

from drawings.assortment import NAMES, SLOT_SHARES, Design, designs
from drawings.fabric import LOUD_WEAVES
from drawings.palette import COLOURS, Colour, harmonise, luminance
from drawings.style import ALL_YEAR, AUTUMN_WINTER, MEN, SPRING_SUMMER, Style

COLOURS_PER_MODEL = (1, 1, 1, 2, 2, 3)
SECOND_PICTURES = ("", "", "", "", "", "detail", "turned")
SOLD_OUT_SHARE = 0.06
_WEAVE_WORDS = {
    "stripe": "Striped", "check": "Checked", "dots": "Polka-dot", "floral": "Floral",
    "animal": "Leopard-print", "pinstripe": "Pinstriped", "herringbone": "Herringbone",
}  # fmt: skip
_WHEN = {
    SPRING_SUMMER: "For spring and summer.",
    AUTUMN_WINTER: "For autumn and winter.",
    ALL_YEAR: "All year round.",
}
# A heel or a strap stays neutral, so that the dye alone is the product's colour; a stone does not.
_NEUTRAL_TRIMS = frozenset({"SHOES", "BAG"})
_TRIMMED = _NEUTRAL_TRIMS | {"JEWELLERY"}
_SIZED_BY_LETTER = frozenset(
    {
        "T-shirts", "Shirts", "Blouses", "Knitwear", "Sweatshirts", "Dresses", "Jumpsuits",
        "Coats", "Jackets", "Blazers",
    }
)  # fmt: skip
_SIZES = {"W": "XS S M L XL", "M": "S M L XL XXL"}
_WAISTS = {"W": "34 36 38 40 42 44", "M": "30 32 33 34 36 38"}
_FEET = {"W": "36 37 38 39 40 41", "M": "40 41 42 43 44 45"}


@dataclass(frozen=True)
class Product:
    """One row of the catalogue, and how it is drawn. Its `style` is what the rule of looks reads."""

    sku: str
    model: str
    title: str
    description: str
    category: str
    slot: str
    season: str
    gender: str
    price: str
    stock: int
    sizes: str
    cut: str
    weave: str
    texture: str
    accent: str
    metal: str
    detail: int
    formality: int
    colour: Colour
    second_picture: str

    @property
    def style(self) -> Style:
        is_loud = self.weave in LOUD_WEAVES
        return Style(self.colour, self.formality, is_loud, self.season, self.gender)


def catalogue(*, products: int, seed: int) -> list[Product]:
    """List the products of a boutique, slot by slot; same numbers, same list."""
    rows: list[Product] = []
    for slot, quota in _quotas(products).items():
        generator = Random(f"{seed}:{slot}")  # noqa: S311 - an assortment, not a secret
        rows.extend(_slot_products(slot, quota, generator))
    return rows


def _quotas(products: int) -> dict[str, int]:
    """Share `products` among the slots; what rounding leaves goes to the tops."""
    whole = sum(SLOT_SHARES.values())
    quotas = {slot: max(1, products * share // whole) for slot, share in SLOT_SHARES.items()}
    quotas["TOP"] += max(0, products - sum(quotas.values()))
    return quotas


def _slot_products(slot: str, quota: int, generator: Random) -> list[Product]:
    choice = [design for design in designs() if design.slot == slot]
    generator.shuffle(choice)
    known = NAMES.split()
    names = cycle(generator.sample(known, len(known)))
    rows: list[Product] = []
    details: Counter[tuple[str, str]] = Counter()
    for number, design in enumerate(cycle(choice), start=1):
        sku = f"{slot[:2]}{number:04d}"
        model = list(_model_products(sku, next(names), design=design, generator=generator))
        # No two models of one cut and weave are made alike.
        alike = (model[0].cut, model[0].weave)
        rows.extend(replace(row, detail=details[alike]) for row in model)
        details[alike] += 1
        if len(rows) >= quota:
            return rows[:quota]
    raise AssertionError("a cycle of designs does not end")


def _model_products(
    model: str, name: str, *, design: Design, generator: Random
) -> Iterator[Product]:
    word, texture = generator.choice(design.fabrics)
    weave = generator.choice(design.weaves)
    season, gender = generator.choice(design.seasons), generator.choice(design.genders)
    price = f"{generator.randrange(*design.prices) + generator.choice((0, 0.5, 0.9, 0.95)):.2f}"
    for colour in _model_colours(design, generator):
        yield Product(
            sku=f"{model}-{_colour_code(colour)}",
            model=model,
            title=_title(design, word=word, weave=weave, name=name, colour=colour),
            description=_description(design, word=word, weave=weave, season=season, colour=colour),
            category=design.category,
            slot=design.slot,
            season=season,
            gender=gender,
            price=price,
            stock=0 if generator.random() < SOLD_OUT_SHARE else generator.randrange(1, 40),
            sizes=_sizes(design.category, gender),
            cut=design.cut,
            weave=weave,
            texture=texture,
            accent=_accent(colour, weave=weave, slot=design.slot, generator=generator).hex,
            metal=COLOURS["silver" if colour.tone == "cool" else "gold"].hex,
            detail=0,
            formality=design.formality,
            colour=colour,
            second_picture=generator.choice(SECOND_PICTURES),
        )


def _model_colours(design: Design, generator: Random) -> list[Colour]:
    names = design.colours
    count = min(generator.choice(COLOURS_PER_MODEL), len(names))
    return [COLOURS[name] for name in generator.sample(names, count)]


def _colour_code(colour: Colour) -> str:
    words = colour.name.upper().split()
    return words[0][:5] if len(words) == 1 else "".join(word[:3] for word in words)


def _accent(colour: Colour, *, weave: str, slot: str, generator: Random) -> Colour:
    """Choose the second colour: of the print, of the stone, of a sneaker's heel."""
    if weave in {"stripe", "dots"}:
        pale = luminance(colour.hex) > 0.6
        return COLOURS[generator.choice(("navy", "black") if pale else ("white", "ivory"))]
    wanted = [
        other
        for other in COLOURS.values()
        if harmonise(colour, other)
        and abs(luminance(colour.hex) - luminance(other.hex)) > 0.22
        and (other.is_neutral == (slot in _NEUTRAL_TRIMS) or slot not in _TRIMMED)
    ]
    return generator.choice(wanted)


def _title(design: Design, *, word: str, weave: str, name: str, colour: Colour) -> str:
    material = f"{_WEAVE_WORDS[weave]} {_lower(word)}" if weave != "solid" else word
    if design.category in {"Earrings", "Necklaces", "Bracelets"}:
        material = "" if word == "Plated" else word
    noun = design.noun
    if material and noun.split()[0] == material.split()[-1].lower():
        material = " ".join(material.split()[:-1])
    phrase = f"{material} {noun}".strip()
    return f"{phrase[0].upper()}{phrase[1:]} ‘{name}’, {colour.name}"  # noqa: RUF001 - quotation marks


def _lower(word: str) -> str:
    return word[0].lower() + word[1:] if word not in {"Oxford", "Tencel"} else word


def _description(design: Design, *, word: str, weave: str, season: str, colour: Colour) -> str:
    print_of = f", {_WEAVE_WORDS[weave].lower()}" if weave != "solid" else ""
    return f"{design.line} {_material(word, colour)}{print_of}. {_WHEN[season]}"


def _material(word: str, colour: Colour) -> str:
    if word == "Plated":
        return f"{colour.name.capitalize()}-plated brass"
    if colour.name == "pearl":
        return word
    return f"{word} {'and' if word in {'Pearl', 'Glass'} else 'in'} {colour.name}"


def _sizes(category: str, gender: str) -> str:
    key = "M" if gender == MEN else "W"
    if category in {"Sneakers", "Boots", "Heels", "Sandals", "Loafers"}:
        return _FEET[key] if gender != "Unisex" else "36 37 38 39 40 41 42 43 44 45"
    if category in {"Trousers", "Jeans", "Skirts", "Shorts"}:
        return _WAISTS[key]
    if category == "Belts":
        return "75 85 95 105"
    if category == "Hats":
        return "S/M M/L"
    return _SIZES[key] if category in _SIZED_BY_LETTER else "One size"
