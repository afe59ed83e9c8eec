import json
from pathlib import Path

import numpy as np
import pytest

from train.data.sets import Glyphset
from train.studies import compare as comparing
from train.studies.compare import (
    Row,
    System,
    find_systems,
    markdown,
    microseconds,
    row_of,
    write_comparison,
)

LABELS = tuple("0123456789")


def first_pixel(glyphs: np.ndarray) -> np.ndarray:
    """Predict the first pixel's value modulo 10."""
    return np.eye(10, dtype=np.float32)[glyphs[:, 0, 0] % 10] * 9


def glyphset(answers: list[int], labels: list[int]) -> Glyphset:
    """Return glyphs with these `first_pixel` predictions, and their labels."""
    images = np.zeros((len(answers), 28, 28), np.uint8)
    images[:, 0, 0] = answers
    return Glyphset("drawn", images, np.array(labels, np.uint8))


def row(name: str, right: float, us: float) -> Row:
    """Return a row with the same accuracy on all sets."""
    return Row(name, dict.fromkeys(comparing.SETS, right), 0.5, 1500, us, 120.0)


def test_a_system_is_measured_on_every_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accuracy is computed per set."""
    monkeypatch.setattr(comparing, "_photos", lambda *_: None)
    parts = {"one": glyphset([1, 2, 3, 4], [1, 2, 3, 9]), "two": glyphset([5], [5])}
    system = System("pixel", first_pixel, LABELS, 7, None)

    found = row_of(system, parts, parts["two"])

    assert found.accuracy == {"one": 0.75, "two": 1.0}
    assert (found.name, found.size_bytes, found.train_s) == ("pixel", 7, None)


def test_the_table_has_a_line_for_each_system() -> None:
    """Shares are in per cent, sizes and times have units."""
    lines = markdown([row("knn", 0.96875, 1234.5), row("camdigits", 0.995, 40.0)]).splitlines()

    assert lines[2] == (
        "| `knn` | 96.88% | 96.88% | 96.88% | 96.88% | 96.88% | 0.500 | 2 kB | 1,234 | 2 min |"
    )
    assert len(lines) == 4


def test_a_comparison_is_written_as_table_numbers_and_picture(tmp_path: Path) -> None:
    """There are three files; the JSON has every figure."""
    rows = [row("knn", 0.97, 900.0), row("camdigits", 0.995, 40.0)]

    table, numbers, picture = write_comparison(rows, tmp_path / "out")

    assert table.read_text() == markdown(rows) + "\n"
    assert [one["us"] for one in json.loads(numbers.read_text())] == [900.0, 40.0]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_missing_systems_are_named_and_skipped(tmp_path: Path) -> None:
    """With an empty folder only the shipped model is left."""
    said: list[str] = []

    found = [system.name for system in find_systems(tmp_path, said.append)]

    assert found == ["camdigits"]
    assert len(said) == len(comparing.BASELINES) + len(comparing.NETS)
    assert all(one.startswith("left out: ") for one in said)


def test_time_is_per_glyph() -> None:
    """A trivial system takes less than a millisecond per glyph."""
    assert 0 < microseconds(first_pixel, rounds=2) < 1000
