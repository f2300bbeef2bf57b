"""Which column of a table holds what, by its name in any of five languages or by the merchant's word."""

import re
from collections.abc import Iterable, Mapping, Sequence

from fashionshop.importing.mapping import COLUMN, Decisions
from fashionshop.importing.slots import plain
from fashionshop.importing.words.columns import GENERAL, PICTURE_NAMES

IMAGE = "image"
NEEDED = ("sku", IMAGE)
_PICTURES = "|".join(sorted(map(re.escape, PICTURE_NAMES), key=len, reverse=True))
_PICTURE = re.compile(rf"(?:{_PICTURES}) ?(\d*)")


def fields_of(
    columns: Sequence[str], decisions: Decisions, names: Mapping[str, Sequence[str]] = GENERAL
) -> dict[str, str]:
    """Field of the shop → the column that holds it; the pictures are apart.

    What the merchant decided comes first, then the most telling name; a column is taken once.
    """
    chosen = _chosen(decisions)
    fields = {chosen[column_word(name)]: name for name in columns if column_word(name) in chosen}
    by_word = {
        column_word(name): name for name in reversed(columns) if column_word(name) not in chosen
    }
    for field, words in names.items():
        if field not in fields:
            column = next((by_word[word] for word in words if word in by_word), None)
            if column is not None:
                fields[field] = column
    fields.pop(IMAGE, None)
    return fields


def picture_columns(columns: Sequence[str], decisions: Decisions) -> list[str]:
    """The columns that name pictures, in the order of their numbers."""
    chosen = _chosen(decisions)
    numbered = []
    for place, name in enumerate(columns):
        word = column_word(name)
        match = _PICTURE.fullmatch(word)
        if chosen.get(word) == IMAGE or (match and word not in chosen):
            number = int(match[1] or 0) if match else 0
            is_additional = word.startswith("additional")
            numbered.append((is_additional, number, place, name))
    return [name for *_order, name in sorted(numbered)]


def _chosen(decisions: Decisions) -> dict[str, str]:
    return {column_word(name): field for name, field in decisions.of(COLUMN).items()}


def column_word(name: str) -> str:
    """A column's name as it is compared: `Image_Link*` is image link, `g:id` is id."""
    return " ".join(re.sub(r"[*:?¿()_\-]", " ", plain(name).removeprefix("g:")).split())


def seems(columns: Iterable[str], decisions: Decisions) -> dict[str, str]:
    """Column → the field it seems to be, or "" where nobody knows."""
    columns = list(columns)
    by_column = {column: field for field, column in fields_of(columns, decisions).items()}
    pictures = dict.fromkeys(picture_columns(columns, decisions), IMAGE)
    return {name: pictures.get(name) or by_column.get(name, "") for name in columns}
