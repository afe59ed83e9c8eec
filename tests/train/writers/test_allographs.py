"""Synthetic writers: every form is drawn, reproducibly, and none is held out."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from camdigits.synth import handwriting
from train.data import published, sets
from train.data.alphabets import DIGITS
from train.writers.allographs import (
    COPIES,
    INVENTED_EACH,
    MAX_CUT,
    SIGN_NAMES,
    SIGNS_EACH,
    _hasty,
    _with_nib,
    write_digits,
    write_signs,
)
from train.writers.shapes import SHAPES
from train.writers.signs import SIGNS

FORMS = {**SHAPES, **SIGNS}


def test_each_writer_draws_every_digit() -> None:
    """The same seed gives the same ink, cropped to its edges."""
    shapes, labels = write_digits(3)
    again, _ = write_digits(3)

    assert labels.tolist() == list(range(10)) * COPIES * 3
    assert all(np.array_equal(one, two) for one, two in zip(shapes, again, strict=True))
    assert all(
        shape[edge].any() for shape in shapes for edge in ((0,), (-1,), (..., 0), (..., -1))
    )


def test_writers_differ() -> None:
    """Another seed gives other drawings."""
    first, other = (write_digits(1, seed)[0] for seed in (1, 2))

    assert [one.shape for one in first] != [two.shape for two in other]


def test_each_writer_draws_other_signs() -> None:
    """The same seed gives the same ink; each writer also draws random signs."""
    shapes, names = write_signs(3)
    again, _ = write_signs(3)

    writers = names.reshape(3, SIGNS_EACH + INVENTED_EACH)
    known, invented = writers[:, :SIGNS_EACH].tolist(), writers[:, SIGNS_EACH:]
    assert all(np.array_equal(one, two) for one, two in zip(shapes, again, strict=True))
    assert known[0] != known[1] != known[2]
    assert {SIGN_NAMES[index] for row in known for index in row} <= set(SIGNS)
    assert {SIGN_NAMES[index] for index in invented.ravel()} == {"invented"}


def test_signs_exclude_letters_that_look_like_a_digit() -> None:
    """All signs are non-digits."""
    look_alikes = DIGITS.leave_out["unipen_letters"] | set("Gnuy")

    assert set(DIGITS.indexes("allographs_signs", SIGN_NAMES).tolist()) == {DIGITS.none}
    assert not look_alikes & set(SIGNS)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_forms_fill_the_height(name: str) -> None:
    """A typing error in a form would draw a digit far outside its box."""
    for form in FORMS[name]:
        points = np.concatenate([stroke for stroke, _ in handwriting.parse(form)])
        assert points[:, 1].min() == pytest.approx(0, abs=0.09)
        assert points[:, 1].max() == pytest.approx(1, abs=0.07)
        assert np.ptp(points[:, 0]) < 1.1


def test_hasty_strokes_change_only_their_ends() -> None:
    """Ends move along their segment, slightly early or late; other points do not move."""
    points = np.array([[0.0, 0.0], [0.0, 0.5], [0.5, 0.5], [0.5, 1.0]])

    drawn = [_hasty((points, (1,)), np.random.default_rng(seed))[0] for seed in range(200)]
    placed = np.array([one - (one[1] - points[1]) for one in drawn])  # set back to its place
    ends = placed[:, 0, 1]

    assert np.allclose(placed[:, 1:3], points[1:3])
    assert np.allclose(placed[:, 0, 0], 0)
    assert ends.min() < -0.05  # late
    assert ends.max() == pytest.approx(MAX_CUT)  # early, but no more than that
    assert np.std([one[1, 0] for one in drawn]) > 0.01


def test_a_nib_broadens_the_strokes_across_its_edge() -> None:
    """A nearly horizontal edge makes a stem broad and leaves a bar thin."""
    cross = np.zeros((40, 40), np.uint8)
    cross[:, 18:21], cross[18:21] = 255, 255

    crossed = [_with_nib(cross, np.random.default_rng(seed)) for seed in range(40)]
    stems = [int((ink[3] > 0).sum()) for ink in crossed]
    bars = [int((ink[:, 3] > 0).sum()) for ink in crossed]

    assert min(stems + bars) >= 3
    assert max(stems) > 5
    assert max(bars) > 5
    assert np.corrcoef(stems, bars)[0, 1] < -0.3  # what broadens one spares the other


def test_the_demo_uses_other_forms() -> None:
    """Otherwise the demo would show glyphs of the training data."""
    assert not {form for forms in SHAPES.values() for form in forms} & {
        form for forms in handwriting.SHAPES.values() for form in forms
    }


def test_synthetic_glyphs_are_not_held_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are for training only."""
    monkeypatch.setattr(sets, "CACHE", tmp_path)
    monkeypatch.setattr("train.data.published.write_digits", partial(write_digits, 2))
    published._write_allographs.cache_clear()
    monkeypatch.setattr("train.data.published.write_signs", partial(write_signs, 2))
    published._write_signs.cache_clear()
    names = "allographs", "allographs_signs"
    digits, signs = (sets.load(name, "train") for name in names)
    held_out = [len(sets.load(name, "val").labels) for name in names]
    published._write_allographs.cache_clear()
    published._write_signs.cache_clear()

    assert set(digits.labels.tolist()) == set(range(10))
    assert set(signs.labels.tolist()) == {DIGITS.none}
    assert held_out == [0, 0]
