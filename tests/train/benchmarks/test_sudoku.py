import json

import numpy as np

from camdigits.image import cv2
from camdigits.reader import Reader
from train.benchmarks.sudoku import mark_grid, match_grid, score_sudoku, sudoku_report


def ones():
    """Return a reader that reads every region as a 1."""
    return Reader(
        scorer=lambda glyphs: np.tile(np.float32([9, 0]), (len(glyphs), 1)), labels=("1", "none")
    )


SQUARES = [
    {"quad": [[x, 0], [x + 10, 0], [x + 10, 10], [x, 10]], "label": label}
    for x, label in ((0, 5), (10, 0), (20, 7))
]


def test_a_cell_is_right_with_exactly_one_digit_the_right_one():
    """A second digit makes a cell wrong; a digit in an empty cell is false."""
    grid = {"file": "a.jpg", "cells": SQUARES}

    good = match_grid(grid, [("5", (5, 5)), ("7", (25, 5))])
    twice = match_grid(grid, [("5", (5, 5)), ("5", (6, 5)), ("7", (25, 5)), ("1", (15, 5))])

    assert (good.filled, good.right, good.false, good.whole) == (2, 2, 0, True)
    assert (twice.right, twice.false, twice.whole) == (1, 1, False)


def test_empty_cells_with_false_digits_are_counted_once():
    """Two false digits in one empty cell count as one cell."""
    grid = {"file": "a.jpg", "cells": SQUARES}

    score = match_grid(grid, [("1", (14, 5)), ("1", (16, 5))])

    assert (score.empty, score.soiled, score.false) == (1, 1, 2)
    assert "empty cells with a false digit 100.00 % (1 of 1; 2 digits)" in sudoku_report([score])


def test_the_report_of_mixed_sudokus_says_whose_digits_they_are():
    """They are from MNIST's training part too, so the writers are not all unseen."""
    score = match_grid({"file": "a.jpg", "cells": SQUARES[:1]}, [("5", (5, 5))])

    assert "cells right 1.0000 (1 of 1)  whole grids 1.0000 (1 of 1)" in sudoku_report([score])
    assert "pasted from MNIST" in sudoku_report([score], "mixed")


def test_sudokus_of_a_folder_are_scored(tmp_path, sheet):
    """cells-KIND.json names the pictures; wrong cells are marked."""
    cv2.imwrite(str(tmp_path / "a.png"), sheet((30, 30, 6, 40), ink=30, paper=220))
    cells = [
        {"quad": [[x, 20], [x + 40, 20], [x + 40, 80], [x, 80]], "label": label}
        for x, label in ((10, 4), (50, 2))
    ]
    (tmp_path / "cells-printed.json").write_text(json.dumps([{"file": "a.png", "cells": cells}]))

    (score,) = score_sudoku(tmp_path, ones(), "printed")

    assert (score.wanted, score.got) == (("4", "2"), ("1", ""))
    assert mark_grid(score).shape == (480, 640, 3)  # four times as large, to be legible
