"""Keep the newest result of a live run for any number of viewers.

The reader puts results in and never waits. A picture is encoded at the first request, once per
width, on a thread of its own; a viewer that is slow gets newer pictures, not older ones.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from camdigits.app.live.view import View
from camdigits.app.server.details import details_of
from camdigits.app.server.signal import Signal
from camdigits.image import cv2
from camdigits.pipeline import Processed
from camdigits.values import BgrImage, Box, Result

WIDTHS = (320, 480, 640, 960, 1280, 1920)  # chosen: few, because each is encoded by itself
YOUNG_S = 0.015  # chosen: half a frame of a camera
NEXT_S = 0.12  # chosen: a reader that is slower is not waited for
JPEG_QUALITY = 75  # chosen: a fifth of the bytes of quality 95, and strokes stay sharp


@dataclass(slots=True, eq=False)
class Moment:
    """One result and what was made of it for viewers."""

    seq: int  # counts results; a viewer requests a later one
    current: Processed
    roi: Box | None  # the part that was read
    read_s: float  # time.monotonic() when it was read
    made: dict[object, asyncio.Task[Any]] = field(default_factory=dict)

    @property
    def result(self) -> Result:
        """What was read."""
        return self.current.result

    def age_ms(self) -> float:
        """Milliseconds since the frame arrived: reading time and time since then."""
        return sum(self.result.ms.values()) + (time.monotonic() - self.read_s) * 1000


class LatestResult:
    """One slot for the newest result.

    Args:
        pool: encodes pictures; its threads do nothing else.
    """

    def __init__(self, pool: Executor) -> None:
        self._pool = pool
        self._moment: Moment | None = None
        self._seq = 0
        self._signal = Signal()

    @property
    def moment(self) -> Moment | None:
        """The newest result; None before the first."""
        return self._moment

    def put(self, view: View) -> None:
        """Replace the result. Called by the reader's thread; never waits.

        A view of the same result, with another status, changes nothing.
        """
        if self._moment is not None and self._moment.result is view.current.result:
            return
        self._seq += 1
        self._moment = Moment(self._seq, view.current, view.roi, time.monotonic())
        self._signal.fire()

    async def after(self, seq: int, timeout_s: float) -> Moment | None:
        """Return the newest result if it is later than `seq`, else wait for one.

        Returns:
            None if there is none within `timeout_s`.
        """
        deadline_s = time.monotonic() + timeout_s
        while (moment := self._moment) is None or moment.seq <= seq:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0 or not await self._signal.wait(left_s):
                return None
        return moment

    async def fresh(self, seq: int, timeout_s: float) -> Moment | None:
        """Return a result later than `seq` that was just read; an older one only after a wait.

        A viewer that may have ten pictures a second gets each of them young: one that is some time
        old already is skipped for the next, if that comes within NEXT_S.

        Returns:
            None if there is none within `timeout_s`.
        """
        moment = self._moment
        if moment is None or moment.seq <= seq:
            return await self.after(seq, timeout_s)
        if time.monotonic() - moment.read_s < YOUNG_S:
            return moment
        return await self.after(moment.seq, NEXT_S) or self._moment

    def wake(self) -> None:
        """End the waits of all viewers."""
        self._signal.fire()

    async def jpeg(self, moment: Moment, width: int, *, overlay: bool) -> bytes:
        """Return a picture as JPEG, at most `width` wide; made once for all viewers."""
        width = step_width(width)
        work = _overlay_jpeg if overlay else _plain_jpeg
        return bytes(await self._once(moment, ("jpeg", width, overlay), work, moment, width))

    async def details(self, moment: Moment, *, masks: bool) -> dict[str, Any] | None:
        """Return what the network saw, if the frame was read with a trace."""
        if moment.result.trace is None:
            return None
        made: dict[str, Any] = await self._once(
            moment, ("details", masks), details_of, moment.result, masks, moment.roi
        )
        return made

    async def run(self, work: Callable[[], bytes]) -> bytes:
        """Run other work on the thread that encodes."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def _once(self, moment: Moment, key: object, work: Any, *values: Any) -> Any:
        """Run work on the pool, or await the run that another viewer started."""
        task = moment.made.get(key)
        if task is None:
            task = moment.made[key] = asyncio.create_task(self._run(work, *values))
        return await asyncio.shield(task)  # one viewer that leaves must not cancel the others'

    async def _run(self, work: Any, *values: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *values)


def step_width(width: int) -> int:
    """Return the smallest of WIDTHS that is not less, or the largest.

    >>> step_width(500), step_width(1), step_width(9999)
    (640, 320, 1920)
    """
    return next((step for step in WIDTHS if step >= width), WIDTHS[-1])


def encode_jpeg(picture: BgrImage, width: int, quality: int = JPEG_QUALITY) -> bytes:
    """Encode an (H, W, 3) uint8 picture as JPEG, shrunk to `width` if it is wider."""
    if picture.shape[1] > width:
        height = max(1, round(picture.shape[0] * width / picture.shape[1]))
        picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    done, data = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, quality))
    return data.tobytes() if done else b""


def _plain_jpeg(moment: Moment, width: int) -> bytes:
    return encode_jpeg(moment.result.frame.bgr, width)


def _overlay_jpeg(moment: Moment, width: int) -> bytes:
    return encode_jpeg(moment.current.picture(), width)
