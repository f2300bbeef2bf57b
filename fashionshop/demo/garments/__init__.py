"""How each garment is drawn: one file per slot, one function per cut."""

from collections.abc import Callable
from random import Random

from fashionshop.demo.garments import (
    accessories,
    bags,
    bottoms,
    dresses,
    jewellery,
    outerwear,
    shoes,
    tops,
)
from fashionshop.demo.sketch import Cloth, Sketch

CUTS: dict[str, Callable[[Cloth, Random], Sketch]] = {
    **tops.CUTS,
    **bottoms.CUTS,
    **dresses.CUTS,
    **outerwear.CUTS,
    **shoes.CUTS,
    **bags.CUTS,
    **jewellery.CUTS,
    **accessories.CUTS,
}
