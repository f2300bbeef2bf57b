"""Which colours are one to the eye: so that the best of many outfits is not always the one in a single colour.

What goes together often shares a colour, and the style encoder knows it; but of thousands of
possible outfits the very best share it far more often than looks that people put together.
"""

import colorsys
from functools import lru_cache

LEAST_CHROMA = 0.12  # below it a colour is black, grey or white
DARK, LIGHT = 0.3, 0.75  # lightness of what is called black at most, and white at least
HUES = 12
# What a pair of one family is worth less when pieces are chosen, not when they are rated. Chosen so
# that outfits share a colour as often as the looks of a shop do: docs/decisions.md.
SAMENESS = 0.1


@lru_cache(maxsize=4096)
def colour_family(colour: str) -> str:
    """Name the family of a colour, `#rrggbb`: one of twelve hues, or "black", "grey", "white"."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, _saturation = colorsys.rgb_to_hls(red, green, blue)
    if max(red, green, blue) - min(red, green, blue) < LEAST_CHROMA:
        return "black" if lightness < DARK else "white" if lightness > LIGHT else "grey"
    return f"hue {round(hue * HUES) % HUES}"
