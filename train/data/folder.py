"""The folder of the data sets, and where a file of one is; MNIST alone can be downloaded."""

import os
from pathlib import Path

from train.data.idx import fetch
from train.errors import DataError

MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"


def data_folder() -> Path:
    """Folder of the data sets.

    Raises:
        DataError: CAMDIGITS_DATA names no folder, or is not set.
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


def data_file(path: str) -> Path:
    """Where a file lies; MNIST is fetched if there is no data folder."""
    if os.environ.get("CAMDIGITS_DATA") or not path.startswith("mnist/"):
        return data_folder() / path
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "camdigits"
    if not (home / path).exists():
        fetch(MNIST_URL + path.removeprefix("mnist/"), home / path)
    return home / path
