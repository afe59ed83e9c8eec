"""Remove printed lines from the ink mask of one component, and repair strokes that cross them.

Lines are runs of ink much longer than the strokes of a digit, along the main directions of the
component's outline, so sheets may be skewed. Strokes that touch the lines are kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.segment.contours import Contour
from camdigits.values import GrayImage


@dataclass(frozen=True, slots=True)
class LineConfig:
    """Limits for lines, in pixels or as fractions of the length given."""

    run_fraction: float = 0.05  # chosen: shortest run without a gap, of the image's longer side
    min_run_px: int = 24  # chosen: lower bound of that run
    max_run_fraction: float = 0.75  # chosen: upper bound, of the component's side: form boxes
    min_length_fraction: float = 0.25  # chosen: shortest line, of the component's longer side
    max_crossing_fraction: float = 0.7  # chosen: of the component's side, for small components
    max_crossing_px: int = 150  # chosen: a longer line need not cross its component
    max_thickness: float = 0.02  # of its length; a long stroke of a felt pen has 0.06
    max_thickness_in_grid: float = 0.035  # chosen: the same in grids, which may be blurred
    max_cells_of_digit: int = 2  # holes: an 8 has 2; more are a grid
    max_loops_of_number: int = 12  # chosen: holes of joined digits; more are a grid at once
    min_rectangularity: float = 0.82  # of a cell; the loop of a 0 fills 0.78 of its rectangle
    min_cell_px: int = 12  # chosen: smaller holes are not cells
    min_thickness_px: int = 0  # chosen: thickness allowed at any length
    min_thickness_in_grid_px: int = 4  # chosen: the same in grids
    max_climb_px: int = 5  # chosen: height in which the ink of one run may vary
    max_wave_px: float = 1.0  # chosen: of 0.9 of a line up to `max_crossing_px`, from straight
    max_long_wave_px: float = 2.0  # chosen: of 0.9 of a longer line, from a parabola
    max_long_wave: float = 0.006  # chosen: the same over its length; the larger one is the limit
    min_elongation: float = 1.3  # chosen: a component this long has lines along it or none at all
    slants: tuple[float, ...] = (-0.36, -0.24, -0.12, 0.0, 0.12, 0.24, 0.36)  # rise over run
    min_outline_fraction: float = 0.15  # chosen: of the outline's straight edges, per slant
    max_crossed_px: int = 14  # chosen: thicker bands are shadows or edges and not repaired


DEFAULT = LineConfig()
WAVE_POINTS = 64  # columns at which a line's middle is measured


def remove_lines(
    mask: GrayImage,
    weak: GrayImage,
    contours: Sequence[Contour],
    longer: int,
    config: LineConfig = DEFAULT,
    *,
    is_grid: bool = False,
) -> tuple[GrayImage, GrayImage] | None:
    """Remove the lines of a component from its part of a mask.

    Args:
        mask: (h, w) uint8, 255 on ink: the part of the image's mask in the component's box.
        weak: (h, w) uint8, the same at a lower ink limit, at which pale lines have no gaps.
        contours: outline and holes of the component, in pixels of its box.
        longer: longer side of the whole image in pixels.
        config: limits for lines.
        is_grid: whether it is known to be a grid or form box, whose lines may be thicker.

    Returns:
        (h, w) uint8 `mask` without the lines, repaired where strokes cross them, and a mask of the
        lines; None if there is no line.
    """
    horizontal, vertical = _slants(contours, config)
    config = _for_grids(config) if is_grid or _is_grid(contours, config) else config
    height, width = mask.shape
    directions = [(horizontal, False), (vertical, True)]
    elongated = max(height, width) > config.min_elongation * min(height, width)
    rest, found = mask, np.zeros_like(mask)
    for slants, turned in reversed(directions) if height > width else directions:
        rest, found = _without_all(rest, weak, found, slants, turned, longer, config)
        if elongated and not found.any():
            return None  # the lines across it are strokes of joined digits
    return (rest, found) if found.any() else None


def _without_all(
    rest: GrayImage,
    weak: GrayImage,
    found: GrayImage,
    slants: Sequence[float],
    turned: bool,
    longer: int,
    config: LineConfig,
) -> tuple[GrayImage, GrayImage]:
    """Remove horizontal lines, or if `turned` vertical ones, horizontal in transposed masks."""
    if not slants:
        return rest, found
    if turned:
        rest, weak, found = _transposed(rest), _transposed(weak), _transposed(found)
    for slant in slants:
        rest, found = _without(rest, weak, found, slant, longer, config)
    return (_transposed(rest), _transposed(found)) if turned else (rest, found)


def _is_grid(contours: Sequence[Contour], config: LineConfig) -> bool:
    holes = [
        hole for hole in contours[1:] if min(cv2.boundingRect(hole)[2:]) >= config.min_cell_px
    ]
    if len(holes) > config.max_loops_of_number:
        return True
    cells = 0
    for hole in holes:
        _, sides, _ = cv2.minAreaRect(hole)
        cells += cv2.contourArea(hole) >= config.min_rectangularity * sides[0] * sides[1]
    return cells > config.max_cells_of_digit


def _for_grids(config: LineConfig) -> LineConfig:
    return replace(
        config,
        max_thickness=config.max_thickness_in_grid,
        min_thickness_px=config.min_thickness_in_grid_px,
    )


def _slants(contours: Sequence[Contour], config: LineConfig) -> tuple[list[float], list[float]]:
    """Return the slants of the horizontal and of the vertical straight edges of contours.

    A slant is the rise per pixel along the line.
    """
    steps = np.concatenate([_edges(contour) for contour in contours])
    steps = steps[np.abs(steps).max(axis=1, initial=0) >= config.min_run_px / 2]
    horizontal = np.abs(steps[:, 0]) >= np.abs(steps[:, 1])
    across, along = steps[horizontal], steps[~horizontal][:, ::-1]
    total = float(np.abs(steps).max(axis=1, initial=0).sum())
    return (
        list(_directions(across, config.min_outline_fraction * total, config)),
        list(_directions(along, config.min_outline_fraction * total, config)),
    )


def _edges(contour: Contour) -> npt.NDArray[np.float64]:
    """Return (N, 2) x, y differences between successive corners of a contour."""
    corners = cv2.approxPolyDP(contour, 2.5, True)[:, 0].astype(np.float64)
    steps = np.empty_like(corners)
    np.subtract(corners[1:], corners[:-1], out=steps[:-1])
    steps[-1] = corners[0] - corners[-1]
    return steps


def _directions(
    steps: npt.NDArray[np.float64], min_px: float, config: LineConfig
) -> Iterator[float]:
    """Yield the slants that edges of more than `min_px` pixels in total have."""
    if not len(steps):
        return
    slant = np.asarray(config.slants)
    nearest = np.abs(steps[:, 1:] / steps[:, :1] - slant).argmin(axis=1)
    length = np.bincount(nearest, np.abs(steps[:, 0]), len(slant))
    yield from (float(slant[index]) for index in np.flatnonzero(length > max(min_px, 0)))


def _without(
    rest: GrayImage,
    weak: GrayImage,
    found: GrayImage,
    slant: float,
    longer: int,
    config: LineConfig,
) -> tuple[GrayImage, GrayImage]:
    """Remove the horizontal lines of one slant from `rest` and add them to `found`."""
    lines = _level_lines(_shear(weak, slant), longer, config)
    if lines is None:
        return rest, found
    left = _erase(_shear(rest, slant), lines, config)
    lines = _shear_back(lines, slant, rest.shape)
    return _shear_back(left, slant, rest.shape), np.asarray(cv2.bitwise_or(found, lines), np.uint8)


def _transposed(mask: GrayImage) -> GrayImage:
    return np.asarray(cv2.transpose(mask), np.uint8)


def _shifts(width: int, slant: float) -> npt.NDArray[np.int64]:
    """Return (width,) pixels by which each column moves down to make this slant horizontal."""
    shifts = np.rint(-slant * np.arange(width)).astype(np.int64)
    return np.asarray(shifts - shifts.min(), np.int64)


def _shear(mask: GrayImage, slant: float) -> GrayImage:
    """Shear a mask by shifting columns by whole pixels, which is lossless and reversible."""
    if slant == 0:
        return mask
    height, width = mask.shape
    shifts = _shifts(width, slant)
    # Columns are rows of the transposed mask, whose pixels follow each other in memory.
    turned, out = _transposed(mask), np.zeros((width, height + int(shifts.max())), np.uint8)
    for shift, part in _blocks(shifts):
        out[part, shift : shift + height] = turned[part]
    return _transposed(out)


def _shear_back(mask: GrayImage, slant: float, shape: tuple[int, ...]) -> GrayImage:
    if slant == 0:
        return mask
    height, width = shape[:2]
    turned, out = _transposed(mask), np.empty((width, height), np.uint8)
    for shift, part in _blocks(_shifts(width, slant)):
        out[part] = turned[part, shift : shift + height]
    return _transposed(out)


def _blocks(shifts: npt.NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Yield each shift with the run of columns that it applies to."""
    starts = np.flatnonzero(np.diff(shifts, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(shifts)], strict=True):
        yield int(shifts[start]), slice(int(start), int(end))


