"""The region view: two pictures with the window that their score rests on most, drawn over them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from recommender.admin.rendering import cards_of
from recommender.broker import NoWorker
from recommender.catalog import Card, PictureSource
from recommender.explain.region_searches import StillSearching
from recommender.explain.regions import LEAST_DROP, Region, regions
from recommender.explain.why import Explanation

VIEW = 1000  # units of the drawing a side; it is stretched to the picture
ASK_AGAIN_SECONDS = 2
COOLEST, HOTTEST = 0.35, 0.55  # heat below which nothing is drawn; opacity of the hottest cell


@dataclass(frozen=True)
class Rectangle:
    """Whole numbers, which no language writes differently, and an opacity as text."""

    x: int
    y: int
    width: int
    height: int
    opacity: str = "1"


@dataclass(frozen=True)
class SeenPicture:
    """A product's picture, what is drawn over it, and the same in words."""

    title: str
    picture: PictureSource
    text: str
    heat: Sequence[Rectangle]
    box: Rectangle | None


def region_view(
    product: Any, other: Any, *, strip: str, explanation: Explanation
) -> dict[str, Any]:
    """What the template needs: `pictures`, or `why_no_pictures` in words."""
    if not explanation.parts:
        return _nothing(gettext("What is not shown has no score to look for in the pictures."))
    try:
        found = regions(product, other, strip=strip, explanation=explanation)
    except StillSearching:
        text = gettext("A worker is looking at both pictures. This page asks again by itself.")
        return _nothing(text) | {"ask_again_seconds": ASK_AGAIN_SECONDS}
    except NoWorker as error:
        return _nothing(str(error))
    cards = cards_of([product.pk, other.pk])
    pictures = [_seen_picture(region, cards[region.product]) for region in found]
    if None in pictures or not pictures:
        return _nothing(gettext("The two products do not both have a picture that can be read."))
    return {"pictures": pictures}


def _nothing(text: str) -> dict[str, Any]:
    return {"pictures": [], "why_no_pictures": text}


def _seen_picture(region: Region, card: Card) -> SeenPicture | None:
    if card.picture is None:
        return None
    stands_out = region.drop >= LEAST_DROP
    return SeenPicture(
        card.title,
        card.picture,
        region.text,
        list(_heat(region)) if stands_out else [],
        _rectangle(*region.box) if stands_out else None,
    )


def _heat(region: Region) -> Iterator[Rectangle]:
    left, top, right, bottom = region.frame
    width, height = (right - left) / len(region.heat[0]), (bottom - top) / len(region.heat)
    for row, cells in enumerate(region.heat):
        for column, heat in enumerate(cells):
            if heat > COOLEST:
                x, y = left + column * width, top + row * height
                share = (heat - COOLEST) / (1 - COOLEST)
                yield _rectangle(x, y, x + width, y + height, opacity=share * HOTTEST)


def _rectangle(*shares: float, opacity: float = 1) -> Rectangle:
    left, top, right, bottom = (round(share * VIEW) for share in shares)
    return Rectangle(left, top, right - left, bottom - top, f"{opacity:.2f}")
