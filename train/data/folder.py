"""Locate the folder and the files of the data sets; MNIST alone can be downloaded."""

import os
from pathlib import Path

from train.data.idx import fetch
from train.errors import DataError

MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"


def data_folder() -> Path:
    """Return the folder of the data sets.

    Raises:
        DataError: CAMDIGITS_DATA is not set or names no folder.
    """
    named = os.environ.get("CAMDIGITS_DATA")
    if not named:
        raise DataError(
            "no data folder; set CAMDIGITS_DATA to one (without it MNIST alone is downloaded)"
        )
    if not Path(named).is_dir():
        raise DataError(
            f"CAMDIGITS_DATA: {named} is not a folder; name the one with the data sets"
        )
    return Path(named)


def is_named() -> bool:
    """Return whether CAMDIGITS_DATA names a data folder; otherwise there is MNIST alone."""
    return bool(os.environ.get("CAMDIGITS_DATA"))


def data_file(path: str) -> Path:
    """Return the path of a data file; without a data folder, MNIST is downloaded to the cache."""
    if is_named() or not path.startswith("mnist/"):
        return data_folder() / path
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "camdigits"
    if not (home / path).exists():
        fetch(MNIST_URL + path.removeprefix("mnist/"), home / path)
    return home / path
