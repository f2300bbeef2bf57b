"""The slow twins of both strips: what the specification says, a loop at a time, over plain dicts.

A world holds `products` (in the order of their keys), `rules`, `looks` and `pairings`; products are
known by their index. A view of a product is a picture: its `position` and its vectors, or None.
"""

import math
from decimal import Decimal

PARTNERS = {
    "TOP": {"BOTTOM", "OUTERWEAR", "SHOES", "BAG", "JEWELLERY", "ACCESSORY"},
    "BOTTOM": {"TOP", "OUTERWEAR", "SHOES", "BAG", "JEWELLERY", "ACCESSORY"},
    "DRESS": {"OUTERWEAR", "SHOES", "BAG", "JEWELLERY", "ACCESSORY"},
    "SHOES": {"TOP", "BOTTOM", "DRESS", "OUTERWEAR", "BAG", "JEWELLERY", "ACCESSORY"},
    "": set(),
}
FOR_ALL = {"gender": "UNISEX", "season": "ALL_YEAR"}
PINNED, SUITED, REST = range(3)  # what comes before any score


def similar(world, asked):
    """Rows of (product, rung, score), best first: same slot, each design by its best colour."""
    own, anchor = world["products"][0], _cover(world, "visual")
    if anchor is None:
        return []
    colour = 0.15 * (1.125 if asked["category_weight"] else 1)
    if asked["colour_weight"] is not None:
        colour = asked["colour_weight"]
    shares = {"shape": 1 - colour, "colour": colour}
    scores = {
        i: max(_alike(anchor, view["visual"], shares) for view in views)
        for i in _eligible(world, asked, "SIMILAR")
        if world["products"][i]["slot"] == own["slot"]
        if own["slot"] or _is_same_kind(world, i)
        if (views := [v for v in world["products"][i]["views"] if v["visual"]])
    }
    tiers = {i: SUITED if _suits(world, asked, i, ["gender"]) else REST for i in scores}
    shelf = _Shelf(world, "SIMILAR", share=len(world["products"]))
    for i in scores:
        shelf.extra[i] += _preference(world, asked, i)
    if asked["floor"]:
        least = 0.6 * max(scores.values(), default=0.0)
        scores = {
            i: score
            for i, score in scores.items()
            if i in shelf.pins
            or (tiers[i] == SUITED and (score >= least or _counts_as_kin(world, asked, i)))
        }
    shelf.add("visual", scores, after={i: (tiers[i], 0) for i in scores})
    rows = shelf.rows()[: _deep(asked, "limit")]
    return _pinned(world, "SIMILAR", _diverse(shelf, rows, asked, share=len(world["products"])))


def goes_with(world, asked):
    """Rows of (product, rung, score): rung by rung until the strip is full."""
    pins = _pins(world, "GOES_WITH")
    slots = PARTNERS[world["products"][0]["slot"]]
    partners = [
        i
        for i in _eligible(world, asked, "GOES_WITH")
        if world["products"][i]["slot"] in slots or i in pins
    ]
    shelf = _Shelf(world, "GOES_WITH", share=_deep(asked, "per_slot"))
    for number, (rung, scores) in enumerate(_ladder(world, asked, partners).items()):
        if number == 0 or len(shelf.rows()) < _deep(asked, "limit"):
            shelf.add(rung, scores)
    if len(shelf.rows()) < _deep(asked, "limit"):
        newest = _newest(world, asked, partners)
        shelf.add("newest", dict.fromkeys(newest, 0.0), after=newest)
    shelf.add("pinned", {i: 0.0 for i in partners if i in pins})
    rows = shelf.rows()[: _deep(asked, "limit")]
    return _pinned(world, "GOES_WITH", _diverse(shelf, rows, asked, share=asked["per_slot"]))


def versions(world, asked, i):
    """What else of a similar product's design could have been shown."""
    return [
        j
        for j in _eligible(world, asked, "SIMILAR")
        if j != i and _group(world, j) == _group(world, i) and _slot(world, j) == _slot(world, i)
        if any(view["visual"] for view in world["products"][j]["views"])
    ]


def _preference(world, asked, i):
    """The same category counts in full, another of its slot half; and a season that suits."""
    weight = asked["category_weight"]
    if not weight:
        return 0.0
    own = world["products"][0]["season"]
    is_season = own != "ALL_YEAR" and "season" not in asked["attributes"]
    kind = weight if _is_same_kind(world, i) else weight / 2
    return kind + (0.1 if is_season and _suits(world, asked, i, ["season"]) else 0.0)


