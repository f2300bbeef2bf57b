"""One product's strip as it is and as something would make it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from recommender.strips.items import Strip


@dataclass(frozen=True)
class StripChange:
    """The strip of a product before and after; `label` names the strip."""

    product: Any
    before: Strip
    after: Strip
    label: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether other products stand there, or the same ones in another order."""
        return _keys(self.before) != _keys(self.after)

    @property
    def gone(self) -> set[Any]:
        return {*_keys(self.before)} - {*_keys(self.after)}

    @property
    def new(self) -> set[Any]:
        return {*_keys(self.after)} - {*_keys(self.before)}

    @cached_property
    def overlap(self) -> float:
        """The share of the longer strip's products that both show, 0 to 1."""
        longest = max(len(self.before.items), len(self.after.items))
        both = {*_keys(self.before)} & {*_keys(self.after)}
        return len(both) / longest if longest else 1.0


def _keys(strip: Strip) -> Sequence[Any]:
    return [item.product.pk for item in strip.items]
