"""Read the text digits: 32×32 characters 0 or 1, 1934 training and 946 test files.

Also converts glyphs to such digits, and these to the 8×8 ones of scikit-learn (same writers; each
pixel counts the ink of 4×4), so that a system trained on either can read a page.
"""

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Glyphs
from train.data.alphabets import Labels
from train.data.folder import data_folder
from train.errors import DataError

FILE = "mlia_digits/digits.zip"
SIDE = 32
WIDE = 20  # pixels: mean width of the handwritten digits; all are 32 high
INK = 0.3 * 255  # threshold of ink: glyphs become about as black as the set
LEARN, TEST = "trainingDigits", "testDigits"
_NAME = re.compile(rf"({LEARN}|{TEST})/([0-9])_\d+\.txt")

Bits = npt.NDArray[np.uint8]  # (N, 32, 32), 1 = ink


@dataclass(frozen=True, slots=True, eq=False)
class TextDigits:
    """Digits with their labels."""

    images: Bits
    labels: Labels  # (N,) uint8, 0 to 9


def load_text_digits(path: Path | None = None) -> tuple[TextDigits, TextDigits]:
    """Read the training digits and the test digits.

    Args:
        path: the zip; None uses the one in the data folder.

    Raises:
        DataError: the file is missing, damaged or something else.
    """
    path = data_folder() / FILE if path is None else path
    try:
        with zipfile.ZipFile(path) as bundle:
            texts = {name: bundle.read(name) for name in sorted(bundle.namelist())}
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(f"{path}: wanted a zip of text digits, got {error}") from error
    return _part(path, texts, LEARN), _part(path, texts, TEST)


def parse(text: bytes, name: str) -> Bits:
    """Read one digit, (32, 32).

    Raises:
        DataError: it is not 32 lines of 32 characters 0 or 1.

    >>> int(parse(b"00000000000000000000000000000001 " * 32, "1_0.txt").sum())
    32
    """
    lines = text.split()
    problem = None
    if len(lines) != SIDE:
        problem = f"{len(lines)} line{'s' * (len(lines) != 1)}"
    elif odd := [line for line in lines if len(line) != SIDE]:
        problem = f"a line of {len(odd[0])}"
    elif strange := set(b"".join(lines)) - set(b"01"):
        problem = f"a {chr(min(strange))!r}"
    if problem:
        wanted = "32 lines of 32 characters 0 or 1"
        raise DataError(f"{name}: wanted {wanted}, got {problem}; fetch it again")
    rows = np.frombuffer(b"".join(lines), np.uint8)
    return np.asarray(rows.reshape(SIDE, SIDE) == ord("1"), np.uint8)


def text_digits_of(glyphs: Glyphs) -> Bits:
    """Convert (N, 28, 28) uint8 glyphs to text digits: ink stretched to 20×32, black and white.

    The set was stretched in this way: its upright 1 is a solid bar.
    """
    digits = np.zeros((len(glyphs), SIDE, SIDE), np.uint8)
    left = (SIDE - WIDE) // 2
    for digit, glyph in zip(digits, glyphs, strict=True):
        x, y, width, height = cv2.boundingRect(np.asarray(glyph >= INK, np.uint8))
        if width and height:
            ink = glyph[y : y + height, x : x + width]
            body = cv2.resize(ink, (WIDE, SIDE), interpolation=cv2.INTER_LINEAR)
            digit[:, left : left + WIDE] = body >= INK
    return digits


def counts_of(digits: Bits) -> npt.NDArray[np.float64]:
    """Count the ink of each 4×4 pixels: (N, 32, 32) to (N, 64), 0 to 16.

    >>> counts_of(np.ones((1, 32, 32), np.uint8))[0, :3]
    array([16., 16., 16.])
    """
    blocks = digits.reshape(-1, SIDE // 4, 4, SIDE // 4, 4)
    return np.asarray(blocks.sum(axis=(2, 4)).reshape(-1, (SIDE // 4) ** 2), np.float64)


def _part(path: Path, texts: dict[str, bytes], folder: str) -> TextDigits:
    found = [match for match in map(_NAME.fullmatch, texts) if match and match[1] == folder]
    if not found:
        raise DataError(f"{path}: wanted files {folder}/<digit>_<n>.txt, got none; fetch it again")
    images = np.stack([parse(texts[match[0]], f"{path}: {match[0]}") for match in found])
    return TextDigits(images, np.array([int(match[2]) for match in found], np.uint8))
