"""Render printed characters in the free fonts that come with matplotlib.

The printed sudoku cells have no 0 and one newspaper's face; forms, screens and books have many.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.errors import DataError

FACES = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSansMono.ttf",
    "DejaVuSansMono-Bold.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSerif-Italic.ttf",
    "STIXGeneral.ttf",
    "STIXGeneralBol.ttf",
    "STIXGeneralItalic.ttf",
    "cmr10.ttf",
    "cmss10.ttf",
    "cmtt10.ttf",
    "cmb10.ttf",
)
DIGITS = "0123456789"
# Without the characters that look like a digit: O o Q D I l i J L S s Z z q g b B and, in some
# faces, G, T, U; and without signs that are a single stroke.
OTHERS = "ACEFGHKMNPRTUVWXYacdefhjkmnprtuvwxy+=%&#@?*$<>"
HEIGHT_PX = 96


@lru_cache(maxsize=2)
def printed(characters: str) -> tuple[tuple[GrayImage, ...], tuple[str, ...]]:
    """Render every character in every face, about 96 pixels high, cropped to its ink.

    Returns:
        (h, w) uint8 pictures, 255 = ink, and the character of each.

    Raises:
        DataError: matplotlib, whose fonts these are, is not installed.
    """
    pairs = [
        (ink, character) for face in font_files() for character, ink in _drawn(face, characters)
    ]
    return tuple(ink for ink, _ in pairs), tuple(character for _, character in pairs)


def font_files() -> list[Path]:
    """Return the font files, in a fixed order.

    Raises:
        DataError: matplotlib is not installed.
    """
    try:
        import matplotlib
    except ImportError as error:
        raise DataError(
            f"printed characters need matplotlib's fonts ({error}); pip install '.[train]'"
        ) from error
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = [folder / name for name in FACES if (folder / name).exists()]
    if not faces:
        raise DataError(f"{folder}: wanted fonts such as {FACES[0]}; reinstall matplotlib")
    return faces


def _drawn(face: Path, characters: str) -> Iterator[tuple[str, GrayImage]]:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(face), HEIGHT_PX)
    for character in characters:
        picture = Image.new("L", (2 * HEIGHT_PX, 2 * HEIGHT_PX))
        ImageDraw.Draw(picture).text((HEIGHT_PX // 2, HEIGHT_PX // 3), character, 255, font)
        ink = np.asarray(picture, np.uint8)
        x, y, width, height = cv2.boundingRect(ink)
        if width:
            yield character, np.ascontiguousarray(ink[y : y + height, x : x + width])
