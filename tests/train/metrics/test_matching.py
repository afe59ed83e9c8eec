import importlib.util
import json
from argparse import Namespace

import numpy as np
import pytest
from click.testing import CliRunner

from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.values import Box
from train.benchmarks.photos import PhotoScore, by_source, mark_photo, photo_report, score_photos
from train.benchmarks.sudoku import mark_grid, match_grid, score_sudoku, sudoku_report
from train.commands.cli import cli
from train.data.truth import load_truths
from train.errors import LabelsError
from train.metrics.matching import Counts, match_photo, pair


def truth(*digits, ignore=()):
    return {"digits": [{"label": label, "box": box} for label, box in digits], "ignore": ignore}


def ones():
    """Return a reader that reads every region as a 1."""
    return Reader(
        scorer=lambda glyphs: np.tile(np.float32([9, 0]), (len(glyphs), 1)), labels=("1", "none")
    )


def test_pairs_are_one_to_one_and_the_best_first():
    """A label gets the prediction with the best overlap, in any order."""
    labels = [Box(0, 0, 10, 10), Box(8, 0, 10, 10)]

    pairs = pair(labels, [Box(7, 0, 10, 10), Box(0, 0, 9, 10)])

    assert dict(pairs) == {0: 1, 1: 0}


def test_the_minimum_overlap_is_a_parameter():
    """Boxes that share a third of their area match from 0.3, not from 0.5."""
    boxes = [Box(0, 0, 10, 10)], [Box(5, 0, 10, 10)]

    assert pair(*boxes) == ((0, 0),)
    assert pair(*boxes, min_iou=0.5) == ()


def test_a_misread_digit_is_found_but_not_read():
    """It lowers both precision and recall."""
    match = match_photo(truth(("3", [0, 0, 10, 20])), [("8", Box(0, 0, 10, 20))])

    assert match.counts == Counts(truth=1, found=1, read=0, false=0, strict=0)
    assert match.counts.f1 == 0
    assert match.read == frozenset()


def test_readings_in_an_ignored_area_are_not_false():
    """The strict count includes them."""
    match = match_photo(
        truth(("3", [0, 0, 10, 20]), ignore=[[50, 0, 40, 40]]),
        [("3", Box(0, 0, 10, 20)), ("1", Box(60, 5, 10, 20)), ("7", Box(100, 0, 10, 20))],
    )

    assert match.counts == Counts(truth=1, found=1, read=1, false=1, strict=2)
    assert match.false == (2,)
    assert match.read == {0}
    assert match.counts.precision == 0.5


def test_pages_without_digits_do_not_count_for_their_source():
    """False digits on empty pages are reported separately."""
    full = match_photo(truth(("3", [0, 0, 10, 20])), [("3", Box(0, 0, 10, 20))])
    empty = match_photo(truth(), [("3", Box(0, 0, 10, 20))])

    scores = [PhotoScore("a", "x", full, None), PhotoScore("b", "x", empty, None)]

    assert by_source(scores) == {"x": full.counts}
    assert "pages without digits: 1.00 false digits a page" in photo_report(scores)


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


def test_photos_of_a_folder_are_scored(tmp_path, sheet):
    """A missing picture counts all its digits as missed."""
    cv2.imwrite(str(tmp_path / "a.png"), sheet((30, 30, 6, 40), ink=30, paper=220))
    entries = [
        {"file": "a.png", "source": "x", **truth(("1", [30, 30, 6, 40]))},
        {"file": "gone.png", "source": "y", **truth(("2", [0, 0, 9, 9]))},
    ]
    (tmp_path / "labels.json").write_text(json.dumps(entries))

    scores = score_photos(tmp_path, ones())

    assert [score.match.counts.read for score in scores] == [1, 0]
    assert "recall 0.5000" in photo_report(scores)
    assert "mean over 2 sources: F1 0.5000" in photo_report(scores)
    assert [mark_photo(score) is None for score in scores] == [False, True]


def test_the_default_folder_is_photos_dev(tmp_path, sheet, monkeypatch):
    """`score photos` reads photos-dev of the data and writes marked pictures with --show."""
    monkeypatch.setenv("CAMDIGITS_DATA", str(tmp_path))
    (tmp_path / "photos-dev").mkdir()
    cv2.imwrite(str(tmp_path / "photos-dev" / "a.png"), sheet(paper=220))
    (tmp_path / "photos-dev" / "labels.json").write_text('[{"file": "a.png", "digits": []}]')

    done = CliRunner().invoke(cli, ["score", "photos", "--show", str(tmp_path / "marked")])

    assert done.exit_code == 0
    assert "pages without digits: 0.00 false digits a page" in done.output
    assert (tmp_path / "marked" / "a.png").exists()


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


