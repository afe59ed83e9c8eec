"""Results and pictures to write, frames of a video, and a process with a file size limit."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import numpy as np

from camdigits.image import cv2
from camdigits.values import BgrImage, Box, Digit, Frame, Number, Result

ROOT = Path(__file__).parent.parent.parent
Arguments = tuple[Result, Callable[[], BgrImage]]
RESULT = Result(
    Frame(3, 0.12345678, np.zeros((720, 1280, 3), np.uint8), "page.jpg"),
    (Digit(Box(412, 96, 31, 52), "7", 0.98765), Digit(Box(450, 96, 31, 52), "3", 0.5, 4)),
    (Number("73", 0.493825, Box(412, 96, 69, 52), (0, 1), 2, value=73),),
    90,
    MappingProxyType({"ink": 1.1234}),
)


def page(value: int = 128, size: tuple[int, int] = (64, 48)) -> BgrImage:
    return np.full((size[1], size[0], 3), value, np.uint8)


def shown(picture: BgrImage, time_s: float = 0.0, source: str = "") -> Arguments:
    """Return the arguments of `Sink.write` for a picture that is its own annotated frame."""
    return Result(Frame(0, time_s, picture, source), (), ()), lambda: picture


def checkered(seed: int, size: tuple[int, int] = (320, 240)) -> BgrImage:
    """Return a picture of noise, which does not compress well."""
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)


def frames_of(path: Path) -> list[BgrImage]:
    video = cv2.VideoCapture(str(path))
    frames = []
    while (got := video.read())[0]:
        frames.append(np.asarray(got[1], np.uint8))
    video.release()
    return frames


def run_limited(program: str, path: Path, max_bytes: int) -> str:
    """Run a program that cannot write files longer than `max_bytes`; return what it prints."""
    limits = f"({max_bytes}, {max_bytes})"
    start = f"import resource, sys\nresource.setrlimit(resource.RLIMIT_FSIZE, {limits})\n"
    ended = subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(program), str(path)],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stderr == ""
    return ended.stdout.strip()
