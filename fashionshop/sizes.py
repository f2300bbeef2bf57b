"""The sizes a product comes in: kept as one text, read as a list."""

import re

LETTERS = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL")
ONE_SIZE = "One size"


def sizes_of(text: str) -> list[str]:
    """Read "S M L" as three sizes, and "One size" as one."""
    return [ONE_SIZE] if text.strip().lower() == ONE_SIZE.lower() else text.split()


def by_size(size: str) -> tuple[int, float, str]:
    """Sort letters from small to large, then numbers, then the rest by name."""
    if size.upper() in LETTERS:
        return (0, LETTERS.index(size.upper()), "")
    number = re.match(r"\d+([.,]\d+)?", size)
    return (1, float(number[0].replace(",", ".")), size) if number else (2, 0, size)
