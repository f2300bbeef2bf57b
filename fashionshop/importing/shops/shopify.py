"""Shopify's "Export products": a line per variant, lines with a picture alone, one handle for all."""

from collections.abc import Iterator
from typing import ClassVar

from fashionshop.importing import wording
from fashionshop.importing.items import Item
from fashionshop.importing.shops.export import Export, options
from fashionshop.importing.shops.variants import Line
from fashionshop.importing.table import Record

OPTIONS = (1, 2, 3)


class ShopifyExport(Export):
    """The product is named by its handle: the skus are those of its sizes."""

    LOOKED_FOR = (
        "Shopify's export of products: Handle (or URL handle), Title, Image Src, Variant Price"
    )
    NAMES: ClassVar = {
        "handle": ("handle", "url handle"),
        "title": ("title",),
        "description": ("body html", "description"),
        "category": ("type",),
        "taxonomy": ("product category", "google shopping / google product category"),
        "published": ("published", "published on online store"),
        "status": ("status",),
        "price": ("variant price", "price"),
        "stock": ("variant inventory qty", "inventory quantity"),
        "tracker": ("variant inventory tracker", "inventory tracker"),
        "policy": ("variant inventory policy", "continue selling when out of stock"),
        "sku": ("variant sku", "sku"),
        "images": ("image src", "product image url"),
        "variant_image": ("variant image", "variant image url"),
        "gender": (
            "google shopping / gender",
            "target gender product.metafields.shopify.target gender",
        ),
        **{f"name{n}": (f"option{n} name",) for n in OPTIONS},
        **{f"value{n}": (f"option{n} value",) for n in OPTIONS},
    }
    NEEDED = ("handle", "title", "price", "images")

    def _lines(self, records: list[tuple[Record, dict[str, str]]]) -> Iterator[Line]:
        names: dict[str, list[str]] = {}  # the options of a product, named in its first line
        for record, cells in records:
            handle = cells.get("handle", "")
            stated = [cells.get(f"name{n}", "") for n in OPTIONS]
            if any(stated):
                names[handle] = stated
            yield Line(_whole(record, cells), handle)
            if cells.get("price") or cells.get("sku") or cells.get("value1"):
                yield Line(_variant(record, cells, names.get(handle, [])), handle, is_variant=True)


def _whole(record: Record, cells: dict[str, str]) -> Item:
    status = cells.get("status", "").lower()
    published = cells.get("published", "") if status in {"", "active"} else status
    texts = ("title", "description", "taxonomy", "gender")
    return Item(
        number=record.number,
        cells={
            **{name: cells.get(name, "") for name in texts},
            "category": cells.get("category") or cells.get("taxonomy", ""),
            "published": published,
        },
        images=(cells.get("images", ""),),
        error=record.error,
    )


def _variant(record: Record, cells: dict[str, str], names: list[str]) -> Item:
    found = options([(name, cells.get(f"value{n}", "")) for n, name in enumerate(names, start=1)])
    is_counted = bool(cells.get("tracker", "shopify"))
    sells_on = cells.get("policy", "").lower() in {"continue", "true"}
    return Item(
        number=record.number,
        cells={
            "colour": found.get("colour", ""),
            "sizes": wording.size(found.get("size")),
            "price": cells.get("price", ""),
            "stock": cells.get("stock", "") if is_counted else "",
            "available": "in stock" if sells_on or not is_counted else "",
        },
        images=(cells.get("variant_image", ""),),
        error=record.error,
    )
