"""What the request handlers share: the live run, readers, history and limits."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from starlette.requests import HTTPConnection

from camdigits import __version__
from camdigits.app.live.session import Session
from camdigits.app.server.errors import RequestError
from camdigits.app.server.history import History
from camdigits.app.server.latest import LatestResult
from camdigits.app.server.live_run import COMMAND_S, LiveRun, LiveStatus
from camdigits.app.server.options import ServeOptions
from camdigits.app.server.parsing import wanted, whole_number
from camdigits.app.server.reading import Readers, ReadingPool, ReadSettings
from camdigits.app.server.schema import SettingsObject, StatusObject
from camdigits.app.server.tokens import Token
from camdigits.reader import Reader
from camdigits.roi import MIN_ROI_PX, roi_from_drag
from camdigits.track.settings import TrackConfig, config_for
from camdigits.track.tracker import Tracker
from camdigits.values import Box, rounded

T = TypeVar("T")
MAX_SIDE_PX = 100_000  # of an area; chosen: no frame is larger
NO_STATUS = LiveStatus("none")


class Viewers:
    """Counts open WebSockets and streams.

    Args:
        limit: how many may be open at the same time.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.count = 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        """Count one for the length of a with block.

        Raises:
            RequestError: there are too many.
        """
        if self.count >= self._limit:
            raise RequestError(
                503, f"wanted at most {self._limit} viewers, got another; try again later", 5
            )
        self.count += 1
        try:
            yield
        finally:
            self.count -= 1


@dataclass(eq=False)
class Site:
    """Everything that the handlers of one server share."""

    options: ServeOptions
    readers: Readers
    history: History
    latest: LatestResult
    encoders: Executor  # makes pictures and details
    tracks: bool  # whether digits are followed
    reading: ReadSettings  # of the live run, changed by `change`
    partial: bool = False  # events for numbers beside which something was not read, too
    run: LiveRun | None = None  # None: the server was started without a source
    token: Token | None = None
    pool: ReadingPool = field(default_factory=ReadingPool)
    viewers: Viewers = field(init=False)
    closing: bool = False  # the server shuts down: endless answers end
    reads: int = 0  # pictures and drawings answered
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.viewers = Viewers(self.options.viewers)

    @property
    def live(self) -> LiveStatus:
        """What the live run does now."""
        return NO_STATUS if self.run is None else self.run.status

    @property
    def follows(self) -> bool:
        """Whether digits of the live run are followed: not through a folder of pictures."""
        info = None if self.run is None else self.run.info
        return self.tracks and info is not None and (info.live or info.fps is not None)

    def make_tracker(self, reader: Reader) -> Tracker | None:
        """Return a tracker for the results of a reader, if digits are followed."""
        return Tracker(self.track_config(reader)) if self.tracks else None

    def track_config(self, reader: Reader) -> TrackConfig:
        """Return the settings of a tracker for the results of a reader."""
        return config_for(reader.threshold, decimal=reader.decimal, partial=self.partial)

    def status(self) -> StatusObject:
        """Return the JSON object of the present state."""
        live, moment = self.live, self.latest.moment
        info = None if self.run is None else self.run.info
        size = (None, None) if moment is None else moment.result.frame.bgr.shape[1::-1]
        fps = live.status.speed.fps
        return StatusObject(
            version=__version__,
            source=None if info is None else info.name,
            state=live.state,
            problem=live.problem,
            fps=None if fps is None else rounded(fps, 2),
            age_ms=None if moment is None else rounded(moment.age_ms(), 1),
            width=size[0],
            height=size[1],
            settings=self.settings(),
            models=list(self.readers.models),
            labels=list(self.readers.get(replace(self.reading, debug=False)).labels),
            files=[path.name for path in live.saved],
            follows=self.follows,
            viewers=self.viewers.count,
            max_upload_bytes=self.options.max_upload,
            view_token=None if self.token is None else self.token.view,
        )

    def settings(self) -> SettingsObject:
        """Return the JSON object of the live run's settings."""
        live = self.live
        reader = self.readers.get(self.reading)
        return SettingsObject(
            threshold=reader.threshold,
            rotate=self.reading.rotate,
            roi=None if live.roi is None else list(map(int, live.roi)),
            mirror=live.mirror,
            model=self.reading.model or self.readers.default,
            paused=live.status.paused,
            recording=live.status.recording,
        )

    async def change(self, requested: dict[str, Any]) -> None:
        """Change settings of the live run; none if one of them is wrong.

        Raises:
            RequestError: a name or value is wrong, or there is no live run.
        """
        async with self._changing:  # each starts from what the one before left
            await self._change(requested)

    async def _change(self, requested: dict[str, Any]) -> None:
        if self.run is None:
            raise RequestError.no_run()
        reading = _new_reading(self.reading, requested)
        states: dict[str, bool] = {
            name: _flag(requested[name], name)
            for name in ("mirror", "paused", "recording")
            if name in requested
        }
        if states.get("recording"):
            self._check_recording(states)
        has_roi, roi = "roi" in requested, self._roi(requested.get("roi"))
        reader = None
        if reading != self.reading:
            loop = asyncio.get_running_loop()
            reader = await loop.run_in_executor(self.encoders, self.readers.get, reading)

        def carry_out(session: Session) -> str:
            session.change(replace(session.state, **states))
            if has_roi:
                session.set_roi(roi)
            if reader is not None:
                is_other = reading.model != self.reading.model
                session.use(reader, self.track_config(reader), forget=is_other)
            has_failed = states.get("recording") and not session.state.recording
            return "; ".join(session.status().notes) if has_failed else ""

        problem = await self.submit(carry_out)
        self.reading = reading
        if problem:
            raise RequestError(409, f"recording: {problem}; start with another --snapshots")

    def _check_recording(self, states: Mapping[str, bool]) -> None:
        state = self.live.state
        if states.get("paused", state == "paused"):
            state = "paused"
        if state in ("paused", "ended"):
            raise RequestError(
                409, f"recording: wanted a run that goes on, got one that is {state}; go on first"
            )

    async def read(self, work: Callable[[], T]) -> T:
        """Run the work of a visitor's picture or drawing, and count it.

        Raises:
            RequestError: too many wait, or it took too long.
        """
        answer = await self.pool.upload(work)
        self.reads += 1
        return answer

    async def submit(self, work: Callable[[Session], T]) -> T:
        """Carry out work on the live session, between two frames; return what it returns.

        Raises:
            RequestError: there is no live run, or it does not react.
        """
        if self.run is None:
            raise RequestError.no_run()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(self.run.submit(work)), COMMAND_S)
        except TimeoutError as error:
            raise RequestError(
                503, f"wanted an answer within {COMMAND_S:g} s, got none; try again", 2
            ) from error

    def close(self) -> None:
        """End the live run and finish its files. Safe to call twice."""
        if self.run is not None:
            self.run.close()
        self.pool.close()
        self.encoders.shutdown(wait=False, cancel_futures=True)
        self.history.close()

    def _roi(self, value: object) -> Box | None:
        """Parse an area, clipped to the newest frame."""
        if value is None:
            return None
        if not isinstance(value, list) or len(value) != 4:
            raise wanted("roi", "null or [x, y, width, height] in pixels", value)
        sides = [whole_number(each, "roi", -MAX_SIDE_PX, MAX_SIDE_PX) for each in value]
        moment = self.latest.moment
        height, width = (MAX_SIDE_PX,) * 2 if moment is None else moment.result.frame.bgr.shape[:2]
        box = roi_from_drag(Box(*sides), width, height)
        if box is None:
            raise RequestError(
                409,
                f"roi: wanted {MIN_ROI_PX} or more pixels inside the frame of {width}x{height}, "
                f"got {value}; draw it on the picture",
            )
        return box


