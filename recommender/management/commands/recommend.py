"""manage.py recommend PRODUCT: both strips of a product, in the terminal."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.catalog import catalog
from recommender.strips.goes_with import goes_with
from recommender.strips.items import Strip
from recommender.strips.similar import similar_products

ROW = "{rank:>3}  {score:5.2f}  {id:<10.10}  {title:<44.44}  {price:>10}  {source:<7}  {why}"


class Command(BaseCommand):
    help = "Print what looks like a product and what goes well with it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("product", help="As your shop names it: its SKU, say, or primary key.")
        parser.add_argument("--limit", type=int, default=None)

    def handle(self, *, product: str, limit: int | None, **_options: Any) -> None:
        try:
            found = catalog().find(product)
        except ObjectDoesNotExist as error:
            raise CommandError(f"There is no product {product!r}.") from error
        card = catalog().card(found)
        self.stdout.write(self.style.MIGRATE_HEADING(f"{card.title}  {card.price_label}"))
        self._print("Similar", similar_products(found, limit=limit))
        self._print("Goes well with", goes_with(found, limit=limit))

    def _print(self, title: str, strip: Strip) -> None:
        versions = ", ".join(strip.versions) or "no active checkpoint"
        self.stdout.write(f"\n{self.style.MIGRATE_LABEL(title)}  ({versions})")
        for item in strip.items:
            card = catalog().card(item.product)
            self.stdout.write(
                ROW.format(
                    rank=item.rank,
                    score=item.score,
                    id=card.id,
                    title=card.title,
                    price=card.price_label,
                    source=item.source.value,
                    why="; ".join(reason.text for reason in item.reasons),
                )
            )
        if not strip:
            self.stdout.write("  Nothing. `manage.py check_recommender` says why.")
