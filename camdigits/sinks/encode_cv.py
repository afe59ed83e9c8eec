"""Encode pictures with OpenCV, where PyAV is not installed.

H.264 if this OpenCV has it, else MPEG-4 part 2; Motion JPEG in AVI. Only a finished file plays,
and cv2.VideoWriter reports no errors: the free disk space is checked before each picture.
"""

import errno
import os
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

from camdigits.errors import OutputError
from camdigits.image import cv2
from camdigits.values import BgrImage

CODECS = {".avi": ("MJPG",)}
OTHER_CODECS = ("avc1", "mp4v")
INDEX_BYTES = 64  # per picture at the end of the file; measured: 16 to 40
RESERVE_BYTES = 1 << 20  # chosen: free space kept for the end of the file


class CvEncoder:
    """One open video file."""

    def __init__(self, path: Path, rate: Fraction, size: tuple[int, int]) -> None:
        """Create the file.

        Raises:
            OSError: the disk is full.
            OutputError: no encoder opens.
        """
        self._path = path
        self._count = 0
        self._closed = False
        self._check_room(size[0] * size[1] * 3)
        self._writer = _open_writer(path, rate, size)

    def write(self, picture: BgrImage) -> None:
        """Encode one picture.

        Raises:
            OSError: the remaining disk space is needed to finish the file.
        """
        self._check_room(picture.nbytes)
        self._writer.write(picture)
        self._count += 1

    def close(self) -> bool:
        """Finish the file; True if it holds a picture. Safe to call twice.

        Raises:
            OSError: the file is empty although pictures were written.
        """
        if self._closed:
            return True
        self._closed = True
        self._writer.release()
        if self._count and not (self._path.exists() and os.path.getsize(self._path)):
            raise OSError(errno.EIO, "OpenCV wrote nothing")
        return self._count > 0

    def _check_room(self, picture_bytes: int) -> None:
        free = shutil.disk_usage(self._path.parent).free
        if free < RESERVE_BYTES + picture_bytes // 2 + self._count * INDEX_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _open_writer(path: Path, rate: Fraction, size: tuple[int, int]) -> Any:
    for codec in CODECS.get(path.suffix.lower(), OTHER_CODECS):
        fourcc = cv2.VideoWriter_fourcc(*codec)  # type: ignore[attr-defined]  # older stubs lack it
        writer = cv2.VideoWriter(str(path), fourcc, float(rate), size)
        if writer.isOpened():
            return writer
    raise OutputError(
        f"cannot write {path}: OpenCV has no encoder for it; give a name that ends in .avi, "
        "or install the extra camdigits[video]"
    )
