"""Render the debug view: the ink mask with its regions, and the glyphs the model received."""

from dataclasses import dataclass

import numpy as np

from camdigits.errors import ArrayError
from camdigits.geometry import box_from_upright, scaled, undo_upright
from camdigits.image import cv2
from camdigits.render.annotate import NOT_A_DIGIT, colour_of, percent
from camdigits.render.canvas import (
    SLATE,
    WHITE,
    Colour,
    Tag,
    put_box,
    put_tag,
    put_text,
    style_for,
    text_width,
)
from camdigits.values import NONE, BgrImage, Box, GrayImage, Result, Trace

MIN_HEIGHT_PX, MAX_HEIGHT_PX = 480, 1080  # chosen: other ink masks are scaled to fit
GLYPH_PX = 28  # side of a glyph


@dataclass(frozen=True, slots=True)
class _Grid:
    columns: int
    rows: int
    cell_px: int  # side of a magnified glyph
    text_px: int

    @property
    def pitch(self) -> tuple[int, int]:
        return self.cell_px + 8, self.cell_px + self.text_px + 12


def debug_view(result: Result) -> BgrImage:
    """Render the trace of a result: the ink mask with the last regions, and the first glyphs.

    Returns:
        (H, W, 3) uint8; its size depends on the size of the frame only.

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
    mask = undo_upright(trace.ink.mask, trace.pose)
    height, width = mask.shape
    scale = min(max(height, MIN_HEIGHT_PX), MAX_HEIGHT_PX) / height
    size = max(1, round(width * scale)), max(1, round(height * scale))
    canvas = _enlarge(mask, size)
    style = style_for(*size)
    last = trace.split
    for region, label, score in zip(last.regions, last.labels, last.scores.tolist(), strict=True):
        box = scaled(box_from_upright(region.box, trace.pose), scale, size)
        put_box(canvas, box, style.line_px, _trace_colour(label, score))
    number_px = max(8, round(0.7 * style.text_px))
    for number, index in enumerate(_digits_first(trace)[: _digit_count(trace)], 1):
        region = trace.with_prior.regions[index]
        box = scaled(box_from_upright(region.box, trace.pose), scale, size)
        put_text(canvas, str(number), box.x, box.bottom + 3, number_px, WHITE)
    put_tag(canvas, Tag(f"ink, {len(trace.split.regions)} regions", style.text_px, SLATE, 4), 4, 4)
    return canvas


def _enlarge(ink: GrayImage, size: tuple[int, int]) -> BgrImage:
    method = cv2.INTER_AREA if size[0] < ink.shape[1] else cv2.INTER_NEAREST
    resized = cv2.resize(ink, size, interpolation=method)
    return np.asarray(cv2.cvtColor(resized, cv2.COLOR_GRAY2BGR), np.uint8)


def _glyph_view(trace: Trace, height: int) -> BgrImage:
    grid = _grid_for(len(trace.glyphs), height)
    canvas = np.full((height, round(height * 0.75), 3), SLATE, np.uint8)
    shown = min(len(trace.glyphs), grid.columns * grid.rows)
    numbered = _digit_count(trace)
    for place, index in enumerate(_digits_first(trace)[:shown]):
        _put_glyph(canvas, trace, index, place, grid)
        if place < numbered:
            x, y = _corner(place, grid)
            put_text(canvas, str(place + 1), x + 2, y + 2, 8, WHITE)
    hidden = len(trace.glyphs) - shown
    title = f"{len(trace.glyphs)} glyphs" + (f", {hidden} not shown" if hidden else "")
    put_text(canvas, title, 8, 8, 12, WHITE)
    return canvas


def _grid_for(count: int, height: int) -> _Grid:
    """Choose the largest magnification at which `count` glyphs fit, down to 1."""
    for times in (4, 3, 2, 1):
        cell = GLYPH_PX * times
        text_px = 14 if times > 2 else 11 if times > 1 else 8
        columns = (round(height * 0.75) - 8) // (cell + 8)
        rows = (height - 28) // (cell + text_px + 12)
        if columns * rows >= count:
            break
    return _Grid(columns, rows, cell, text_px)


def _digits_first(trace: Trace) -> list[int]:
    """Return the glyphs in the order of the view: digits, the number of each beside its box."""
    order = np.argsort([label == NONE for label in trace.with_prior.labels], kind="stable")
    return [int(index) for index in order]


def _digit_count(trace: Trace) -> int:
    return sum(label != NONE for label in trace.with_prior.labels)


def _corner(place: int, grid: _Grid) -> tuple[int, int]:
    row, column = divmod(place, grid.columns)
    return 8 + column * grid.pitch[0], 28 + row * grid.pitch[1]


def _put_glyph(canvas: BgrImage, trace: Trace, index: int, place: int, grid: _Grid) -> None:
    x, y = _corner(place, grid)
    glyph = _enlarge(trace.glyphs[index], (grid.cell_px, grid.cell_px))
    canvas[y : y + grid.cell_px, x : x + grid.cell_px] = glyph
    label, score = trace.with_prior.labels[index], float(trace.with_prior.scores[index])
    box = Box(x, y, grid.cell_px, grid.cell_px)
    put_box(canvas, box, 1, _trace_colour(label, score))
    text = _caption(label, score, grid)
    put_text(canvas, text, x, y + grid.cell_px + 4, grid.text_px, WHITE)


def _caption(label: str, score: float, grid: _Grid) -> str:
    full = f"{label} {percent(score)}"
    return full if text_width(full, grid.text_px) <= grid.cell_px + 6 else label


def _trace_colour(label: str, score: float) -> Colour:
    return NOT_A_DIGIT if label == NONE else colour_of(score)
