"""Decode one picture file to (H, W, 3) BGR uint8: upright, without transparency.

Also expands the folders and patterns of a command line to picture files.
"""

import glob
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.errors import NoPictureError, PictureError, SourceError
from camdigits.image import MAX_PIXELS, PICTURE_SUFFIXES, cv2
from camdigits.sources import picture_header
from camdigits.values import BgrImage, GrayImage

Pixels: TypeAlias = npt.NDArray[Any]  # (H, W) or (H, W, channels), any number type

MAX_BYTES = (
    MAX_PIXELS * 8
)  # four channels of 16 bits, uncompressed: the largest file that is decoded
CHUNK_BYTES = 1 << 22  # chosen: 4 MiB per read

_UNDO_ORIENTATION: dict[
    int, Callable[[Pixels], Pixels]
] = {  # EXIF orientation -> the operation that makes the picture upright
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, -1),
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: lambda image: np.rot90(image),
}


def read_picture(path: str | Path) -> BgrImage:
    """Decode one picture file.

    EXIF orientation is applied; gray is converted to BGR; more than 8 bits are scaled so that the
    largest value is white; transparent pictures are composited on white or black, whichever
    contrasts with their content.

    Args:
        path: a file of any format that OpenCV reads.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        NoPictureError: there is no such file.
        PictureError: it is not a picture, is cut off, or has more than MAX_PIXELS pixels.
    """
    return decode_picture(_read_bytes(Path(path)), path)


def decode_picture(data: bytes, name: str | Path, max_pixels: int = MAX_PIXELS) -> BgrImage:
    """Decode the bytes of a picture file, as `read_picture` does.

    Args:
        data: the whole file, not empty.
        name: what error messages call it.
        max_pixels: a larger picture is rejected; JPEG, PNG and others before they are decoded.

    Returns:
        (H, W, 3) uint8 BGR.

    Raises:
        PictureError: it is not a picture, is cut off, or has more than `max_pixels` pixels.
    """
    if broken := picture_header.damage(data):
        raise PictureError(f"cannot read picture {name}: {broken}; copy or save it again")
    size = picture_header.picture_size(data)
    if size is not None and size[0] * size[1] > max_pixels:
        raise PictureError(_too_large(name, f"{size[0]}x{size[1]} is", max_pixels))
    colour, alpha = _split(_decode(data, name), name)
    if colour.shape[0] * colour.shape[1] > max_pixels:
        raise PictureError(_too_large(name, "it is", max_pixels))
    image = _eight_bits(colour, _white_value(colour))
    if alpha is not None:
        image = _flattened(image, _eight_bits(alpha, _opaque_value(alpha)))
    turn = _UNDO_ORIENTATION.get(picture_header.orientation(data), _unchanged)
    return _three_channels(np.asarray(turn(image), np.uint8))


def picture_paths(arguments: Iterable[str | Path]) -> list[Path]:
    """Expand the arguments of a command line to picture files.

    Args:
        arguments: files, folders (their pictures, not those of subfolders) and glob patterns
            (`*`, `?`, `[...]`, and `**` for subfolders) that the shell did not expand.

    Returns:
        The files in the order of the arguments, in a folder in natural order (2 before 10). A file
        that does not exist is kept: reading it raises NoPictureError.

    Raises:
        SourceError: a folder holds no picture or a pattern matches none.
    """
    return [path for argument in arguments for path in _paths_of(argument)]