def make_encoders() -> ThreadPoolExecutor:
    """Return the thread that makes pictures; one, so that it leaves a core to the reader."""
    return ThreadPoolExecutor(1, "encoding")


def connection_site(connection: HTTPConnection) -> Site:
    """Return the site of a request or WebSocket."""
    site: Site = connection.app.state.site
    return site


def _new_reading(present: ReadSettings, requested: dict[str, Any]) -> ReadSettings:
    known = ("threshold", "rotate", "roi", "mirror", "model", "paused", "recording")
    for name in requested:
        if name not in known:
            raise wanted("settings", f"only {', '.join(known)}", name)
    changes: dict[str, Any] = {}
    if "threshold" in requested:
        value = requested["threshold"]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= 1:
            raise wanted("threshold", "a number from 0 to 1", value)
        changes["threshold"] = float(value)
    if "rotate" in requested:
        value = requested["rotate"]
        value = None if value == "auto" else value  # as in a query
        if value is not None and (isinstance(value, bool) or value not in (0, 90, 180, 270)):
            raise wanted("rotate", "null, auto, 0, 90, 180 or 270", value)
        changes["rotate"] = None if value is None else int(value)
    if "model" in requested:
        if not isinstance(requested["model"], str):
            raise wanted("model", "a model's name", requested["model"])
        changes["model"] = requested["model"]
        if requested["model"] != present.model and "threshold" not in requested:
            changes["threshold"] = None  # each model has its own
    return replace(present, **changes)


def _flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise wanted(name, "true or false", value)
    return value
