"""Train and load the classic recognisers that need no TensorFlow.

    python -m train baseline knn|svm|mlp|numpy --out runs/NAME

Each run has a folder: config.json, history.json if it has epochs, records.json with the results of
its systems, the arrays that reading needs, and plots. Each can replace the shipped model; none has
a reject class, so that it labels every region:

    from pathlib import Path

    import cv2

    from camdigits import Reader
    from train.baselines.registry import LABELS, load_baseline, train_baseline

    train_baseline("svm", Path("runs/svm"))
    reader = Reader(scorer=load_baseline(Path("runs/svm")), labels=LABELS, threshold=0.9)
    for number in reader.read(cv2.imread("page.jpg")).numbers:
        print(number.text, round(number.score, 2))
"""

import string
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from train.baselines import knn, mlp, numpy_net, runs, svm
from train.baselines.runs import Job, Record, load_records
from train.errors import BaselineError, DataError
from train.metrics.measure import LogitScorer

LABELS = tuple(string.digits)  # columns of every baseline's scores; no reject class


class Method(NamedTuple):
    """Functions that train a baseline and load one of its systems."""

    train: Callable[[Job], tuple[Record, ...]]
    load: Callable[[Path], LogitScorer]


BASELINES: Mapping[str, Method] = {
    "knn": Method(knn.train, knn.load),
    "svm": Method(svm.train, svm.load),
    "mlp": Method(mlp.train, mlp.load),
    "numpy": Method(numpy_net.train, numpy_net.load),
}


def train_baseline(
    name: str,
    out: Path,
    resume: bool = False,
    limit: int | None = None,
    report: Callable[[str], None] = print,
) -> tuple[Record, ...]:
    """Train a baseline, or continue its training, and store it in `out`.

    Args:
        name: one of BASELINES.
        out: folder of the run, created.
        resume: continue the run in `out` with its own settings.
        limit: digits used of each set, for a quick trial; None uses all.
        report: receives one line per trained system.

    Returns:
        The result of each system, the main one first.

    Raises:
        BaselineError: no baseline has this name, or a package it needs is not installed.
        DataError: a data set is missing, or `out` holds a run (with `resume`: holds none).
    """
    if name not in BASELINES:
        raise BaselineError(f"no baseline {name}; baselines are {', '.join(BASELINES)}")
    job = runs.open_run(name, out, resume, limit, report)
    if (out / runs.RECORDS).exists():
        return load_records(out)
    return runs.save_records(out, BASELINES[name].train(job))


def load_baseline(out: Path, system: str | None = None) -> LogitScorer:
    """Load the scorer of a system of a complete run; its columns are LABELS.

    Args:
        out: folder of the run.
        system: name of one of its records; None uses the first.

    Raises:
        BaselineError: a package it needs is not installed.
        DataError: there is no complete run in the folder, or it has no such system.
    """
    records = load_records(out)
    chosen = [record for record in records if system in (None, record.name)]
    if not chosen:
        names = ", ".join(record.name for record in records)
        raise DataError(f"{out}: no system {system}; it holds {names}")
    name = runs.read_json(out / runs.CONFIG)["baseline"]
    return BASELINES[name].load(out / chosen[0].file)