def _counts_as_kin(world, asked, i):
    return asked["category_weight"] > 0 and _is_same_kind(world, i)


def _is_same_kind(world, i):
    own, other = world["products"][0], world["products"][i]
    return (own["slot"], own["kind"]) == (other["slot"], other["kind"])


class _Shelf:
    """What the rungs have found; each row a (product, rung, score)."""

    def __init__(self, world, strip, *, share):
        self.world, self.share, self.found = world, share, []
        self.pins, self.extra = _pins(world, strip), _boosts(world, strip)

    def add(self, rung, scores, *, after=None):
        """Add a rung below the others; `after` maps a product to its tier and its place among ties."""
        number = len({rung for *_order, _i, rung, _score in self.found})
        for i, score in scores.items():
            tier, place = after[i] if after else (SUITED, 0)
            tier = PINNED if i in self.pins else tier
            order = (tier, number, -round(score + self.extra[i], 9), place, i)
            self.found.append((order, i, rung, score))

    def tier(self, row):
        """What stands before or after all others, and the rung within it."""
        return next(order[:2] for order, i, rung, _score in self.found if (i, rung) == row[:2])

    def rows(self):
        """One product of each design, at most a share of each slot."""
        designs, slots, rows = set(), [], []
        for _order, i, rung, score in sorted(self.found):
            slot, design = self.world["products"][i]["slot"], _group(self.world, i)
            if design in designs:
                continue
            designs.add(design)
            slots.append(slot)
            if slots.count(slot) <= self.share:
                rows.append((i, rung, score))
        return rows


def _deep(asked, name):
    """How many are looked at to choose so many from: three times as many, up to 96."""
    return max(asked[name], min(3 * asked[name], 96)) if asked["diversity"] else asked[name]


def _diverse(shelf, rows, asked, *, share):
    """Take the best again and again, each the worse the more it is like one taken before."""
    world, weight = shelf.world, asked["diversity"]
    if not weight:
        return rows
    taken = []
    while len(taken) < asked["limit"]:
        slots = [_slot(world, i) for i, _rung, _score in taken]
        left = [r for r in rows if r not in taken and slots.count(_slot(world, r[0])) < share]
        if not left:
            break
        first = shelf.tier(left[0])
        worth = [
            round(
                (1 - weight) * (score + shelf.extra[i])
                - weight * max([0.0, *(_look_alike(world, i, j) for j, _rung, _score in taken)]),
                9,
            )
            if shelf.tier((i, rung)) == first
            else -math.inf
            for i, rung, score in left
        ]
        taken.append(left[worth.index(max(worth))])
    return taken


def _look_alike(world, i, j):
    """How alike the covers of two products of one slot are."""
    one, other = _cover(world, "visual", i), _cover(world, "visual", j)
    if not one or not other or _slot(world, i) != _slot(world, j):
        return 0.0
    return _alike(one, other, {"shape": 0.85, "colour": 0.15})


def _ladder(world, asked, partners):
    """What each rung knows: rung → product → score."""
    products, style, visual = world["products"], _cover(world, "style"), _cover(world, "visual")
    worn = {i: sum(0 in look and i in look for look in world["looks"]) for i in partners}
    suited = [i for i in partners if _suits(world, asked, i)]
    rungs = {
        "look": {i: float(looks) for i, looks in worn.items() if looks},
        "stored": {i: world["pairings"][0, i] for i in suited if (0, i) in world["pairings"]},
        "style": {},
        "palette": {},
    }
    for i in suited:
        for view in products[i]["views"]:
            if style and view["style"]:
                score = _inner_product(style, view["style"])
                rungs["style"][i] = max(score, rungs["style"].get(i, score))
            if visual and view["visual"]:
                score = _inner_product(visual["colour"], view["visual"]["colour"])
                rungs["palette"][i] = max(score, rungs["palette"].get(i, score))
    return rungs


def _newest(world, asked, partners):
    """The tier of each, and its place among the newest of its slot and tier."""
    tiers = {i: SUITED if _suits(world, asked, i) else REST for i in partners}
    newer = {
        i: [j for j in partners if j > i and _slot(world, j) == _slot(world, i)] for i in partners
    }
    return {i: (tiers[i], 1 + sum(tiers[j] == tiers[i] for j in newer[i])) for i in partners}


