"""Read a USB camera, or another device that OpenCV opens as a camera.

The Raspberry Pi's own camera needs libcamera: see `picamera`.
"""

import math
import os
import sys

from camdigits.errors import SourceError
from camdigits.image import cv2
from camdigits.sources.base import SourceOptions
from camdigits.sources.cameras import BUSY, open_error_advice
from camdigits.sources.capture import (
    Capture,
    LiveSource,
    LossMessage,
    read_within,
    unsupported_settings,
    wrong_size,
)
from camdigits.sources.raspberry import pi_model
from camdigits.values import BgrImage

MANUAL_EXPOSURE = 1  # V4L2_EXPOSURE_MANUAL
FPS_TOLERANCE_FRACTION = 0.1  # chosen: 29.97 counts as 30
MJPG = 0x47504A4D  # FOURCC: the letters M J P G, least significant byte first
LOSS_ADVICE = "was it unplugged? Plug it in and start again"


class WebcamSource(LiveSource):
    """Frames of a webcam.

    Args:
        camera: its index, or on Linux its device path.
        options: requested settings and the time limit.

    Raises:
        SourceError: no camera opens, or it sends no picture in time.
    """

    def __init__(self, camera: int | str, options: SourceOptions | None = None) -> None:
        requested = options or SourceOptions()
        on_linux = sys.platform.startswith("linux")
        if on_linux:
            _limit_read_time(requested.timeout_s)
        capture = Capture(camera, cv2.CAP_V4L2 if on_linux else cv2.CAP_ANY)
        if not capture.is_open:
            raise SourceError(
                f"cannot open camera {camera}: {_open_failure_reason(camera, on_linux)}"
            )
        _request_settings(capture, requested, on_linux)
        first = read_within(capture, requested.timeout_s)
        if first is None:
            capture.close()
            raise SourceError(
                f"cannot open camera {camera}: it opened but sent no picture within "
                f"{requested.timeout_s:g} s; plug it in again, or give another camera"
            )
        words = LossMessage(f"camera {camera}", "stopped", LOSS_ADVICE)
        note = unsupported_settings(
            f"camera {camera}", _unsupported(capture, requested, first, on_linux)
        )
        super().__init__(capture, str(camera), first, requested, words, note)
        self._camera = capture

    def _lock_exposure(self) -> None:
        exposure = self._camera.get(cv2.CAP_PROP_EXPOSURE)
        if self._camera.set(cv2.CAP_PROP_AUTO_EXPOSURE, MANUAL_EXPOSURE) and exposure > 0:
            # Many cameras return to the last exposure that was set manually.
            self._camera.set(cv2.CAP_PROP_EXPOSURE, exposure)


def _limit_read_time(timeout_s: float) -> None:
    """Set how long V4L2 waits for a frame; OpenCV reads it once, before the first frame."""
    seconds = str(max(1, math.ceil(timeout_s)))
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", seconds)


def _request_settings(capture: Capture, requested: SourceOptions, on_linux: bool) -> None:
    if on_linux:
        # MJPG takes 9 instead of 147 Mbit/s at 640x480. Set before the size: the driver lists
        # its sizes per format.
        capture.set(cv2.CAP_PROP_FOURCC, MJPG)
    if requested.size is not None:
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, requested.size[0])
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, requested.size[1])
    if requested.fps is not None:
        capture.set(cv2.CAP_PROP_FPS, requested.fps)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)  # the default queue holds four old frames
    capture.set(cv2.CAP_PROP_AUTOFOCUS, float(requested.autofocus is not False))


def _unsupported(
    capture: Capture, requested: SourceOptions, first: BgrImage, on_linux: bool
) -> list[str]:
    """List requested settings that the camera did not apply; the size is that of `first`."""
    unsupported = []
    height, width = first.shape[:2]
    if requested.size not in (None, (width, height)):
        unsupported.append(wrong_size(requested.size or (0, 0), (width, height)))
    fps = capture.fps
    if requested.fps and fps and abs(fps - requested.fps) > FPS_TOLERANCE_FRACTION * requested.fps:
        unsupported.append(f"{requested.fps:g} frames per second (it delivers {fps:g})")
    code = round(capture.get(cv2.CAP_PROP_FOURCC))
    if on_linux and code not in (0, MJPG):
        letters = code.to_bytes(4, "little", signed=True).decode("latin-1").strip()
        unsupported.append(f"MJPG (it delivers {letters})")
    if requested.autofocus and capture.get(cv2.CAP_PROP_AUTOFOCUS) < 0:
        unsupported.append("autofocus")
    if requested.lock_exposure and capture.get(cv2.CAP_PROP_AUTO_EXPOSURE) < 0:
        unsupported.append("a locked exposure")
    return unsupported


def _open_failure_reason(camera: int | str, on_linux: bool) -> str:
    """Explain why OpenCV could not open the camera, and what to do."""
    if not on_linux:
        return "no device answered; give another number, or a file"
    from camdigits.sources.v4l2 import device_path, is_busy, probe

    path = device_path(camera)
    device = probe(path)
    if device is None:
        return f"no device answered; {_other_cameras()}"
    if device.problem is not None:
        return f"{path}: {open_error_advice(device.problem)}"
    if device.is_raw:
        return f"{path} is the Pi's own camera, which only libcamera reads; use picamera"
    if is_busy(path):
        return BUSY
    formats = " ".join(dict.fromkeys(mode.format for mode in device.modes)) or "none"
    return f"OpenCV reads none of its formats ({formats}); give another camera"


def _other_cameras() -> str:
    from camdigits.sources.v4l2 import devices

    names = ", ".join(str(device.path) for device in devices() if not device.is_raw)
    if names:
        return f"there are {names}; give one of them, or a file"
    if pi_model():
        return "for the Pi's own camera use picamera, or plug in a USB camera"
    return "there is no camera on this machine; plug one in, or give a file"
