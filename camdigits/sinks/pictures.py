"""Annotated photos: single files, and a folder that keeps the names of what was read.

A file appears complete under its name or not at all.
"""

import errno
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from camdigits.closeable import Closeable
from camdigits.errors import OutputError
from camdigits.image import cv2
from camdigits.sinks._paths import check_new_folder, is_one_of, output_error
from camdigits.sinks._signals import shield
from camdigits.sinks.base import Picture
from camdigits.values import BgrImage, Result

SAFE_SUFFIX = ".png"  # lossless, for pictures of every size


class PictureFolder(Closeable):
    """Writes each annotated frame under the name of the file it was read from."""

    def __init__(self, directory: str | Path, inputs: Iterable[str | Path] = ()) -> None:
        """Check the folder; the first write creates it.

        Args:
            directory: where the pictures go.
            inputs: every file this run reads, so that none is overwritten before it is read.

        Raises:
            OutputError: `directory` is a file, or it cannot be written to.
        """
        check_new_folder(directory)
        self._directory = Path(directory)
        self._inputs = tuple(inputs)
        self._sources: dict[str, str] = {}  # file name written → source of its picture
        self._closed = False

    def write(self, result: Result, picture: Picture) -> None:
        """Write the annotated frame of one result, named after `result.frame.source`.

        Raises:
            OutputError: it cannot be written, or would overwrite an input.
        """
        self.save(picture(), result.frame.source)

    def save(self, picture: BgrImage, source: str | Path) -> Path:
        """Write one (H, W, 3) uint8 picture that was read from `source`; return its path.

        The suffix is kept where OpenCV can write it, else it becomes .png. Two sources of one
        name get `name`, `name-2` …

        Raises:
            OutputError: it cannot be written, or would overwrite an input.
        """
        if self._closed:
            raise OutputError(f"cannot write into {self._directory}: it is closed already")
        suffix, data = encode(picture, Path(source).suffix)
        name = self._free_name(Path(source).stem, suffix, str(source))
        target = self._directory / name
        if is_one_of(target, (source, *self._inputs)):
            raise OutputError(f"cannot write {target}: it is an input; give another folder")
        _make_folder(self._directory)
        _write_whole(target, data)
        self._sources[name] = str(source)
        return target

    def close(self) -> None:
        """Accept no more pictures. Safe to call twice."""
        self._closed = True

    def _free_name(self, stem: str, suffix: str, source: str) -> str:
        name, count = f"{stem}{suffix}", 1
        while self._sources.get(name, source) != source:
            count += 1
            name = f"{stem}-{count}{suffix}"
        return name


def write_picture(path: str | Path, picture: BgrImage) -> None:
    """Write one (H, W, 3) uint8 picture in the format of its suffix, replacing an existing file.

    Raises:
        OutputError: OpenCV cannot write that format, or the path cannot be written.
    """
    wanted = Path(path).suffix
    suffix, data = encode(picture, wanted)
    if suffix != wanted:
        raise OutputError(
            f"cannot write {path}: OpenCV does not write a picture of this size as "
            f"{wanted or 'a file without suffix'}; give a name that ends in .png"
        )
    _write_whole(Path(path), data)


def encode(picture: BgrImage, suffix: str) -> tuple[str, bytes]:
    """Encode in the format of `suffix`, else as PNG; return the suffix used and the bytes."""
    for each in (suffix, SAFE_SUFFIX):
        try:
            done, data = cv2.imencode(each, picture) if each else (False, None)
        except cv2.error:  # no such format, or the picture is too large for it
            continue
        if done and data is not None:
            return each, data.tobytes()
    raise OutputError(f"cannot encode a picture of {picture.shape[1]}×{picture.shape[0]} as PNG")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise output_error(folder, error) from error


def _write_whole(target: Path, data: bytes) -> None:
    """Write a temporary file beside the target and rename it, so that no half file is visible."""
    try:
        with shield():
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=target.suffix)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                _allow_readers(name)
                os.replace(name, target)
            except OSError:
                os.unlink(name)
                raise
    except OSError as error:
        advice = "free some space" if error.errno == errno.ENOSPC else "give another place"
        raise output_error(target, error, advice) from error


def _allow_readers(name: str) -> None:
    """Give a file of mkstemp, private by default, the permissions of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(name, 0o666 & ~mask)
