"""Read and write the run folder of a baseline, and helpers of all methods.

config.json holds the settings, history.json the epochs, and records.json the results; it is
written last and marks a complete run. Arrays are .npz files; checkpoints are named last* and are
deleted when the run is complete.
"""

import json
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from train.data import sets
from train.data.sets import Glyphset, thinned
from train.errors import BaselineError, DataError

CONFIG, HISTORY, RECORDS = "config.json", "history.json", "records.json"
CHECKPOINT = "last"  # prefix of the checkpoint files
Arrays = dict[str, npt.NDArray[Any]]
Reporter = Callable[[str], None]
Part = Literal["train", "val", "test"]
PARTS: tuple[Part, ...] = ("train", "val", "test")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """Result of one system: a row of the comparison."""

    name: str
    accuracy: Mapping[str, float]  # by set and part, e.g. "mnist/test"
    train_s: float  # seconds of training, without selection and measuring
    size_bytes: int  # of the stored file
    file: str  # name in the run's folder
    chosen: Mapping[str, float]  # settings selected on validation digits, never on a test set


@dataclass(frozen=True, slots=True)
class Job:
    """One training run."""

    name: str
    out: Path
    limit: int | None  # digits of each set; None uses all
    report: Reporter


def open_run(name: str, out: Path, resume: bool, limit: int | None, report: Reporter) -> Job:
    """Create a run's folder; a resumed run keeps its settings.

    Raises:
        DataError: `out` holds a run and `resume` is not set, or the other way round.
    """
    if resume:
        settings = read_json(out / CONFIG)
        if not isinstance(settings, dict) or settings.get("baseline") != name:
            raise DataError(f"{out} holds no run of the baseline {name}; name its folder")
        return Job(name, out, settings.get("limit"), report)
    if (out / RECORDS).exists() or any(out.glob(f"{CHECKPOINT}*")):
        raise DataError(f"{out} holds a run; add --resume, or name another folder")
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / CONFIG, {"baseline": name, "limit": limit})
    return Job(name, out, limit, report)


def load_records(out: Path) -> tuple[Record, ...]:
    """Read the results of a run.

    Raises:
        DataError: there is no complete run of a baseline in this folder.
    """
    try:
        return tuple(Record(**row) for row in read_json(out / RECORDS))
    except TypeError as error:
        raise DataError(f"{out / RECORDS}: not the records of a run ({error})") from error


def save_records(out: Path, records: Sequence[Record]) -> tuple[Record, ...]:
    """Write the results of a complete run, and delete its checkpoints."""
    write_json(out / RECORDS, [asdict(record) for record in records])
    for path in out.glob(f"{CHECKPOINT}*"):
        path.unlink()
    return tuple(records)


def record(
    name: str,
    path: Path,
    accuracy: Mapping[str, float],
    train_s: float,
    **chosen: float,
) -> Record:
    """Return the record of a system stored in `path`."""
    return Record(name, accuracy, train_s, path.stat().st_size, path.name, chosen)


def read_json(path: Path) -> Any:
    """Read a JSON file of a run.

    Raises:
        DataError: the file is missing or truncated.
    """
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path.parent}: no whole run of a baseline in this folder ({error}); "
            "train it with python -m train baseline"
        ) from error


def write_json(path: Path, content: object) -> None:
    """Write a JSON file of a run; it appears when it is complete."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(json.dumps(content, indent=2) + "\n")
    os.replace(unfinished, path)


def save_arrays(path: Path, arrays: Arrays) -> None:
    """Write an .npz; it appears when it is complete."""
    unfinished = path.with_suffix(".part.npz")
    np.savez_compressed(unfinished, **arrays)  # type: ignore[arg-type]  # of NumPy 1: **kwds
    os.replace(unfinished, path)


def load_arrays(path: Path, wanted: Sequence[str] = ()) -> Arrays:
    """Read an .npz of a run.

    Raises:
        DataError: the file is missing or truncated, or lacks an array named in `wanted`.
    """
    try:
        # Opened here: np.load leaves a file open that only starts like a zip.
        with path.open("rb") as file, np.load(file) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: not the arrays of a baseline ({error}); train it again"
        ) from error
    missing = [name for name in wanted if name not in found]
    if missing:
        raise DataError(f"{path}: wanted an array {missing[0]}, got {sorted(found)}")
    return found


def mnist(part: Part, limit: int | None) -> Glyphset:
    """Load a part of MNIST as normalised glyphs, or `limit` of it, evenly."""
    return thinned(sets.load("mnist", part), limit, exact=True)


def evenly(count: int, limit: int | None) -> slice:
    """Return a slice of `limit` of `count` items, evenly: sets are often ordered by label.

    >>> list(range(10))[evenly(10, 3)]
    [0, 3, 6]
    """
    step = 1 if limit is None else max(1, count // limit)
    return slice(None, None if limit is None else step * limit, step)


def progress(steps: Iterable[T], name: str, unit: str, done: int = 0) -> Iterator[T]:
    """Iterate over `steps` with a progress bar, if there is a terminal.

    Args:
        steps: the remaining steps, of known length.
        name: label of the bar.
        unit: unit of the steps.
        done: steps that a resumed run has completed before.
    """
    from tqdm import tqdm

    left = list(steps)
    with tqdm(total=done + len(left), initial=done, desc=name, unit=unit, disable=None) as shown:
        for step in left:
            yield step
            shown.update()


def check_installed(*packages: str) -> None:
    """Check that packages can be imported before anything is read or trained.

    Raises:
        BaselineError: a package does not load.
    """
    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            raise BaselineError(
                f"{package} does not load ({error}); pip install '.[train]'"
            ) from error
