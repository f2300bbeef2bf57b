"""The slow twin of each fast function: straight from the definition, a loop at a time."""

import math
from itertools import combinations


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


def area_under_curve(positives, negatives):
    """Count every pair of a positive and a negative: 1 in order, one half for a tie."""
    total = 0.0
    for positive in positives:
        for negative in negatives:
            total += 1.0 if positive > negative else 0.5 if positive == negative else 0.0
    return total / (len(positives) * len(negatives))


def neighbours(vectors, *, count):
    """Sort all others of each vector by inner product, ties by index."""
    ranked = []
    for at, vector in enumerate(vectors):
        scored = [(-_inner_product(vector, o), k) for k, o in enumerate(vectors) if k != at]
        ranked.append([index for _score, index in sorted(scored)[:count]])
    return ranked


def share_of_same_label(ranked, labels, *, count):
    """Average, over the rows, the share of the first neighbours that carry the row's label."""
    shares = []
    for at, row in enumerate(ranked):
        same = [labels[index] == labels[at] for index in row[:count]]
        shares.append(sum(same) / count)
    return sum(shares) / len(shares)


def share_of_models_found(ranked, models, *, count):
    """Average, over rows whose model has another row, whether one is among the first neighbours."""
    found = []
    for at, row in enumerate(ranked):
        if models.count(models[at]) > 1:
            found.append(any(models[index] == models[at] for index in row[:count]))
    return sum(found) / len(found)


def contrast_over_looks(logits, *, worn, known, family, elsewhere_weight):
    """Softmax loss of every pair worn together among the partner and the weighted wrong answers."""
    total = weight = 0.0
    for i, row in enumerate(logits):
        for j, logit in enumerate(row):
            likelihood = math.exp(logit)
            for k, other in enumerate(row):
                counts = 1.0 if family[k] == family[j] else elsewhere_weight
                likelihood += 0.0 if known[i][k] else counts * math.exp(other)
            total += worn[i][j] * (math.log(likelihood) - logit)
            weight += worn[i][j]
    return total / weight


def macro_f1(truth, guess):
    """F1 of each class that occurs, from its counts, averaged."""
    scores = []
    for label in sorted(set(truth) | set(guess)):
        pairs = list(zip(truth, guess, strict=True))
        right = sum(t == label and g == label for t, g in pairs)
        wrong = sum((t == label) != (g == label) for t, g in pairs)
        scores.append(2 * right / (2 * right + wrong))
    return sum(scores) / len(scores)


def matrix_normal_penalty(weight, precision):
    """Half the sum over outputs of w · precision · w, an entry at a time, log-determinant left out."""
    total = 0.0
    for row in weight:
        for i, x in enumerate(row):
            for j, y in enumerate(row):
                total += x * precision[i][j] * y
    return total / 2


def cross_entropy(logits, labels, *, positive_weight=1.0):
    """Average -log of the probability of each label, positives weighing more."""
    total = 0.0
    for logit, label in zip(logits, labels, strict=True):
        probability = 1 / (1 + math.exp(-logit))
        total -= positive_weight * math.log(probability) if label else math.log(1 - probability)
    return total / len(logits)


def pair_logit(a, b, *, first, first_bias, second, second_bias):
    """Concatenate, one hidden layer with ReLU, one output; loops over lists."""
    given = [*a, *b]
    hidden = [
        max(0.0, sum(w * x for w, x in zip(row, given, strict=True)) + bias)
        for row, bias in zip(first, first_bias, strict=True)
    ]
    return sum(w * x for w, x in zip(second[0], hidden, strict=True)) + second_bias[0]


