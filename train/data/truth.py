"""Read labelled pictures: the entries of labels.json and cells.json, and the files they name."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from camdigits.errors import PictureError
from camdigits.reader import Reader
from camdigits.sources.picture_file import read_picture
from camdigits.values import Result
from train.errors import LabelsError

Truth = Mapping[str, Any]  # one entry of labels.json or cells.json


def load_truths(path: Path, key: str) -> list[Truth]:
    """Read a list of labelled pictures, each with `key`: "digits" or "cells".

    Raises:
        LabelsError: the file is missing or is not such a list.
    """
    try:
        entries = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise LabelsError(f"{path}: wanted a list of labelled pictures, got {error}") from error
    if not isinstance(entries, list) or not all(key in entry for entry in entries):
        raise LabelsError(f"{path}: wanted entries with {key!r}; give the folder of such a file")
    return entries


def read_labelled(folder: Path, truth: Truth, reader: Reader) -> Result | None:
    """Read a labelled picture; None if it cannot be decoded, which counts all digits as missed."""
    try:
        return reader.read(read_picture(place(folder, truth)))
    except PictureError:
        return None


def place(folder: Path, truth: Truth) -> Path:
    """Return the path of a labelled picture: next to its labels, or in `images`."""
    name = str(truth["file"])
    return folder / name if (folder / name).exists() else folder / "images" / name
