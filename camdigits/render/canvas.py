"""Draw boxes and text that are readable on any background and at any picture size.

All functions draw on the array passed in.
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

from camdigits.geometry import padded
from camdigits.image import cv2
from camdigits.values import BgrImage, Box

Colour: TypeAlias = tuple[int, int, int]  # blue, green, red

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
SLATE: Colour = (56, 44, 36)

FONT = cv2.FONT_HERSHEY_SIMPLEX  # OpenCV 5 draws its own TrueType font under this name
CAP_PX = 21.0  # height of a digit at font scale 1, in OpenCV 4 and 5

ALL_SIDES = "tblr"  # of a box: top, bottom, left, right


@dataclass(frozen=True, slots=True)
class Style:
    """Line and text sizes in pixels for one picture size."""

    line_px: int
    text_px: int  # height of a digit of text

    @property
    def pad_px(self) -> int:
        """Padding around text."""
        return max(2, self.text_px // 5)


@dataclass(frozen=True, slots=True)
class Tag:
    """Text on a filled rectangle, readable on any background."""

    text: str
    text_px: int
    fill: Colour
    pad_px: int = 2

    @property
    def width(self) -> int:
        """Width in pixels."""
        return text_width(self.text, self.text_px) + 2 * self.pad_px

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self.text_px + 2 * self.pad_px


def style_for(width: int, height: int) -> Style:
    """Return sizes for a picture of `width` by `height` pixels.

    >>> style_for(640, 480)
    Style(line_px=1, text_px=11)
    """
    side = math.sqrt(width * height)
    return Style(max(1, round(side / 480)), max(10, round(side * 0.0195)))


def text_width(text: str, text_px: int) -> int:
    """Return the width in pixels of ASCII text that is `text_px` high."""
    (width, _), _ = cv2.getTextSize(text, FONT, text_px / CAP_PX, weight(text_px))
    return int(width)


def weight(text_px: int) -> int:
    """Return the stroke width in pixels for text that is `text_px` high."""
    return max(1, round(text_px / 13))


def put_text(canvas: BgrImage, text: str, x: int, y: int, text_px: int, colour: Colour) -> None:
    """Write ASCII text; (x, y) is its top left corner."""
    scale, stroke = text_px / CAP_PX, weight(text_px)
    cv2.putText(canvas, text, (x, y + text_px), FONT, scale, colour, stroke, cv2.LINE_AA)


def put_tag(canvas: BgrImage, tag: Tag, x: int, y: int) -> None:
    """Draw a tag; (x, y) is its top left corner."""
    cv2.rectangle(canvas, (x, y), (x + tag.width - 1, y + tag.height - 1), tag.fill, cv2.FILLED)
    ink = readable_on(tag.fill)
    put_text(canvas, tag.text, x + tag.pad_px, y + tag.pad_px, tag.text_px, ink)


def put_box(
    canvas: BgrImage, box: Box, line_px: int, colour: Colour, sides: str = ALL_SIDES
) -> None:
    """Draw a line just outside `box`, between thin white edges for dark backgrounds.

    Args:
        canvas: is drawn on.
        box: stays free.
        line_px: width of the line.
        colour: of the line.
        sides: those that are drawn: t(op), b(ottom), l(eft), r(ight).
    """
    _put_ring(canvas, box, line_px + 2, WHITE, sides)
    _put_ring(canvas, padded(box, 1), line_px, colour, sides)


def _put_ring(canvas: BgrImage, hole: Box, line_px: int, colour: Colour, sides: str) -> None:
    # cv2.rectangle paints up to two pixels more than its thickness, over the ink.
    left, top = max(0, hole.x - line_px), max(0, hole.y - line_px)
    right, bottom = max(0, hole.right + line_px), max(0, hole.bottom + line_px)
    if "t" in sides:
        canvas[top : max(0, hole.y), left:right] = colour
    if "b" in sides:
        canvas[max(0, hole.bottom) : bottom, left:right] = colour
    if "l" in sides:
        canvas[top:bottom, left : max(0, hole.x)] = colour
    if "r" in sides:
        canvas[top:bottom, max(0, hole.right) : right] = colour


def readable_on(fill: Colour) -> Colour:
    """Return black or white, whichever is readable on `fill`, by its luma (BT.601)."""
    luma = 0.114 * fill[0] + 0.587 * fill[1] + 0.299 * fill[2]
    return BLACK if luma > 150 else WHITE
