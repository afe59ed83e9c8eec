"""Mark on a picture how each digit was read.

Green: read. Blue: missed, with its label. Orange: misread, label>prediction. Red: false positive.
Text and lines scale with the picture, and small pictures are enlarged, to keep marks legible.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.geometry import iou_table
from camdigits.image import cv2
from camdigits.render.canvas import Colour, Tag, put_box, put_tag, style_for
from camdigits.values import BgrImage, Box, Digit
from train.data.truth import Truth
from train.metrics.matching import Match

READ: Colour = (0, 150, 0)
MISSED: Colour = (255, 70, 0)
MISREAD: Colour = (0, 130, 255)
FALSE: Colour = (0, 0, 220)
MIN_SIDE_PX = 1600  # smaller pictures are enlarged, up to fourfold (chosen)
MAX_TEXT_SHARE = 0.4  # of the longer side of a box: maximum text height (chosen)
MIN_TEXT_PX = 14  # minimum legible text height (chosen)


@dataclass(frozen=True, slots=True)
class Mark:
    """One box, with a text unless it was read."""

    box: Box
    colour: Colour
    text: str = ""


def marks_of(truth: Truth, match: Match, digits: Sequence[Digit]) -> list[Mark]:
    """Return a mark for each label and each false positive; rare kinds last, to be on top."""
    met = dict(match.pairs)
    labels = [(index, digit["label"]) for index, digit in enumerate(truth["digits"])]
    read = [Mark(digits[met[i]].box, READ) for i, _ in labels if i in match.read]
    misread = [
        Mark(digits[met[i]].box, MISREAD, f"{label}>{digits[met[i]].label}")
        for i, label in labels
        if i in met and i not in match.read
    ]
    missed = [
        Mark(Box(*truth["digits"][i]["box"]), MISSED, f"{label}?")
        for i, label in labels
        if i not in met
    ]
    false = [Mark(digits[j].box, FALSE, digits[j].label) for j in match.false]
    return read + misread + missed + false


def draw_marks(picture: BgrImage, marks: Sequence[Mark]) -> BgrImage:
    """Draw marks on a copy of a picture, enlarged if it is small."""
    canvas, scale = enlarged(picture)
    line_px = style_for(canvas.shape[1], canvas.shape[0]).line_px
    boxes = [Box(*(value * scale for value in mark.box)) for mark in marks]
    for mark, box in zip(marks, boxes, strict=True):
        put_box(canvas, box, line_px, mark.colour)
    words = [(m.text, box, m.colour) for m, box in zip(marks, boxes, strict=True) if m.text]
    put_words(canvas, words)
    return canvas


def put_words(canvas: BgrImage, words: Sequence[tuple[str, Box, Colour]]) -> None:
    """Write a tag at each box, where it overlaps no other tag if possible."""
    style = style_for(canvas.shape[1], canvas.shape[0])
    taken: list[Box] = []
    for text, box, colour in words:
        room = int(MAX_TEXT_SHARE * max(box.width, box.height))
        tag = Tag(text, min(style.text_px, max(MIN_TEXT_PX, room)), colour)
        places = _places(tag, box, style.line_px + 2, canvas.shape)
        best = min(places, key=lambda place: _covered(place, taken))  # the first of equal ones
        put_tag(canvas, tag, best.x, best.y)
        taken.append(best)


def _places(tag: Tag, box: Box, away: int, shape: Sequence[int]) -> list[Box]:
    """Return possible places of a tag: above, below, left and right of its box."""
    wide, high = tag.width, tag.height
    middle = box.x + (box.width - wide) // 2, box.y + (box.height - high) // 2
    corners = [
        (middle[0], box.y - away - high),
        (middle[0], box.bottom + away),
        (box.x - away - wide, middle[1]),
        (box.right + away, middle[1]),
    ]
    inside = [
        (max(0, min(x, shape[1] - wide)), max(0, min(y, shape[0] - high))) for x, y in corners
    ]
    return [Box(x, y, wide, high) for x, y in inside]


def _covered(place: Box, taken: Sequence[Box]) -> float:
    """Return the overlap of a tag with the tags already placed."""
    return float(iou_table([place], taken).sum())


def enlarged(picture: BgrImage) -> tuple[BgrImage, int]:
    """Copy a picture, enlarged by an integer factor; return also the factor.

    >>> enlarged(np.zeros((480, 640, 3), np.uint8))[0].shape
    (1440, 1920, 3)
    """
    scale = min(4, math.ceil(MIN_SIDE_PX / max(picture.shape[:2])))
    if scale == 1:
        return picture.copy(), 1
    how = cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=how)), scale
