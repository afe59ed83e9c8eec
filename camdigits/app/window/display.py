"""Check for a display before a window is opened, because without one Qt aborts the process.

On Linux only; elsewhere a window is opened without a check. Opens no window.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import NamedTuple

from camdigits.errors import DisplayError

ADVICE = "run it on a desktop, or without a window (live --no-window, video without --show)"
PROBE = "import cv2; cv2.namedWindow('probe'); cv2.destroyAllWindows()"
PROBE_TIMEOUT_S = 20.0  # chosen


class ScreenSize(NamedTuple):
    """Size of the screen in pixels."""

    width: int = 1280
    height: int = 800


DEFAULT_SIZE = ScreenSize()  # where the size cannot be queried


def find_display(
    environ: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> ScreenSize:
    """Check that there is a display; return the size of its screen in pixels.

    Raises:
        DisplayError: there is none, or it does not answer.
    """
    if not platform.startswith("linux"):
        return DEFAULT_SIZE
    display, wayland = environ.get("DISPLAY"), environ.get("WAYLAND_DISPLAY")
    if not display and not wayland:
        raise DisplayError(
            f"cannot open a window: neither DISPLAY nor WAYLAND_DISPLAY is set; {ADVICE}"
        )
    if environ.get("QT_QPA_PLATFORM", "xcb") == "xcb" and display:
        return _query_x11(display)
    _probe_in_subprocess(display or str(wayland))
    return DEFAULT_SIZE


def _query_x11(display: str) -> ScreenSize:
    """Connect as Qt does, with its permissions, and return the size of the screen."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:  # rare: wheels bundle it under another name
        _probe_in_subprocess(display)
        return DEFAULT_SIZE
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = x11.XOpenDisplay(display.encode())
    if not connection:
        raise _no_answer(display)
    handle = ctypes.c_void_p(connection)
    number = x11.XDefaultScreen(handle)
    screen = ScreenSize(x11.XDisplayWidth(handle, number), x11.XDisplayHeight(handle, number))
    x11.XCloseDisplay(handle)
    return screen


def _probe_in_subprocess(display: str) -> None:
    """Open a window in another process, which Qt may abort."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE],
            capture_output=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _no_answer(display) from error
    if (
        probe.returncode < 0
    ):  # killed by a signal; Python errors are raised again by the real window
        raise _no_answer(display)


def _no_answer(display: str) -> DisplayError:
    return DisplayError(f"cannot open a window: display {display} does not answer; {ADVICE}")
