"""Find what was printed to write on or into, and take it out: ruled lines, grids, boxes, tables.

Which components are frames is told from their outlines; how their lines are removed stands in
lines.py. What is left of lines that broke is told from bare strokes by how it stands.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.segment.contours import Boxes, Outlines, trace
from camdigits.segment.ink import Ink
from camdigits.segment.remove_rules import without_lines
from camdigits.values import GrayImage


@dataclass(frozen=True, slots=True)
class FrameConfig:
    """Limits in pixels of the image that is searched, or as parts of a longer side."""

    weak: int = 2  # part of the limit of ink from which a printed line has no gaps
    line_part: float = 0.25  # of the longer side: a longer blob may be a printed line or a grid
    most_ink: float = 0.35  # of the picture: cloth and wood have more, squared paper a fifth
    holes: int = 80  # of a frame, looked at: squared paper has thousands
    min_side: int = 8  # a smaller longest side is dust
    least_box: int = 14  # smaller boxes hold no digit
    rectangular: float = 0.86  # of the rectangle around it that a box fills; the hole of a 0, 0.78
    content: float = 0.3  # of a box's height that what is written in it has
    rung_part: float = 0.25  # of its length: a narrower stroke between two lines is one too
    rung_gap: int = 3  # pixels at most between the ends of such a stroke and the lines
    broken_gap: float = 0.15  # of the shorter one's length: the gap between pieces of a line
    most: int = 600  # strokes looked at in one picture


DEFAULT = FrameConfig()


def without_frames(ink: Ink, config: FrameConfig = DEFAULT) -> Outlines:
    """Trace the ink without grids, boxes and ruled lines; the strokes that touch them stay.

    Args:
        ink: of an (H, W) image.
        config: what is a frame.

    Returns:
        Outlines of the components, bare pieces of lines left out, and where the lines are.
    """
    outlines = trace(ink.mask)
    if cv2.countNonZero(ink.mask) <= config.most_ink * ink.mask.size:
        outlines = _erased(outlines, ink, config)
    return outlines.without(_broken_lines(outlines.boxes, config))


def _erased(outlines: Outlines, ink: Ink, config: FrameConfig) -> Outlines:
    frames = _frames(outlines, max(ink.mask.shape), config)
    if not frames:
        return outlines
    longer = max(ink.mask.shape)
    rest, lines = ink.mask.copy(), np.zeros_like(ink.mask)
    for index in frames:
        x, y, width, height = outlines.boxes[index].tolist()
        here = np.s_[y : y + height, x : x + width]
        frame = [contour - (x, y) for contour in outlines.piece(index, config.holes)]
        weak = cv2.compare(ink.contrast[here], ink.limits[here] // config.weak, cv2.CMP_GT)
        found = without_lines(rest[here], np.asarray(weak, np.uint8), frame, longer)
        if found is not None:
            rest[here] = found[0]
            np.maximum(lines[here], found[1], out=lines[here])
    if not lines.any():
        return outlines
    freed = replace(trace(rest), lines=lines)
    return freed.without(_rungs(freed.boxes, lines, config))


def _frames(outlines: Outlines, longer: int, config: FrameConfig) -> list[int]:
    """Indexes of components that may have printed lines: long ones, and boxes around others."""
    longest = outlines.boxes[:, 2:].max(axis=1, initial=0)
    frames = set(np.flatnonzero(longest > config.line_part * longer).tolist())
    for index in np.flatnonzero(outlines.boxes[:, 2:].min(axis=1) >= config.least_box):
        if int(index) not in frames and _is_box(outlines, int(index), config):
            frames.add(int(index))
    return sorted(frames)


def _is_box(outlines: Outlines, index: int, config: FrameConfig) -> bool:
    """Whether a component has a rectangular hole with something large in it."""
    for hole in outlines.piece(index, config.holes)[1:]:
        x, y, width, height = cv2.boundingRect(hole)
        if min(width, height) < config.least_box:
            continue
        _, sides, _ = cv2.minAreaRect(hole)
        if cv2.contourArea(hole) < config.rectangular * sides[0] * sides[1]:
            continue
        boxes = outlines.boxes
        inside = (boxes[:, 0] > x) & (boxes[:, 1] > y)
        inside &= (boxes[:, 0] + boxes[:, 2] < x + width) & (
            boxes[:, 1] + boxes[:, 3] < y + height
        )
        if (inside & (boxes[:, 3] >= config.content * height)).any():
            return True
    return False


def _rungs(boxes: Boxes, lines: GrayImage, config: FrameConfig) -> npt.NDArray[np.bool_]:
    """(N,) bool: bare strokes with a printed line at both ends: the sides of a table's cells."""
    rungs = np.zeros(len(boxes), np.bool_)
    thin = boxes[:, 2:].min(axis=1) <= config.rung_part * boxes[:, 2:].max(axis=1)
    for index in np.flatnonzero(thin & (boxes[:, 2:].max(axis=1) >= config.min_side)):
        x, y, width, height = boxes[index].tolist()
        left, top = max(0, x - config.rung_gap), max(0, y - config.rung_gap)
        right, bottom = x + width + config.rung_gap, y + height + config.rung_gap
        reach = 2 * config.rung_gap
        around = lines[top:bottom, left:right]
        upright = height > width
        ends = (
            (around[:reach], around[-reach:])
            if upright
            else (around[:, :reach], around[:, -reach:])
        )
        rungs[index] = all(end.any() for end in ends)
    return rungs


def _broken_lines(boxes: Boxes, config: FrameConfig) -> npt.NDArray[np.bool_]:
    """(N,) bool: bare strokes that go on in another one at an end: edges of sheets, dashes.

    Ones stand beside each other; rows of them are never so close.
    """
    broken = np.zeros(len(boxes), np.bool_)
    longest = boxes[:, 2:].max(axis=1, initial=0)
    thin = boxes[:, 2:].min(axis=1) <= config.rung_part * longest
    strokes = np.flatnonzero(thin & (longest >= config.min_side))[: config.most]
    for along, across in ((0, 1), (1, 0)):
        lying = strokes[boxes[strokes, 2 + along] > boxes[strokes, 2 + across]]
        start, length = boxes[lying, along], boxes[lying, 2 + along]
        middle = boxes[lying, across] + boxes[lying, 2 + across] / 2
        gap = np.maximum(start[:, None], start) - np.minimum(
            (start + length)[:, None], start + length
        )
        beside = np.abs(middle[:, None] - middle)
        goes_on = (np.abs(gap) <= config.broken_gap * np.minimum(length[:, None], length)) & (
            beside <= np.maximum(boxes[lying, 2 + across][:, None], boxes[lying, 2 + across])
        )
        np.fill_diagonal(goes_on, False)
        broken[lying[goes_on.any(axis=1)]] = True
    return broken
