"""Read the Raspberry Pi's own camera through picamera2 and libcamera.

An adapter to `capture.LiveSource`. The camera's image processor scales the picture, converts its
colours and flips it.
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
    LossMessage,
    read_within,
    unsupported_settings,
    wrong_size,
)
from camdigits.sources.raspberry import load_picamera2
from camdigits.values import BgrImage

DEFAULT_SIZE_PX = (
    1280,
    720,
)  # all of the sensor is in the picture; smaller modes of some see its middle only
DEFAULT_FPS = 30.0  # chosen
BUFFER_COUNT = 4  # chosen
POLL_S = 0.1  # chosen: how often a wait for a picture checks whether the camera was closed
ADVICE = "check its cable, and that `rpicam-hello --list-cameras` shows it"
LOSS_ADVICE = "is its cable loose? Start again"

Pixels = npt.NDArray[np.uint8]
# libcamera names formats from the highest byte to the lowest: its RGB888 is BGR in memory.
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
    """Frames of a camera that libcamera lists.

    Args:
        number: index of the camera, from 0.
        options: size, rate, focus, exposure, orientation, and the time limit.
        name: as the user named it.

    Raises:
        SourceError: picamera2 is not installed, or the camera is missing, in use or silent.
    """

    def __init__(
        self, number: int = 0, options: SourceOptions | None = None, name: str = "picamera"
    ) -> None:
        requested = options or SourceOptions()
        try:
            picamera2 = load_picamera2()
        except SourceError as error:
            raise SourceError(f"cannot open {name}: {error}") from error
        device = _Device(_open(picamera2, number, name), requested.timeout_s)
        try:
            note = device.start(requested, name)
            first = read_within(device, requested.timeout_s)
        except RuntimeError as error:
            device.close()
            raise SourceError(f"cannot open {name}: {_reason(error)}; {ADVICE}") from error
        if first is None:
            device.close()
            raise SourceError(
                f"cannot open {name}: it sent no picture within {requested.timeout_s:g} s; "
                f"{ADVICE}"
            )
        self._device = device
        unflipped = replace(
            requested, hflip=False, vflip=False
        )  # the camera flips pictures itself
        super().__init__(
            device, name, first, unflipped, LossMessage(name, "stopped", LOSS_ADVICE), note
        )

    def _lock_exposure(self) -> None:
        self._device.set_controls({"AeEnable": False, "AwbEnable": False})


def _open(picamera2: Any, number: int, name: str) -> Any:
    try:
        return picamera2(number)
    except (IndexError, RuntimeError) as error:  # no such camera: older, newer picamera2
        numbers = [
            int(info.get("Num", at)) for at, info in enumerate(picamera2.global_camera_info())
        ]
        if number not in numbers:
            known = ", ".join(f"picamera:{each}" for each in numbers)
            others = f"there is {known}" if numbers else "libcamera finds no camera"
            raise SourceError(f"cannot open {name}: {others}; {ADVICE}") from error
        raise SourceError(
            f"cannot open {name}: {_reason(error)}; close other programs that use it"
        ) from error


class _Device:
    """A `Grabber` on a Picamera2; may be closed from another thread."""

    def __init__(self, camera: Any, timeout_s: float) -> None:
        self._camera = camera
        self._timeout_s = timeout_s
        self._closing = threading.Event()
        self._lock = threading.Lock()  # held while the camera is used
        self._ended = False
        self._pixels: Pixels | None = None
        self._convert = CONVERTERS["RGB888"]
        self._size = DEFAULT_SIZE_PX
        self._fps = DEFAULT_FPS

    @property
    def closed(self) -> bool:
        """True after `close`."""
        return self._closing.is_set()

    @property
    def fps(self) -> float | None:
        """Frames per second that the camera was set to."""
        return self._fps

    def start(self, requested: SourceOptions, name: str) -> str:
        """Configure and start the camera; return a note on unsupported settings.

        Raises:
            SourceError: the camera sends a format that has no converter.
            RuntimeError: it does not start.
        """
        camera = self._camera
        camera.configure(_configuration(camera, requested))
        main = camera.camera_configuration()["main"]  # read back: may differ from the request
        if main["format"] not in CONVERTERS:
            self.close()
            raise SourceError(
                f"cannot open {name}: it sends {main['format']}, not one of "
                f"{' '.join(CONVERTERS)}; update picamera2, or use another camera"
            )
        self._convert = CONVERTERS[main["format"]]
        self._size = main["size"]
        self._fps = requested.fps or DEFAULT_FPS
        unsupported = _focus(camera, requested)
        if requested.lock_exposure and "AeEnable" not in camera.camera_controls:
            unsupported.append("a locked exposure")
        camera.start()
        if requested.size is not None and self._size != requested.size:
            unsupported.insert(0, wrong_size(requested.size, self._size))
        return unsupported_settings(name, unsupported)

    def set_controls(self, controls: Mapping[str, Any]) -> None:
        """Set those of the controls that the camera has."""
        with self._lock:
            known = set(() if self._ended else self._camera.camera_controls) & set(controls)
            if known:
                self._camera.set_controls({name: controls[name] for name in sorted(known)})

    def grab(self) -> bool:
        """Wait for the next picture; False after the time limit, or when the camera is closed."""
        with self._lock:
            if not self._ended:
                self._pixels = None if self.closed else self._next()
        self._finish()
        return self._pixels is not None and not self.closed

    def retrieve(self) -> BgrImage | None:
        """Convert the grabbed picture to (H, W, 3) BGR."""
        pixels, self._pixels = self._pixels, None
        if pixels is None:
            return None
        return np.ascontiguousarray(self._convert(pixels, self._size), np.uint8)

    def close(self) -> None:
        """Stop and release the camera now, or when the current wait for a picture ends."""
        self._closing.set()
        self._finish()

    def _finish(self) -> None:
        if not self.closed or not self._lock.acquire(blocking=False):
            return
        try:
            if not self._ended:
                self._ended = True
                # Otherwise `stop` would wait for a picture that never comes.
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
                request = job.get_result(timeout=POLL_S)
            except TimeoutError:
                waited_s += POLL_S
                continue
            except CancelledError:
                return None
            try:
                return np.asarray(request.make_array("main"), np.uint8)  # already a copy
            finally:
                request.release()  # otherwise the camera runs out of buffers and stops
        return None


def _configuration(camera: Any, requested: SourceOptions) -> Any:
    width, height = requested.size or DEFAULT_SIZE_PX
    transform = import_module("libcamera").Transform
    return camera.create_video_configuration(
        main={"format": "RGB888", "size": (width - width % 2, height - height % 2)},
        transform=transform(hflip=int(requested.hflip), vflip=int(requested.vflip)),
        controls={"FrameRate": requested.fps or DEFAULT_FPS},
        buffer_count=BUFFER_COUNT,
        queue=False,  # otherwise a picture may be older than the request
    )


def _focus(camera: Any, requested: SourceOptions) -> list[str]:
    """Set continuous autofocus, which picamera2 leaves off; return what is unsupported."""
    if "AfMode" not in camera.camera_controls:  # fixed lens: camera modules 1, 2 and HQ
        return ["autofocus"] if requested.autofocus else []
    modes = import_module("libcamera").controls.AfModeEnum
    mode = modes.Manual if requested.autofocus is False else modes.Continuous
    camera.set_controls({"AfMode": mode})
    return []


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
