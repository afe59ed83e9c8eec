"""Small clips for tests: the position of a white cell in each frame encodes its number."""

from pathlib import Path

import numpy as np

from camdigits.image import cv2
from camdigits.sources.base import Source
from camdigits.values import BgrImage, Frame

WIDTH, HEIGHT, FPS, FRAMES = 64, 48, 10.0, 20
CELL = 8  # pixels: the block size of JPEG and MPEG-4, so that coding does not mix cells
COLUMNS = WIDTH // CELL


def numbered(number: int) -> BgrImage:
    """Return frame `number` (0 to 47); dark noise around the cell makes files larger."""
    noise = np.random.default_rng(number).integers(0, 60, (HEIGHT, WIDTH, 3))
    row, column = divmod(number, COLUMNS)
    noise[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = 255
    return noise.astype(np.uint8)


def number_of(bgr: BgrImage) -> int:
    """Return the number of a frame."""
    cells = bgr.reshape(HEIGHT // CELL, CELL, COLUMNS, CELL * 3).mean(axis=(1, 3))
    return int(cells.argmax())


def jpeg(number: int) -> bytes:
    """Encode frame `number` as JPEG."""
    return bytes(cv2.imencode(".jpg", numbered(number))[1])


def write_clip(path: Path, codec: str = "mp4v", frames: int = FRAMES) -> Path:
    """Write frames 0, 1, 2 ... as a video file."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), FPS, (WIDTH, HEIGHT))
    for number in range(frames):
        writer.write(numbered(number))
    writer.release()
    return path


def write_pictures(folder: Path, count: int) -> Path:
    """Write frames 0, 1, 2 ... as PNG files into a new folder."""
    folder.mkdir()
    for number in range(count):
        cv2.imwrite(str(folder / f"{number}.png"), numbered(number))
    return folder


def collect(source: Source, frames: list[Frame]) -> None:
    """Put every frame into `frames`, which keeps them when the source breaks off."""
    for frame in source:
        frames.append(frame)
