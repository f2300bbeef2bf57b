"""Where in two pictures their score comes from: cover a window, look again, see how much is lost.

Occlusion (Zeiler & Fergus, 2014), because it asks nothing of the network but its answer. Two fills,
because a network also sees the patch: what is lost under both is lost with the garment's part.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from workers.images import estimate_ground, garment_mask
from workers.serving.encoders import Encoder

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels
Shares = tuple[float, float, float, float]  # the same, of the picture's sides
Parts = dict[str, NDArray[np.floating]]  # what each part adds to the scores of B pictures, (B,)
Judge = Callable[[Sequence[Image.Image]], Parts]
Score = Callable[[Sequence[Any], Sequence[Any]], Sequence[float]]  # of pairs of vectors
Fill = Callable[[Image.Image], Image.Image]

CELLS = 7  # a side of the grid over the garment
WINDOW = 3  # cells a side of the window that is covered, and of the region that is named
ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "centre", "right")
MIDDLE = (0.4, 0.6)  # where the middle begins and ends
LEAST_GARMENT = 0.02  # of the picture; less is dust
WHOLE = "score"  # the one part of a score that has none


@dataclass(frozen=True)
class Region:
    """The window of one picture whose covering costs the score most.

    `box` and `frame` are shares of the picture's sides; `heat` has `CELLS` rows of as many numbers
    from 0 to 1 and lies over `frame`, the garment. `drop` is what the `score` loses, on average over
    the fills, and `part` the part of the score that loses most; `row` and `column` say where.
    """

    box: Shares
    frame: Shares
    row: str
    column: str
    score: float
    drop: float
    part: str
    heat: list[list[float]]


def on_ground(picture: Image.Image) -> Image.Image:
    """A picture of the same size in the ground's colour."""
    return Image.new("RGB", picture.size, estimate_ground(np.asarray(picture)).colour)


def in_mean(picture: Image.Image) -> Image.Image:
    """A picture of the same size in the mean colour of what is not ground."""
    pixels = np.asarray(picture)
    garment = pixels[garment_mask(pixels, estimate_ground(pixels))]
    seen = garment if len(garment) else pixels.reshape(-1, 3)
    red, green, blue = (int(value) for value in seen.mean(axis=0))
    return Image.new("RGB", picture.size, (red, green, blue))


def blur(picture: Image.Image) -> Image.Image:
    """The picture without any detail; for measuring, as no region is sought with it."""
    return picture.filter(ImageFilter.GaussianBlur(max(picture.size) / 12))


FILLS: tuple[Fill, ...] = (on_ground, in_mean)


def likeness(encoder: Encoder, *, other: Image.Image, weights: Mapping[str, float]) -> Judge:
    """Judge pictures by the weighted cosine of each part with those of another picture."""
    parts = encoder.card.parts or {WHOLE: encoder.card.dimension}
    ends = np.cumsum(list(parts.values()))[:-1]
    (anchor,) = encoder.vectors([other])
    anchors = np.split(anchor, ends)

    def judge(images: Sequence[Image.Image]) -> Parts:
        seen = np.split(encoder.vectors(images), ends, axis=1)
        return {
            name: weights.get(name, 1 / len(parts)) * (mine @ its)
            for name, mine, its in zip(parts, seen, anchors, strict=True)
        }

    return judge


def rating(encoder: Encoder, *, other: Image.Image, score: Score) -> Judge:
    """Judge pictures by what a pair scorer says of them beside another picture."""
    (anchor,) = encoder.vectors([other])

    def judge(images: Sequence[Image.Image]) -> Parts:
        seen = encoder.vectors(images)
        return {WHOLE: np.array(score(list(seen), [anchor] * len(seen)))}

    return judge


