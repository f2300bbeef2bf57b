"""A feed for Google Merchant Center, as a table or as XML; most sales channels take the same."""

from collections.abc import Iterator
from typing import ClassVar

from fashionshop.importing import wording
from fashionshop.importing.items import Item
from fashionshop.importing.shops.export import Export
from fashionshop.importing.shops.variants import Line
from fashionshop.importing.table import Record


class GoogleFeed(Export):
    """Items of one `item_group_id` are variants of one product."""

    LOOKED_FOR = "a Google Merchant feed, .csv, .tsv or .xml: id, title, link, image_link, price"
    NAMES: ClassVar = {
        "id": ("id",),
        "title": ("title",),
        "description": ("description",),
        "link": ("link",),
        "image_link": ("image link",),
        "more_images": ("additional image link",),
        "available": ("availability",),
        "stock": ("quantity", "inventory", "sell on google quantity"),
        "price": ("price",),
        "group": ("item group id",),
        "category": ("product type",),
        "taxonomy": ("google product category",),
        "gender": ("gender",),
        "colour": ("color", "colour"),
        "size": ("size",),
        "season": ("season",),
    }
    NEEDED = ("id", "title", "link", "image_link")

    def _lines(self, records: list[tuple[Record, dict[str, str]]]) -> Iterator[Line]:
        for record, cells in records:
            group = cells.get("group", "")
            yield Line(_item(record, cells), group or cells.get("id", ""), is_variant=bool(group))


def _item(record: Record, cells: dict[str, str]) -> Item:
    same = ("title", "description", "price", "stock", "available", "gender", "colour", "season")
    return Item(
        number=record.number,
        cells={
            **{name: cells.get(name, "") for name in same},
            "category": cells.get("category") or cells.get("taxonomy", ""),
            "taxonomy": cells.get("taxonomy", ""),
            "sizes": wording.size(cells.get("size")),
        },
        images=(cells.get("image_link", ""), cells.get("more_images", "")),
        error=record.error,
    )
