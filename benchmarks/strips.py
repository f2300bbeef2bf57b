"""How the strips of "similar" look by rule: of the same category, for the same wearer, how long.

`python benchmarks/strips.py`, after `make demo`; FASHIONSHOP_VAR names another shop's folder. Every
published product is asked about, as a page asks, and once by looks alone.
"""

import os
import sys
from collections import Counter
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionshop.settings")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from fashionshop.embedded import provide_database  # noqa: E402

provide_database(Path(os.environ.get("FASHIONSHOP_VAR", ROOT / "var")))

import django  # noqa: E402

django.setup()

from fashionshop.models import Gender, Product  # noqa: E402 - after Django is set up
from recommender.strips.similar import Likeness, similar_products  # noqa: E402

LENGTH = 8
ASKED = {
    "as a page asks": Likeness(),
    "without an end": Likeness(floor=False),
    "by looks alone": Likeness(category_weight=0, floor=False),
}


def main() -> None:
    """Print a table: shares of what is shown, and of what the shop has."""
    shop = list(Product.objects.published().select_related("category").order_by("pk"))
    say(
        "| strips | of the category, of what the shop has | other category | other wearer | a strip |"
    )
    say("|---|---|---|---|---|")
    for name, likeness in ASKED.items():
        counts = Counter[str]()
        for product in shop:
            counts += counted(product, shop, likeness)
        shown = counts["shown"] or 1
        say(
            f"| {name} | {counts['same'] / (counts['there'] or 1):.3f} | {counts['other'] / shown:.3f} "
            f"| {counts['stranger'] / shown:.3f} | {shown / len(shop):.1f} |"
        )


def counted(product: Product, shop: list[Product], likeness: Likeness) -> Counter[str]:
    """What one strip shows; `there` is how many designs of its category and wearer might be in it."""
    items = similar_products(product, limit=LENGTH, likeness=likeness).items
    shown = [item.product for item in items]
    there = {
        design(other)
        for other in shop
        if other.stock and design(other) != design(product) and is_kin(product, other)
    }
    return Counter(
        shown=len(shown),
        same=sum(is_kin(product, other) for other in shown),
        there=min(LENGTH, len(there)),
        other=sum(other.category_id != product.category_id for other in shown),
        stranger=sum(not suits(product, other) for other in shown),
    )


def is_kin(product: Product, other: Product) -> bool:
    return product.category_id == other.category_id and suits(product, other)


def suits(product: Product, other: Product) -> bool:
    return product.gender == other.gender or Gender.UNISEX in {product.gender, other.gender}


def design(product: Product) -> str:
    return product.design or str(product.pk)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
