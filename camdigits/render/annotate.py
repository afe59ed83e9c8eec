"""Draw the boxes, labels and numbers of a result on a copy of its frame.

The same result always gives the same picture; the frame is not changed.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from camdigits.geometry import overlaps, padded
from camdigits.render.canvas import (
    ALL_SIDES,
    SLATE,
    Colour,
    Style,
    Tag,
    put_box,
    put_tag,
    style_for,
)
from camdigits.values import BgrImage, Box, Digit, Number, Result

# Palette of Okabe and Ito (2008), distinguishable by colour-blind people.
SURE: Colour = (178, 114, 0)  # blue
DOUBTFUL: Colour = (0, 159, 230)  # orange
UNSURE: Colour = (0, 94, 213)  # vermilion
SIGN: Colour = (115, 158, 0)  # bluish green
NOT_A_DIGIT: Colour = (150, 150, 150)  # gray
MIN_SURE_SCORE, MIN_DOUBTFUL_SCORE = 0.9, 0.6  # chosen
TEXT_SCALES = (1.0, 0.8, 0.65, 0.5)  # chosen: steps, so that text does not change every frame
MIN_TEXT_PX = 10  # chosen: smaller text is hard to read
FADE_S = 0.4  # chosen: a tracked digit missed for this long is drawn gray


def annotate(result: Result, *, labels: bool = True) -> BgrImage:
    """Draw the digits and numbers of a result on a copy of its frame.

    Args:
        result: what was read.
        labels: write labels, scores and numbers; otherwise only boxes.

    Returns:
        (H, W, 3) uint8 BGR.
    """
    canvas = result.frame.bgr.copy()
    style = fitted(style_for(canvas.shape[1], canvas.shape[0]), result.digits)
    shown = [number for number in result.numbers if _has_outline(number)]
    for number in shown:
        _outline(canvas, number, style)
    for mark in result.marks:
        put_box(canvas, mark.box, style.line_px, SIGN)
    for digit in result.digits:
        put_box(canvas, digit.box, style.line_px, _faded(digit))
    if labels:
        written = [each.box for each in (*result.digits, *result.marks)]
        taken = _Taken(written, len(result.digits) + len(shown))
        bare = _label_digits(canvas, result.digits, style, result.rotation, taken)
        _label_numbers(canvas, shown, style, taken, bare)
    return canvas


def _has_outline(number: Number) -> bool:
    return len(number.digits) > 1 or bool(number.marks) or not number.complete


def _outline(canvas: BgrImage, number: Number, style: Style) -> None:
    """Draw the outline of a number; it is open where something beside it was not read."""
    sides = set(ALL_SIDES) - {_side(number.box, other) for other in number.unread}
    box = padded(number.box, 3 * style.line_px)
    put_box(canvas, box, style.line_px, SLATE, "".join(sides))
    for other in number.unread:
        put_box(canvas, other, style.line_px, UNSURE)


def _side(box: Box, other: Box) -> str:
    """Return the side of a box on which another one is."""
    x, y = (two - one for one, two in zip(box.centre, other.centre, strict=True))
    if abs(x) * box.height >= abs(y) * box.width:
        return "l" if x < 0 else "r"
    return "t" if y < 0 else "b"


def fitted(style: Style, digits: Sequence[Digit]) -> Style:
    """Reduce the text height to the median digit size, so that labels do not hide neighbours.

    >>> small = Digit(Box(0, 0, 8, 12), "1", 0.9)
    >>> fitted(Style(line_px=2, text_px=20), [small] * 3).text_px
    10
    """
    longest = [max(digit.box.width, digit.box.height) for digit in digits]
    median_px = float(np.median(longest)) if longest else float(style.text_px)
    fits = (scale for scale in TEXT_SCALES if scale * style.text_px <= median_px)
    scale = next(fits, TEXT_SCALES[-1])
    min_px = min(style.text_px, MIN_TEXT_PX)
    return replace(style, text_px=max(min_px, round(scale * style.text_px)))


def colour_of(score: float) -> Colour:
    """Return blue for a sure, orange for a doubtful, vermilion for an unsure score."""
    if score >= MIN_SURE_SCORE:
        return SURE
    return DOUBTFUL if score >= MIN_DOUBTFUL_SCORE else UNSURE


def _faded(digit: Digit) -> Colour:
    """Return the colour of the score, blended with gray the longer the digit is missed."""
    share = min(digit.missed_s / FADE_S, 1.0)
    blue, green, red = (
        round((1 - share) * own + share * gray)
        for own, gray in zip(colour_of(digit.score), NOT_A_DIGIT, strict=True)
    )
    return blue, green, red


def percent(score: float) -> str:
    """Format a probability as whole percent, at most 99 %.

    >>> percent(0.996), percent(0.123)
    ('99%', '12%')
    """
    return f"{min(99, round(100 * score))}%" if np.isfinite(score) else "?"


def corner_above(
    box: Box, size: tuple[int, int], canvas: tuple[int, int], gap: int
) -> tuple[int, int]:
    """Return the top left corner of a label above `box`, or below it if there is no room.

    Args:
        box: the labelled box.
        size: width, height of the label.
        canvas: width, height of the picture.
        gap: pixels between box and label.
    """
    x = round(box.centre[0] - size[0] / 2)
    above, below = box.y - gap - size[1], box.bottom + gap
    y = above if above >= 0 else below
    return max(0, min(x, canvas[0] - size[0])), max(0, min(y, canvas[1] - size[1]))


def corner_beside(
    box: Box, size: tuple[int, int], canvas: tuple[int, int], gap: int, rotation: int
) -> tuple[int, int]:
    """Return the top left corner of a label on a page that lies on its side.

    Args:
        box: the labelled box.
        size: width, height of the label.
        canvas: width, height of the picture.
        gap: pixels between box and label.
        rotation: 90 or 270, degrees clockwise that bring the page upright.

    Returns:
        x, y: left of the box for 90, right for 270 (above it on the upright page), or on the
        other side if there is no room.
    """
    y = round(box.centre[1] - size[1] / 2)
    left, right = box.x - gap - size[0], box.right + gap
    x = left if rotation == 90 else right
    if x < 0 or x + size[0] > canvas[0]:
        x = left + right - x
    return max(0, min(x, canvas[0] - size[0])), max(0, min(y, canvas[1] - size[1]))


def max_label_widths(digits: Sequence[Digit], line_px: int) -> list[int]:
    """Return the largest width in pixels of each digit's label beside its neighbours'.

    Args:
        digits: N digits.
        line_px: boxes whose tops differ by at most this many pixels are on one line.
    """
    middles = np.array([digit.box.centre[0] for digit in digits], np.float32)
    tops = np.array([digit.box.y for digit in digits], np.float32)
    apart = np.abs(middles[:, None] - middles)
    apart[np.abs(tops[:, None] - tops) > line_px] = np.inf
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1, initial=1e6)
    return [int(each) - 1 for each in nearest]


class _Taken:
    """Boxes of what is written on a picture, and of the tags drawn so far."""

    def __init__(self, boxes: Sequence[Box], more: int) -> None:
        """Start with what is written; `more` tags can be added."""
        self._ends = np.zeros((len(boxes) + more, 4), np.int64)  # left, top, right, bottom
        self._count = 0
        for box in boxes:
            self.add(box)

    def covers(self, box: Box, own: Box | None = None) -> int:
        """Count the boxes that a tag would cover, its own digit's aside."""
        left, top, right, bottom = self._ends[: self._count].T
        shared = (left < box.right) & (right > box.x) & (top < box.bottom) & (bottom > box.y)
        found = int(np.count_nonzero(shared))
        return found - (own is not None and overlaps(box, own))

    def add(self, box: Box) -> None:
        """Remember a tag."""
        self._ends[self._count] = box.x, box.y, box.right, box.bottom
        self._count += 1


