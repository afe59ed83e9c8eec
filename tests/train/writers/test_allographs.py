"""The made-up writers: every form is drawn, the same every time, and none is held out."""

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


def test_every_hand_writes_every_digit_and_the_same_seed_the_same_ink() -> None:
    shapes, labels = write_digits(3)
    again, _ = write_digits(3)

    assert labels.tolist() == list(range(10)) * COPIES * 3
    assert all(np.array_equal(one, two) for one, two in zip(shapes, again, strict=True))
    assert all(
        shape[edge].any() for shape in shapes for edge in ((0,), (-1,), (..., 0), (..., -1))
    )


def test_hands_differ() -> None:
    first, other = (write_digits(1, seed)[0] for seed in (1, 2))

    assert [one.shape for one in first] != [two.shape for two in other]


def test_every_hand_writes_other_signs_and_the_same_seed_the_same_ink() -> None:
    shapes, names = write_signs(3)
    again, _ = write_signs(3)

    writers = names.reshape(3, SIGNS_EACH + INVENTED_EACH)
    known, invented = writers[:, :SIGNS_EACH].tolist(), writers[:, SIGNS_EACH:]
    assert all(np.array_equal(one, two) for one, two in zip(shapes, again, strict=True))
    assert known[0] != known[1] != known[2]
    assert {SIGN_NAMES[index] for hand in known for index in hand} <= set(SIGNS)
    assert {SIGN_NAMES[index] for index in invented.ravel()} == {"invented"}


def test_no_sign_is_a_digit_nor_one_of_the_letters_that_pass_for_one() -> None:
    look_alikes = DIGITS.leave_out["unipen_letters"] | set("Gnuy")

    assert set(DIGITS.indexes("allographs_signs", SIGN_NAMES).tolist()) == {DIGITS.none}
    assert not look_alikes & set(SIGNS)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_forms_begin_and_end_near_the_line(name: str) -> None:
    """A slip in a number would draw a digit far over its line, or twice as wide as any."""
    for form in FORMS[name]:
        points = np.concatenate([stroke for stroke, _ in handwriting.parse(form)])
        assert points[:, 1].min() == pytest.approx(0, abs=0.09)
        assert points[:, 1].max() == pytest.approx(1, abs=0.07)
        assert np.ptp(points[:, 0]) < 1.1


def test_hasty_strokes_end_near_where_they_should_and_keep_their_middle() -> None:
    """Ends lie on the line to their neighbours, a little early or late; nothing else moves."""
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
    """An edge that lies nearly flat makes a stem broad and leaves a bar as fine as it was."""
    cross = np.zeros((40, 40), np.uint8)
    cross[:, 18:21], cross[18:21] = 255, 255

    crossed = [_with_nib(cross, np.random.default_rng(seed)) for seed in range(40)]
    stems = [int((ink[3] > 0).sum()) for ink in crossed]
    bars = [int((ink[:, 3] > 0).sum()) for ink in crossed]

    assert min(stems + bars) >= 3
    assert max(stems) > 5
    assert max(bars) > 5
    assert np.corrcoef(stems, bars)[0, 1] < -0.3  # what broadens one spares the other


def test_the_demo_is_written_in_other_forms() -> None:
    """Its page would show what the net knows by heart."""
    assert not {form for forms in SHAPES.values() for form in forms} & {
        form for forms in handwriting.SHAPES.values() for form in forms
    }


def test_nothing_made_up_measures_a_net(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
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
