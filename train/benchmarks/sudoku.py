"""Measure the whole reader on photos of sudokus.

A cell is right when exactly one digit lies in it and its label is right; an empty cell when none
does; a grid when all its cells are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.render.canvas import Colour, style_for
from camdigits.values import BgrImage, Box, Result
from train.data.truth import Truth, load_truths, read_labelled
from train.metrics.marks import FALSE, MISREAD, MISSED, READ, enlarged, put_words

PASTED = "the pen digits of these photos were pasted from MNIST, training and test"
OUTSIDE: Colour = (128, 128, 128)
Quads = npt.NDArray[np.float32]  # (cells, 4, 2) x y


@dataclass(frozen=True, slots=True, eq=False)
class GridScore:
    """One sudoku photo, cell by cell."""

    name: str
    wanted: tuple[str, ...]  # the label of each cell, "" for an empty one
    got: tuple[str, ...]  # the labels of all digits read in each cell, concatenated
    quads: Quads = field(repr=False)
    result: Result | None = None

    @property
    def filled(self) -> int:
        """Return the number of cells with a digit."""
        return sum(want != "" for want in self.wanted)

    @property
    def empty(self) -> int:
        """Return the number of cells without a digit."""
        return len(self.wanted) - self.filled

    @property
    def right(self) -> int:
        """Return the number of filled cells in which exactly the right digit was read."""
        return sum(want == got != "" for want, got in self._cells())

    @property
    def false(self) -> int:
        """Return the number of digits read in empty cells."""
        return sum(len(got) for want, got in self._cells() if want == "")

    @property
    def soiled(self) -> int:
        """Return the number of empty cells in which a digit was read."""
        return sum(want == "" != got for want, got in self._cells())

    @property
    def whole(self) -> bool:
        """Return whether all cells are right."""
        return self.wanted == self.got

    def _cells(self) -> Iterator[tuple[str, str]]:
        return zip(self.wanted, self.got, strict=True)


def score_sudoku(folder: Path, reader: Reader, kind: str) -> list[GridScore]:
    """Read every sudoku of `cells-<kind>.json`, or for "phone" of `labels.json`.

    Raises:
        LabelsError: the file is missing or invalid.
    """
    scores = []
    name = "labels.json" if kind == "phone" else f"cells-{kind}.json"
    for entry in load_truths(folder / name, "cells"):
        truth = with_quads(entry) if "quad" in entry else entry
        result = read_labelled(folder, truth, reader)
        found = [] if result is None else [(d.label, d.box.centre) for d in result.digits]
        scores.append(match_grid(truth, found, result))
    return scores


def with_quads(entry: Truth) -> Truth:
    """Return an entry whose cells have corners; a cell with several small digits is left out.

    Args:
        entry: `quad` has the corners of the grid, `cells` 9 rows of labels: 0 is an empty cell,
            -1 one with small digits.
    """
    corners = np.array([[0, 0], [9, 0], [9, 9], [0, 9]], np.float32)
    view = cv2.getPerspectiveTransform(corners, np.array(entry["quad"], np.float32))
    cells = []
    for row, labels in enumerate(entry["cells"]):
        for column, label in enumerate(labels):
            if label >= 0:
                cell = corners / 9 + np.array([column, row], np.float32)
                quad = cv2.perspectiveTransform(cell[np.newaxis], view)[0]
                cells.append({"quad": quad.tolist(), "label": label})
    return {"file": entry["file"], "cells": cells}


def match_grid(
    truth: Truth, found: Sequence[tuple[str, tuple[float, float]]], result: Result | None = None
) -> GridScore:
    """Assign each reading to the first cell that contains its centre, and compare."""
    quads = np.array([cell["quad"] for cell in truth["cells"]], np.float32)
    inside: list[list[str]] = [[] for _ in quads]
    for label, centre in found:
        held = np.flatnonzero(_inside(quads, centre))
        if len(held):
            inside[held[0]].append(label)
    wanted = tuple(str(cell["label"]).replace("0", "") for cell in truth["cells"])
    got = tuple("".join(labels) for labels in inside)
    return GridScore(Path(truth["file"]).name, wanted, got, quads, result)


def _inside(quads: Quads, point: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Return which of (N, 4, 2) convex quads contain a point, in either orientation."""
    edges = np.roll(quads, -1, axis=1) - quads
    to_point = np.array(point) - quads
    turns = edges[..., 0] * to_point[..., 1] - edges[..., 1] * to_point[..., 0]
    return np.asarray((turns >= 0).all(axis=1) | (turns <= 0).all(axis=1), np.bool_)


