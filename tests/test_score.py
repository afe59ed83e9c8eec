import json

import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.values import Box
from train.score import (
    Counts,
    LabelsError,
    match_grid,
    match_photo,
    overlaps,
    pair,
    photo_report,
    score_photos,
)


def truth(*digits, ignore=()):
    return {"digits": [{"label": label, "box": box} for label, box in digits], "ignore": ignore}


def test_overlap_is_shared_area_over_joint_area():
    """Equal boxes 1, half of one 0.5, apart 0."""
    table = overlaps([Box(0, 0, 10, 10)], [Box(0, 0, 10, 10), Box(0, 0, 5, 10), Box(20, 0, 5, 5)])

    assert table.round(6).tolist() == [[1.0, 0.5, 0.0]]


def test_pairs_are_one_to_one_and_the_best_first():
    """A label goes to the prediction that fits it best, even if another came first."""
    labels = [Box(0, 0, 10, 10), Box(8, 0, 10, 10)]

    pairs = pair(labels, [Box(7, 0, 10, 10), Box(0, 0, 9, 10)])

    assert dict(pairs) == {0: 1, 1: 0}


def test_a_misread_digit_is_found_but_not_read():
    """It costs precision and recall both."""
    match = match_photo(truth(("3", [0, 0, 10, 20])), [("8", Box(0, 0, 10, 20))])

    assert match.counts == Counts(truth=1, found=1, read=0, false=0, strict=0)
    assert match.counts.f1 == 0


def test_what_lies_in_an_ignored_part_is_not_false():
    """Letters and struck-out marks neither help nor harm; the strict count still has them."""
    match = match_photo(
        truth(("3", [0, 0, 10, 20]), ignore=[[50, 0, 40, 40]]),
        [("3", Box(0, 0, 10, 20)), ("1", Box(60, 5, 10, 20)), ("7", Box(100, 0, 10, 20))],
    )

    assert match.counts == Counts(truth=1, found=1, read=1, false=1, strict=2)
    assert match.false == (2,)
    assert match.counts.precision == 0.5


SQUARES = [
    {"quad": [[x, 0], [x + 10, 0], [x + 10, 10], [x, 10]], "label": label}
    for x, label in ((0, 5), (10, 0), (20, 7))
]


def test_a_cell_is_right_with_exactly_one_digit_the_right_one():
    """A second digit in a cell spoils it; a digit in an empty cell is false."""
    grid = {"file": "a.jpg", "cells": SQUARES}

    good = match_grid(grid, [("5", (5, 5)), ("7", (25, 5))])
    twice = match_grid(grid, [("5", (5, 5)), ("5", (6, 5)), ("7", (25, 5)), ("1", (15, 5))])

    assert (good.filled, good.right, good.false, good.whole) == (2, 2, 0, True)
    assert (twice.right, twice.false, twice.whole) == (1, 1, False)


def test_photos_of_a_folder_are_scored(tmp_path, sheet):
    """From labels.json and pictures to the report; a missing picture is all missed."""
    cv2.imwrite(str(tmp_path / "a.png"), sheet((30, 30, 6, 40), ink=30, paper=220))
    entries = [
        {"file": "a.png", "source": "x", **truth(("1", [30, 30, 6, 40]))},
        {"file": "gone.png", "source": "y", **truth(("2", [0, 0, 9, 9]))},
    ]
    (tmp_path / "labels.json").write_text(json.dumps(entries))
    ones = Reader(
        scorer=lambda glyphs: np.tile(np.float32([9, 0]), (len(glyphs), 1)), labels=("1", "none")
    )

    scores = score_photos(tmp_path, ones)

    assert [score.match.counts.read for score in scores] == [1, 0]
    assert "recall 0.5000" in photo_report(scores)
    assert "mean over 2 sources: F1 0.5000" in photo_report(scores)


def test_a_folder_without_labels_is_refused(tmp_path):
    """One line that names the file."""
    with pytest.raises(LabelsError, match=r"labels\.json: wanted a list of labelled pictures"):
        score_photos(tmp_path, Reader(scorer=lambda glyphs: glyphs, labels=("1",)))