def _label_digits(
    canvas: BgrImage, digits: Sequence[Digit], style: Style, rotation: int, taken: _Taken
) -> set[int]:
    """Write each label where it covers no writing; return the digits that have no label."""
    size, gap = canvas.shape[1::-1], 2 * style.line_px + 2
    line_px = style.text_px + 2 * style.pad_px
    widths = max_label_widths(digits, line_px)
    bare: set[int] = set()
    for index, (digit, max_width_px) in enumerate(zip(digits, widths, strict=True)):
        sideways = rotation in (90, 270)
        tag = _tag_that_fits(digit, 3 * style.text_px if sideways else max_width_px, style)
        wide, high = tag.width, tag.height
        if sideways:
            corners = [
                corner_beside(digit.box, (wide, high), size, gap, each) for each in (90, 270)
            ]
            corners = corners if rotation == 90 else corners[::-1]
        else:
            x, y = corner_above(digit.box, (wide, high), size, gap)
            below = min(digit.box.bottom + gap, size[1] - high)
            corners = [(x, y), (x, below)]
        boxes = [Box(x, y, wide, high) for x, y in corners]
        beside = [box for box in boxes if not overlaps(box, digit.box)]  # none: it fills the page
        own = None if beside else digit.box
        free = next((box for box in beside or boxes if not taken.covers(box, own)), None)
        if free is None:
            bare.add(index)
            continue
        put_tag(canvas, tag, free.x, free.y)
        taken.add(free)
    return bare


