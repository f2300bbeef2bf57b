"""The product export of Magento 2 and Adobe Commerce: configurable products name their variants."""

import re
from collections.abc import Iterator
from typing import ClassVar

from fashionshop.importing.items import Item
from fashionshop.importing.shops.export import Export, options
from fashionshop.importing.shops.variants import Line
from fashionshop.importing.table import Record

GROUPS = ("grouped", "bundle")
GROUPED = "It is a group of products, which come by themselves."
ALL_STORES = ("", "default", "all")
ROOT = re.compile(r"^(?:default category|root catalog)/?", flags=re.IGNORECASE)


class MagentoExport(Export):
    LOOKED_FOR = (
        "Magento's export of products: sku, product_type, name, price, base_image, categories"
    )
    NAMES: ClassVar = {
        "sku": ("sku",),
        "store": ("store view code",),
        "type": ("product type",),
        "category": ("categories",),
        "title": ("name",),
        "description": ("description",),
        "short": ("short description",),
        "published": ("product online",),
        "visibility": ("visibility",),
        "price": ("price",),
        "attributes": ("additional attributes",),
        "stock": ("qty",),
        "available": ("is in stock",),
        "base_image": ("base image",),
        "more_images": ("additional images",),
        "variants": ("configurable variations",),
        "colour": ("color",),
        "size": ("size",),
        "gender": ("gender",),
    }
    NEEDED = ("sku", "type", "title", "base_image", "category")

    def _lines(self, records: list[tuple[Record, dict[str, str]]]) -> Iterator[Line]:
        parents = {
            sku: cells["sku"]
            for _record, cells in records
            for sku in re.findall(r"(?:^|\|)sku=([^,|]+)", cells.get("variants", ""))
        }
        for record, cells in records:
            sku = cells.get("sku", "")
            if cells.get("store", "").lower() not in ALL_STORES:
                continue  # the same product in the words of another language
            if sku in parents:
                yield Line(_item(record, cells, is_variant=True), parents[sku], is_variant=True)
            else:
                yield Line(_item(record, cells), sku)


def _item(record: Record, cells: dict[str, str], *, is_variant: bool = False) -> Item:
    pairs = re.findall(r"(\w+)=(.*?)(?=,\w+=|$)", cells.get("attributes", ""))
    found = options([*pairs, ("color", cells.get("colour", "")), ("size", cells.get("size", ""))])
    is_hidden = cells.get("visibility", "").lower() == "not visible individually"
    published = "hidden" if is_hidden else cells.get("published", "")
    paths = [ROOT.sub("", path.strip()) for path in cells.get("category", "").split(",")]
    return Item(
        number=record.number,
        cells={
            **{name: cells.get(name, "") for name in ("title", "price", "stock", "available")},
            "description": cells.get("description") or cells.get("short", ""),
            "category": "\n".join(path.replace("/", " > ") for path in paths if path),
            "gender": cells.get("gender") or dict(pairs).get("gender", "").replace("|", " "),
            "published": "" if is_variant else published,
            "colour": found.get("colour", ""),
            "sizes": found.get("size", "").replace("|", ";"),
        },
        images=(cells.get("base_image", ""), cells.get("more_images", "")),
        error=record.error or (GROUPED if cells.get("type", "").lower() in GROUPS else ""),
    )
