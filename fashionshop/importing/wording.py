"""The words of catalogues in the shop's own: texts, genders, seasons, stock, sizes."""

import html
import re
import unicodedata

from django.utils.html import strip_tags

from fashionshop.importing.words import attributes
from fashionshop.models import Gender, Season
from fashionshop.sizes import ONE_SIZE

SIZES_LIMIT = 120
STOCK_LIMIT = 2_147_483_647  # the largest integer of the column
_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", flags=re.IGNORECASE | re.DOTALL)
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?h\d|/?tr|/td)\b[^>]*>", flags=re.IGNORECASE)
# "8.71235E+12", "5901234123457.0", "#N/A", "####"
_SPOILT = re.compile(
    r"-?\d+(?:[.,]\d+)?E\+?\d+|\d{8,}[.,]0+|#+(?:[A-Z/0]+[!?]?)?", flags=re.IGNORECASE
)
_HALF_SIZE = re.compile(r"\b(\d\d),5\b")


class BadValue(ValueError):  # noqa: N818 -- reads as the thing it is
    """A cell holds something else than its column should."""


def _table(words: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, names in words.items() for word in names.split()}


GENDERS, SEASONS = _table(attributes.GENDERS), _table(attributes.SEASONS)


def text(cell: str | None, *, limit: int) -> str | None:
    """One line of printable text of at most `limit` characters; None for an empty cell.

    Tags and entities of HTML become what a page shows; accents take the form that keyboards write.
    """
    words = cell or ""
    if "<" in words or "&" in words:
        words = strip_tags(_BREAK.sub(" ", _UNSEEN.sub(" ", html.unescape(words))))
        words = html.unescape(words)
    words = " ".join(unicodedata.normalize("NFC", words).split())
    return "".join(filter(str.isprintable, words))[:limit].strip() or None


def gender(cell: str | None) -> str | None:
    """Read "Women's", "adult male", "Damen" or "Unisex-Adult"; both kinds are for everybody."""
    words = [word.removesuffix("'s").removesuffix("s'") for word in _words(cell)]
    found = {GENDERS.get(word) for word in words if word not in attributes.NO_GENDER}
    if found == {Gender.WOMEN, Gender.MEN}:
        return Gender.UNISEX
    return found.pop() if len(found) == 1 else None


def season(cell: str | None) -> str | None:
    """Read "SS24", "Fall 2023", "Autumn-Winter" or "P/E"; both halves are all year."""
    words = [word for word in _words(re.sub(r"\d+", " ", cell or "")) if word != "and"]
    whole = SEASONS.get("".join(words))
    found = {whole} if whole else {SEASONS.get(word) for word in words}
    if found == {Season.SUMMER, Season.WINTER}:
        return Season.ALL_YEAR
    return found.pop() if len(found) == 1 else None


def _words(cell: str | None) -> list[str]:
    small = unicodedata.normalize("NFC", cell or "").casefold().replace("’", "'")
    return re.findall(r"[^\W\d_]+(?:'s)?", small)


def stock(cell: str | None) -> int | None:
    """Read a number of pieces, below zero where more was sold than there was; None for an empty cell.

    Raises:
        BadValue: it is no whole number.
    """
    digits = (cell or "").strip()
    if not digits:
        return None
    # "1,000" may be one or a thousand: three zeros are refused.
    whole = re.fullmatch(r"(-?\d{1,10})(?:[.,]0{1,2}|[.,]0{4,})?", digits, flags=re.ASCII)
    if whole is None or abs(int(whole[1])) > STOCK_LIMIT:
        raise BadValue(f"The stock {cell!r} is not a whole number from 0.")
    return int(whole[1])


def is_available(cell: str | None) -> bool | None:
    """Read "in stock" or "ausverkauft"; None where a cell says neither."""
    words = " ".join((cell or "").casefold().replace("_", " ").split())
    if words in attributes.IN_STOCK or words == "1":
        return True
    return False if words in attributes.OUT_OF_STOCK or words == "0" else None


def is_published(cell: str | None) -> bool | None:
    """Read "TRUE", "draft" or "ja"; None where a cell says neither."""
    word = (cell or "").strip().casefold()
    if word in attributes.YES:
        return True
    return False if word in attributes.NO else None


def size(cell: str | None) -> str:
    """One size without a blank in it: "EU 38" is 38, "UK 10" is UK10; "" for an empty cell."""
    words = text(cell, limit=60) or ""
    if words.casefold() in attributes.ONE_SIZE:
        return ONE_SIZE
    return "".join(re.sub(r"^EU\s*(?=\d)", "", _HALF_SIZE.sub(r"\1.5", words)).split())


def sizes(cell: str | None) -> str | None:
    """Several sizes with blanks between: "S, M, L", "S|M|L" and "38,5; 39"; None for an empty cell."""
    words = text(cell, limit=SIZES_LIMIT) or ""
    if words.casefold() in attributes.ONE_SIZE:
        return ONE_SIZE
    if re.search(r"[,;|]", _HALF_SIZE.sub(r"\1.5", words)):
        each = map(size, re.split(r"[,;|]", _HALF_SIZE.sub(r"\1.5", words)))
        words = " ".join(dict.fromkeys(filter(None, each)))  # "OS" has become longer
    return words[:SIZES_LIMIT].strip() or None


def sku(cell: str | None) -> str:
    """A product's key as it is stored, accents in one form.

    Raises:
        BadValue: a spreadsheet has made a number of it, and digits are lost.
    """
    key = unicodedata.normalize("NFC", (cell or "").strip())
    if _SPOILT.fullmatch(key):
        raise BadValue(
            f"The sku {key!r} was spoilt by a spreadsheet, which took it for a number. Format the"
            " column as text before you open the file, and save it again."
        )
    return key
