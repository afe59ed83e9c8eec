from functools import partial
from pathlib import Path

import pytest

from train.data.alphabets import DIGITS
from train.fit.settings import Settings
from train.metrics.evaluate import DigitRow, RejectRow, Report
from train.studies.leave_out import SPLITS, only, settings
from train.studies.recipe import Step, follow, recipe


def test_existing_files_are_kept(tmp_path: Path) -> None:
    """A step whose file exists is skipped and reported."""
    there, missing = tmp_path / "there", tmp_path / "missing"
    there.write_text("kept")
    said: list[str] = []
    steps = [Step(path, partial(path.write_text, "made")) for path in (there, missing)]

    follow(steps, said.append)

    assert (there.read_text(), missing.read_text()) == ("kept", "made")
    assert said == [f"{there}: exists", f"{missing}: begins"]


def test_the_recipe_continues_at_a_failed_step(tmp_path: Path) -> None:
    """Steps completed before an error are not repeated."""
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


def test_the_recipe_makes_all_files_in_order(tmp_path: Path) -> None:
    """Crops come before the net trained on them, models after their runs."""
    names = [str(step.out.relative_to(tmp_path)) for step in recipe(tmp_path)]

    assert names[:2] == ["crops-1.npz", "crops-2.npz"]
    assert names.index("digits") > names.index("halves-2.npz")
    assert names.index("models/digits.tflite") == names.index("digits") + 1
    assert names.index("models/letters.tflite") == names.index("letters") + 1
    assert names[-len(SPLITS) :] == [f"without-{name}.tflite" for name in SPLITS]


def test_each_run_starts_from_finished_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its start, its teachers and its means exist by then."""
    runs: dict[str, Settings] = {}
    means: dict[str, tuple[str, ...]] = {}

    def fitted(settings: Settings, out: Path, **_: object) -> None:
        before = {str(tmp_path / name) for name in (*runs, *means)}
        assert before.issuperset(filter(None, (settings.start, *settings.teachers)))
        runs[out.name] = settings

    def averaged(of: tuple[Path, ...], out: Path) -> None:
        assert all(run.name in runs for run in of)
        means[out.name] = tuple(run.name for run in of)

    monkeypatch.setattr("train.studies.recipe.fit", fitted)
    monkeypatch.setattr("train.studies.recipe.average", averaged)
    for step in recipe(tmp_path):
        if step.out.name.startswith("digits") and step.out.parent == tmp_path:
            step.make()

    first, mean = str(tmp_path / "digits-first"), str(tmp_path / "digits-mean-1")
    assert [name for name, run in runs.items() if run.start is None] == [
        "digits-first",
        "digits-teacher-1",
        "digits-teacher-2",
    ]
    assert runs["digits-taught-1"].teachers == (first, str(tmp_path / "digits-teacher-1"))
    assert runs["digits-taught-2"].teachers == (mean, str(tmp_path / "digits-teacher-2"))
    assert runs["digits-labels-2"].teachers == ()
    assert {name for name, run in runs.items() if run.gentle} == {
        "digits-gentle-1",
        "digits-labels-2",
    }
    assert means == {
        "digits-mean-1": ("digits-taught-1", "digits-gentle-1"),
        "digits": ("digits-taught-2", "digits-labels-2"),
    }


def test_every_digit_set_and_kind_of_non_digit_is_left_out_once() -> None:
    """Each run is measured only on sets that it was not trained on."""
    left_out = [name for names in SPLITS.values() for name in names]

    always = {"mnist", "emnist", "finnish_drawn", "sudoku_printed"}
    always |= {"allographs", "allographs_signs"}
    assert sorted(left_out) == sorted(set(DIGITS.weights) - always)
    assert all(not set(SPLITS[name]) & set(settings(name).sets) for name in SPLITS)


def test_a_report_has_only_the_left_out_sets() -> None:
    """Rows of training sets are removed."""
    digits = tuple(DigitRow(f"{name}/val", 9, 0.9, 0.9, 0.9, 0.9) for name in ("mnist", "unipen"))
    rejects = tuple(RejectRow(f"{name}/val", 9, 0.9, 0.1, 0.1) for name in ("mdas", "quickdraw"))

    kept = only(Report("m", "0", digits, rejects), ("unipen", "mdas"))

    assert [row.name for row in (*kept.digits, *kept.rejects)] == ["unipen/val", "mdas/val"]