def test_a_folder_without_labels_is_rejected(tmp_path):
    """The error is one line that names the file."""
    with pytest.raises(LabelsError, match=r"labels\.json: wanted a list of labelled pictures"):
        score_photos(tmp_path, Reader(scorer=lambda glyphs: glyphs, labels=("1",)))


def shaky(entries, rng):
    """Yield readings of a bad reader: shifted, missed, misread, and false ones."""
    for entry in entries:
        boxes = [digit["box"] for digit in entry.get("digits", [])]
        boxes += [[*cell["quad"][0], 12, 15] for cell in entry.get("cells", [])]
        kept = [box for box in boxes if rng.random() < 0.9] or [[0, 0, 9, 9]]
        moved = np.rint(kept + rng.normal(0, 6, (len(kept), 4))).astype(int)
        loose = rng.integers(5, 600, (6, 4))
        labels = rng.integers(0, 10, len(moved) + 6)
        true = [str(digit["label"]) for digit in entry.get("digits", [])]
        words = [true[i] if i < len(true) else str(label) for i, label in enumerate(labels)]
        boxes = [
            Box(x, y, max(w, 3), max(h, 3)) for x, y, w, h in [*moved.tolist(), *loose.tolist()]
        ]
        yield entry, list(zip(words, boxes, strict=True))


def write_readings(path, readings):
    """Write JSON Lines, the input of the reference scorer."""
    rows = [
        {"source": entry["file"], "digits": [{"label": t, "box": list(b)} for t, b in found]}
        for entry, found in readings
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))


@pytest.fixture
def reference(data_folder):
    """Import the reference scorer if it is next to the data."""
    place = data_folder.parent / "tools" / "score.py"
    if not place.exists():
        pytest.skip(f"no reference scorer at {place}")
    spec = importlib.util.spec_from_file_location("reference_score", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def total_of(text):
    """Return the figures in the last line of the reference scorer."""
    return json.loads(text.splitlines()[-1].removeprefix("TOTAL "))


def test_photos_agree_with_the_reference_scorer(reference, data_folder, tmp_path, capsys):
    """All figures are equal for arbitrary readings."""
    labels = data_folder / "photos-dev" / "labels.json"
    readings = list(shaky(load_truths(labels, "digits"), np.random.default_rng(1)))
    write_readings(tmp_path / "r.jsonl", readings)

    reference.photos(
        Namespace(labels=labels, readings=tmp_path / "r.jsonl", split=None, iou=0.3, verbose=False)
    )
    said = capsys.readouterr().out
    scores = [
        PhotoScore("", entry["source"].split(":")[0], match_photo(entry, found), None)
        for entry, found in readings
    ]

    total, wanted = sum((score.match.counts for score in scores), Counts()), total_of(said)
    assert (total.truth, total.false, total.strict) == (
        wanted["digits"], wanted["false"], wanted["false_strict"]
    )  # fmt: skip
    assert [round(x, 4) for x in (total.precision, total.recall, total.f1)] == [
        wanted["precision"], wanted["recall"], wanted["f1"]
    ]  # fmt: skip
    assert 0.2 < total.f1 < 0.9
    mean = np.mean([round(counts.f1, 4) for counts in by_source(scores).values()])
    assert f"mean over sources: f1 {mean:.4f}" in said


def test_sudokus_agree_with_the_reference_scorer(reference, data_folder, tmp_path, capsys):
    """Cells, grids and false digits are equal."""
    labels = data_folder / "sudoku-dev" / "cells-printed.json"
    readings = list(shaky(load_truths(labels, "cells")[:12], np.random.default_rng(1)))
    perfect = load_truths(labels, "cells")[12]
    centres = [
        (str(cell["label"]), Box(*(int(v) for v in np.mean(cell["quad"], axis=0)), 2, 2))
        for cell in perfect["cells"]
        if cell["label"]
    ]
    readings.append((perfect, centres))
    write_readings(tmp_path / "r.jsonl", readings)
    (tmp_path / "cells.json").write_text(json.dumps([entry for entry, _ in readings]))

    reference.sudoku(
        Namespace(labels=tmp_path / "cells.json", readings=tmp_path / "r.jsonl", verbose=False)
    )
    wanted = total_of(capsys.readouterr().out)
    scores = [
        match_grid(entry, [(label, box.centre) for label, box in found])
        for entry, found in readings
    ]

    assert sum(score.filled for score in scores) == wanted["filled"]
    assert sum(score.false for score in scores) == wanted["false_in_empty"] > 0
    right = sum(score.right for score in scores) / wanted["filled"]
    assert round(right, 4) == wanted["cells_right"] > 0
    assert round(sum(s.whole for s in scores) / len(scores), 4) == wanted["grids_right"] > 0
