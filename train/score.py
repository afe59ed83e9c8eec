"""What the whole reader gets right on labelled photos and sudokus.

`photos`: predictions are matched one to one with the labelled digits, best overlap first, from
an IoU of 0.3; what is left over is false unless its centre lies in an ignored part. A digit is
read when it is found and its label is right. `sudoku`: a cell is right when exactly one digit
lies in it and it is the right one. Figures are overall and as the mean over sources (one source
is about one writer).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.errors import CamdigitsError, PictureError
from camdigits.image import cv2
from camdigits.pictures import read_picture
from camdigits.reader import Reader
from camdigits.values import BgrImage, Box, Result

LEAST_IOU = 0.3
Truth = Mapping[str, Any]  # one entry of labels.json or cells.json


class LabelsError(CamdigitsError):
    """A folder has no labels of the kind that was asked for."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Digits on one picture, or on many."""

    truth: int = 0  # labelled
    found: int = 0  # a prediction overlaps
    read: int = 0  # and has the right label
    false: int = 0  # predictions that meet no label and no ignored part
    strict: int = 0  # predictions that meet no label

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.truth + other.truth,
            self.found + other.found,
            self.read + other.read,
            self.false + other.false,
            self.strict + other.strict,
        )

    @property
    def precision(self) -> float:
        """Part of the predictions that are read digits."""
        return self.read / max(self.found + self.false, 1)

    @property
    def recall(self) -> float:
        """Part of the labelled digits that are read."""
        return self.read / max(self.truth, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


@dataclass(frozen=True, slots=True)
class Match:
    """What became of each label and each prediction of one picture."""

    pairs: tuple[tuple[int, int], ...]  # label index, prediction index
    false: tuple[int, ...]  # predictions that count as false
    counts: Counts


@dataclass(frozen=True, slots=True, eq=False)
class PhotoScore:
    """One picture with its readings."""

    name: str
    source: str
    match: Match
    result: Result | None
    truth: Truth = field(repr=False, default_factory=dict)


def overlaps(a: Sequence[Box], b: Sequence[Box]) -> npt.NDArray[np.float64]:
    """Intersection over union of every box of `a` with every box of `b`: (len(a), len(b)).

    >>> overlaps([Box(0, 0, 4, 4)], [Box(2, 0, 4, 4), Box(9, 9, 1, 1)]).round(3).tolist()
    [[0.333, 0.0]]
    """
    x, y, w, h = np.asarray(a, np.float64).reshape(-1, 4).T[:, :, None]
    u, v, k, m = np.asarray(b, np.float64).reshape(-1, 4).T[:, None, :]
    across = np.clip(np.minimum(x + w, u + k) - np.maximum(x, u), 0, None)
    down = np.clip(np.minimum(y + h, v + m) - np.maximum(y, v), 0, None)
    shared = across * down
    return np.asarray(shared / (w * h + k * m - shared + 1e-9), np.float64)


def pair(truth: Sequence[Box], found: Sequence[Box]) -> tuple[tuple[int, int], ...]:
    """Match one to one, best overlap first."""
    if not truth or not found:
        return ()
    table = overlaps(truth, found)
    pairs: list[tuple[int, int]] = []
    while True:
        i, j = np.unravel_index(int(table.argmax()), table.shape)
        if table[i, j] < LEAST_IOU:
            return tuple(pairs)
        pairs.append((int(i), int(j)))
        table[i, :] = table[:, j] = -1


def match_photo(truth: Truth, found: Sequence[tuple[str, Box]]) -> Match:
    """Hold one picture's readings against its labels."""
    boxes = [Box(*digit["box"]) for digit in truth["digits"]]
    pairs = pair(boxes, [box for _, box in found])
    read = sum(truth["digits"][i]["label"] == found[j][0] for i, j in pairs)
    taken = {j for _, j in pairs}
    loose = [j for j in range(len(found)) if j not in taken]
    ignored = [Box(*box) for box in truth.get("ignore", ())]
    false = tuple(j for j in loose if not any(_holds(box, found[j][1]) for box in ignored))
    return Match(pairs, false, Counts(len(boxes), len(pairs), read, len(false), len(loose)))


def _holds(box: Box, other: Box) -> bool:
    x, y = other.centre
    return box.x <= x <= box.right and box.y <= y <= box.bottom


def score_photos(folder: Path, reader: Reader) -> list[PhotoScore]:
    """Read every labelled photo of a folder.

    Args:
        folder: holds labels.json and the pictures it names.
        reader: reads them.

    Raises:
        LabelsError: there is no labels.json, or it is not one.
    """
    scores = []
    for truth in _load(folder, "labels.json", "digits"):
        result = _read(_find(folder, truth["file"]), reader)
        found = [] if result is None else [(d.label, d.box) for d in result.digits]
        source = str(truth.get("source", truth["file"])).split(":")[0]
        match = match_photo(truth, found)
        scores.append(PhotoScore(Path(truth["file"]).name, source, match, result, truth))
    return scores


def _load(folder: Path, name: str, key: str) -> list[Truth]:
    path = folder / name
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LabelsError(f"{path}: wanted a list of labelled pictures, got {error}") from error
    if not isinstance(entries, list) or not all(key in entry for entry in entries):
        raise LabelsError(f"{path}: wanted entries with {key!r}; give the folder of such a file")
    return entries


def _find(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).exists() else folder / "images" / name


def _read(path: Path, reader: Reader) -> Result | None:
    """None when the picture cannot be read: all its digits are missed."""
    try:
        return reader.read(read_picture(path))
    except PictureError:
        return None


def photo_report(scores: Sequence[PhotoScore]) -> str:
    """Lines for a person: the worst pictures first, then the means."""
    worst = sorted(scores, key=lambda score: _lost(score.match.counts), reverse=True)
    lines = [f"{'picture':32} digits found  read false     F1"]
    lines += [_row(score.name, score.match.counts) for score in worst]
    total = sum((score.match.counts for score in scores), Counts())
    per_source = [counts for counts in _by_source(scores).values() if counts.truth]
    blank = [score.match.counts.false for score in scores if not score.match.counts.truth]
    lines.append(_row("all", total))
    lines.append(
        f"precision {total.precision:.4f}  recall {total.recall:.4f}  F1 {total.f1:.4f}  "
        f"found {total.found / max(total.truth, 1):.4f}  "
        f"right of found {total.read / max(total.found, 1):.4f}  false strict {total.strict}"
    )
    if per_source:
        mean = np.mean([counts.f1 for counts in per_source])
        lines.append(f"mean over {len(per_source)} sources: F1 {mean:.4f}")
    if blank:
        lines.append(f"pages without digits: {np.mean(blank):.2f} false digits a page")
    return "\n".join(lines)


def _lost(counts: Counts) -> int:
    return counts.truth - counts.read + counts.false


def _row(name: str, counts: Counts) -> str:
    return (
        f"{name:32} {counts.truth:6} {counts.found:5} {counts.read:5} {counts.false:5} "
        f"{counts.f1:6.3f}"
    )


def _by_source(scores: Iterable[PhotoScore]) -> dict[str, Counts]:
    total: dict[str, Counts] = {}
    for score in scores:
        total[score.source] = total.get(score.source, Counts()) + score.match.counts
    return total


def mark_photo(score: PhotoScore) -> BgrImage | None:
    """Draw what became of each digit: green read, orange misread, blue missed, red false."""
    if score.result is None:
        return None
    picture = score.result.frame.bgr.copy()
    thick = max(1, round(max(picture.shape) / 600))
    labels, found = score.truth["digits"], score.result.digits
    met = dict(score.match.pairs)
    for index, digit in enumerate(labels):
        if index not in met:
            _mark(picture, Box(*digit["box"]), f"{digit['label']}?", (255, 80, 0), thick)
        elif found[met[index]].label == digit["label"]:
            _mark(picture, found[met[index]].box, digit["label"], (0, 160, 0), thick)
        else:
            text = f"{digit['label']}>{found[met[index]].label}"
            _mark(picture, found[met[index]].box, text, (0, 140, 255), thick)
    for index in score.match.false:
        _mark(picture, found[index].box, found[index].label, (0, 0, 255), thick)
    return picture


def _mark(
    picture: BgrImage, box: Box, text: str, colour: tuple[int, int, int], thick: int
) -> None:
    cv2.rectangle(picture, (box.x, box.y), (box.right, box.bottom), colour, thick)
    place = box.x, max(10 * thick, box.y - 3)
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45 * thick, colour, thick)


