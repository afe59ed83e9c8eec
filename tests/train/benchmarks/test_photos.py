import json

import numpy as np
import pytest
from click.testing import CliRunner

from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.values import Box
from train.benchmarks.photos import PhotoScore, by_source, mark_photo, photo_report, score_photos
from train.commands.cli import cli
from train.errors import LabelsError
from train.metrics.matching import match_photo


def truth(*digits, ignore=()):
    return {"digits": [{"label": label, "box": box} for label, box in digits], "ignore": ignore}


def ones():
    """Return a reader that reads every region as a 1."""
    return Reader(
        scorer=lambda glyphs: np.tile(np.float32([9, 0]), (len(glyphs), 1)), labels=("1", "none")
    )


def test_pages_without_digits_do_not_count_for_their_source():
    """False digits on empty pages are reported separately."""
    full = match_photo(truth(("3", [0, 0, 10, 20])), [("3", Box(0, 0, 10, 20))])
    empty = match_photo(truth(), [("3", Box(0, 0, 10, 20))])

    scores = [PhotoScore("a", "x", full, None), PhotoScore("b", "x", empty, None)]

    assert by_source(scores) == {"x": full.counts}
    assert "pages without digits: 1.00 false digits a page" in photo_report(scores)


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


def test_a_folder_without_labels_is_rejected(tmp_path):
    """The error is one line that names the file."""
    with pytest.raises(LabelsError, match=r"labels\.json: wanted a list of labelled pictures"):
        score_photos(tmp_path, Reader(scorer=lambda glyphs: glyphs, labels=("1",)))
