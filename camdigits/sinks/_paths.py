"""Check the path of an output before any work is done. Writes nothing."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from camdigits.errors import OutputError
from camdigits.image import PICTURE_SUFFIXES

STDOUT = "-"


def check_output(path: str | Path, inputs: Iterable[str | Path] = ()) -> None:
    """Check that a file can be written at `path`; "-" is standard output.

    Args:
        path: the file to be written; it need not exist, its folder must.
        inputs: files that are read in the same run and must not be overwritten.

    Raises:
        OutputError: it cannot be written there, or it is one of `inputs`.
    """
    if str(path) == STDOUT:
        if sys.stdout is None or getattr(sys.stdout, "name", "") == os.devnull:
            raise OutputError("cannot write standard output: it is closed; give a file")
        return
    target = Path(path)
    if target.is_dir():
        raise OutputError(f"cannot write {path}: it is a folder; give the name of a file")
    check_folder(target.parent, path)
    if not os.access(target if target.exists() else target.parent, os.W_OK):
        raise OutputError(f"cannot write {path}: no permission; give another place")
    if is_one_of(target, inputs):
        raise OutputError(f"cannot write {path}: it is the input itself; give another name")


def check_folder(folder: Path, wanted: str | Path) -> None:
    """Check that `folder` exists, for the output `wanted`.

    Raises:
        OutputError: it is not a folder.
    """
    if not folder.exists():
        raise OutputError(f"cannot write {wanted}: there is no folder {folder}; make it first")
    if not folder.is_dir():
        raise OutputError(f"cannot write {wanted}: {folder} is not a folder; give another place")


def check_new_folder(folder: str | Path) -> None:
    """Check that pictures can be written into `folder`, which need not exist yet.

    Raises:
        OutputError: it is a file, or it can be neither created nor written to.
    """
    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise OutputError(f"cannot write into {folder}: it is a file; give a folder")
    if not target.exists() and target.suffix.lower() in PICTURE_SUFFIXES:
        raise OutputError(
            f"cannot write into {folder}: wanted a folder, got the name of a picture; "
            f"give a name without {target.suffix}"
        )
    nearest = next((p for p in (target, *target.parents) if p.exists()), Path())
    if not nearest.is_dir():
        raise OutputError(f"cannot make {folder}: {nearest} is a file; give another place")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write into {folder}: no permission; give another place")


def is_one_of(target: Path, inputs: Iterable[str | Path]) -> bool:
    """Return whether `target` is the same file as one of `inputs`, under any name."""
    if not target.exists():
        return False
    return any(os.path.exists(each) and os.path.samefile(target, each) for each in inputs)


def output_error(
    path: str | Path, error: OSError, advice: str = "give another place"
) -> OutputError:
    """Convert an error of the operating system to a one-line error about `path`."""
    reason = error.strerror or str(error)
    return OutputError(f"cannot write {path}: {reason[:1].lower()}{reason[1:]}; {advice}")
