"""What the endpoints say of themselves; `openapi` makes the document of it, where a host wants one.

Nothing here needs drf-spectacular: a host that does not install it has the API and no document.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Door = TypeVar("Door", bound=Callable[..., Any])
Shape = TypeVar("Shape")
PRODUCTS, SEARCH, ALIASES, OPERATIONS = "products", "search", "aliases", "operations"
BINARY = {"type": "string", "format": "binary"}


@dataclass(frozen=True)
class Parameter:
    """A parameter of a path, or where `replies` are named, a header of those."""

    name: str
    description: str
    type: type = str
    replies: Sequence[int] = ()


@dataclass(frozen=True)
class Operation:
    """What one method of a view does; `replies` by status are a serializer, or words where there is no body."""

    name: str
    replies: Mapping[int, Any]
    fails: Sequence[int]
    words: Mapping[str, Any]


DESCRIBED: list[tuple[Callable[..., Any], Operation]] = []
SHAPES: list[tuple[Any, Any]] = []

PRODUCT_ID = Parameter("id", "The product's primary key, as text.")
RETRY_AFTER = Parameter("Retry-After", "Seconds.", int, replies=(429, 503))
TRY_LATER = Parameter("Retry-After", "Seconds.", int, replies=(429,))
PHOTO = {
    "multipart/form-data": {
        "type": "object",
        "properties": {
            "image": {
                "type": "string",
                "format": "binary",
                "description": "JPEG, PNG, WebP, AVIF or HEIC, at most 10 MB.",
            }
        },
        "required": ["image"],
    },
    "image/jpeg": BINARY,
    "image/png": BINARY,
    "image/webp": BINARY,
    "image/avif": BINARY,
    "image/heic": BINARY,
}


def operation(
    name: str, *, replies: Mapping[int, Any], fails: Sequence[int] = (), **words: Any
) -> Callable[[Door], Door]:
    """Describe an operation: what it replies by status, and with which statuses it may fail.

    One of `PRODUCTS`, where no other `tags` are given.
    """
    described = Operation(name, replies, fails, {"tags": [PRODUCTS], **words})

    def describe(door: Door) -> Door:
        door.described = described  # type: ignore[attr-defined]
        DESCRIBED.append((door, described))
        return door

    return describe


def alias(name: str, of: Any, **words: Any) -> Callable[[Door], Door]:
    """Describe a plain path in the words of the operation whose very answer it gives."""
    known: Operation = of.described
    said = {**known.words, "tags": [ALIASES], **words}
    return operation(name, replies=known.replies, fails=known.fails, **said)


def shape(schema: Any) -> Callable[[Shape], Shape]:
    """Describe a field as this piece of JSON Schema, or as another field."""

    def describe(field: Shape) -> Shape:
        SHAPES.append((field, schema))
        return field

    return describe
