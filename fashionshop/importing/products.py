"""A row of a catalogue as a product of the shop."""

from fashionshop.importing.categories import Categories
from fashionshop.importing.rows import Row
from fashionshop.models import Product

STATED = (
    *("title", "description", "design", "colour", "gender", "season", "sizes"),
    *("price", "stock", "is_published"),
)
FIELDS = (*STATED, "category")


def new_product(row: Row, categories: Categories) -> Product:
    """Make a product, not saved: what the row states, then what it suggests for a new one."""
    category = categories.named(row.category, slot=row.slot)
    product = Product(sku=row.sku, category=category, **{**row.if_new, **_fields_given(row)})
    product.stock = _stock(row, now=product.stock)
    if not product.price:
        product.is_published = False
    return product


def update_product(product: Product, row: Row, categories: Categories) -> bool:
    """Bring a product, not saved, in line with what the row states; tells whether that changed it."""
    wanted = _fields_given(row) | {"stock": _stock(row, now=product.stock)}
    if not wanted.get("price", product.price):
        wanted["is_published"] = False
    if row.category is not None:
        wanted["category"] = categories.named(row.category, slot=row.slot)
    different = {name: value for name, value in wanted.items() if getattr(product, name) != value}
    for name, value in different.items():
        setattr(product, name, value)
    return bool(different)


def has_price(row: Row, product: Product | None) -> bool:
    """Whether the product will have one, without which shoppers do not see it."""
    fallback = product.price if product else row.if_new.get("price")
    return bool(fallback if row.price is None else row.price)


def _fields_given(row: Row) -> dict[str, object]:
    return {name: value for name in STATED if (value := getattr(row, name)) is not None}


def _stock(row: Row, *, now: int) -> int:
    """The pieces there are: as stated; else none of what is sold out, and one at least of the rest."""
    stock = now if row.stock is None else row.stock
    if row.is_available is None:
        return stock
    return max(1, stock) if row.is_available else 0
