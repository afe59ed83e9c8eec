"""A camera on USB, or whatever else the system shows as one.

The Raspberry Pi's own camera is none under libcamera: it has its own module.
"""

import errno
import math
import os
import re
import sys
from pathlib import Path

from camdigits.errors import SourceError
from camdigits.image import cv2
from camdigits.sources.base import SourceOptions
from camdigits.sources.capture import Capture, LiveSource, LossWords, read_within

MJPG = 0x47504A4D  # the letters M J P G, least significant byte first
DEVICES = Path("/dev")
UNPLUGGED = "was it unplugged? Plug it in and start again"


class WebcamSource(LiveSource):
    """Frames of a camera.

    Args:
        camera: its index, or on Linux its device path.
        options: size and rate to ask for, and the time limit.

    Raises:
        SourceError: no camera answers, or it sends no picture in time.
    """

    def __init__(self, camera: int | str, options: SourceOptions | None = None) -> None:
        wishes = options or SourceOptions()
        on_linux = sys.platform.startswith("linux")
        if on_linux:
            _limit_waiting(wishes.timeout_s)
        capture = Capture(camera, cv2.CAP_V4L2 if on_linux else cv2.CAP_ANY)
        if not capture.is_open:
            raise SourceError(_why_closed(camera))
        _ask(capture, wishes, on_linux)
        first = read_within(capture, wishes.timeout_s)
        if first is None:
            capture.close()
            raise SourceError(
                f"cannot open camera {camera}: it opened but sent no picture within "
                f"{wishes.timeout_s:g} s; plug it in again, or give another camera"
            )
        words = LossWords(f"camera {camera}", "stopped", UNPLUGGED)
        super().__init__(capture, str(camera), first, wishes.timeout_s, words)


def _limit_waiting(timeout_s: float) -> None:
    """Set how long V4L2 waits for a frame; OpenCV reads it once, before the first one."""
    seconds = str(max(1, math.ceil(timeout_s)))
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", seconds)


def _ask(capture: Capture, wishes: SourceOptions, on_linux: bool) -> None:
    if on_linux:
        # MJPG takes 9 instead of 147 Mbit/s at 640x480, and before the size: the driver lists
        # its sizes per format.
        capture.set(cv2.CAP_PROP_FOURCC, MJPG)
    if wishes.size is not None:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, wishes.size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, wishes.size[1])
    if wishes.fps is not None:
        capture.set(cv2.CAP_PROP_FPS, wishes.fps)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the queue holds old frames, four by default


def _why_closed(camera: int | str) -> str:
    path = DEVICES / f"video{camera}" if isinstance(camera, int) else Path(camera)
    problem = _problem(path)
    if problem == errno.EACCES:
        return (
            f"cannot open camera {camera}: no permission for {path}; "
            'run "sudo usermod -aG video $USER" and log in again'
        )
    if problem == errno.EBUSY:
        return f"cannot open camera {camera}: another program uses it; close that first"
    return f"cannot open camera {camera}: no device answered; {_others()}"


def _problem(path: Path) -> int | None:
    """Open the device as OpenCV did and return why that fails, None where it does not."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
    except OSError as error:
        return error.errno
    return None


def _others() -> str:
    found = [path for path in DEVICES.glob("video*") if re.fullmatch(r"video\d+", path.name)]
    if not found:
        return "there is no camera on this machine; plug one in, or give a file"
    names = ", ".join(str(path) for path in sorted(found, key=lambda path: int(path.name[5:])))
    return f"there are {names}; give one of them, or a file"
