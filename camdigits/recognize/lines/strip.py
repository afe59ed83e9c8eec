"""Scale the ink of a line of digits to a strip of fixed height, the input of the line net.

A line is scaled by the height of its digits, not by that of its ink, so that a point stays smaller
than a minus, and a comma lower than a digit. Training strips are drawn by the same function.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.segment.contours import Components
from camdigits.values import Box, Flags, Floats, GrayImage

HEIGHT = 40  # px: of a strip
UNIT = 20  # px: height of a digit in it
STRETCH = 1.4  # chosen: width over height of a pixel's copy
MARGIN = 4  # px: empty columns on the left; at least as many are on the right
STEP = 4  # px: columns per output of the net
FINER = 2  # chosen: ink is drawn this much larger and averaged
MAX_HEIGHT = 2.2  # chosen: of a component, over the digit height; higher ones are frames
REACH = 0.95  # chosen: from the middle of the line to the middle of a component, the same


@dataclass(frozen=True, slots=True)
class Line:
    """A line of digits of an upright image, in pixels."""

    left: float
    right: float
    middle: float  # y of the middle of the digits at `left`
    slope: float  # rise of y per x
    height: float  # of the digits

    def to_strip(self, points: Floats) -> Floats:
        """Return (..., 2) x y of the image as x y of the strip."""
        scale = UNIT / self.height
        x, y = points[..., 0] - self.left, points[..., 1]
        y = y - (self.middle + self.slope * x)
        return np.stack([x * scale * STRETCH + MARGIN, y * scale + HEIGHT / 2], axis=-1)

    def x_of(self, column: float) -> float:
        """Return the x of the image at a column of the strip."""
        return (column - MARGIN) * self.height / (UNIT * STRETCH) + self.left

    def middle_at(self, x: float) -> float:
        """Return the y of the middle of the line at an x of the image."""
        return self.middle + self.slope * (x - self.left)

    def has(self, box: Box, max_away: float) -> bool:
        """Whether the middle of a box is on the line, at most so many heights from its middle."""
        x, y = box.centre
        return (
            self.left <= x <= self.right and abs(y - self.middle_at(x)) <= max_away * self.height
        )

    def level(self, boxes: Floats, max_away: float) -> Flags:
        """(N,) bool: boxes, (N, 4), whose middles are as high as the line at their places."""
        middles = boxes[:, :2] + boxes[:, 2:] / 2
        away = middles[:, 1] - (self.middle + self.slope * (middles[:, 0] - self.left))
        return np.asarray(np.abs(away) <= max_away * self.height, np.bool_)

    def has_each(self, boxes: Floats, max_away: float) -> Flags:
        """(N,) bool: the boxes, (N, 4), that are on the line, as for `has`."""
        at = boxes[:, 0] + boxes[:, 2] / 2
        inside = (at >= self.left) & (at <= self.right)
        return np.asarray(inside & self.level(boxes, max_away), np.bool_)

    def within(self, left: float, right: float) -> "Line":
        """Return the line between other ends."""
        return replace(self, left=left, right=right, middle=self.middle_at(left))

    @property
    def columns(self) -> int:
        """Width of the strip, a multiple of `STEP`."""
        wide = (self.right - self.left) * UNIT * STRETCH / self.height + 2 * MARGIN
        return -(-int(np.ceil(wide)) // STEP) * STEP


def draw_line(components: Components, line: Line) -> GrayImage:
    """Draw the components of a line.

    Args:
        components: of an upright image, without rules.
        line: whose components are drawn: those with their middle on it.

    Returns:
        (40, W) uint8, 255 on ink.
    """
    size = line.columns * FINER, HEIGHT * FINER
    fine = np.zeros(size[::-1], np.uint8)
    contours = [
        contour
        for row in on_line(components, line).tolist()
        for contour in components.component(row)
    ]
    if contours:
        points = np.concatenate(contours)[:, 0].astype(np.float64)
        placed = np.rint(line.to_strip(points) * FINER - 0.5).astype(np.int32)
        ends = np.cumsum([len(contour) for contour in contours])[:-1]
        cv2.fillPoly(fine, np.split(placed, ends), 255)
    strip = cv2.resize(fine, (line.columns, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(strip, np.uint8)


def on_line(components: Components, line: Line) -> npt.NDArray[np.intp]:
    """Return the components on a line, as indexes."""
    x, y, width, height = components.boxes.T.astype(np.float64)
    at = x + width / 2
    away = y + height / 2 - (line.middle + line.slope * (at - line.left))
    fits = (at >= line.left) & (at <= line.right) & (height <= MAX_HEIGHT * line.height)
    fits &= np.abs(away) <= REACH * line.height
    return np.flatnonzero(fits)
