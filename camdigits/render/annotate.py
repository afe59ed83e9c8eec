"""A result → a picture of it: boxes and labels on a copy of its own frame, and the debug view.

Pure: the same result gives the same picture, and the frame stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.errors import ArrayError
from camdigits.image import cv2
from camdigits.render.canvas import (
    SLATE,
    WHITE,
    Colour,
    Style,
    Tag,
    put_box,
    put_tag,
    put_text,
    style_for,
    text_width,
)
from camdigits.render.status import Status, with_status
from camdigits.values import BgrImage, Box, Digit, GrayImage, Number, Result, Trace

# Okabe and Ito's colours, which colour-blind people tell apart.
SURE: Colour = (178, 114, 0)  # blue
DOUBTFUL: Colour = (0, 159, 230)  # orange
UNSURE: Colour = (0, 94, 213)  # vermilion
NOT_A_DIGIT: Colour = (150, 150, 150)
SURE_FROM, DOUBTFUL_FROM = 0.9, 0.6
SHRINK = (1.0, 0.8, 0.65, 0.5)  # of the print that suits the picture
LEAST_TEXT_PX = 10
FADE_S = 0.4  # a digit that is not seen for so long has the colour of what is none


def draw(result: Result, *, labels: bool = True, status: Status | None = None) -> BgrImage:
    """Draw what was read onto a copy of the frame.

    Args:
        result: what was read.
        labels: write labels, scores and numbers; otherwise only boxes.
        status: drawn around and above the picture, which grows by a bar below.

    Returns:
        (H, W, 3) uint8, with a status (H + bar, W, 3).
    """
    canvas = result.frame.bgr.copy()
    style = fitted(style_for(canvas.shape[1], canvas.shape[0]), result.digits)
    shown = [number for number in result.numbers if len(number.digits) > 1]
    for number in shown:
        put_box(canvas, _around(number.box, 3 * style.line_px), style.line_px, SLATE)
    for digit in result.digits:
        put_box(canvas, digit.box, style.line_px, _faded(digit))
    if labels:
        _label_digits(canvas, result.digits, style, result.rotation)
        _label_numbers(canvas, result.digits, shown, style)
    return canvas if status is None else with_status(canvas, status)


def fitted(style: Style, digits: Sequence[Digit]) -> Style:
    """Take print no larger than most digits: on a form with small ones it would hide the rest.

    >>> small = Digit(Box(0, 0, 8, 12), "1", 0.9)
    >>> fitted(Style(line_px=2, text_px=20), [small] * 3).text_px
    10
    """
    longest = [max(digit.box.width, digit.box.height) for digit in digits]
    usual = float(np.median(longest)) if longest else float(style.text_px)
    # In steps, so that print does not change with every frame; half can still be read.
    fit = next((part for part in SHRINK if part * style.text_px <= usual), SHRINK[-1])
    least = min(style.text_px, LEAST_TEXT_PX)
    return replace(style, text_px=max(least, round(fit * style.text_px)))


def colour_of(score: float) -> Colour:
    """Choose blue for sure, orange for doubtful, vermilion for unsure."""
    if score >= SURE_FROM:
        return SURE
    return DOUBTFUL if score >= DOUBTFUL_FROM else UNSURE


def _faded(digit: Digit) -> Colour:
    """Take the colour of its score, the grayer the longer the digit was not seen."""
    part = min(digit.missed_s / FADE_S, 1.0)
    blue, green, red = (
        round((1 - part) * own + part * gray)
        for own, gray in zip(colour_of(digit.score), NOT_A_DIGIT, strict=True)
    )
    return blue, green, red


def percent(score: float) -> str:
    """Say a probability in whole percent; 100 % is never claimed.

    >>> percent(0.996), percent(0.123)
    ('99%', '12%')
    """
    return f"{min(99, round(100 * score))}%" if np.isfinite(score) else "?"


def place(box: Box, size: tuple[int, int], canvas: tuple[int, int], gap: int) -> tuple[int, int]:
    """Find the corner of a label of `size` so that it lies beside `box`, not on it.

    Args:
        box: what the label belongs to.
        size: width, height of the label.
        canvas: width, height of the picture.
        gap: pixels between the two.

    Returns:
        x, y: above the box, or below it where there is no room above.
    """
    x = round(box.centre[0] - size[0] / 2)
    above, below = box.y - gap - size[1], box.bottom + gap
    y = above if above >= 0 else below
    return max(0, min(x, canvas[0] - size[0])), max(0, min(y, canvas[1] - size[1]))


def place_beside(
    box: Box, size: tuple[int, int], canvas: tuple[int, int], gap: int, rotation: int
) -> tuple[int, int]:
    """Find the corner of a label on a page on its side: where the upright page has "above".

    Args:
        box: what the label belongs to.
        size: width, height of the label.
        canvas: width, height of the picture.
        gap: pixels between the two.
        rotation: 90 or 270, degrees clockwise that bring the page upright.

    Returns:
        x, y: left of the box for 90, right for 270, or on its other side where there is no room.
    """
    y = round(box.centre[1] - size[1] / 2)
    left, right = box.x - gap - size[0], box.right + gap
    x = left if rotation == 90 else right
    if x < 0 or x + size[0] > canvas[0]:
        x = left + right - x
    return max(0, min(x, canvas[0] - size[0])), max(0, min(y, canvas[1] - size[1]))


def room_px(digits: Sequence[Digit], line_px: int) -> list[int]:
    """Tell how wide each digit's label may be before it meets its neighbour's.

    Args:
        digits: n of them.
        line_px: labels whose boxes begin within so many rows stand on one line.
    """
    middles = np.array([digit.box.centre[0] for digit in digits], np.float32)
    tops = np.array([digit.box.y for digit in digits], np.float32)
    apart = np.abs(middles[:, None] - middles)
    apart[np.abs(tops[:, None] - tops) > line_px] = np.inf
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1, initial=1e6)
    return [int(each) - 1 for each in nearest]


def _label_digits(canvas: BgrImage, digits: Sequence[Digit], style: Style, rotation: int) -> None:
    size, gap = canvas.shape[1::-1], 2 * style.line_px + 2
    if rotation in (90, 270):
        for digit in digits:
            tag = _tag_that_fits(digit, 3 * style.text_px, style)
            corner = place_beside(digit.box, (tag.width, tag.height), size, gap, rotation)
            put_tag(canvas, tag, *corner)
        return
    line_px = style.text_px + 2 * style.pad_px
    for digit, room in zip(digits, room_px(digits, line_px), strict=True):
        tag = _tag_that_fits(digit, room, style)
        corner = place(digit.box, (tag.width, tag.height), size, gap)
        put_tag(canvas, tag, *corner)


def _tag_that_fits(digit: Digit, room: int, style: Style) -> Tag:
    """Take label and score if there is room, in smaller print if need be, else the label."""
    colour = _faded(digit)
    full = f"{digit.label} {percent(digit.score)}"
    small_px = max(9, round(style.text_px * 0.8))
    for text, text_px in (full, style.text_px), (full, small_px), (full.rstrip("%"), small_px):
        tag = Tag(text, text_px, colour, style.pad_px)
        if tag.width <= room:
            return tag
    return Tag(digit.label, style.text_px, colour, style.pad_px)


def _label_numbers(
    canvas: BgrImage, digits: Sequence[Digit], numbers: Sequence[Number], style: Style
) -> None:
    """Write each number beside its digits, where it covers neither digits nor labels."""
    label_px = style.text_px + 2 * style.pad_px + 2 * style.line_px + 2
    taken = [
        Box(digit.box.x, digit.box.y - label_px, digit.box.width, digit.box.height + label_px)
        for digit in digits
    ]
    for number in numbers:
        tag = Tag(number.text, style.text_px, SLATE, style.pad_px)
        places = _places(_around(number.box, 5 * style.line_px), tag, label_px)
        inside = [_into(place, canvas) for place in places]
        free = [box for box in inside if not any(_overlap(box, other) for other in taken)]
        box = (free or inside)[0]
        put_tag(canvas, tag, box.x, box.y)
        taken.append(box)


def _places(around: Box, tag: Tag, label_px: int) -> list[Box]:
    """Where a number's tag may lie: below its digits, right, left, above their labels."""
    middle_x = round(around.centre[0] - tag.width / 2)
    middle_y = round(around.centre[1] - tag.height / 2)
    corners = (
        (middle_x, around.bottom + 1),
        (around.right + 1, middle_y),
        (around.x - tag.width - 1, middle_y),
        (middle_x, around.y - label_px - tag.height),
    )
    return [Box(x, y, tag.width, tag.height) for x, y in corners]