def _level_lines(mask: GrayImage, longer: int, config: LineConfig) -> GrayImage | None:
    """Return (h, w) uint8, 255 on the ink of horizontal lines; None if there are none."""
    run = max(
        config.min_run_px,
        round(min(config.run_fraction * longer, config.max_run_fraction * mask.shape[1])),
    )
    room = config.max_climb_px // 2
    # Pad with 0, so that lines at the mask's edge are dilated like any other.
    grown = cv2.copyMakeBorder(mask, room, room, 0, 0, cv2.BORDER_CONSTANT, value=0)
    thick = cv2.dilate(grown, np.ones((config.max_climb_px, 1), np.uint8))
    runs = cv2.morphologyEx(
        thick,
        cv2.MORPH_OPEN,
        np.ones((1, run | 1), np.uint8),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    contours, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    # A line crosses a small component; the strokes of joined digits do not.
    shortest = min(config.max_crossing_fraction * mask.shape[1], config.max_crossing_px)
    shortest = max(shortest, config.min_length_fraction * max(mask.shape))
    long = [contour for contour in contours if _is_line(np.asarray(contour), shortest, config)]
    ink = np.asarray(cv2.bitwise_and(runs, grown), np.uint8)
    long = [contour for contour in long if _is_straight(np.asarray(contour), ink, config)]
    if not long:
        return None
    lines = np.zeros_like(grown)
    cv2.drawContours(lines, long, -1, 255, cv2.FILLED)
    inner = np.asarray(cv2.bitwise_and(lines, runs), np.uint8)[room : room + len(mask)]
    return np.asarray(cv2.bitwise_and(inner, mask), np.uint8)


def _is_line(contour: Contour, shortest: float, config: LineConfig) -> bool:
    length = cv2.boundingRect(contour)[2]
    width = cv2.contourArea(contour) / length - (config.max_climb_px - 1)
    max_width = max(config.max_thickness * length, config.min_thickness_px)
    return bool(length >= shortest and width <= max_width)


def _is_straight(contour: Contour, ink: GrayImage, config: LineConfig) -> bool:
    """Whether the middle of a line's ink is near a straight line, or if it is long, a parabola.

    The base or the top strokes of joined digits make a wave.
    """
    x, y, width, height = cv2.boundingRect(contour)
    own = np.zeros((height, width), np.uint8)
    cv2.drawContours(own, [contour], -1, 1, cv2.FILLED, offset=(-x, -y))
    own &= ink[y : y + height, x : x + width]
    inked = own.sum(axis=0, dtype=np.float64)
    columns = np.flatnonzero(inked)
    columns = columns[:: max(1, len(columns) // WAVE_POINTS)]
    if not len(columns):
        return False
    middle = (np.arange(height, dtype=np.float64) @ own[:, columns]) / inked[columns]
    short = width <= config.max_crossing_px
    limit = (
        config.max_wave_px if short else max(config.max_long_wave_px, config.max_long_wave * width)
    )
    return _wave(columns / width, middle, degree=1 if short else 2) <= limit


def _wave(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], degree: int) -> float:
    """Return the distance from a fitted polynomial within which nine tenths of the points are."""
    powers = np.stack([np.ones_like(x), x, x * x][: degree + 1], axis=1)
    distance = np.zeros_like(y)
    near = np.ones(len(x), np.bool_)
    for _ in range(2):  # the second time without the strokes that cross the line
        own = powers[near]
        normal = own.T @ own + 1e-9 * np.eye(degree + 1)
        distance = np.abs(powers @ np.linalg.solve(normal, own.T @ y[near]) - y)
        ordered = np.sort(distance)
        near = distance <= max(2.5 * float(ordered[len(ordered) // 2]), 0.5)
    return float(ordered[min(int(0.9 * len(ordered)), len(ordered) - 1)])


def _erase(mask: GrayImage, lines: GrayImage, config: LineConfig) -> GrayImage:
    """Remove horizontal lines; keep strokes that cross them or run along them."""
    width = _width(lines)
    # Parts more than twice as thick as the mean are strokes.
    strokes = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((2 * width + 1, 1), np.uint8))
    rest = cv2.subtract(mask, cv2.subtract(lines, strokes))
    if width > config.max_crossed_px:
        return np.asarray(rest, np.uint8)
    # Close gaps as high as the line that have ink above and below: a thin stroke crossed there.
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((2 * (width // 2) + 7, 3), np.uint8))
    return np.asarray(cv2.bitwise_or(rest, cv2.bitwise_and(bridged, lines)), np.uint8)


def _width(lines: GrayImage) -> int:
    """Return the mean thickness of horizontal lines in pixels: ink per covered column."""
    starts = cv2.countNonZero(cv2.subtract(lines[1:], lines[:-1])) + cv2.countNonZero(lines[:1])
    return round(cv2.countNonZero(lines) / max(starts, 1))
