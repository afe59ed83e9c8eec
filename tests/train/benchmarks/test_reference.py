import importlib.util
import json
from argparse import Namespace

import numpy as np
import pytest

from camdigits.values import Box
from train.benchmarks.photos import PhotoScore, by_source
from train.benchmarks.sudoku import match_grid
from train.data.truth import load_truths
from train.metrics.matching import Counts, match_photo


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
