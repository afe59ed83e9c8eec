"""Pictures to write, films to look at, and a process that may not write much."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path
from types import MappingProxyType

import numpy as np

from camdigits.image import cv2
from camdigits.values import BgrImage, Box, Digit, Frame, Number, Result

ROOT = Path(__file__).parent.parent.parent
RESULT = Result(
    Frame(3, 0.12345678, np.zeros((720, 1280, 3), np.uint8), "page.jpg"),
    (Digit(Box(412, 96, 31, 52), "7", 0.98765), Digit(Box(450, 96, 31, 52), "3", 0.5, 4)),
    (Number("73", 0.493825, Box(412, 96, 69, 52), (0, 1), 2),),
    90,
    MappingProxyType({"ink": 1.1234}),
)


def page(value: int = 128, size: tuple[int, int] = (64, 48)) -> BgrImage:
    return np.full((size[1], size[0], 3), value, np.uint8)


def checkered(seed: int, size: tuple[int, int] = (320, 240)) -> BgrImage:
    """A picture that does not compress well."""
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)


def frames_of(path: Path) -> list[BgrImage]:
    film = cv2.VideoCapture(str(path))
    frames = []
    while (got := film.read())[0]:
        frames.append(np.asarray(got[1], np.uint8))
    film.release()
    return frames


def run_limited(program: str, place: Path, limit: int) -> str:
    """Run a program that may write no file longer than `limit` bytes; return what it prints."""
    start = (
        f"import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(program), str(place)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    return ended.stdout.strip()
