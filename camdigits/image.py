"""Typed doors to OpenCV, and the checks of arrays that come from outside.

The only place that imports cv2, so that a missing or broken OpenCV is one clear line.
"""

import os

import numpy as np
import numpy.typing as npt

from camdigits.errors import ArrayError, OpenCVError
from camdigits.values import BgrImage, GrayImage

MAX_PIXELS = 1 << 27  # 134 megapixels, 400 MB as colour: what a Pi with 1 GB can still decode
# OpenCV reads both when it is loaded: a larger picture is refused before its memory is taken, and
# its own log lines do not mix with our messages.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))
os.environ.setdefault("OPENCV_LOG_LEVEL", "FATAL")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET

# fmt: off
PICTURE_SUFFIXES = frozenset((  # of files that some OpenCV reads
    ".avif", ".bmp", ".dib", ".exr", ".gif", ".hdr", ".jp2", ".jpe", ".jpeg", ".jpg", ".pbm",
    ".pfm", ".pgm", ".pic", ".png", ".pnm", ".ppm", ".pxm", ".ras", ".sr", ".tif", ".tiff",
    ".webp",
))
# fmt: on

try:
    import cv2 as cv2
except ImportError as error:
    raise OpenCVError(
        f"OpenCV does not load ({error}); install one of opencv-python, opencv-python-headless, "
        "or your system's python3-opencv (a missing libGL: apt install libgl1, or take headless)"
    ) from error


def check_gray(image: npt.NDArray[np.uint8], name: str = "image") -> GrayImage:
    """Return `image` if it is a non-empty (H, W) uint8 array.

    Raises:
        ArrayError: it is something else.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 2:
        raise ArrayError(f"{name}: wanted an (H, W) uint8 array, got {describe(image)}")
    if image.size == 0:
        raise ArrayError(f"{name}: wanted at least one pixel, got {describe(image)}")
    return image


def to_bgr(image: npt.NDArray[np.uint8], name: str = "image") -> BgrImage:
    """Return an (H, W) gray, (H, W, 1) or (H, W, 3) BGR uint8 array as (H, W, 3) BGR.

    Raises:
        ArrayError: it is something else, or has no pixels.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise ArrayError(
            f"{name}: wanted (H, W, 3) BGR or (H, W) gray uint8, got {describe(image)}"
        )
    if image.size == 0:
        raise ArrayError(f"{name}: wanted at least one pixel, got {describe(image)}")
    if image.ndim == 3 and image.shape[2] == 3:
        return image
    if image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 1):
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)
    raise ArrayError(f"{name}: wanted (H, W, 3) BGR or (H, W) gray uint8, got {describe(image)}")


def to_gray(bgr: BgrImage) -> GrayImage:
    """Weigh (H, W, 3) BGR to (H, W) luma, as BT.601 does."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def to_green(bgr: BgrImage) -> GrayImage:
    """Take the green light of (H, W, 3) BGR: (H, W), its own memory.

    Red and blue ink are dark in it (pale red pencil stands out twice as well as in luma), a
    camera's sensor has most of its pixels there, and it costs a third of weighing three channels.
    """
    return np.asarray(cv2.extractChannel(bgr, 1), np.uint8)


def frozen(image: BgrImage) -> BgrImage:
    """Return a view of `image` that refuses to be written to."""
    view = image.view()
    view.flags.writeable = False
    return view


def describe(thing: object) -> str:
    """Name an array by shape and dtype, anything else by its type.

    >>> describe(np.zeros((2, 3), np.float32))
    '(2, 3) float32'
    """
    if isinstance(thing, np.ndarray):
        return f"{thing.shape} {thing.dtype}"
    return type(thing).__name__