def _suits(world, asked, i, names=tuple(FOR_ALL)):
    """Whether it is for the same wearer and season, where the filters do not speak of them."""
    own, product = world["products"][0], world["products"][i]
    return all(
        name in asked["attributes"]
        or FOR_ALL[name] in {own[name], product[name]}
        or own[name] == product[name]
        for name in names
    )


def _eligible(world, asked, strip):
    """Visible, in stock, within the filters, and nothing that a rule forbids beside the first."""
    return [
        i
        for i, product in enumerate(world["products"])
        if product["stock"] > 0 and product["is_published"]
        if i != 0 and _group(world, i) != _group(world, 0)
        if _passes(product, asked) and not _is_forbidden(world, i, strip)
    ]


def _passes(product, asked):
    if asked["slots"] and product["slot"] not in asked["slots"]:
        return False
    for name, values in asked["attributes"].items():
        if name == "size":
            fits = bool(set(values) & set(product["sizes"].split()))
        else:
            fits = bool(values) and product[name] in {*values, FOR_ALL.get(name)}
        if not fits:
            return False
    low, high = asked["price_min"], asked["price_max"]
    return (low is None or product["price"] >= low) and (high is None or product["price"] <= high)


def _is_forbidden(world, i, strip):
    own, product = world["products"][0], world["products"][i]
    percents = [rule["percent"] for rule in _here(world, strip) if rule["kind"] == "PRICE_WINDOW"]
    for percent in percents:
        if abs(product["price"] - own["price"]) > own["price"] * Decimal(percent) / 100:
            return True
    for rule in _heard(world, strip):
        one, other = (rule["on_attribute"], rule["on_value"]), (rule["attribute"], rule["value"])
        if rule["kind"] == "NEVER_TOGETHER" and (
            (_has(own, *one) and _has(product, *other))
            or (_has(own, *other) and _has(product, *one))
        ):
            return True
        both_ways = rule["kind"] == "HIDE" and rule["both_ways"]
        if both_ways and rule["product"] == 0 and rule["on_product"] == i:
            return True
    hiding = [rule for rule in _here(world, strip) if rule["kind"] == "HIDE"]
    return any(_is_target(world, i, rule) for rule in hiding)


def _heard(world, strip):
    return [r for r in world["rules"] if r["is_enabled"] and r["strip"] in {"", strip}]


def _here(world, strip):
    """The rules that speak about strips beside the first product."""
    own = world["products"][0]
    return [
        rule
        for rule in _heard(world, strip)
        if rule["kind"] != "NEVER_TOGETHER" and rule["on_product"] in {None, 0}
        if not rule["on_attribute"] or _has(own, rule["on_attribute"], rule["on_value"])
    ]


def _is_target(world, i, rule):
    if rule["product"] is not None:
        return rule["product"] == i
    return _has(world["products"][i], rule["attribute"], rule["value"])


def _has(product, attribute, value):
    return product[attribute] == value


def _boosts(world, strip):
    signs = {"BOOST": 1, "BURY": -1}
    moving = [rule for rule in _here(world, strip) if rule["kind"] in signs]
    return [
        sum(signs[rule["kind"]] * rule["strength"] for rule in moving if _is_target(world, i, rule))
        for i in range(len(world["products"]))
    ]


def _pins(world, strip):
    return {r["product"]: r["position"] for r in _here(world, strip) if r["kind"] == "PIN"}


def _pinned(world, strip, rows):
    """Take out what is pinned, then put each at its position, the front one first."""
    pins = _pins(world, strip)
    rest = [row for row in rows if row[0] not in pins]
    for _position, _text, row in sorted((pins[r[0]], r[0], r) for r in rows if r[0] in pins):
        rest.insert(pins[row[0]] - 1, row)
    return rest


def _cover(world, purpose, i=0):
    """The vector of the first picture that has one."""
    views = sorted(world["products"][i]["views"], key=lambda view: view["position"])
    return next((view[purpose] for view in views if view[purpose]), None)


def _alike(first, second, shares):
    return sum(share * _inner_product(first[part], second[part]) for part, share in shares.items())


def _inner_product(first, second):
    return sum(x * y for x, y in zip(first, second, strict=True))


def _group(world, i):
    return world["products"][i]["design"] or i


def _slot(world, i):
    return world["products"][i]["slot"]