def _into(box: Box, canvas: BgrImage) -> Box:
    """Move a box into the picture."""
    height, width = canvas.shape[:2]
    x, y = min(box.x, width - box.width), min(box.y, height - box.height)
    return Box(max(0, x), max(0, y), box.width, box.height)


def _overlap(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


def _around(box: Box, by: int) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)


DEBUG_HEIGHT = (480, 1080)  # smaller frames are enlarged, larger ones reduced


@dataclass(frozen=True, slots=True)
class _Grid:
    columns: int
    rows: int
    cell_px: int  # side of a magnified glyph
    text_px: int

    @property
    def pitch(self) -> tuple[int, int]:
        return self.cell_px + 8, self.cell_px + self.text_px + 12


def draw_debug(result: Result) -> BgrImage:
    """Draw what the stages made: the ink with its regions, beside it the glyphs the model saw.

    Returns:
        (H, W, 3) uint8, of one size for all frames of one size.

    Raises:
        ArrayError: the result was read without a trace.
    """
    trace = result.trace
    if trace is None:
        raise ArrayError("debug view: wanted a result with a trace; read with trace=True")
    ink = _ink_view(trace)
    glyphs = _glyph_view(trace, ink.shape[0])
    return np.ascontiguousarray(np.hstack((ink, glyphs)))


