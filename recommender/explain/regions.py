"""Where in two products' pictures the score of one beside the other comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from recommender.explain.region_searches import found_regions
from recommender.explain.strip_question import SIMILAR
from recommender.explain.why import Explanation
from recommender.models import Picture, Purpose, active_checkpoints

LEAST_DROP = 0.01  # of a score; less is no region worth naming
PLACES = {
    ("upper", "left"): _("upper left"),
    ("upper", "centre"): _("upper middle"),
    ("upper", "right"): _("upper right"),
    ("middle", "left"): _("left side"),
    ("middle", "centre"): _("centre"),
    ("middle", "right"): _("right side"),
    ("lower", "left"): _("lower left"),
    ("lower", "centre"): _("lower middle"),
    ("lower", "right"): _("lower right"),
}
PARTS = {"shape": _("shape"), "colour": _("colour"), "style": _("style")}


@dataclass(frozen=True)
class Region:
    """The window of a product's first picture on which the score rests most.

    `box` and `frame` are left, top, right and bottom as shares of the picture's sides. `heat` is a
    grid over `frame`, row by row, from 0 to 1: how much of the score is lost where it is covered.
    """

    product: Any
    text: str
    place: str
    part: str
    score: float
    drop: float
    box: Sequence[float]
    frame: Sequence[float]
    heat: Sequence[Sequence[float]]


def regions(
    product: Any,
    other: Any,
    *,
    strip: str,
    explanation: Explanation,
) -> list[Region]:
    """The regions of the two first pictures, the product's own first; none where one is not to be had.

    The score is the one that `explanation` is about, of the first pictures alone. Three queries; a
    worker is asked where nobody has asked before, and not waited for.

    Raises:
        StillSearching: a worker is looking at the pictures.
        NoWorker: nobody has looked at the pictures in time.
    """
    pictures = _first_pictures([product.pk, other.pk])
    asked = _judgement(strip, explanation=explanation)
    if len(pictures) < 2 or asked is None:
        return []
    found = found_regions(pictures[product.pk], pictures[other.pk], asked)
    return [
        _region(region, product=owner)
        for region, owner in zip(found, (product.pk, other.pk), strict=False)
    ]


def _first_pictures(products: Sequence[Any]) -> dict[Any, Picture]:
    rows = Picture.objects.filter(product__in=products).order_by("product_id", "position", "pk")
    return {row.product_id: row for row in rows.distinct("product_id")}


def _judgement(strip: str, *, explanation: Explanation) -> dict[str, Any] | None:
    """By what the worker is to judge: the scorer where its stored score counts, else an encoder."""
    serving = active_checkpoints()
    scorer = serving.get(Purpose.PAIR)
    if scorer and any(part.reason.code == "stored" for part in explanation.parts):
        return {"encoder": scorer.encoder_label, "weights": {}, "scorer": scorer.label}
    encoder = serving.get(Purpose.VISUAL if strip == SIMILAR else Purpose.STYLE)
    if encoder is None:
        return None
    told = {part.reason.code: part.weight for part in explanation.parts if part.weight is not None}
    return {"encoder": encoder.label, "weights": told or encoder.part_weights, "scorer": ""}


def _region(found: Mapping[str, Any], *, product: Any) -> Region:
    place = str(PLACES[found["row"], found["column"]])
    part = str(PARTS.get(found["part"], ""))
    share = found["drop"] / found["score"] if found["score"] > 0 else 1.0
    words = {"place": place, "part": part, "drop": found["drop"], "share": round(100 * share)}
    known = {name: found[name] for name in ("part", "score", "drop", "box", "frame", "heat")}
    return Region(product=product, text=_sentence(words), place=place, **known)


def _sentence(words: Mapping[str, Any]) -> str:
    """What was measured, and no more: covering is no proof of a cause."""
    if words["drop"] < LEAST_DROP:
        return gettext("No single area stands out: the score hardly changes wherever it is covered")
    if words["part"]:
        text = gettext(
            "With the %(place)s covered, the score falls most: by %(share)s %%, mainly in %(part)s"
        )
    else:
        text = gettext("With the %(place)s covered, the score falls most: by %(share)s %%")
    return text % words
