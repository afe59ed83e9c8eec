import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from train.errors import DataError
from train.fit.average import average
from train.fit.run import CONFIG, HISTORY, WEIGHTS_FILE, lineage, load_settings
from train.fit.settings import Settings


def run(folder: Path, *weights: object) -> Path:
    """Write a run with these weights."""
    folder.mkdir()
    (folder / CONFIG).write_text(json.dumps(asdict(Settings(seed=len(folder.name)))))
    (folder / HISTORY).write_text("[]")
    np.savez(folder / WEIGHTS_FILE, *[np.asarray(one) for one in weights])
    return folder


def test_integers_are_not_averaged(tmp_path: Path) -> None:
    """The state of a dropout's generator is taken from the last run."""
    one = run(tmp_path / "1", np.float32([1, 3]), np.int64([7, 8]))
    other = run(tmp_path / "22", np.float32([3, 5]), np.int64([9, 1]))

    average([one, other], tmp_path / "mean")

    with np.load(tmp_path / "mean" / WEIGHTS_FILE) as arrays:
        weights, state = (arrays[name] for name in arrays.files)
    assert (weights.tolist(), weights.dtype) == ([2, 4], np.float32)
    assert (state.tolist(), state.dtype) == ([9, 1], np.int64)


def test_the_mean_names_its_runs(tmp_path: Path) -> None:
    """Its settings are those of the last run, with the list of runs."""
    runs = [run(tmp_path / name, np.float32([1])) for name in ("1", "22")]

    average(runs, tmp_path / "mean")

    settings = load_settings(tmp_path / "mean")
    assert settings.seed == 2
    assert settings.averaged == tuple(str(one) for one in runs)


def test_runs_of_different_nets_have_no_mean(tmp_path: Path) -> None:
    """Their weights have different shapes."""
    runs = [run(tmp_path / str(n), np.ones(n, np.float32)) for n in (1, 2)]

    with pytest.raises(DataError, match="different nets; give runs of one"):
        average(runs, tmp_path / "mean")


def test_the_lineage_of_a_mean(tmp_path: Path) -> None:
    """It has each trained run once; the mean itself was not trained."""
    for name, start, averaged in (
        ("first", None, ()),
        ("one", "first", ()),
        ("two", "first", ()),
        ("mean", "first", ("one", "two")),
    ):
        (tmp_path / name).mkdir()
        settings = Settings(
            start=None if start is None else str(tmp_path / start),
            averaged=tuple(str(tmp_path / each) for each in averaged),
        )
        (tmp_path / name / CONFIG).write_text(json.dumps(asdict(settings)))

    assert {run.name for run in lineage(tmp_path / "mean")} == {"first", "one", "two"}
    assert {run.name for run in lineage(tmp_path / "one")} == {"first", "one"}
