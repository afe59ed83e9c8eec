"""The live window: show pictures, return keys and mouse drags.

The only module that uses cv2.imshow. keys.py defines what keys mean.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from camdigits.app.window.display import ScreenSize, find_display
from camdigits.closeable import Closeable
from camdigits.errors import DisplayError
from camdigits.image import cv2
from camdigits.values import BgrImage, Box

MAX_SCREEN_SHARE = 0.85  # chosen: title bar and panels need the rest of the screen
MIN_WIDTH_PX = 640  # chosen: a smaller picture is enlarged to this width
FLAGS = cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL
FONT_FOLDERS = ("/usr/share/fonts/truetype/dejavu", "/usr/share/fonts", "/")


class Drag(NamedTuple):
    """A rectangle that the mouse drew."""

    box: Box  # in pixels of the picture shown; may extend beyond it
    done: bool  # the button was released


class LiveWindow(Protocol):
    """The interface of `Window` that the live loop uses."""

    @property
    def closed(self) -> bool:
        """Whether the user closed it."""

    def show(self, picture: BgrImage) -> None:
        """Show a picture."""

    def fill_screen(self, fill: bool) -> None:
        """Fill the screen, or return to the usual size."""

    def key(self, wait_ms: int) -> str | None:
        """Wait for a key."""

    def drag(self) -> Drag | None:
        """Return what the mouse drew since the last call."""

    def close(self) -> None:
        """Close it."""


class Window(Closeable):
    """One resizable window that keeps the picture's aspect ratio.

    All methods must be called from the thread that created it.
    """

    def __init__(self, title: str, environ: Mapping[str, str] = os.environ) -> None:
        """Check for a display and open the window.

        Raises:
            DisplayError: there is no display, or OpenCV was built without windows.
        """
        self._screen: ScreenSize = find_display(environ)
        self._title = title
        self._picture_size: tuple[int, int] | None = None
        self._scale = 1.0  # of the picture shown to the one passed in
        self._corner: tuple[int, int] | None = None  # where the mouse button was pressed
        self._drag: Drag | None = None
        self._open, self._full = True, False
        _set_font_folder()
        try:
            cv2.namedWindow(title, FLAGS)
        except cv2.error as error:
            raise DisplayError(
                "cannot open a window: this OpenCV was built without windows; "
                "install opencv-python in place of opencv-python-headless, or use --no-window"
            ) from error
        cv2.setMouseCallback(title, self._mouse)

    @property
    def closed(self) -> bool:
        """Whether the user or `close` closed the window."""
        if self._open and self._picture_size is not None:
            self._open = _is_visible(self._title)
        return not self._open

    def show(self, picture: BgrImage) -> None:
        """Show (H, W, 3) uint8; it appears at the next call of `key`."""
        if not self._open:
            return
        picture_size = picture.shape[1], picture.shape[0]
        size = self._screen_size(picture_size)
        if picture_size != self._picture_size and not self._full:
            cv2.resizeWindow(self._title, *size)
            self._picture_size = picture_size
        self._scale = min(1.0, size[0] / picture_size[0])
        if size[0] < picture_size[0]:  # OpenCV's own scaling is coarse and slow
            picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        cv2.imshow(self._title, picture)

    def _screen_size(self, picture: tuple[int, int]) -> tuple[int, int]:
        if not self._full:
            return window_size(picture, self._screen)
        scale = min(side / own for side, own in zip(self._screen, picture, strict=True))
        return max(1, round(picture[0] * scale)), max(1, round(picture[1] * scale))

    def fill_screen(self, fill: bool) -> None:
        """Fill the screen, or return to the usual size."""
        if self._open and fill != self._full:
            self._full = fill
            mode = cv2.WINDOW_FULLSCREEN if fill else cv2.WINDOW_NORMAL
            cv2.setWindowProperty(self._title, cv2.WND_PROP_FULLSCREEN, mode)
            self._picture_size = None if not fill else self._picture_size

    def key(self, wait_ms: int) -> str | None:
        """Process window events for at most `wait_ms`; return the key that was pressed, if any."""
        code = cv2.waitKey(max(1, wait_ms)) & 0xFF
        return None if code == 0xFF else chr(code)

    def drag(self) -> Drag | None:
        """Return what the mouse drew since the last call, in pixels of the picture passed in."""
        drag, self._drag = self._drag, None
        return drag

    def _mouse(self, event: int, x: int, y: int, *_: object) -> None:
        point = round(x / self._scale), round(y / self._scale)
        if event == cv2.EVENT_LBUTTONDOWN:
            self._corner = point
        elif self._corner is not None and event in (cv2.EVENT_MOUSEMOVE, cv2.EVENT_LBUTTONUP):
            done = event == cv2.EVENT_LBUTTONUP
            self._drag = Drag(_spanned(self._corner, point), done)
            if done:
                self._corner = None

    def close(self) -> None:
        """Close the window. Safe to call twice."""
        if self._open and not self.closed:
            cv2.destroyWindow(self._title)
            cv2.waitKey(1)  # some toolkits close only while events are processed
        self._open = False


def window_size(picture: tuple[int, int], screen: tuple[int, int]) -> tuple[int, int]:
    """Return width and height of the window for a picture, with its aspect ratio.

    >>> window_size((4000, 3000), ScreenSize(1920, 1080))
    (1224, 918)
    """
    width, height = picture
    largest = min(MAX_SCREEN_SHARE * side / own for side, own in zip(screen, picture, strict=True))
    scale = min(max(1.0, MIN_WIDTH_PX / width), largest)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _spanned(one: tuple[int, int], other: tuple[int, int]) -> Box:
    left, right = sorted((one[0], other[0]))
    top, bottom = sorted((one[1], other[1]))
    return Box(left, top, right - left, bottom - top)


def _is_visible(title: str) -> bool:
    try:
        return cv2.getWindowProperty(title, cv2.WND_PROP_VISIBLE) >= 1
    except cv2.error:  # the window is gone
        return False


def _set_font_folder() -> None:
    """Prevent a warning of Qt: OpenCV's wheels name a font folder that they do not contain."""
    fonts = os.environ.get("QT_QPA_FONTDIR")
    if fonts and not Path(fonts).is_dir():
        os.environ["QT_QPA_FONTDIR"] = next(each for each in FONT_FOLDERS if Path(each).is_dir())