def _ink_view(trace: Trace) -> BgrImage:
    height, width = trace.ink.shape
    scale = min(max(height, DEBUG_HEIGHT[0]), DEBUG_HEIGHT[1]) / height
    size = max(1, round(width * scale)), max(1, round(height * scale))
    canvas = _enlarge(trace.ink, size)
    style = style_for(*size)
    for region, label, score in zip(trace.regions, trace.labels, trace.scores, strict=True):
        box = Box(*(round(side * scale) for side in region.box))
        put_box(canvas, box, style.line_px, _trace_colour(label, score))
    put_tag(canvas, Tag(f"ink, {len(trace.regions)} regions", style.text_px, SLATE, 4), 4, 4)
    return canvas


def _enlarge(ink: GrayImage, size: tuple[int, int]) -> BgrImage:
    method = cv2.INTER_AREA if size[0] < ink.shape[1] else cv2.INTER_NEAREST
    scaled = cv2.resize(ink, size, interpolation=method)
    return np.asarray(cv2.cvtColor(scaled, cv2.COLOR_GRAY2BGR), np.uint8)


def _glyph_view(trace: Trace, height: int) -> BgrImage:
    grid = _grid_for(len(trace.glyphs), height)
    canvas = np.full((height, round(height * 0.75), 3), SLATE, np.uint8)
    shown = min(len(trace.glyphs), grid.columns * grid.rows)
    for index in range(shown):
        _put_glyph(canvas, trace, index, grid)
    left_over = len(trace.glyphs) - shown
    title = f"{len(trace.glyphs)} glyphs" + (f", {left_over} not shown" if left_over else "")
    put_text(canvas, title, 8, 8, 12, WHITE)
    return canvas


def _grid_for(count: int, height: int) -> _Grid:
    """Choose the largest glyphs of which `count` fit, down to their own 28 pixels."""
    for times in (4, 3, 2, 1):
        cell = 28 * times
        text_px = 14 if times > 2 else 11 if times > 1 else 8
        columns = (round(height * 0.75) - 8) // (cell + 8)
        rows = (height - 28) // (cell + text_px + 12)
        if columns * rows >= count:
            break
    return _Grid(columns, rows, cell, text_px)


def _put_glyph(canvas: BgrImage, trace: Trace, index: int, grid: _Grid) -> None:
    row, column = divmod(index, grid.columns)
    x, y = 8 + column * grid.pitch[0], 28 + row * grid.pitch[1]
    glyph = _enlarge(trace.glyphs[index], (grid.cell_px, grid.cell_px))
    canvas[y : y + grid.cell_px, x : x + grid.cell_px] = glyph
    label, score = trace.labels[index], trace.scores[index]
    box = Box(x, y, grid.cell_px, grid.cell_px)
    put_box(canvas, box, 1, _trace_colour(label, score))
    text = _caption(label, score, grid)
    put_text(canvas, text, x, y + grid.cell_px + 4, grid.text_px, WHITE)


def _caption(label: str, score: float, grid: _Grid) -> str:
    full = f"{label} {percent(score)}"
    return full if text_width(full, grid.text_px) <= grid.cell_px + 6 else label


def _trace_colour(label: str, score: float) -> Colour:
    return NOT_A_DIGIT if label == "none" else colour_of(score)
