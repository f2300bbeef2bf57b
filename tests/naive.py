"""The slow twin of each fast function: straight from the definition, a loop at a time."""


def ranked_alike(anchor, candidates, *, weights, limit):
    """Rank products against an anchor: the best of each design, best first, ties by key.

    `candidates` are dicts of `pk`, `group`, `eligible` and the vectors named in `weights`.
    Returns the primary keys.
    """
    best = {}
    for candidate in sorted(candidates, key=lambda one: one["pk"]):
        if not candidate["eligible"]:
            continue
        score = 0.0
        for part, weight in weights.items():
            score += weight * _inner_product(anchor[part], candidate[part])
        group = candidate["group"]
        if group not in best or score > best[group][0] + 1e-9:
            best[group] = (score, candidate["pk"])
    in_order = sorted(best.values(), key=lambda found: (-round(found[0], 9), found[1]))
    return [pk for _score, pk in in_order][:limit]


def _inner_product(first, second):
    total = 0.0
    for x, y in zip(first, second, strict=True):
        total += x * y
    return total