def _tag_that_fits(digit: Digit, max_width_px: int, style: Style) -> Tag:
    """Return the label, with a score that is not sure if it fits, in smaller text if necessary."""
    colour = _faded(digit)
    if digit.score >= MIN_SURE_SCORE:
        return Tag(digit.label, style.text_px, colour, style.pad_px)
    full = f"{digit.label} {percent(digit.score)}"
    small_px = max(9, round(style.text_px * 0.8))
    for text, text_px in (full, style.text_px), (full, small_px):
        tag = Tag(text, text_px, colour, style.pad_px)
        if tag.width <= max_width_px:
            return tag
    return Tag(digit.label, style.text_px, colour, style.pad_px)


def _label_numbers(
    canvas: BgrImage, numbers: Sequence[Number], style: Style, taken: _Taken, bare: set[int]
) -> None:
    """Write each number beside its digits, where it covers neither digits nor labels.

    On a page so dense that there is no such place it covers the least, unless its digits have
    labels of their own.
    """
    label_px = style.text_px + 2 * style.pad_px + 2 * style.line_px + 2
    for number in numbers:
        tag = Tag(number.text, style.text_px, SLATE, style.pad_px)
        boxes = _tag_boxes(padded(number.box, 5 * style.line_px), tag, label_px)
        inside = [_moved_inside(box, canvas) for box in boxes]
        covered = [taken.covers(box) for box in inside]
        best = covered.index(min(covered))
        if covered[best] and not bare.intersection(number.digits):
            continue
        box = inside[best]
        put_tag(canvas, tag, box.x, box.y)
        taken.add(box)


def _tag_boxes(around: Box, tag: Tag, label_px: int) -> list[Box]:
    """Return candidate boxes of a number's tag: below, right, left, above the digits' labels."""
    middle_x = round(around.centre[0] - tag.width / 2)
    middle_y = round(around.centre[1] - tag.height / 2)
    corners = (
        (middle_x, around.bottom + 1),
        (around.right + 1, middle_y),
        (around.x - tag.width - 1, middle_y),
        (middle_x, around.y - label_px - tag.height),
    )
    return [Box(x, y, tag.width, tag.height) for x, y in corners]


def _moved_inside(box: Box, canvas: BgrImage) -> Box:
    """Move a box inside the picture."""
    height, width = canvas.shape[:2]
    x, y = min(box.x, width - box.width), min(box.y, height - box.height)
    return Box(max(0, x), max(0, y), box.width, box.height)
