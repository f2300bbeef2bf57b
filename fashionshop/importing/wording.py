"""The words of catalogues in the shop's own: text, prices, genders, seasons."""

import re
from decimal import Decimal, InvalidOperation

from fashionshop.models import Gender, Season

CENT = Decimal("0.01")
PRICE_LIMIT = Decimal(10_000_000)
STOCK_LIMIT = 2_147_483_647  # the largest integer of the column

GENDERS = {
    "women": Gender.WOMEN, "woman": Gender.WOMEN, "female": Gender.WOMEN, "ladies": Gender.WOMEN,
    "girls": Gender.WOMEN, "w": Gender.WOMEN, "f": Gender.WOMEN,
    "men": Gender.MEN, "man": Gender.MEN, "male": Gender.MEN, "boys": Gender.MEN, "m": Gender.MEN,
    "unisex": Gender.UNISEX, "all": Gender.UNISEX, "u": Gender.UNISEX,
}  # fmt: skip
SEASONS = {
    "spring": Season.SUMMER, "summer": Season.SUMMER, "spring/summer": Season.SUMMER,
    "ss": Season.SUMMER,
    "fall": Season.WINTER, "autumn": Season.WINTER, "winter": Season.WINTER,
    "autumn/winter": Season.WINTER, "fall/winter": Season.WINTER, "aw": Season.WINTER,
    "fw": Season.WINTER,
    "all year": Season.ALL_YEAR, "all_year": Season.ALL_YEAR, "all": Season.ALL_YEAR,
}  # fmt: skip


class BadValue(ValueError):  # noqa: N818 -- reads as the thing it is
    """A cell holds something else than its column should."""


def text(cell: str | None, *, limit: int) -> str | None:
    """One line of printable text of at most `limit` characters; None for an empty cell."""
    words = " ".join((cell or "").split())
    return "".join(filter(str.isprintable, words))[:limit].strip() or None


def gender(cell: str | None) -> str | None:
    return GENDERS.get((cell or "").strip().lower())


def season(cell: str | None) -> str | None:
    return SEASONS.get((cell or "").strip().lower())


def price(cell: str | None) -> Decimal | None:
    """Read "29.90", "29,90", "€ 1.299,00" or "1,299.00 EUR"; None for an empty cell.

    Raises:
        BadValue: it is no amount, below zero, or beyond what the shop can store.
    """
    digits = re.sub(r"[\s€$£']|EUR|USD|GBP", "", cell or "", flags=re.IGNORECASE)
    if not digits:
        return None
    if not re.fullmatch(r"-?[\d.,]+", digits, flags=re.ASCII):
        raise BadValue(f"The price {cell!r} is not a number.")
    try:
        amount = Decimal(_with_decimal_point(digits)).quantize(CENT)
    except InvalidOperation as error:
        raise BadValue(f"The price {cell!r} is not a number.") from error
    if not 0 <= amount < PRICE_LIMIT:
        raise BadValue(f"The price {cell!r} is not between 0 and {PRICE_LIMIT:,}.")
    return amount


def _with_decimal_point(digits: str) -> str:
    """Keep the last separator as the decimal point, unless exactly three digits follow it alone."""
    head, separator, tail = digits.rpartition(max(",.", key=digits.rfind))
    is_thousands = len(tail) == 3 and (separator == "," or separator in head)
    whole = re.sub(r"[.,]", "", head)
    return f"{whole}{tail}" if is_thousands or not separator else f"{whole}.{tail}"


def stock(cell: str | None) -> int | None:
    """Read a number of pieces; None for an empty cell.

    Raises:
        BadValue: it is no whole number, or below zero.
    """
    digits = (cell or "").strip()
    if not digits:
        return None
    whole = re.fullmatch(r"(\d{1,10})(\.0+)?", digits, flags=re.ASCII)
    if whole is None or int(whole[1]) > STOCK_LIMIT:
        raise BadValue(f"The stock {cell!r} is not a whole number from 0.")
    return int(whole[1])
