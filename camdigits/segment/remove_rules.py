"""Remove printed lines from the ink mask of one component, and repair strokes that cross them.

Lines are runs of ink far longer than a digit's strokes, along the directions in which the
component's own outline runs, so sheets may be skewed. Strokes that touched the lines stay.
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
    """Lengths in pixels, or as fractions of the named length."""

    run_fraction: float = 0.05  # chosen: of the image's longer side; ink without a gap
    min_run_px: int = 24  # chosen: but at least this long
    max_run_fraction: float = 0.75  # chosen: of the component's side; a box of a single digit
    min_length_fraction: float = 0.25  # chosen: of the component's longer side; a whole line
    max_thickness: float = 0.02  # of its length; a large line of a felt pen has 0.06
    max_thickness_in_grid: float = 0.035  # chosen: where there are cells; blurred grids
    max_cells_of_digit: int = 2  # holes: an 8 has no more, so more are a grid
    min_cell_px: int = 12  # chosen: smaller holes are no cells
    min_thickness_px: int = 0  # chosen: a line of any length may be this thick
    min_thickness_in_grid_px: int = 4  # chosen: the same where there are cells
    max_climb_px: int = 5  # chosen: how far a line may climb within one run
    slants: tuple[float, ...] = (-0.36, -0.24, -0.12, 0.0, 0.12, 0.24, 0.36)  # climb per pixel
    min_outline_fraction: float = 0.15  # chosen: of the outline that runs along a direction
    max_crossed_px: int = 14  # chosen: a thicker band is a shadow or an edge; no stroke crosses it
    max_sliver_overlap: float = 0.6  # chosen: of a piece along a line; more is its rough edge


DEFAULT = LineConfig()


def remove_lines(
    mask: GrayImage,
    weak: GrayImage,
    contours: Sequence[Contour],
    longer: int,
    config: LineConfig = DEFAULT,
) -> tuple[GrayImage, GrayImage] | None:
    """Remove the lines of a component from its part of a mask.

    Args:
        mask: (h, w) uint8, 255 on ink: the part of the image's mask in the component's box.
        weak: (h, w) uint8, the same including fainter ink: lines have no gaps there.
        contours: outline and holes of the component, in pixels of that box.
        longer: longer side of the whole image in pixels.
        config: what counts as a line.

    Returns:
        `mask` without the lines, repaired where strokes cross them, and a mask of the lines; None
        if there is no line.
    """
    level, upright = _slants(contours, config)
    config = _for_grids(config) if _is_grid(contours, config) else config
    rest, found = mask, np.zeros_like(mask)
    for slant in level:
        rest, found = _without(rest, weak, found, slant, longer, config)
    for slant in upright:
        # Vertical lines are horizontal ones of the transposed image.
        turned, lines = _without(
            _transposed(rest), _transposed(weak), _transposed(found), slant, longer, config
        )
        rest, found = _transposed(turned), _transposed(lines)
    if not found.any():
        return None
    return _without_slivers(rest, found, config), found


def _is_grid(contours: Sequence[Contour], config: LineConfig) -> bool:
    holes = [cv2.boundingRect(hole) for hole in contours[1:]]
    return sum(min(box[2:]) >= config.min_cell_px for box in holes) > config.max_cells_of_digit


def _for_grids(config: LineConfig) -> LineConfig:
    return replace(
        config,
        max_thickness=config.max_thickness_in_grid,
        min_thickness_px=config.min_thickness_in_grid_px,
    )


def _slants(contours: Sequence[Contour], config: LineConfig) -> tuple[list[float], list[float]]:
    """Return the slants of horizontal and of vertical straight parts of an outline.

    A slant is the climb per pixel along the line.
    """
    steps = np.concatenate([_edges(contour) for contour in contours])
    steps = steps[np.abs(steps).max(axis=1, initial=0) >= config.min_run_px / 2]
    level = np.abs(steps[:, 0]) >= np.abs(steps[:, 1])
    across, along = steps[level], steps[~level][:, ::-1]
    total = float(np.abs(steps).max(axis=1, initial=0).sum())
    return (
        list(_directions(across, config.min_outline_fraction * total, config)),
        list(_directions(along, config.min_outline_fraction * total, config)),
    )


def _edges(contour: Contour) -> npt.NDArray[np.float64]:
    """Return (N, 2) x, y steps between the corners of an outline."""
    corners = cv2.approxPolyDP(contour, 2.5, True)[:, 0].astype(np.float64)
    return np.asarray(np.roll(corners, -1, axis=0) - corners, np.float64)


def _directions(
    steps: npt.NDArray[np.float64], min_px: float, config: LineConfig
) -> Iterator[float]:
    """Yield slants along which more than `min_px` pixels of the outline run."""
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
    """Remove the horizontal lines of one slant from `rest`, and add them to `found`."""
    lines = _level_lines(_shear(weak, slant), longer, config)
    if lines is None:
        return rest, found
    left = _erase(_shear(rest, slant), lines, config)
    lines = _shear_back(lines, slant, rest.shape)
    return _shear_back(left, slant, rest.shape), np.asarray(cv2.bitwise_or(found, lines), np.uint8)


def _transposed(mask: GrayImage) -> GrayImage:
    return np.asarray(cv2.transpose(mask), np.uint8)


def _shifts(width: int, slant: float) -> npt.NDArray[np.int64]:
    """Return how far each column moves down to make lines of this slant horizontal."""
    shifts = np.rint(-slant * np.arange(width)).astype(np.int64)
    return np.asarray(shifts - shifts.min(), np.int64)


def _shear(mask: GrayImage, slant: float) -> GrayImage:
    """Move columns up or down by whole pixels: lossless and reversible."""
    if slant == 0:
        return mask
    height, width = mask.shape
    shifts = _shifts(width, slant)
    out = np.zeros((height + int(shifts.max()), width), np.uint8)
    for shift, part in _blocks(shifts):
        out[shift : shift + height, part] = mask[:, part]
    return out


def _shear_back(mask: GrayImage, slant: float, shape: tuple[int, ...]) -> GrayImage:
    if slant == 0:
        return mask
    height, width = shape[:2]
    out = np.zeros((height, width), np.uint8)
    for shift, part in _blocks(_shifts(width, slant)):
        out[:, part] = mask[shift : shift + height, part]
    return out


def _blocks(shifts: npt.NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Yield runs of columns that move by the same shift."""
    starts = np.flatnonzero(np.diff(shifts, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(shifts)], strict=True):
        yield int(shifts[start]), slice(int(start), int(end))


