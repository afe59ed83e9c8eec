"""A camera on USB, or whatever else the system shows as one.

The Raspberry Pi's own camera is none under libcamera: it has its own module.
"""

import math
import os
import sys

from camdigits.errors import SourceError
from camdigits.image import cv2
from camdigits.sources.base import SourceOptions
from camdigits.sources.cameras import BUSY, why_not
from camdigits.sources.capture import (
    Capture,
    LiveSource,
    LossWords,
    not_granted,
    read_within,
    wrong_size,
)
from camdigits.sources.raspberry import pi_model
from camdigits.values import BgrImage

BY_HAND = 1  # V4L2_EXPOSURE_MANUAL
CLOSE_FPS = 0.1  # 29.97 is as good as 30
MJPG = 0x47504A4D  # the letters M J P G, least significant byte first
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
            raise SourceError(f"cannot open camera {camera}: {_why_closed(camera, on_linux)}")
        _ask(capture, wishes, on_linux)
        first = read_within(capture, wishes.timeout_s)
        if first is None:
            capture.close()
            raise SourceError(
                f"cannot open camera {camera}: it opened but sent no picture within "
                f"{wishes.timeout_s:g} s; plug it in again, or give another camera"
            )
        words = LossWords(f"camera {camera}", "stopped", UNPLUGGED)
        note = not_granted(f"camera {camera}", _refused(capture, wishes, first, on_linux))
        super().__init__(capture, str(camera), first, wishes, words, note)
        self._camera = capture

    def _lock_exposure(self) -> None:
        exposure = self._camera.get(cv2.CAP_PROP_EXPOSURE)
        if self._camera.set(cv2.CAP_PROP_AUTO_EXPOSURE, BY_HAND) and exposure > 0:
            # Many cameras go back to the last one set by hand.
            self._camera.set(cv2.CAP_PROP_EXPOSURE, exposure)


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
    capture.set(cv2.CAP_PROP_AUTOFOCUS, float(wishes.autofocus is not False))


def _refused(
    capture: Capture, wishes: SourceOptions, first: BgrImage, on_linux: bool
) -> list[str]:
    """What was asked for and not granted; sizes are those of the picture that came."""
    refused = []
    height, width = first.shape[:2]
    if wishes.size not in (None, (width, height)):
        refused.append(wrong_size(wishes.size or (0, 0), (width, height)))
    fps = capture.fps
    if wishes.fps and fps and abs(fps - wishes.fps) > CLOSE_FPS * wishes.fps:
        refused.append(f"{wishes.fps:g} frames per second (it gives {fps:g})")
    code = round(capture.get(cv2.CAP_PROP_FOURCC))
    if on_linux and code not in (0, MJPG):
        letters = code.to_bytes(4, "little", signed=True).decode("latin-1").strip()
        refused.append(f"MJPG (it gives {letters})")
    if wishes.autofocus and capture.get(cv2.CAP_PROP_AUTOFOCUS) < 0:
        refused.append("autofocus")
    if wishes.lock_exposure and capture.get(cv2.CAP_PROP_AUTO_EXPOSURE) < 0:
        refused.append("a locked exposure")
    return refused


def _why_closed(camera: int | str, on_linux: bool) -> str:
    """Find out why OpenCV got no answer, and what to do."""
    if not on_linux:
        return "no device answered; give another number, or a file"
    from camdigits.sources.v4l2 import device_path, is_busy, look

    path = device_path(camera)
    device = look(path)
    if device is None:
        return f"no device answered; {_others()}"
    if device.problem is not None:
        return f"{path}: {why_not(device.problem)}"
    if device.is_raw:
        return f"{path} is the Pi's own camera, which only libcamera reads; use picamera"
    if is_busy(path):
        return BUSY
    formats = " ".join(dict.fromkeys(mode.format for mode in device.modes)) or "none"
    return f"OpenCV reads none of its formats ({formats}); give another camera"


def _others() -> str:
    from camdigits.sources.v4l2 import devices

    names = ", ".join(str(device.path) for device in devices() if not device.is_raw)
    if names:
        return f"there are {names}; give one of them, or a file"
    if pi_model():
        return "for the Pi's own camera use picamera, or plug in a USB camera"
    return "there is no camera on this machine; plug one in, or give a file"