@dataclass(frozen=True, slots=True)
class GridScore:
    """One sudoku photo."""

    name: str
    filled: int  # cells with a digit
    right: int  # of those, cells with exactly the right one
    false: int  # digits read in empty cells
    whole: bool  # all 81 cells are right


def score_sudoku(folder: Path, reader: Reader, kind: str) -> list[GridScore]:
    """Read every sudoku of `cells-<kind>.json`, kind being "mixed" or "printed".

    Raises:
        LabelsError: there is no such file, or it is not one.
    """
    scores = []
    for truth in _load(folder, f"cells-{kind}.json", "cells"):
        result = _read(_find(folder, truth["file"]), reader)
        found = [] if result is None else [(d.label, d.box.centre) for d in result.digits]
        scores.append(match_grid(truth, found))
    return scores


def match_grid(truth: Truth, found: Sequence[tuple[str, tuple[float, float]]]) -> GridScore:
    """Put each reading into the first cell that holds its centre, and compare."""
    quads = np.array([cell["quad"] for cell in truth["cells"]], np.float32)
    inside: list[list[str]] = [[] for _ in quads]
    for label, centre in found:
        held = np.flatnonzero(_inside(quads, centre))
        if len(held):
            inside[held[0]].append(label)
    wanted = [str(cell["label"]) for cell in truth["cells"]]
    fits = [
        got == ([] if want == "0" else [want]) for want, got in zip(wanted, inside, strict=True)
    ]
    filled = [want != "0" for want in wanted]
    return GridScore(
        Path(truth["file"]).name,
        sum(filled),
        sum(fit for fit, full in zip(fits, filled, strict=True) if full),
        sum(len(got) for got, full in zip(inside, filled, strict=True) if not full),
        all(fits),
    )


def _inside(quads: npt.NDArray[np.float32], point: tuple[float, float]) -> npt.NDArray[np.bool_]:
    """Which of (N, 4, 2) convex quads hold the point, whichever way round they are listed."""
    edges = np.roll(quads, -1, axis=1) - quads
    to_point = np.array(point) - quads
    turns = edges[..., 0] * to_point[..., 1] - edges[..., 1] * to_point[..., 0]
    return np.asarray((turns >= 0).all(axis=1) | (turns <= 0).all(axis=1), np.bool_)


def sudoku_report(scores: Sequence[GridScore]) -> str:
    """Lines for a person: the worst grids first, then the totals."""
    worst = sorted(scores, key=lambda score: score.right - score.filled - score.false)
    lines = [f"{'picture':32} filled right false"]
    lines += [f"{s.name:32} {s.filled:6} {s.right:5} {s.false:5}" for s in worst[:20]]
    filled, right = sum(s.filled for s in scores), sum(s.right for s in scores)
    lines.append(
        f"cells right {right / max(filled, 1):.4f} of {filled}  "
        f"false in empty cells {sum(s.false for s in scores)}  "
        f"whole grids {sum(s.whole for s in scores)} of {len(scores)}"
    )
    return "\n".join(lines)
