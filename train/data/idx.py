"""Read, check and download IDX files, the format of MNIST: a big-endian header, then bytes.

A file that is missing, truncated or has other content than expected is a one-line error.
"""

import gzip
import hashlib
import os
import struct
import tempfile
import urllib.error
import urllib.request
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from train.errors import DataError

IMAGES_MAGIC = 2051
LABELS_MAGIC = 2049
TIMEOUT_S = 30.0


def read_images(path: Path, md5: str | None = None) -> npt.NDArray[np.uint8]:
    """Read a gzipped IDX file of images as (N, H, W) uint8.

    Args:
        path: the .gz file.
        md5: checksum its unpacked content must have; None checks nothing.

    Raises:
        DataError: the file is missing, truncated or not the expected one.
    """
    content = _content(path, md5)
    magic, count, height, width = _header(path, content, ">IIII")
    _check(path, magic, IMAGES_MAGIC, len(content), 16 + count * height * width)
    return np.frombuffer(content, np.uint8, offset=16).reshape(count, height, width)


def read_labels(path: Path, md5: str | None = None) -> npt.NDArray[np.uint8]:
    """Read a gzipped IDX file of labels as (N,) uint8.

    Raises:
        DataError: the file is missing, truncated or not the expected one.
    """
    content = _content(path, md5)
    magic, count = _header(path, content, ">II")
    _check(path, magic, LABELS_MAGIC, len(content), 8 + count)
    return np.frombuffer(content, np.uint8, offset=8)


def fetch(url: str, path: Path) -> None:
    """Download `url` to `path`; the file appears there only when it is complete.

    Raises:
        DataError: no network, or the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
            _write_whole(path, answer.read())
    except (OSError, urllib.error.URLError) as error:
        raise DataError(
            f"cannot download {url}: {error}; connect to a network, "
            "or set CAMDIGITS_DATA to the folder that holds the data sets"
        ) from error


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _content(path: Path, md5: str | None) -> bytes:
    try:
        content = gzip.decompress(path.read_bytes())
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; set CAMDIGITS_DATA to the data folder") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error}); fetch it again") from error
    if md5 is not None and (got := hashlib.md5(content).hexdigest()) != md5:
        raise DataError(f"{path}: content has md5 {got}, wanted {md5}; fetch it again")
    return content


def _header(path: Path, content: bytes, form: str) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, content)
    except struct.error as error:
        raise DataError(
            f"{path}: wanted an IDX header, got {len(content)} bytes; fetch it again"
        ) from error


def _check(path: Path, magic: int, wanted_magic: int, size: int, wanted_size: int) -> None:
    if magic != wanted_magic:
        raise DataError(
            f"{path}: wanted an IDX file that starts with {wanted_magic}, got {magic}; "
            "is it another file under this name?"
        )
    if size != wanted_size:
        raise DataError(
            f"{path}: its header promises {wanted_size} bytes, got {size}; fetch it again"
        )
