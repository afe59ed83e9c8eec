from functools import partial
from pathlib import Path

import pytest

from train.alphabets import DIGITS
from train.evaluate import DigitRow, RejectRow, Report
from train.leave_out import SPLITS, only, settings
from train.recipe import Step, follow, recipe


def test_what_is_there_is_not_made_again(tmp_path: Path) -> None:
    """A step whose file exists is passed over, and said so."""
    there, missing = tmp_path / "there", tmp_path / "missing"
    there.write_text("kept")
    said: list[str] = []
    steps = [Step(path, partial(path.write_text, "made")) for path in (there, missing)]

    follow(steps, said.append)

    assert (there.read_text(), missing.read_text()) == ("kept", "made")
    assert said == [f"{there}: there already", f"{missing}: begins"]


def test_a_step_that_fails_ends_the_recipe_and_the_next_call_goes_on_there(tmp_path: Path) -> None:
    """What was made before an error is not made twice."""
    made: list[str] = []

    def make(out: Path) -> None:
        made.append(out.name)
        if made == ["a", "b"]:
            raise OSError("disk full")
        out.touch()

    steps = [Step(tmp_path / name, partial(make, tmp_path / name)) for name in "abc"]

    with pytest.raises(OSError, match="disk full"):
        follow(steps, lambda _: None)
    follow(steps, lambda _: None)

    assert made == ["a", "b", "b", "c"]


def test_the_recipe_ends_in_both_models_and_every_set_left_out(tmp_path: Path) -> None:
    """Crops come before the net that learns from them, models after their runs."""
    names = [str(step.out.relative_to(tmp_path)) for step in recipe(tmp_path)]

    assert names[:2] == ["crops-1.npz", "crops-2.npz"]
    assert names.index("digits") > names.index("halves-2.npz")
    assert names.index("models/digits.tflite") == names.index("digits") + 1
    assert names.index("models/letters.tflite") == names.index("letters") + 1
    assert names[-len(SPLITS) :] == [f"without-{name}.tflite" for name in SPLITS]


def test_every_set_of_hands_and_every_kind_of_negative_is_left_out_once() -> None:
    """Together the runs have seen none of the sets that they are measured on."""
    left_out = [name for names in SPLITS.values() for name in names]

    assert sorted(left_out) == sorted(
        set(DIGITS.weights) - {"mnist", "sudoku_printed", "allographs", "allographs_signs"}
    )
    assert all(not set(SPLITS[name]) & set(settings(name).sets) for name in SPLITS)


def test_a_report_is_cut_down_to_what_was_left_out() -> None:
    """Rows of sets that the net has learned from say nothing here."""
    digits = tuple(DigitRow(f"{name}/val", 9, 0.9, 0.9, 0.9, 0.9) for name in ("mnist", "unipen"))
    rejects = tuple(RejectRow(f"{name}/val", 9, 0.9, 0.1, 0.1) for name in ("mdas", "quickdraw"))

    kept = only(Report("m", "0", digits, rejects), ("unipen", "mdas"))

    assert [row.name for row in (*kept.digits, *kept.rejects)] == ["unipen/val", "mdas/val"]
