"""Take printed lines out of an ink mask: ruled paper, grids, boxes, the borders of tables.

A frame is a component that is long, or that holds others in rectangular holes. Its lines are runs
of ink far longer than a digit's strokes, along the directions in which its own outline runs, so
sheets may lie aslant. What they leave is the strokes that touched them, mended where they crossed.
Nothing is said here about digits.
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
    """Lengths in pixels, or as parts of what the comment says."""

    run: float = 0.05  # of the picture's longer side: ink without a gap, once slant is allowed for
    least_run: int = 24
    run_part: float = 0.75  # of the frame's own width or height: the box of a single digit
    length: float = 0.25  # of the frame's longer side: a whole line
    thin: float = 0.02  # width to length; a large one written with a felt pen has 0.06
    thin_grid: float = 0.035  # the same where there are cells: the lines of a blurred grid
    cells: int = 2  # holes that make a grid; an 8 has no more
    cell_px: int = 12  # smaller holes are no cells
    least_width: int = 0  # whatever its length a line may be so broad
    least_width_grid: int = 4  # the same where there are cells
    slant_px: int = 5  # how far a line may climb within one run and still be one
    slants: tuple[float, ...] = (-0.36, -0.24, -0.12, 0.0, 0.12, 0.24, 0.36)
    share: float = 0.15  # of the outline that runs along a direction: there are lines
    most_width_px: int = 14  # a broader band is a shadow or an edge, and nothing crosses it
    sliver: float = 0.6  # of a piece that lies along a line: it is the line's rough edge


DEFAULT = LineConfig()


def without_lines(
    mask: GrayImage,
    weak: GrayImage,
    frame: Sequence[Contour],
    longer: int,
    config: LineConfig = DEFAULT,
) -> tuple[GrayImage, GrayImage] | None:
    """Take the lines of a frame out of its part of a mask.

    Args:
        mask: (h, w) uint8, 255 on ink: the part of the picture's mask in the frame's box.
        weak: (h, w) uint8, the same with fainter ink, too: lines have no gaps there.
        frame: outline and holes of the frame, in pixels of that box.
        longer: longer side of the whole picture.
        config: what counts as a line.

    Returns:
        `mask` without the lines, mended where strokes cross them, and a mask of the lines; None
        where there is no line.
    """
    level, upright = _slants(frame, config)
    config = _for_grids(config) if _is_grid(frame, config) else config
    rest, found = mask, np.zeros_like(mask)
    for slant in level:
        rest, found = _without(rest, weak, found, slant, longer, config)
    for slant in upright:
        # Upright lines are level ones of the transposed picture.
        turned, lines = _without(
            _transposed(rest), _transposed(weak), _transposed(found), slant, longer, config
        )
        rest, found = _transposed(turned), _transposed(lines)
    if not found.any():
        return None
    return _without_slivers(rest, found, config), found


def _is_grid(frame: Sequence[Contour], config: LineConfig) -> bool:
    holes = [cv2.boundingRect(hole) for hole in frame[1:]]
    return sum(min(box[2:]) >= config.cell_px for box in holes) > config.cells


def _for_grids(config: LineConfig) -> LineConfig:
    return replace(config, thin=config.thin_grid, least_width=config.least_width_grid)


def _slants(frame: Sequence[Contour], config: LineConfig) -> tuple[list[float], list[float]]:
    """Directions of the straight parts of an outline: of level lines, and of upright ones.

    A slant is the climb per pixel along the line.
    """
    steps = np.concatenate([_edges(contour) for contour in frame])
    steps = steps[np.abs(steps).max(axis=1, initial=0) >= config.least_run / 2]
    level = np.abs(steps[:, 0]) >= np.abs(steps[:, 1])
    across, along = steps[level], steps[~level][:, ::-1]
    total = float(np.abs(steps).max(axis=1, initial=0).sum())
    return (
        list(_directions(across, config.share * total, config)),
        list(_directions(along, config.share * total, config)),
    )


def _edges(contour: Contour) -> npt.NDArray[np.float64]:
    """(N, 2) x y steps between the corners of an outline."""
    corners = cv2.approxPolyDP(contour, 2.5, True)[:, 0].astype(np.float64)
    return np.asarray(np.roll(corners, -1, axis=0) - corners, np.float64)


def _directions(
    steps: npt.NDArray[np.float64], least: float, config: LineConfig
) -> Iterator[float]:
    """Slants along which at least `least` pixels of the outline run."""
    if not len(steps):
        return
    slant = np.asarray(config.slants)
    nearest = np.abs(steps[:, 1:] / steps[:, :1] - slant).argmin(axis=1)
    length = np.bincount(nearest, np.abs(steps[:, 0]), len(slant))
    yield from (float(slant[index]) for index in np.flatnonzero(length > max(least, 0)))


def _without(
    rest: GrayImage,
    weak: GrayImage,
    found: GrayImage,
    slant: float,
    longer: int,
    config: LineConfig,
) -> tuple[GrayImage, GrayImage]:
    """Take the level lines of one slant out of `rest`, and add them to `found`."""
    lines = _level_lines(_shear(weak, slant), longer, config)
    if lines is None:
        return rest, found
    left = _erase(_shear(rest, slant), lines, config)
    lines = _shear_back(lines, slant, rest.shape)
    return _shear_back(left, slant, rest.shape), np.asarray(cv2.bitwise_or(found, lines), np.uint8)


def _transposed(mask: GrayImage) -> GrayImage:
    return np.asarray(cv2.transpose(mask), np.uint8)


def _shifts(width: int, slant: float) -> npt.NDArray[np.int64]:
    """How far each column moves down, so that lines of this slant come to lie level."""
    shifts = np.rint(-slant * np.arange(width)).astype(np.int64)
    return np.asarray(shifts - shifts.min(), np.int64)


def _shear(mask: GrayImage, slant: float) -> GrayImage:
    """Move columns up or down by whole pixels: nothing is lost, and it can be undone."""
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
    """Runs of columns that move together."""
    starts = np.flatnonzero(np.diff(shifts, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(shifts)], strict=True):
        yield int(shifts[start]), slice(int(start), int(end))


def _level_lines(mask: GrayImage, longer: int, config: LineConfig) -> GrayImage | None:
    """Ink that belongs to level lines, or None."""
    frame = max(mask.shape)
    run = max(config.least_run, round(min(config.run * longer, config.run_part * mask.shape[1])))
    room = config.slant_px // 2
    # Lines at the mask's edge grow like any other, and beyond it nothing is ink.
    grown = cv2.copyMakeBorder(mask, room, room, 0, 0, cv2.BORDER_CONSTANT, value=0)
    thick = cv2.dilate(grown, np.ones((config.slant_px, 1), np.uint8))
    runs = cv2.morphologyEx(
        thick,
        cv2.MORPH_OPEN,
        np.ones((1, run | 1), np.uint8),
        borderType=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    contours, _ = cv2.findContours(runs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    long = [contour for contour in contours if _is_line(np.asarray(contour), frame, config)]
    if not long:
        return None
    lines = np.zeros_like(grown)
    cv2.drawContours(lines, long, -1, 255, cv2.FILLED)
    inner = np.asarray(cv2.bitwise_and(lines, runs), np.uint8)[room : room + len(mask)]
    return np.asarray(cv2.bitwise_and(inner, mask), np.uint8)


def _is_line(contour: Contour, frame: int, config: LineConfig) -> bool:
    length = cv2.boundingRect(contour)[2]
    width = cv2.contourArea(contour) / length - (config.slant_px - 1)
    most = max(config.thin * length, config.least_width)
    return bool(length >= config.length * frame and width <= most)


def _erase(mask: GrayImage, lines: GrayImage, config: LineConfig) -> GrayImage:
    """Remove level lines, but not the strokes that cross them or run along them."""
    width = _width(lines)
    # Much thicker than the line is elsewhere: a stroke.
    strokes = cv2.morphologyEx(lines, cv2.MORPH_OPEN, np.ones((2 * width + 1, 1), np.uint8))
    rest = cv2.subtract(mask, cv2.subtract(lines, strokes))
    if width > config.most_width_px:
        return np.asarray(rest, np.uint8)
    # Gaps as high as the line, with ink above and below: a stroke that was no thicker there.
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((2 * (width // 2) + 7, 3), np.uint8))
    return np.asarray(cv2.bitwise_or(rest, cv2.bitwise_and(bridged, lines)), np.uint8)


def _width(lines: GrayImage) -> int:
    """Usual height of a level line: its ink per column that it covers."""
    starts = cv2.countNonZero(cv2.subtract(lines[1:], lines[:-1])) + cv2.countNonZero(lines[:1])
    return round(cv2.countNonZero(lines) / max(starts, 1))


def _without_slivers(rest: GrayImage, lines: GrayImage, config: LineConfig) -> GrayImage:
    """Leave out pieces that hardly stand out from the lines: their rough edges and crossings."""
    along = cv2.dilate(lines, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    beside = np.bincount(labels[(along > 0) & (rest > 0)], minlength=count)
    keep = beside <= config.sliver * stats[:, cv2.CC_STAT_AREA]
    keep[0] = False
    return np.asarray(np.where(keep[labels], 255, 0), np.uint8)