def _level_lines(mask: GrayImage, longer: int, config: LineConfig) -> GrayImage | None:
    """Return the ink that belongs to horizontal lines, or None."""
    longest = max(mask.shape)
    run = max(
        config.min_run_px,
        round(min(config.run_fraction * longer, config.max_run_fraction * mask.shape[1])),
    )
    room = config.max_climb_px // 2
    # Pad: lines at the mask's edge grow like any other, and beyond it there is no ink.
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
    long = [contour for contour in contours if _is_line(np.asarray(contour), longest, config)]
    if not long:
        return None
    lines = np.zeros_like(grown)
    cv2.drawContours(lines, long, -1, 255, cv2.FILLED)
    inner = np.asarray(cv2.bitwise_and(lines, runs), np.uint8)[room : room + len(mask)]
    return np.asarray(cv2.bitwise_and(inner, mask), np.uint8)


def _is_line(contour: Contour, longest: int, config: LineConfig) -> bool:
    length = cv2.boundingRect(contour)[2]
    width = cv2.contourArea(contour) / length - (config.max_climb_px - 1)
    max_width = max(config.max_thickness * length, config.min_thickness_px)
    return bool(length >= config.min_length_fraction * longest and width <= max_width)


def _erase(mask: GrayImage, lines: GrayImage, config: LineConfig) -> GrayImage:
    """Remove horizontal lines, but not strokes that cross them or run along them."""
    width = _width(lines)
    # Parts much thicker than the line elsewhere are strokes.
    strokes = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((2 * width + 1, 1), np.uint8))
    rest = cv2.subtract(mask, cv2.subtract(lines, strokes))
    if width > config.max_crossed_px:
        return np.asarray(rest, np.uint8)
    # Close gaps as high as the line with ink above and below: a stroke that was no thicker there.
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((2 * (width // 2) + 7, 3), np.uint8))
    return np.asarray(cv2.bitwise_or(rest, cv2.bitwise_and(bridged, lines)), np.uint8)


def _width(lines: GrayImage) -> int:
    """Return the mean thickness of horizontal lines: ink per covered column."""
    starts = cv2.countNonZero(cv2.subtract(lines[1:], lines[:-1])) + cv2.countNonZero(lines[:1])
    return round(cv2.countNonZero(lines) / max(starts, 1))


def _without_slivers(rest: GrayImage, lines: GrayImage, config: LineConfig) -> GrayImage:
    """Drop pieces that lie mostly along the lines: their rough edges and crossings."""
    along = cv2.dilate(lines, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    beside = np.bincount(labels[(along > 0) & (rest > 0)], minlength=count)
    keep = beside <= config.max_sliver_overlap * stats[:, cv2.CC_STAT_AREA]
    keep[0] = False
    return np.asarray(np.where(keep[labels], 255, 0), np.uint8)
