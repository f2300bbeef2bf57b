"""Catalogues, and questions about them, from a generator of random numbers.

A world is what `tests.naive_strips` reads. Hypothesis draws the generator and not each value: it
favours small values, and nearly all worlds drawn value by value had nothing in them to be ranked.
"""

from decimal import Decimal

from recommender.models import Rule

# Few values, so that there are ties, colours of one design, and filters that many products pass.
SLOTS = ["TOP", "BOTTOM", "SHOES", "DRESS", ""]
KINDS_OF_SLOT = "ab"  # the categories of each
PRICES = [Decimal(price) for price in ("10.00", "20.00", "25.50", "40.00")]
COLOURS, GENDERS = ["red", "blue", ""], ["WOMEN", "MEN", "UNISEX"]
SEASONS, SIZES = ["SUMMER", "WINTER", "ALL_YEAR"], ["", "S", "S M", "M L"]
VALUES = {"slot": SLOTS, "colour": COLOURS, "gender": GENDERS, "season": SEASONS}
CONDITIONS = [(name, value) for name, values in VALUES.items() for value in values if value]
KINDS = [kind.value for kind in Rule.Kind]
# Numbers that half precision holds exactly, so that both twins see the same scores, and ties.
PLACES = [(1.0, 0.0), (0.0, 1.0), (0.5, 0.5), (0.75, 0.25), (-1.0, 0.0)]


def a_world(random):
    """A catalogue with all that people and machines said about it; the first product is asked about."""
    size = random.choice([1, 6, *[15] * 3, *[30] * 5])
    products = [_product(random) for _each in range(size)]
    if not _seldom(random):  # mostly ask where there is something to be said
        products[0]["slot"] = random.choice(["TOP", "TOP", "BOTTOM"])
        products[0]["views"] = [_seen(), *products[0]["views"]]
    for product in products:
        for position, view in enumerate(product["views"]):
            view["position"] = position
    others = range(1, size)
    looks = [random.sample(range(size), k=min(size, random.randint(2, 4))) for _each in range(2)]
    return {
        "products": products,
        "rules": [_rule(random, size) for _each in range(random.choice([0, 0, 1, 1, 2, 3]))],
        "looks": [look for look in looks if len(look) > 1 and random.random() < 0.5],
        "pairings": {
            (0, partner): random.choice([0.25, 0.5, 0.5, 1.0])
            for partner in random.sample(others, k=min(len(others), random.randint(0, 6)))
        },
    }


def a_question(random):
    """What a strip may be asked."""
    attributes = {
        "colour": random.sample(COLOURS, k=random.randint(0, 2)),
        "gender": random.sample(GENDERS, k=random.randint(1, 2)),
        "size": random.sample(["S", "M", "L"], k=random.randint(1, 2)),
    }
    return {
        "limit": random.choice([0, *range(1, 10)]),
        "per_slot": random.randint(1, 3),
        "colour_weight": random.choice([None, None, 0.0, 0.25, 0.5, 1.0]),
        "category_weight": random.choice([0.0, 0.25, 0.5, 1.0]),
        "floor": random.random() < 0.5,
        "diversity": random.choice([0.0, 0.1, 0.25, 0.5, 1.0]),
        "slots": random.choice([*[[]] * 8, ["TOP"], ["BOTTOM", "SHOES"]]),
        "price_min": random.choice([*[None] * 8, *PRICES[:2]]),
        "price_max": random.choice([*[None] * 8, *PRICES[2:]]),
        "attributes": {name: of for name, of in attributes.items() if _seldom(random)},
    }


def _product(random):
    return {
        "slot": random.choice([*["TOP"] * 5, *["BOTTOM"] * 3, *SLOTS]),
        "kind": random.choice(KINDS_OF_SLOT),
        "design": random.choice([*[""] * 5, "A", "B", "C"]),
        "price": random.choice(PRICES),
        "colour": random.choice(COLOURS),
        "gender": random.choice(GENDERS),
        "season": random.choice(SEASONS),
        "sizes": random.choice(SIZES),
        "stock": 0 if _seldom(random) else 1,
        "is_published": not _seldom(random),
        "views": [_view(random) for _each in range(random.choice([0, 1, 1, 1, 2]))],
    }


def _view(random):
    visual = {"shape": random.choice(PLACES), "colour": random.choice(PLACES)}
    style = random.choice(PLACES)
    return {
        "visual": None if _seldom(random) else visual,
        "style": None if _seldom(random) else style,
    }


def _rule(random, size):
    """A rule of any kind about some of so many products."""
    kind = random.choice(KINDS)
    on_attribute, on_value = random.choice([*[("", "")] * 20, *CONDITIONS])
    attribute, value = random.choice(CONDITIONS)
    if kind == "NEVER_TOGETHER":
        on_attribute, on_value = random.choice(CONDITIONS)
    has_product = kind == "PIN" or (kind != "NEVER_TOGETHER" and random.random() < 0.5)
    on_product = random.choice([None, None, 0, random.randrange(size)])
    return {
        "kind": kind,
        "strip": random.choice(["", "", "SIMILAR", "GOES_WITH"]),
        "is_enabled": not _seldom(random),
        "on_product": None if kind == "NEVER_TOGETHER" else on_product,
        "on_attribute": on_attribute,
        "on_value": on_value,
        "product": random.randrange(size) if has_product else None,
        "attribute": "" if has_product else attribute,
        "value": "" if has_product else value,
        "both_ways": has_product and random.random() < 0.5,
        "position": random.randint(1, 5),
        "strength": random.choice([0.25, 0.5, 1.0]),
        "percent": random.choice([0, 50, 100]),
    }


def _seldom(random):
    return random.random() < 0.1


def _seen():
    visual = {"shape": (1.0, 0.0), "colour": (1.0, 0.0)}
    return {"visual": visual, "style": (1.0, 0.0)}
