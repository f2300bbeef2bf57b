"""What a check of the shop may say."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One broken promise: how often, and an example."""

    code: str
    text: str
    count: int
    example: str = ""
