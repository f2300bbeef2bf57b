"""Names a picture by how its garment looks, so that a re-encoded or slightly cropped copy is found again.

Plain Python and Pillow, no Django: the web process has no NumPy.
"""

import math
from collections.abc import Sequence
from statistics import median

from PIL import Image, ImageChops

READ_SIDE_PX = 128  # larger pictures are shrunk to it first
SIDE_PX = 32  # the garment is looked at so small
WAVES = 8  # the lowest frequencies of each direction
BITS = WAVES * WAVES
# From here on two pictures are one; fingerprint and embedding must both agree. Measured in
# docs/decisions.md, by benchmarks/duplicates.py: a copy keeps its colours almost exactly, while what
# an encoder sees of the cut suffers from every new encoding.
MOST_BITS = 4
LEAST_COSINES = {"colour": 0.95, "shape": 0.62}
COSINE_PER_BIT = {"shape": 0.04}  # so much more is asked for each bit by which fingerprints differ
LEAST_COSINE = 0.9  # of vectors and parts of any other name
SEARCH_PX = 96  # the garment is searched for in a picture of this size
GROUND_TOLERANCE = 24  # of 255, what differs less from the border's colour is ground
FULL_WEIGHT = 60  # of 255 beyond the tolerance: a dark garment weighs no more than a coloured one
LEAST_WEIGHT = 200  # below it there is no garment to be told from the ground
SPREAD = 1.9  # standard deviations on either side of the garment's middle
_COSINES = [
    [math.cos(math.pi * wave * (2 * at + 1) / (2 * SIDE_PX)) for at in range(SIDE_PX)]
    for wave in range(WAVES)
]

Box = tuple[float, float, float, float]


def fingerprint(picture: Image.Image) -> int:
    """The perceptual hash of what a picture shows: 64 bits, as PostgreSQL's signed `bigint`.

    Which of the 64 slowest cosine waves of the garment's brightness are stronger than their median.
    A few milliseconds, whatever the picture measures. Pictures that look the same differ in a few bits, strangers in some 32.

    Source: Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010, 3.2.1;
    the garment is cut out first, or two shoes on a large ground would be one picture.
    """
    picture = picture.copy()
    picture.thumbnail((READ_SIDE_PX, READ_SIDE_PX), Image.Resampling.LANCZOS, reducing_gap=2.0)
    grey = picture.convert("L").resize(
        (SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS, box=_garment(picture.convert("RGB"))
    )
    values = grey.tobytes()
    rows = [
        _slow_waves(values[start : start + SIDE_PX]) for start in range(0, len(values), SIDE_PX)
    ]
    waves = [wave for column in zip(*rows, strict=True) for wave in _slow_waves(column)]
    middle = median(waves[1:])  # the first is the mean brightness, which says nothing of a shape
    bits = sum(1 << at for at, wave in enumerate(waves) if wave > middle)
    return bits - (1 << BITS) if bits >> (BITS - 1) else bits


def _slow_waves(values: Sequence[float]) -> list[float]:
    """The first coefficients of the discrete cosine transform."""
    return [
        sum(value * cosine for value, cosine in zip(values, cosines, strict=True))
        for cosines in _COSINES
    ]


def _garment(picture: Image.Image) -> Box:
    """Where the garment is, by the spread of what is unlike the ground: steadier than its edges."""
    small = picture.copy()
    small.thumbnail((SEARCH_PX, SEARCH_PX), Image.Resampling.BOX)
    ground = Image.new("RGB", small.size, _ground(small))
    red, green, blue = ImageChops.difference(small, ground).split()
    unlike = ImageChops.lighter(ImageChops.lighter(red, green), blue).point(_weights())
    width, height = small.size
    columns = _floats(unlike, (width, 1), times=height)
    rows = _floats(unlike, (1, height), times=width)
    if sum(columns) < LEAST_WEIGHT:
        return (0, 0, *picture.size)
    (left, right), (top, bottom) = _span(columns), _span(rows)
    x, y = picture.width / width, picture.height / height
    return (left * x, top * y, min(right * x, picture.width), min(bottom * y, picture.height))


def _ground(picture: Image.Image) -> tuple[int, int, int]:
    """The median colour of the border."""
    width, height = picture.size
    edges = [
        (0, 0, width, 1),
        (0, height - 1, width, height),
        (0, 0, 1, height),
        (width - 1, 0, width, height),
    ]
    strips = [picture.crop(edge).tobytes() for edge in edges]
    border = b"".join(strips)
    return (int(median(border[0::3])), int(median(border[1::3])), int(median(border[2::3])))


def _weights() -> list[int]:
    return [min(max(value - GROUND_TOLERANCE, 0), FULL_WEIGHT) for value in range(256)]


def _floats(grey: Image.Image, size: tuple[int, int], *, times: int) -> list[float]:
    """The sums of columns or rows."""
    means = grey.convert("F").resize(size, Image.Resampling.BOX)
    values = memoryview(means.tobytes()).cast("f")
    return [value * times for value in values]


def _span(weights: Sequence[float]) -> tuple[float, float]:
    """So many deviations around the middle; of weights 0 0 1 0 0 the middle is 2.5."""
    total = sum(weights)
    middle = sum(weight * (at + 0.5) for at, weight in enumerate(weights)) / total
    square = sum(weight * (at + 0.5 - middle) ** 2 for at, weight in enumerate(weights)) / total
    reach = max(SPREAD * math.sqrt(square), 1.0)
    return max(0.0, middle - reach), min(float(len(weights)), middle + reach)
