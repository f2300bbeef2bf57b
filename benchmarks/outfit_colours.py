"""Whether outfits are in one colour as often as the looks of the shop are that hold the same products.

`python benchmarks/outfit_colours.py [--products 60]`, after `make demo`; FASHIONSHOP_VAR names another
shop's folder.
"""

import argparse
import os
import random
import sys
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fashionshop.settings")
ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from fashionshop.embedded import provide_database  # noqa: E402

provide_database(Path(os.environ.get("FASHIONSHOP_VAR", ROOT / "var")))

import django  # noqa: E402

django.setup()

from fashionshop.models import Product  # noqa: E402 - after Django is set up
from recommender.models import Look, Picture  # noqa: E402
from recommender.outfits.answer import outfits  # noqa: E402
from recommender.outfits.colour_families import colour_family  # noqa: E402

SEED, MOST_LOOKS = 1, 1_500
TONES = {"black", "grey", "white"}


def main() -> None:
    """Print a table: shares of the sets, and of the pairs in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=100)
    asked = parser.parse_args()
    colours = {
        pk: colour_family(palette[0]["hex"])
        for pk, palette in Picture.objects.filter(position=0).values_list("product_id", "palette")
        if palette
    }
    looks = Look.objects.prefetch_related("items")[:MOST_LOOKS]
    worn = [[item.product_id for item in look.items.all()] for look in looks]
    dice = random.Random(SEED)  # noqa: S311 - no secret
    begun = [dice.choice(dice.choice(worn)) for _each in range(asked.products)]
    shop = Product.objects.published().in_bulk(begun)
    found = [one for product in shop.values() for one in outfits([product]).outfits]
    made = [[piece.product.pk for piece in one.pieces] for one in found if one.look is None]
    say("| sets | how many | of no hue | of one hue | of one family | pairs of one family |")
    say("|---|---|---|---|---|---|")
    for name, sets in (("looks of the shop", worn), ("outfits of the engine", made)):
        families = [[colours[pk] for pk in one if pk in colours] for one in sets]
        say(f"| {name} | {row([one for one in families if len(one) > 2])} |")


def row(sets: Sequence[Sequence[str]]) -> str:
    hues = [set(one) - TONES for one in sets]
    pairs = [one == other for each in sets for one, other in combinations(each, 2)]
    shares = [
        [not each for each in hues],
        [len(each) == 1 for each in hues],
        [len(set(each)) == 1 for each in sets],
        pairs,
    ]
    return " | ".join([str(len(sets)), *(f"{sum(each) / (len(each) or 1):.3f}" for each in shares)])


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