def sudoku_report(scores: Sequence[GridScore], kind: str = "") -> str:
    """Format the results: worst grids first, then totals."""
    worst = sorted(scores, key=lambda score: score.right - score.filled - score.false)
    lines = [f"{'picture':32} filled right false"]
    lines += [f"{s.name:32} {s.filled:6} {s.right:5} {s.false:5}" for s in worst]
    filled, right = sum(s.filled for s in scores), sum(s.right for s in scores)
    empty, soiled = sum(s.empty for s in scores), sum(s.soiled for s in scores)
    whole = sum(s.whole for s in scores)
    lines.append(
        f"cells right {right / max(filled, 1):.4f} ({right} of {filled})  "
        f"whole grids {whole / max(len(scores), 1):.4f} ({whole} of {len(scores)})"
    )
    if empty:
        lines.append(
            f"empty cells with a false digit {100 * soiled / empty:.2f} % ({soiled} of {empty}; "
            f"{sum(s.false for s in scores)} digits)"
        )
    return "\n".join([*lines, PASTED] if kind == "mixed" else lines)


def mark_grid(score: GridScore) -> BgrImage | None:
    """Outline every wrong cell, and thinly each digit that was read."""
    if score.result is None:
        return None
    canvas, scale = enlarged(score.result.frame.bgr)
    line_px = style_for(canvas.shape[1], canvas.shape[0]).line_px
    for digit in score.result.digits:
        _outline(canvas, _corners(digit.box) * scale, _colour(score, digit.box), 1)
    cells = zip(score.wanted, score.got, score.quads, strict=True)
    wrong = [(want, got, quad) for want, got, quad in cells if want != got]
    for want, got, quad in wrong:
        _outline(canvas, quad * scale, _verdict(want, got)[0], line_px + 1)
    verdicts = [(_verdict(want, got), quad * scale) for want, got, quad in wrong]
    put_words(canvas, [(text, _word_place(quad), colour) for (colour, text), quad in verdicts])
    return canvas


def _verdict(want: str, got: str) -> tuple[Colour, str]:
    """Return colour and text for a wrong cell.

    >>> _verdict("3", ""), _verdict("3", "57"), _verdict("", "1")
    (((255, 70, 0), '3?'), ((0, 130, 255), '3>57'), ((0, 0, 220), '1'))
    """
    if not got:
        return MISSED, f"{want}?"
    return (MISREAD, f"{want}>{got}") if want else (FALSE, got)


def _colour(score: GridScore, box: Box) -> Colour:
    """Return the colour of a digit: that of its cell, or gray outside the grid (not counted)."""
    held = np.flatnonzero(_inside(score.quads, box.centre))
    if not len(held):
        return OUTSIDE
    want, got = score.wanted[held[0]], score.got[held[0]]
    return READ if want == got else _verdict(want, got)[0]


def _corners(box: Box) -> Quads:
    right, bottom = box.right, box.bottom
    return np.array([(box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom)], np.float32)


def _word_place(quad: Quads) -> Box:
    """Return a strip across the lower edge of a cell; its text is drawn above it."""
    (left, top), (right, bottom) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
    low, width = bottom + (bottom - top) / 10, (right - left) / 2
    return Box(round(left + width / 2), round(low), round(width), 1)


def _outline(canvas: BgrImage, quad: Quads, colour: Colour, line_px: int) -> None:
    cv2.polylines(canvas, [np.rint(quad).astype(np.int32)], True, colour, line_px, cv2.LINE_AA)
