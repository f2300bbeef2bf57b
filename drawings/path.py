"""How outlines are written down: SVG paths of M, L, C, Q and Z, most with x counted from the garment's centre."""

import re
from collections.abc import Callable, Iterable

CENTRE = 360
_TOKEN = re.compile(r"[MLCQZ]|-?\d+\.?\d*(?:e-?\d+)?")
Segment = tuple[str, list[tuple[float, float]]]


def symmetric(half: str) -> str:
    """Close a right half with its mirror image; x counts from the centre line here and there.

    `symmetric("M0 100 L50 100 L60 300 L0 300")` is a full, closed trapeze.
    """
    segments = _segments(half)
    left = [(command, [(-x, y) for x, y in points]) for command, points in _reversed(segments)]
    return f"{_written(segments, digits='')} {_written(left[1:], digits='')} Z"


def mirrored(path: str) -> str:
    """Flip a path written in canvas coordinates at the centre line."""
    return moved(path, lambda x, y: (2 * CENTRE - x, y))


def moved(path: str, place: Callable[[float, float], tuple[float, float]]) -> str:
    """Put every point of a path where `place` says."""
    return _written(
        [(command, [place(x, y) for x, y in points]) for command, points in _segments(path)]
    )


def extent(paths: Iterable[str]) -> tuple[float, float, float, float]:
    """Measure the box around all points, those off the line included: left, top, right, bottom."""
    points = [point for path in paths for _, each in _segments(path) for point in each]
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def ellipse(x: float, y: float, rx: float, ry: float) -> str:  # noqa: PLR0917 - as SVG orders them
    """Write an ellipse as four curves, so that it can be mirrored like any other path."""
    kx, ky = rx * 0.5523, ry * 0.5523
    return (
        f"M{x - rx:.1f} {y:.1f} C{x - rx:.1f} {y - ky:.1f} {x - kx:.1f} {y - ry:.1f} {x:.1f} {y - ry:.1f} "
        f"C{x + kx:.1f} {y - ry:.1f} {x + rx:.1f} {y - ky:.1f} {x + rx:.1f} {y:.1f} "
        f"C{x + rx:.1f} {y + ky:.1f} {x + kx:.1f} {y + ry:.1f} {x:.1f} {y + ry:.1f} "
        f"C{x - kx:.1f} {y + ry:.1f} {x - rx:.1f} {y + ky:.1f} {x - rx:.1f} {y:.1f} Z"
    )


def _segments(path: str) -> list[Segment]:
    segments: list[Segment] = []
    numbers: list[float] = []
    for token in _TOKEN.findall(path):
        if token.isalpha():
            segments.append((token, []))
            continue
        numbers.append(float(token))
        if len(numbers) == 2:
            segments[-1][1].append((numbers[0], numbers[1]))
            numbers = []
    return segments


def _reversed(segments: list[Segment]) -> list[Segment]:
    ends = [points[-1] for _, points in segments]
    backwards: list[Segment] = [("M", [ends[-1]])]
    for place in range(len(segments) - 1, 0, -1):
        command, points = segments[place]
        backwards.append((command, [*reversed(points[:-1]), ends[place - 1]]))
    return backwards


def _written(segments: list[Segment], *, digits: str = ".1f") -> str:
    return " ".join(
        command + " ".join(f"{x:{digits}} {y:{digits}}" for x, y in points)
        for command, points in segments
    )
