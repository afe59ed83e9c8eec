"""List the cameras of this machine with the names that `camdigits live` takes; take no picture."""

import errno
import os
import sys
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from camdigits.errors import CamdigitsError, SourceError
from camdigits.sources.raspberry import pi_cameras, pi_model

if TYPE_CHECKING:
    from camdigits.sources.v4l2 import Device, Mode

NONE_FOUND = "no camera found; plug one in, or give a file or a stream's address"
NO_PERMISSION = 'no permission; run "sudo usermod -aG video $USER" and log in again'
BUSY = "another program uses it; close that first"


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera that was found, and the name that opens it."""

    source: str  # argument of `camdigits live`
    name: str
    path: str  # of the device, or the id in libcamera
    driver: str
    modes: "tuple[Mode, ...]" = ()
    problem: str = ""  # why it cannot be opened and what to do; empty if it can

    def as_json(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)


def list_cameras() -> tuple[Camera, ...]:
    """List the cameras of this machine: V4L2's by number, then the Pi's own.

    Raises:
        CamdigitsError: cameras cannot be listed on this system.
    """
    if not sys.platform.startswith("linux"):
        raise CamdigitsError(
            "cameras can be listed on Linux only; try camdigits live 0, then 1 and so on"
        )
    from camdigits.sources.v4l2 import devices

    found = devices()
    plain = [_from_v4l2(device) for device in found if not device.is_raw]
    raw = [device for device in found if device.is_raw]
    return (*plain, *_from_libcamera(str(raw[0].path) if raw else ""))


def describe(camera: Camera) -> str:
    """Format a camera as text: one line for the camera, then one line per pixel format."""
    head = f"{camera.source:12}{camera.name} ({camera.path}, {camera.driver or 'unknown driver'})"
    lines = [f"{head}: {camera.problem}" if camera.problem else head]
    for format_, modes in groupby(camera.modes, key=lambda mode: mode.format):
        sizes = ", ".join(_mode_text(mode) for mode in modes)
        lines.append(f"{'':12}{format_} {sizes}")
    return "\n".join(lines)


def open_error_advice(number: int) -> str:
    """Explain an errno of opening a device, and what to do.

    >>> open_error_advice(errno.EBUSY)
    'another program uses it; close that first'
    """
    if number == errno.EACCES:
        return NO_PERMISSION
    return BUSY if number == errno.EBUSY else f"cannot be opened: {os.strerror(number)}"


def _from_v4l2(device: "Device") -> Camera:
    number = device.path.name.removeprefix("video")
    problem = "" if device.problem is None else open_error_advice(device.problem)
    return Camera(number, device.name, str(device.path), device.driver, device.modes, problem)


def _mode_text(mode: "Mode") -> str:
    rates = " ".join(f"{rate:g}" for rate in mode.fps)
    return f"{mode.width}x{mode.height}" + (f" at {rates}" if rates else "")


def _from_libcamera(raw_path: str) -> list[Camera]:
    """List the Pi's own cameras; without picamera2, one entry that says how to install it."""
    if not raw_path and not pi_model():
        return []
    try:
        known = pi_cameras()
    except SourceError as error:
        # Without a raw device there may be no camera at all: nothing is listed.
        advice = f"{error}; then it is camdigits live picamera"
        raw = Camera("picamera", "the Pi's own camera", raw_path, "libcamera", (), advice)
        return [raw] if raw_path else []
    return [Camera(f"picamera:{each.number}", each.name, each.id, "libcamera") for each in known]
