"""Record an animated clip of the live window on the synthetic demo source.

    python -m train clip --out docs/live.webp

The real loop runs in real time with a window that keeps what it is shown and presses the key of
the debug view on the way. Takes a few seconds; needs no screen. Pillow, which matplotlib brings,
writes the file.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from camdigits.app.window.live import run_live
from camdigits.app.window.window import Drag
from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.sources.synthetic import SyntheticSource
from camdigits.track.settings import config_for
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage
from train.errors import FigureError

SIZE_PX = 960, 540  # chosen: of the demo's frames; small enough to be read in real time
WIDTH_PX = 640  # chosen: of the clip
PERIOD_S = 0.16  # chosen: between two pictures of the clip
KEYS = ((3.0, "d"), (5.0, "d"), (6.5, "q"))  # seconds after the first picture, and the key
QUALITY = 40  # of WebP, chosen: keeps the clip under 1 MB


class RecordingWindow:
    """A window that keeps a picture every `PERIOD_S` seconds and presses keys on schedule."""

    def __init__(self) -> None:
        self.pictures: list[BgrImage] = []
        self._keys = list(KEYS)
        self._start_s: float | None = None
        self._due_s = 0.0

    @property
    def closed(self) -> bool:
        """Whether the window was closed: never by a person."""
        return False

    def fill_screen(self, fill: bool) -> None:
        """Do nothing."""

    def show(self, picture: BgrImage) -> None:
        """Keep (H, W, 3) uint8, scaled to `WIDTH_PX`, if one is due."""
        now_s = time.monotonic()
        self._start_s = now_s if self._start_s is None else self._start_s
        if now_s >= self._due_s:
            self._due_s = max(self._due_s, now_s - PERIOD_S) + PERIOD_S
            size = WIDTH_PX, round(picture.shape[0] * WIDTH_PX / picture.shape[1])
            self.pictures.append(
                np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
            )

    def key(self, wait_ms: int) -> str | None:
        """Wait, then return the key that is due, if any."""
        time.sleep(wait_ms / 1000)
        if self._start_s is None or time.monotonic() - self._start_s < self._keys[0][0]:
            return None
        return self._keys.pop(0)[1]

    def drag(self) -> Drag | None:
        """Return no drag."""
        return None

    def close(self) -> None:
        """Keep the pictures."""


def write_clip(out: Path, report: Callable[[str], None] = print) -> None:
    """Record the live window into an animated .webp or .gif file.

    Raises:
        FigureError: Pillow is missing, or the file cannot be written.
    """
    window, reader = RecordingWindow(), Reader()
    tracker = Tracker(config_for(reader.threshold))
    run_live(SyntheticSource(400, SIZE_PX), reader, tracker=tracker, window=window, report=report)
    try:
        from PIL import Image
    except ImportError as error:
        raise FigureError(f"{out}: needs Pillow ({error}); pip install '.[train]'") from error
    height = window.pictures[0].shape[0]
    first, *others = (
        Image.fromarray(cv2.cvtColor(_padded(each, height), cv2.COLOR_BGR2RGB))
        for each in window.pictures
    )
    try:
        first.save(
            out,
            save_all=True,
            append_images=others,
            duration=round(1000 * PERIOD_S),
            loop=0,
            quality=QUALITY,
        )
    except (OSError, ValueError) as error:
        raise FigureError(f"{out}: cannot be written ({error}); name a .webp file") from error
    report(f"{out}: {len(window.pictures)} pictures, {out.stat().st_size // 1024} kB")


def _padded(picture: BgrImage, height: int) -> BgrImage:
    """Fit a picture of another height: the debug view has other proportions."""
    scale = min(1.0, height / picture.shape[0])
    size = round(picture.shape[1] * scale), round(picture.shape[0] * scale)
    canvas = np.zeros((height, WIDTH_PX, 3), np.uint8)
    x = (WIDTH_PX - size[0]) // 2
    canvas[: size[1], x : x + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return canvas
