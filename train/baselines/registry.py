"""The classic recognisers that need no TensorFlow, each trained by one function.

    python -m train baseline knn|svm|mlp|numpy --out runs/NAME

Each run leaves a folder: config.json, history.json where there are epochs, records.json with what
every system of it reached, the arrays that reading needs, and pictures. Any of them reads pages
in place of the shipped model; none knows what is no digit, so that it answers for every blob:

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

from camdigits.values import Scorer
from train.baselines import kept, knn, mlp, numpy_net, svm
from train.baselines.kept import Job, Record, load_records
from train.errors import BaselineError, DataError

LABELS = tuple(string.digits)  # of every baseline's scores; there is no "none"


class Method(NamedTuple):
    """How a baseline is trained, and how one of its systems is taken up again."""

    train: Callable[[Job], tuple[Record, ...]]
    load: Callable[[Path], Scorer]


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
    """Train a baseline, or go on training it, and keep it in `out`.

    Args:
        name: one of BASELINES.
        out: folder of the run, created.
        resume: go on with the run in `out`; its settings count.
        limit: digits taken of each set, for a quick look; None takes all.
        report: takes a line for each system that is trained.

    Returns:
        What each system of the baseline reached, the main one first.

    Raises:
        BaselineError: there is no such baseline, or a package it needs is not installed.
        DataError: a data set is missing, or `out` holds a run (or, resumed, does not).
    """
    if name not in BASELINES:
        raise BaselineError(f"no baseline {name}; baselines are {', '.join(BASELINES)}")
    job = kept.begin(name, out, resume, limit, report)
    if (out / kept.RECORDS).exists():
        return load_records(out)
    return kept.keep_records(out, BASELINES[name].train(job))


def load_baseline(out: Path, system: str | None = None) -> Scorer:
    """Take up a system of a finished run, to read glyphs with; its columns are LABELS.

    Args:
        out: folder of the run.
        system: name of one of its records; None takes the first.

    Raises:
        BaselineError: a package that this one needs is not installed.
        DataError: there is no finished run in the folder, or it has no such system.
    """
    records = load_records(out)
    chosen = [record for record in records if system in (None, record.name)]
    if not chosen:
        names = ", ".join(record.name for record in records)
        raise DataError(f"{out}: no system {system}; it holds {names}")
    name = kept.read_json(out / kept.CONFIG)["baseline"]
    return BASELINES[name].load(out / chosen[0].file)