def is_pattern(argument: str | Path) -> bool:
    """Return whether a name contains a wildcard.

    >>> is_pattern("photos/*.jpg"), is_pattern("photo.jpg")
    (True, False)
    """
    return any(wildcard in os.fspath(argument) for wildcard in "*?[")


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise PictureError(f"cannot read picture {path}: it is a folder; give a file")
    try:
        with path.open("rb") as file:
            data = _read_up_to(file, MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise NoPictureError(
            f"cannot read picture {path}: no such file; check its name"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        reason = getattr(error, "strerror", None) or error
        raise PictureError(f"cannot read picture {path}: {reason}") from error
    if not data:
        raise PictureError(f"cannot read picture {path}: the file is empty")
    if len(data) > MAX_BYTES:
        raise PictureError(_too_large(path, "the file is"))
    return data


def _read_up_to(file: IO[bytes], limit: int) -> bytes:
    """Read in chunks: `read(limit)` allocates `limit` bytes, more than a 32-bit system has."""
    data = bytearray()
    while len(data) < limit and (chunk := file.read(min(CHUNK_BYTES, limit - len(data)))):
        data += chunk
    return bytes(data)


def _decode(data: bytes, path: str | Path) -> Pixels:
    """Decode as stored: not rotated, all bits, all channels."""
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        if "CV_IO_MAX_IMAGE" in str(error):
            raise PictureError(_too_large(path, "it is")) from error
        raise PictureError(_undecodable(data, path)) from error
    if image is None:
        raise PictureError(_undecodable(data, path))
    return np.asarray(image)


def _undecodable(data: bytes, path: str | Path) -> str:
    if data[4:8] == b"ftyp" and data[8:11] in (b"hei", b"hev", b"mif"):
        return f"cannot read picture {path}: OpenCV does not read HEIC; save it as JPEG"
    return (
        f"cannot read picture {path}: damaged, or no format that OpenCV reads; "
        "save it as JPEG or PNG"
    )


def _too_large(path: str | Path, subject: str, max_pixels: int = MAX_PIXELS) -> str:
    limit = f"the limit of {max_pixels // 10**6} megapixels"
    return f"cannot read picture {path}: {subject} over {limit}; make it smaller"


def _split(image: Pixels, path: str | Path) -> tuple[Pixels, Pixels | None]:
    """Split (H, W, channels) into gray or colour, and alpha unless it is unused."""
    channels = 1 if image.ndim == 2 else image.shape[2]
    if channels > 4:
        raise PictureError(f"cannot read picture {path}: {channels} channels; save it as colour")
    if channels in (1, 3):
        return image, None
    alpha = np.ascontiguousarray(image[..., -1])
    # Alpha zero everywhere is the unused fourth byte of a 32-bit BMP, not an invisible picture.
    return np.ascontiguousarray(image[..., :-1]), alpha if alpha.any() else None


def _opaque_value(image: Pixels) -> float:
    """Return the alpha value that means fully opaque."""
    return float(np.iinfo(image.dtype).max) if image.dtype.kind in "iu" else 1.0


def _white_value(image: Pixels) -> float:
    """Return the pixel value that is mapped to white.

    The largest value present, not the largest possible: cameras and scanners store 10 or 12 bits
    in 16.
    """
    if image.dtype == np.uint8:
        return 255.0
    if image.dtype.kind == "f":
        finite = np.nan_to_num(image, posinf=0.0, neginf=0.0)
        # 99.5: a lamp in a float picture may be a thousand times brighter than the paper.
        bright = float(np.percentile(finite, 99.5))
    else:
        bright = float(image.max())
    return bright if bright > 0 else 1.0


def _eight_bits(image: Pixels, white: float) -> npt.NDArray[np.uint8]:
    if image.dtype == np.uint8:
        return np.asarray(image, np.uint8)
    if image.dtype != np.uint16:
        real = np.nan_to_num(image.astype(np.float32), posinf=white, neginf=0.0)
        image = np.maximum(real, 0)
    return np.asarray(cv2.convertScaleAbs(image, alpha=255 / white), np.uint8)


def _flattened(image: npt.NDArray[np.uint8], alpha: GrayImage) -> npt.NDArray[np.uint8]:
    """Composite a partly transparent picture on white or black.

    If less than half is opaque, that part is ink and gets the background that it contrasts with.
    If more than half is opaque, it is the sheet, and the background continues it.
    """
    weights = alpha.astype(np.float64)
    gray = image if image.ndim == 2 else image.reshape(*alpha.shape, -1).mean(axis=2)
    is_light = float((gray * weights).sum() / weights.sum()) > 127.5
    mostly_opaque = float(alpha.mean()) > 127.5
    background = 255 if is_light == mostly_opaque else 0
    opacity = alpha.astype(np.uint16).reshape(*alpha.shape, *[1] * (image.ndim - 2))
    mixed = image * opacity + background * (255 - opacity) + 127  # at limit 65,152: fits 16 bits
    return np.asarray(mixed // 255, np.uint8)


def _unchanged(image: Pixels) -> Pixels:
    return image


def _three_channels(image: npt.NDArray[np.uint8]) -> BgrImage:
    image = np.ascontiguousarray(image)
    if image.ndim == 3 and image.shape[2] == 3:
        return image
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), np.uint8)


def _paths_of(argument: str | Path) -> list[Path]:
    if not os.fspath(argument):
        raise SourceError("cannot read '': an empty name; give a file, folder or pattern")
    if "://" in os.fspath(argument):
        raise SourceError(
            f"cannot read {argument}: wanted a file, a folder or a pattern, got an address; "
            "download the picture first"
        )
    path = Path(argument)
    if path.is_dir():
        return _pictures_among(_entries(path), f"the folder {path} holds no picture")
    if is_pattern(argument) and not path.exists():
        found = map(Path, glob.glob(os.fspath(argument), recursive=True))
        return _pictures_among(found, f"no picture matches the pattern {argument}")
    return [path]


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise SourceError(f"cannot open folder {folder}: {error.strerror}") from error


def _pictures_among(paths: Iterable[Path], none_found: str) -> list[Path]:
    # macOS writes a hidden file beside each file on a memory card: ._IMG_1.jpg.
    pictures = [
        path
        for path in paths
        if path.suffix.lower() in PICTURE_SUFFIXES
        and not path.name.startswith(".")
        and path.is_file()
    ]
    if not pictures:
        raise SourceError(f"{none_found}; wanted files such as .jpg or .png")
    return sorted(pictures, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """Return a sort key that puts page2 before page10.

    >>> sorted([Path("page10.png"), Path("page2.png")], key=_natural)[0].name
    'page2.png'
    """
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(int(part) if index % 2 else 0, part) for index, part in enumerate(parts)]
