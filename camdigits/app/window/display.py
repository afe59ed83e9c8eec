"""Is there a display? Asked before a window is opened, because Qt answers by killing the process.

On Linux only; elsewhere a window is tried at once. Opens no window.
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
PROBE_S = 20.0


class Screen(NamedTuple):
    """Size of the screen in pixels."""

    width: int = 1280
    height: int = 800


USUAL_SCREEN = Screen()  # where the size cannot be asked for


def find_screen(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Screen:
    """Make sure that there is a display; return the size of its screen.

    Raises:
        DisplayError: there is none, or it does not answer.
    """
    if not platform.startswith("linux"):
        return USUAL_SCREEN
    display, wayland = environ.get("DISPLAY"), environ.get("WAYLAND_DISPLAY")
    if not display and not wayland:
        raise DisplayError(
            f"cannot open a window: neither DISPLAY nor WAYLAND_DISPLAY is set; {ADVICE}"
        )
    if environ.get("QT_QPA_PLATFORM", "xcb") == "xcb" and display:
        return _ask_x11(display)
    _try_in_another_process(display or str(wayland))
    return USUAL_SCREEN


def _ask_x11(display: str) -> Screen:
    """Connect as Qt would, with its permissions, and ask for the size of the screen."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:  # rare: wheels bring their own, under another name
        _try_in_another_process(display)
        return USUAL_SCREEN
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = x11.XOpenDisplay(display.encode())
    if not connection:
        raise _no_answer(display)
    handle = ctypes.c_void_p(connection)
    number = x11.XDefaultScreen(handle)
    screen = Screen(x11.XDisplayWidth(handle, number), x11.XDisplayHeight(handle, number))
    x11.XCloseDisplay(handle)
    return screen


def _try_in_another_process(display: str) -> None:
    """Open a window where Qt may kill what it likes."""
    try:
        probe = subprocess.run(
            [sys.executable, "-c", PROBE], capture_output=True, timeout=PROBE_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _no_answer(display) from error
    if probe.returncode < 0:  # killed by a signal; a Python error is left to the real window
        raise _no_answer(display)


def _no_answer(display: str) -> DisplayError:
    return DisplayError(f"cannot open a window: display {display} does not answer; {ADVICE}")
