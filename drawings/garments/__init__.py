"""How each garment is drawn: one file per family, one function per cut."""

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
from drawings.sketch import Cut

CUTS: dict[str, Cut] = {
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
