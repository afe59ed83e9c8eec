"""Write and read labelled windows, the training data of the sign net."""

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from train.errors import DataError


@dataclass(frozen=True, slots=True, eq=False)
class WindowSet:
    """Windows with their labels."""

    windows: npt.NDArray[np.uint8]  # (N, 32, 40, 2), as `camdigits.recognize.sign_windows` cuts
    labels: npt.NDArray[np.uint8]  # (N,)

    @classmethod
    def joined(cls, sets: "Sequence[WindowSet]") -> "WindowSet":
        """Return the windows of several sets."""
        return cls(
            np.concatenate([each.windows for each in sets]),
            np.concatenate([each.labels for each in sets]),
        )


def save_windows(out: Path, data: WindowSet) -> None:
    """Write windows; the file appears when it is complete.

    Raises:
        DataError: `out` cannot be written.
    """
    unfinished = out.with_suffix(".part.npz")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(unfinished, windows=data.windows, labels=data.labels)
        os.replace(unfinished, out)
    except OSError as error:
        raise DataError(f"cannot write {out}: {error.strerror}; name another file") from error


def load_windows(path: Path) -> WindowSet:
    """Read windows.

    Raises:
        DataError: the file is missing or damaged.
    """
    try:
        with np.load(path) as arrays:
            return WindowSet(arrays["windows"], arrays["labels"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: no windows ({error}); write them with `python -m train signs`"
        ) from error
