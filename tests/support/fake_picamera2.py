"""Fake picamera2 and libcamera: the part of their interface that camdigits uses.

A sensor shows frames 0, 1, 2 ... 47 at the rate it was set to. As in the real one a request holds
a buffer until it is released, pictures stop when all are out, and with `queue` the picture may be
from before the request.
"""

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar
from unittest.mock import patch

import numpy as np
from support.clips import numbered

from camdigits.image import cv2
from camdigits.values import BgrImage

SENSOR = {"Model": "imx708", "Location": 2, "Rotation": 180, "Id": "/base/imx708@1a", "Num": 0}
AF = {"AfMode": (0, 2, 0), "AeEnable": (False, True, None), "AwbEnable": (False, True, None)}


@dataclass
class Plan:
    """Behaviour of the next cameras, and the settings they received."""

    cameras: list[dict[str, Any]] = field(default_factory=lambda: [SENSOR])
    controls: dict[str, Any] = field(default_factory=lambda: dict(AF))
    given: dict[str, Any] = field(default_factory=dict)  # replaces requested settings
    missing: type[Exception] = IndexError  # raised for a missing camera
    busy: bool = False
    stalls_after: int | None = None  # frames
    set: list[dict[str, Any]] = field(default_factory=list)
    opened: "list[Picamera2]" = field(default_factory=list)


@dataclass
class Transform:
    """libcamera's: 0 or 1 each."""

    hflip: int = 0
    vflip: int = 0


class Picamera2:
    """One camera."""

    plan: ClassVar[Plan] = Plan()

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        """Describe the cameras that are there."""
        return Picamera2.plan.cameras

    def __init__(self, camera_num: int = 0) -> None:
        if camera_num >= len(self.plan.cameras):
            raise self.plan.missing(f"No camera number {camera_num} found.")
        if self.plan.busy:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        self.camera_controls = self.plan.controls
        self.config: dict[str, Any] = {}
        self.started = self.closed = False
        self.cancelled = threading.Event()
        self.out = 0  # requests not released yet
        self.taken = -1
        self.plan.opened.append(self)

    def create_video_configuration(
        self,
        main: dict[str, Any],
        *,
        transform: Transform,
        controls: dict[str, Any],
        buffer_count: int = 6,
        queue: bool = True,
    ) -> dict[str, Any]:
        """Describe a configuration."""
        assert [side % 2 for side in main["size"]] == [0, 0], "width and height should be even"
        return {
            "main": dict(main),
            "transform": transform,
            "controls": controls,
            "buffer_count": buffer_count,
            "queue": queue,
        }

    def configure(self, config: dict[str, Any]) -> None:
        """Apply a configuration; unsupported settings are changed without an error."""
        self.config = {**config, "main": {**config["main"], **self.plan.given}}

    def camera_configuration(self) -> dict[str, Any]:
        """Return what was configured."""
        return self.config

    def set_controls(self, controls: dict[str, Any]) -> None:
        """Set controls that are advertised."""
        for name in controls:
            if name not in self.camera_controls:
                raise RuntimeError(f"Control {name} is not advertised by libcamera")
        self.plan.set.append(dict(controls))

    def start(self) -> None:
        """Begin to send pictures."""
        self.started = True
        self.begun_s = time.monotonic()

    def stop(self) -> None:
        """Stop sending pictures; waits for jobs that are not cancelled."""
        assert self.cancelled.is_set() or not self.out or not self.started
        self.started = False

    def close(self) -> None:
        """Release the camera."""
        assert not self.closed, "closed twice"
        self.closed = True

    def cancel_all_and_flush(self) -> None:
        """Cancel the jobs that wait."""
        self.cancelled.set()

    def capture_request(self, wait: bool | None = None) -> "Job":
        """Request the next picture."""
        assert wait is False
        assert self.started
        return Job(self)

    def now(self) -> int:
        """Number of the picture that the sensor finished last."""
        fps = self.config["controls"]["FrameRate"]
        return int((time.monotonic() - self.begun_s) * fps)


class Job:
    """A pending picture."""

    def __init__(self, camera: Picamera2) -> None:
        self.camera = camera
        queued = camera.config["queue"] and camera.taken >= 0
        self.number = camera.taken + 1 if queued else camera.now() + 1

    def get_result(self, timeout: float) -> "Request":
        """Wait for the picture."""
        camera, plan = self.camera, self.camera.plan
        deadline_s = time.monotonic() + timeout
        stalled = plan.stalls_after is not None and self.number > plan.stalls_after
        starved = camera.out >= camera.config["buffer_count"]
        while stalled or starved or camera.now() < self.number:
            if camera.cancelled.is_set():
                raise CancelledError
            if time.monotonic() > deadline_s:
                raise TimeoutError
            time.sleep(0.001)
        camera.taken = self.number
        camera.out += 1
        return Request(camera, self.number)


class Request:
    """A buffer with a picture in it."""

    def __init__(self, camera: Picamera2, number: int) -> None:
        self.camera, self.number = camera, number

    def make_array(self, name: str) -> BgrImage:
        """Copy the picture out, in the configured format."""
        assert name == "main"
        config = self.camera.config
        width, height = config["main"]["size"]
        seen = cv2.resize(
            numbered(self.number % 48), (width, height), interpolation=cv2.INTER_NEAREST
        )
        if config["transform"].vflip:
            seen = seen[::-1]
        if config["transform"].hflip:
            seen = seen[:, ::-1]
        return encode(np.ascontiguousarray(seen), config["main"]["format"])

    def release(self) -> None:
        """Give the buffer back."""
        self.camera.out -= 1


def encode(bgr: BgrImage, form: str) -> BgrImage:
    """Lay a picture out as libcamera does; rows of the planar formats are padded."""
    height, width = bgr.shape[:2]
    if form in ("YUV420", "NV12"):
        wide = cv2.copyMakeBorder(bgr, 0, 0, 0, 64 - width % 64, cv2.BORDER_REPLICATE)
        planes = np.asarray(cv2.cvtColor(wide, cv2.COLOR_BGR2YUV_I420), np.uint8)
        if form == "YUV420":
            return planes
        quarter = planes[height:].reshape(2, -1)
        mixed = np.stack((quarter[0], quarter[1]), axis=-1).reshape(height // 2, wide.shape[1])
        return np.vstack((planes[:height], mixed))
    rgb = bgr[..., ::-1]
    other = np.full((height, width, 1), 255, np.uint8)
    layouts = {
        "RGB888": (bgr,),
        "BGR888": (rgb,),
        "XRGB8888": (bgr, other),
        "XBGR8888": (rgb, other),
    }
    return np.ascontiguousarray(np.concatenate(layouts.get(form, (bgr,)), axis=2))


@contextmanager
def installed(**plan: Any) -> Iterator[Plan]:
    """Install both modules in sys.modules."""
    picamera2, libcamera = ModuleType("picamera2"), ModuleType("libcamera")
    modes = SimpleNamespace(Manual=0, Auto=1, Continuous=2)
    vars(picamera2)["Picamera2"] = Picamera2
    vars(libcamera).update(Transform=Transform, controls=SimpleNamespace(AfModeEnum=modes))
    Picamera2.plan = Plan(**plan)
    with patch.dict(sys.modules, {"picamera2": picamera2, "libcamera": libcamera}):
        yield Picamera2.plan
