"""Import OpenCV, convert between colour formats, and check arrays that callers pass in.

The only module that imports cv2, so that a missing or broken OpenCV gives one clear error.
"""

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.errors import ArrayError, OpenCVError
from camdigits.values import BgrImage, GrayImage

MAX_PIXELS = 1 << 27  # 134 megapixels, 400 MB as colour: what a Pi with 1 GB can still decode
# OpenCV reads these when it is loaded: it rejects a larger picture before allocating memory, and
# its own log lines do not mix with our messages.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))
os.environ.setdefault("OPENCV_LOG_LEVEL", "FATAL")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET

# fmt: off
PICTURE_SUFFIXES = frozenset((  # of files that some builds of OpenCV read
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
        "or your system's python3-opencv (a missing libGL: apt install libgl1, or use headless)"
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


def to_bgr(image: npt.NDArray[Any] | None, name: str = "image") -> BgrImage:
    """Return a gray, BGR or BGRA uint8 array as (H, W, 3) BGR; alpha is dropped.

    OpenCV reads transparent pictures with `IMREAD_UNCHANGED` as BGRA. Of picamera2's formats
    "XRGB8888" is BGRA in memory; "XBGR8888" is RGBA and has to be converted first, with
    `cv2.cvtColor(image, cv2.COLOR_RGBA2BGR)`.

    Args:
        image: (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) uint8.
        name: what error messages call it.

    Returns:
        (H, W, 3) uint8; `image` itself if it is BGR already.

    Raises:
        ArrayError: it is something else, or has no pixels.
    """
    if image is None:
        raise ArrayError(
            f"{name}: wanted an array, got None: the file was not read (cv2.imread returns None "
            "for a missing or unreadable file); check its path"
        )
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or not _is_picture(image):
        raise ArrayError(
            f"{name}: wanted (H, W), (H, W, 3) BGR or (H, W, 4) BGRA uint8, "
            f"got {describe(image)}; {_conversion(image)}"
        )
    if image.size == 0:
        raise ArrayError(
            f"{name}: wanted at least one pixel, got {describe(image)}; "
            "check how it was read or cropped"
        )
    channels = image.shape[2] if image.ndim == 3 else 1
    if channels == 3:
        return image
    code = cv2.COLOR_BGRA2BGR if channels == 4 else cv2.COLOR_GRAY2BGR
    return np.asarray(cv2.cvtColor(image, code), np.uint8)


def _is_picture(array: npt.NDArray[Any]) -> bool:
    return array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))


def _conversion(thing: object) -> str:
    """Name a way to turn a rejected value into a picture."""
    if not isinstance(thing, np.ndarray):
        return "convert it, e.g. np.asarray(image, np.uint8)"
    if not _is_picture(thing):
        return "pass one picture at a time, gray, BGR or BGRA"
    return "convert it, e.g. image.astype(np.uint8)"


def to_gray(bgr: BgrImage) -> GrayImage:
    """Convert (H, W, 3) BGR to (H, W) luma with the weights of BT.601."""
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def to_green(bgr: BgrImage) -> GrayImage:
    """Copy the green channel of (H, W, 3) BGR to a new (H, W) array.

    Red and blue ink are dark in it (pale red pencil has twice the contrast that it has in luma),
    half of a camera sensor's pixels are green, and it costs a third of computing luma.
    """
    return np.asarray(cv2.extractChannel(bgr, 1), np.uint8)


def frozen(image: BgrImage) -> BgrImage:
    """Return a read-only view of `image`."""
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


def working_size(gray: GrayImage, max_side_px: int) -> tuple[GrayImage, float]:
    """Shrink a large image; return it and the scale from its pixels to the original's."""
    height, width = gray.shape
    scale = max_side_px / max(height, width)
    if scale >= 1:
        return gray, 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8), 1 / scale
