"""Load the material of a part: its own writers, letters, fonts and photos.

Training pages and pages for choosing share no writer of digits or letters, no font and no photo.
"""

from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.by_writer import Part, people
from train.data.folder import data_folder
from train.errors import DataError
from train.simulate.kinds.material import Material
from train.simulate.words import load_letters
from train.writers.fonts import font_files

Item = TypeVar("Item")
LETTER_PART, FONT_PART = 7, 3  # every 7th writer of letters, every 3rd font is for choosing
PAPERS = "textures/paper", "textures/shading"
SCENES = "textures/desk", "photos_cc0"


def load_material(part: Part, sideways: bool = True) -> Material:
    """Load the material of a part.

    Args:
        part: "train", "dev" for choosing, or "test" for reporting. The letters, fonts and photos
            of "test" are those of "dev".
        sideways: whether some pages are rotated by 90 or 270 degrees.

    Raises:
        DataError: a data set is missing or damaged.
    """
    own: Literal["train", "dev"] = "train" if part == "train" else "dev"
    letters = [each for each in load_letters() if each.kind == "unipen"]
    return Material(
        people(part),
        _own(letters, own, LETTER_PART),
        _own(font_files(), own, FONT_PART),
        _own(_photos(PAPERS), own, FONT_PART),
        _own(_photos(SCENES), own, FONT_PART),
        sideways,
    )


def _own(items: list[Item], part: Literal["train", "dev"], every: int) -> list[Item]:
    return [each for i, each in enumerate(items) if (i % every == 0) == (part == "dev")]


def _photos(folders: tuple[str, ...]) -> list[GrayImage]:
    files: list[Path] = []
    for folder in folders:
        found = sorted((data_folder() / folder).glob("*.[jp][pn]g"))
        if not found:
            raise DataError(f"{data_folder() / folder}: wanted photos; fetch the data set again")
        files += found
    return [np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8) for file in files]
