"""How each garment is drawn: one file per family, one function per cut."""

from collections.abc import Callable
from random import Random

from drawings.garments import (
    accessories,
    bags,
    boots,
    bottoms,
    dresses,
    heels,
    jewellery,
    knitwear,
    outerwear,
    shoes,
    tops,
)
from drawings.sketch import Cloth, Sketch

CUTS: dict[str, Callable[[Cloth, Random], Sketch]] = {
    **tops.CUTS,
    **knitwear.CUTS,
    **bottoms.CUTS,
    **dresses.CUTS,
    **outerwear.CUTS,
    **shoes.CUTS,
    **boots.CUTS,
    **heels.CUTS,
    **bags.CUTS,
    **jewellery.CUTS,
    **accessories.CUTS,
}