def colour_counts(pixels, weights, *, bins):
    """Count weighted pixels per channel and bin; each channel adds up to 1, channels side by side."""
    counts = []
    for channel in range(3):
        shares = [0.0] * bins
        for pixel, weight in zip(pixels, weights, strict=True):
            shares[pixel[channel] * bins // 256] += weight
        counts += [share / sum(weights) for share in shares]
    return counts


def mean_average_precision(vectors, labels):
    """Walk down each row's ranking of all others; at every hit, the share of hits so far."""
    values = []
    for at, row in enumerate(neighbours(vectors, count=len(vectors) - 1)):
        hits, shares = 0, []
        for rank, index in enumerate(row, start=1):
            if labels[index] == labels[at]:
                hits += 1
                shares.append(hits / rank)
        if shares:
            values.append(sum(shares) / len(shares))
    return sum(values) / len(values)


def calibration_error(confidence, is_right, *, bins):
    """Sort cases into equal bins of confidence; how far accuracy and confidence lie apart in each."""
    total = 0.0
    for at in range(bins):
        low, high = at / bins, (at + 1) / bins
        inside = [
            (c, r)
            for c, r in zip(confidence, is_right, strict=True)
            if low <= c < high or (at == bins - 1 and c == 1)
        ]
        if inside:
            gap = sum(r for _, r in inside) - sum(c for c, _ in inside)
            total += abs(gap) / len(confidence)
    return total


def coin_tosses(heads, tails):
    """Probability that fair tosses fall at least as unevenly, either way."""
    tosses, gap = heads + tails, abs(heads - tails)
    uneven = [k for k in range(tosses + 1) if abs(2 * k - tosses) >= gap]
    return sum(math.comb(tosses, k) for k in uneven) / 2**tosses


def batch_hard_loss(vectors, labels, *, margin):
    """Average, over items with both, what the farthest like is nearer short of the nearest unlike."""
    losses = []
    for at, vector in enumerate(vectors):
        like = [
            _apart(vector, o) for k, o in enumerate(vectors) if k != at and labels[k] == labels[at]
        ]
        unlike = [_apart(vector, o) for k, o in enumerate(vectors) if labels[k] != labels[at]]
        if like and unlike:
            losses.append(max(0.0, margin + max(like) - min(unlike)))
    return sum(losses) / len(losses) if losses else 0.0


def supervised_contrast_loss(vectors, labels, *, temperature):
    """Average, over items with a like one, -log of the like ones' shares of the softmax over others."""
    losses = []
    for at, vector in enumerate(vectors):
        scores = {
            k: _inner_product(vector, o) / temperature for k, o in enumerate(vectors) if k != at
        }
        total = sum(math.exp(score) for score in scores.values())
        like = [score - math.log(total) for k, score in scores.items() if labels[k] == labels[at]]
        if like:
            losses.append(-sum(like) / len(like))
    return sum(losses) / len(losses) if losses else 0.0


def margin_loss(firsts, seconds, together, *, margin):
    """Half the squared distance of pairs together, half the squared lack of margin of others."""
    total = 0.0
    for a, b, label in zip(firsts, seconds, together, strict=True):
        distance = _apart(a, b)
        total += distance**2 / 2 if label else max(0.0, margin - distance) ** 2 / 2
    return total / len(together)


def _apart(first, second):
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(first, second, strict=True)))


def beside_a_set(anchors, candidates):
    """Rank named vectors by the mean of their inner products with the anchors, ties by name."""
    means = {}
    for name, vector in candidates.items():
        means[name] = sum(_inner_product(anchor, vector) for anchor in anchors) / len(anchors)
    return sorted(means, key=lambda name: (-means[name], name))


def best_outfit(start, garments, *, budget, pieces):
    """Try every set of garments: shoes before none, more before fewer, then the best mean of pairs.

    Garments are dicts of `slot`, `style` in degrees and `price`. Returns the number of pieces and
    the score in a list, empty where no set makes the body whole.
    """
    best = None
    for count in range(1, pieces):
        for chosen in combinations(garments, count):
            slots = {one["slot"] for one in (start, *chosen)}
            body = slots & {"TOP", "BOTTOM", "DRESS"}
            is_whole = body in ({"TOP", "BOTTOM"}, {"DRESS"})
            if len(slots) <= count or not is_whole:
                continue
            if budget is not None and sum(one["price"] for one in chosen) > budget:
                continue
            degrees = [one["style"] for one in (start, *chosen)]
            cosines = [math.cos(math.radians(a - b)) for a, b in combinations(degrees, 2)]
            found = ("SHOES" in slots, count + 1, sum(cosines) / len(cosines))
            best = max(best, found) if best else found
    return [best[1:]] if best else []