def find_region(picture: Image.Image, *, judge: Judge, fills: Sequence[Fill] = FILLS) -> Region:
    """Name the window of an upright RGB picture that its score rests on most.

    Two looks at the picture and 25 for each fill.
    """
    frame = garment_frame(picture)
    windows = [(row, column) for row in range(_PLACES) for column in range(_PLACES)]
    boxes = [window_box(frame, row=row, column=column) for row, column in windows]
    drops = drops_of(picture, boxes, judge=judge, fills=fills)
    total: NDArray[np.floating] = np.sum(list(drops.values()), axis=0)
    best = int(np.argmax(total))
    row, column = windows[best]
    return Region(
        box=_shares(boxes[best], picture),
        frame=_shares(frame, picture),
        row=ROWS[_third(row)],
        column=COLUMNS[_third(column)],
        score=round(float(sum(scores[0] for scores in judge([picture]).values())), 4),
        drop=round(float(total[best]), 4),
        part=max(drops, key=lambda name: drops[name][best]),
        heat=_heat(total.reshape(_PLACES, _PLACES)),
    )


def drops_of(
    picture: Image.Image, boxes: Sequence[Box], *, judge: Judge, fills: Sequence[Fill]
) -> Parts:
    """What each part of the score loses when a box is covered, the mean over the fills; (boxes,)."""
    covers = [fill(picture) for fill in fills]
    covered = [hidden(picture, box, cover) for cover in covers for box in boxes]
    judged = judge([picture, *covered])
    return {
        name: (scores[0] - scores[1:]).reshape(len(covers), len(boxes)).mean(axis=0)
        for name, scores in judged.items()
    }


def hidden(picture: Image.Image, box: Box, cover: Image.Image) -> Image.Image:
    """The picture with a box of it replaced by the same box of another of its size."""
    result = picture.copy()
    result.paste(cover.crop(box), box)
    return result


def garment_frame(picture: Image.Image) -> Box:
    """The box around what is not ground; the whole picture where the ground is not plain."""
    pixels = np.asarray(picture)
    ground = estimate_ground(pixels)
    mask = garment_mask(pixels, ground)
    whole = (0, 0, *picture.size)
    if not ground.is_plain or mask.mean() < LEAST_GARMENT:
        return whole
    (left, right), (top, bottom) = (_extent(mask.mean(axis=axis)) for axis in (0, 1))
    return whole if min(right - left, bottom - top) < CELLS else (left, top, right, bottom)


def window_box(frame: Box, *, row: int, column: int, cells: int = WINDOW) -> Box:
    """The box of a window by its first row and column of the grid over a frame."""
    left, top, right, bottom = frame
    xs = np.linspace(left, right, CELLS + 1).round().astype(int)
    ys = np.linspace(top, bottom, CELLS + 1).round().astype(int)
    return (int(xs[column]), int(ys[row]), int(xs[column + cells]), int(ys[row + cells]))


_PLACES = CELLS - WINDOW + 1


def _extent(shares: NDArray[np.floating]) -> tuple[int, int]:
    """The first and one past the last line with more than dust on it."""
    lines = np.flatnonzero(shares > LEAST_GARMENT)
    return (int(lines[0]), int(lines[-1]) + 1) if len(lines) else (0, len(shares))


def _third(start: int) -> int:
    middle = (start + WINDOW / 2) / CELLS
    return int(middle > MIDDLE[0]) + int(middle > MIDDLE[1])


def _shares(box: Box, picture: Image.Image) -> Shares:
    width, height = picture.size
    left, top, right, bottom = box
    return (
        round(left / width, 4),
        round(top / height, 4),
        round(right / width, 4),
        round(bottom / height, 4),
    )


def _heat(drops: NDArray[np.floating]) -> list[list[float]]:
    """Spread each window's loss over its cells: a cell has the mean of the windows that cover it."""
    lost, seen = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS))
    for row, column in np.ndindex(drops.shape):
        cells = (slice(row, row + WINDOW), slice(column, column + WINDOW))
        lost[cells] += max(0.0, float(drops[row, column]))
        seen[cells] += 1
    mean = lost / seen
    heat: list[list[float]] = (mean / (mean.max() or 1.0)).round(3).tolist()
    return heat
