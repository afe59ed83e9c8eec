"""Run the command line, or any program, in a process that always ends."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from camdigits.image import cv2
from camdigits.values import BgrImage

COMMAND = [sys.executable, "-m", "camdigits"]
ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
TIMEOUT_S = 60.0  # for anything that a test waits for


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


@contextmanager
def started(command: Sequence[object], **options: Any) -> "Iterator[subprocess.Popen[str]]":
    """Start a program; kill it at the end of the block if it still runs."""
    process = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def wait_until(condition: Callable[[], object], process: "subprocess.Popen[str]") -> None:
    """Wait until a condition holds while a process runs; fail if it ends or takes too long."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline_s, "timeout"
        time.sleep(0.02)


def write_pictures(path: Path, pictures: Sequence[BgrImage], fps: float = 30) -> None:
    """Write pictures as an MPEG-4 video."""
    height, width = pictures[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
    for picture in pictures:
        writer.write(picture)
    writer.release()
