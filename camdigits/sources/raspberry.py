"""Detect a Raspberry Pi, load picamera2 and list its cameras, without opening one.

picamera2 is a system package, not a dependency of camdigits; it is imported only when needed.
"""

import logging
import os
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from camdigits.errors import SourceError

MODEL_FILE = Path("/proc/device-tree/model")
INSTALL = (
    'run "sudo apt install python3-picamera2" and make the venv with '
    '"python3 -m venv --system-site-packages"'
)


class PiCamera(NamedTuple):
    """A camera that libcamera lists."""

    number: int
    name: str  # of the sensor, such as imx708
    id: str


def pi_model() -> str:
    """Return the board's name, such as "Raspberry Pi 5 Model B Rev 1.0"; "" elsewhere."""
    try:
        model = MODEL_FILE.read_bytes().rstrip(b"\0").decode(errors="replace")
    except OSError:
        return ""
    return model if "Raspberry Pi" in model else ""


def load_picamera2() -> Any:
    """Return the Picamera2 class.

    Raises:
        SourceError: picamera2 is not installed or does not load.
    """
    # Both write to stderr, where only the error message should appear.
    os.environ.setdefault("LIBCAMERA_LOG_LEVELS", "*:ERROR")
    logging.getLogger("picamera2").setLevel(logging.CRITICAL)
    try:
        return import_module("picamera2").Picamera2
    except ModuleNotFoundError as error:
        missing = "picamera2" if error.name == "picamera2" else f"picamera2 without {error.name}"
        found = "picamera2 is not installed" if missing == "picamera2" else f"found {missing}"
        raise SourceError(f"{found}; {INSTALL}") from error
    # ValueError: its extensions were compiled for NumPy 1 and NumPy 2 is installed.
    except (ImportError, ValueError, AttributeError, OSError, RuntimeError) as error:
        raise SourceError(
            f"picamera2 does not load ({_first_line(error)}); {INSTALL}, and on Bookworm "
            "pip install 'numpy<2' in it"
        ) from error


def pi_cameras() -> tuple[PiCamera, ...]:
    """List the cameras of libcamera except USB cameras, which are listed by V4L2.

    Raises:
        SourceError: picamera2 is not installed or does not load.
    """
    found = load_picamera2().global_camera_info()
    cameras = (
        PiCamera(int(info.get("Num", index)), str(info.get("Model", "camera")), str(info["Id"]))
        for index, info in enumerate(found)
    )
    return tuple(camera for camera in cameras if "usb" not in camera.id.lower())


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
