"""The command line as a person runs it: a process."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from camdigits.image import cv2
from camdigits.values import BgrImage

COMMAND = [sys.executable, "-m", "camdigits"]
ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def call(
    *arguments: object, cwd: Path, env: Mapping[str, str] = ENVIRONMENT, **options: Any
) -> "subprocess.CompletedProcess[str]":
    """Run the command line and wait for it."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **options,
    )


def write_pictures(path: Path, pictures: Sequence[BgrImage], fps: float = 30) -> None:
    """Write pictures as an MPEG-4 file."""
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
