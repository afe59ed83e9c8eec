from pathlib import Path

import pytest

from train.baselines import runs
from train.errors import BaselineError


def quiet(_: str) -> None:
    """Discard a line."""


def test_a_run_without_checkpoint_is_replaced(tmp_path: Path) -> None:
    """Without data nothing was trained, so nothing can be lost."""
    runs.open_run("svm", tmp_path, False, None, quiet)

    job = runs.open_run("knn", tmp_path, False, None, quiet)

    assert job.name == "knn"


def test_a_missing_package_is_rejected_first() -> None:
    """The error has the command that installs it."""
    with pytest.raises(BaselineError, match=r"nosuchpackage does not load .*'.\[train\]'"):
        runs.check_installed("nosuchpackage")


def test_a_resumed_run_keeps_its_limit(tmp_path: Path) -> None:
    """Its settings count, not those given again."""
    runs.open_run("svm", tmp_path, False, 50, quiet)

    job = runs.open_run("svm", tmp_path, True, None, quiet)

    assert job.limit == 50


def test_a_limit_takes_digits_evenly() -> None:
    """Sets are often ordered by label: the first hundred would be all zeros."""
    assert list(range(100)[runs.evenly(100, 4)]) == [0, 25, 50, 75]
    assert len(range(100)[runs.evenly(100, None)]) == 100
    assert len(range(3)[runs.evenly(3, 9)]) == 3
