"""The Raspberry Pi's own camera, through picamera2 and libcamera.

A thin adapter: everything that makes a camera a source stands in capture.py. The camera's own
processor makes the picture's size, colours and orientation.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.errors import SourceError
from camdigits.image import cv2
from camdigits.sources.base import SourceOptions
from camdigits.sources.capture import (
    LiveSource,
    LossWords,
    not_granted,
    read_within,
    wrong_size,
)
from camdigits.sources.raspberry import load_picamera2
from camdigits.values import BgrImage

SIZE = 1280, 720  # all of the sensor is in the picture; smaller modes of some see its middle only
FPS = 30.0
BUFFERS = 4
LOOK_S = 0.1  # between looks whether somebody closed the camera while a picture is waited for
ADVICE = "check its cable, and that `rpicam-hello --list-cameras` shows it"
LOST = "is its cable loose? Start again"

Pixels = npt.NDArray[np.uint8]
# libcamera names formats by the bytes' value, last one first: its RGB888 is what OpenCV calls BGR.
CONVERTERS: Mapping[str, Callable[[Pixels, tuple[int, int]], Any]] = MappingProxyType(
    {
        "RGB888": lambda pixels, _: pixels,
        "BGR888": lambda pixels, _: cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR),
        "XRGB8888": lambda pixels, _: cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR),
        "XBGR8888": lambda pixels, _: cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGR),
        # Rows of these may be padded on the right.
        "YUV420": lambda pixels, size: cv2.cvtColor(pixels, cv2.COLOR_YUV2BGR_I420)[:, : size[0]],
        "NV12": lambda pixels, size: cv2.cvtColor(pixels, cv2.COLOR_YUV2BGR_NV12)[:, : size[0]],
        "YUYV": lambda pixels, size: cv2.cvtColor(pixels, cv2.COLOR_YUV2BGR_YUYV)[:, : size[0]],
    }
)


class PicameraSource(LiveSource):
    """Frames of a camera that libcamera knows.

    Args:
        number: which one, from 0.
        options: size, rate, focus, exposure, orientation, and the time limit.
        name: as the user named it.

    Raises:
        SourceError: picamera2 is not installed, or the camera is not there, in use, or silent.
    """

    def __init__(
        self, number: int = 0, options: SourceOptions | None = None, name: str = "picamera"
    ) -> None:
        wishes = options or SourceOptions()
        try:
            made = load_picamera2()
        except SourceError as error:
            raise SourceError(f"cannot open {name}: {error}") from error
        device = _Device(_open(made, number, name), wishes.timeout_s)
        try:
            note = device.start(wishes, name)
            first = read_within(device, wishes.timeout_s)
        except RuntimeError as error:
            device.close()
            raise SourceError(f"cannot open {name}: {_reason(error)}; {ADVICE}") from error
        if first is None:
            device.close()
            raise SourceError(
                f"cannot open {name}: it sent no picture within {wishes.timeout_s:g} s; {ADVICE}"
            )
        self._device = device
        upright = replace(wishes, hflip=False, vflip=False)  # the camera turns pictures itself
        super().__init__(device, name, first, upright, LossWords(name, "stopped", LOST), note)

    def _lock_exposure(self) -> None:
        self._device.set_controls({"AeEnable": False, "AwbEnable": False})


def _open(made: Any, number: int, name: str) -> Any:
    try:
        return made(number)
    except (IndexError, RuntimeError) as error:  # no such camera: older, newer picamera2
        there = [int(info.get("Num", at)) for at, info in enumerate(made.global_camera_info())]
        if number not in there:
            known = ", ".join(f"picamera:{each}" for each in there)
            others = f"there is {known}" if there else "libcamera finds no camera"
            raise SourceError(f"cannot open {name}: {others}; {ADVICE}") from error
        raise SourceError(
            f"cannot open {name}: {_reason(error)}; close other programs that use it"
        ) from error


class _Device:
    """A Picamera2 that gives pictures one by one, and may be closed from another thread."""

    def __init__(self, camera: Any, timeout_s: float) -> None:
        self._camera = camera
        self._timeout_s = timeout_s
        self._closing = threading.Event()
        self._lock = threading.Lock()  # held while the camera is used
        self._ended = False
        self._pixels: Pixels | None = None
        self._convert = CONVERTERS["RGB888"]
        self._size = SIZE
        self._fps = FPS

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._closing.is_set()

    @property
    def fps(self) -> float | None:
        """The rate that the camera was set to."""
        return self._fps

    def start(self, wishes: SourceOptions, name: str) -> str:
        """Configure and start; returns what was not granted.

        Raises:
            SourceError: the camera sends a format that we do not know.
            RuntimeError: it does not start.
        """
        camera = self._camera
        camera.configure(_configuration(camera, wishes))
        main = camera.camera_configuration()["main"]  # what it is, not what was asked for
        if main["format"] not in CONVERTERS:
            self.close()
            raise SourceError(
                f"cannot open {name}: it sends {main['format']}, and not one of "
                f"{' '.join(CONVERTERS)}; update picamera2, or take another camera"
            )
        self._convert = CONVERTERS[main["format"]]
        self._size = main["size"]
        self._fps = wishes.fps or FPS
        refused = _focus(camera, wishes)
        if wishes.lock_exposure and "AeEnable" not in camera.camera_controls:
            refused.append("a locked exposure")
        camera.start()
        if wishes.size is not None and self._size != wishes.size:
            refused.insert(0, wrong_size(wishes.size, self._size))
        return not_granted(name, refused)

    def set_controls(self, controls: Mapping[str, Any]) -> None:
        """Set what of this the camera has, from the next pictures on."""
        with self._lock:
            known = set(() if self._ended else self._camera.camera_controls) & set(controls)
            if known:
                self._camera.set_controls({name: controls[name] for name in sorted(known)})

    def grab(self) -> bool:
        """Wait for the next picture; False when none came in time, or this was closed."""
        with self._lock:
            if not self._ended:
                self._pixels = None if self.closed else self._next()
        self._finish()
        return self._pixels is not None and not self.closed

    def retrieve(self) -> BgrImage | None:
        """Turn what was grabbed into (H, W, 3) BGR."""
        pixels, self._pixels = self._pixels, None
        if pixels is None:
            return None
        return np.ascontiguousarray(self._convert(pixels, self._size), np.uint8)

    def close(self) -> None:
        """Stop and release the camera, now or when the picture that is waited for is there."""
        self._closing.set()
        self._finish()

    def _finish(self) -> None:
        if not self.closed or not self._lock.acquire(blocking=False):
            return
        try:
            if not self._ended:
                self._ended = True
                # Else stopping would queue up behind a picture that never comes.
                getattr(self._camera, "cancel_all_and_flush", lambda: None)()
                self._camera.stop()
                self._camera.close()
        finally:
            self._lock.release()

    def _next(self) -> Pixels | None:
        job = self._camera.capture_request(wait=False)
        waited_s = 0.0
        while not self.closed and waited_s < self._timeout_s:
            try:
                request = job.get_result(timeout=LOOK_S)
            except TimeoutError:
                waited_s += LOOK_S
                continue
            except CancelledError:
                return None
            try:
                return np.asarray(request.make_array("main"), np.uint8)  # a copy already
            finally:
                request.release()  # else the camera runs out of buffers and stops
        return None


def _configuration(camera: Any, wishes: SourceOptions) -> Any:
    width, height = wishes.size or SIZE
    transform = import_module("libcamera").Transform
    return camera.create_video_configuration(
        main={"format": "RGB888", "size": (width - width % 2, height - height % 2)},
        transform=transform(hflip=int(wishes.hflip), vflip=int(wishes.vflip)),
        controls={"FrameRate": wishes.fps or FPS},
        buffer_count=BUFFERS,
        queue=False,  # else a picture may be from before it was asked for
    )


def _focus(camera: Any, wishes: SourceOptions) -> list[str]:
    """Focus all the time where the lens moves: picamera2 leaves that off. Tell what is refused."""
    if "AfMode" not in camera.camera_controls:  # the camera modules 1 and 2 and HQ
        return ["autofocus"] if wishes.autofocus else []
    modes = import_module("libcamera").controls.AfModeEnum
    mode = modes.Manual if wishes.autofocus is False else modes.Continuous
    camera.set_controls({"AfMode": mode})
    return []


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
