"""Amounts of money as Europe writes them: what divides the decimals is decided once for a file."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from fashionshop.importing.wording import BadValue

CENT = Decimal("0.01")
PRICE_LIMIT = Decimal(10_000_000)
SHOPS_OWN = "EUR"
SIGNS = {"€": "EUR", "£": "GBP", "$": "USD", "₺": "TRY", "₽": "RUB", "₴": "UAH"}
WORDS = {
    **{code.lower(): code for code in (
        "EUR", "USD", "US", "GBP", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON", "BGN",
        "RSD", "TRY", "UAH", "CAD", "AUD", "JPY", "AED", "SAR",
    )},
    "euro": "EUR", "euros": "EUR", "fr": "CHF", "sfr": "CHF", "kr": "SEK, NOK or DKK", "zł": "PLN",
    "kč": "CZK", "ft": "HUF", "lei": "RON", "лв": "BGN", "tl": "TRY",
}  # fmt: skip
_AMOUNT = re.compile(r"(-?)([\d.,]+)(?:[.,][-–—]+)?", flags=re.ASCII)
_GROUPED = re.compile(r"\d{1,3}([.,])\d{3}(\1\d{3})*", flags=re.ASCII)


class UnclearPrice(BadValue):
    """A price can be read in two ways, and nothing in the catalogue says which is meant."""


@dataclass(frozen=True)
class PriceFormat:
    """What divides the decimals in one catalogue: "," or ".", or "" where nothing shows it."""

    decimal: str = ""

    @classmethod
    def of(cls, cells: Iterable[str]) -> "PriceFormat":
        """Look at all prices of a catalogue; they say it where they agree."""
        seen = Counter(filter(None, map(_decimal_shown, cells)))
        return cls(next(iter(seen)) if len(seen) == 1 else "")

    def amount(self, cell: str | None) -> Decimal | None:
        """Read "29.90", "29,90", "€ 1.299,00", "1 299 kr" or "89,-"; None for an empty cell.

        Raises:
            UnclearPrice: "1.299" where no other price shows what the point means.
            BadValue: it is no amount, below zero, or beyond what the shop can store.
        """
        digits = _digits(cell or "")
        if not digits:
            return None
        try:
            amount = Decimal(self._plain(digits, cell=cell)).quantize(CENT)
        except InvalidOperation as error:
            raise BadValue(f"The price {cell!r} is not a number.") from error
        if not 0 <= amount < PRICE_LIMIT:
            raise BadValue(f"The price {cell!r} is not between 0 and {PRICE_LIMIT:,}.")
        return amount

    def _plain(self, digits: str, *, cell: str | None) -> str:
        """Bring digits with separators to the form 1299.00."""
        decimal = _decimal_in(digits)
        if not decimal and _GROUPED.fullmatch(digits.lstrip("-")):
            decimal = self._decimal_of_one_group(digits, cell=cell)
            return digits.replace(",", "").replace(".", "") if not decimal else digits
        whole, _, cents = digits.rpartition(decimal) if decimal else (digits, "", "")
        if decimal and _GROUPED.fullmatch(whole.lstrip("-")):
            whole = re.sub(r"[.,]", "", whole)
        return f"{whole}.{cents}" if decimal else whole

    def _decimal_of_one_group(self, digits: str, *, cell: str | None) -> str:
        """Decide "1.299": "" where the point groups thousands, as in "1.299.000" it must."""
        separator = next(sign for sign in digits if sign in ",.")
        if digits.count(separator) > 1 or self.decimal not in {"", separator}:
            return ""
        thousands, decimals = digits.replace(separator, ""), digits.replace(separator, ".")
        raise UnclearPrice(
            f"The price {cell!r} may mean {thousands}.00 or {Decimal(decimals).quantize(CENT)}."
            " Write it with two decimals, or say in mapping.csv what divides decimals."
        )


def currency_of(cell: str) -> str:
    """Name the currency a price states, or "" where it states none."""
    letters = "".join(re.findall(r"[^\W\d_]+", cell)).lower()
    signs = (SIGNS.get(sign, sign) for sign in cell if unicodedata.category(sign) == "Sc")
    return WORDS.get(letters, "") or next(signs, "")


def _decimal_shown(cell: str) -> str:
    """What a price shows to divide decimals; "" for one that could be read both ways, or for none."""
    try:
        return _decimal_in(_digits(cell))
    except BadValue:
        return ""


def _decimal_in(digits: str) -> str:
    """The separator that can only divide decimals: the later of two, or one before no three digits."""
    digits = digits.lstrip("-")
    last = max(",.", key=digits.rfind)
    if digits.count(last) != 1:
        return ""
    is_unclear = _GROUPED.fullmatch(digits) and not digits.startswith("0")
    return "" if is_unclear else last


def _digits(cell: str) -> str:
    """Take the currency, blanks and apostrophes off a price.

    Raises:
        BadValue: something else is left than digits, points and commas.
    """
    bare = "".join(sign for sign in cell if unicodedata.category(sign) not in {"Sc", "Cc"})
    bare = re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))", "", bare.strip())
    bare = re.sub(r"^([^\W\d_]+)\.?\s*|\s*([^\W\d_]+)\.?$", _without_currency, bare).strip()
    if not bare:
        return ""
    amount = _AMOUNT.fullmatch(bare)
    if amount is None:
        raise BadValue(f"The price {cell!r} is not a number.")
    return f"{amount[1]}{amount[2]}"


def _without_currency(match: re.Match[str]) -> str:
    return "" if (match[1] or match[2]).lower() in WORDS else match[0]
