"""What the live loop remembers: the frame that is shown, what was asked for, the open recording.

Reads each frame once, writes it everywhere, and does what keys ask for. Knows no source.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from camdigits.app.window.keys import HELP, View, press
from camdigits.errors import OutputError
from camdigits.image import cv2, frozen
from camdigits.meter import Meter, Speed
from camdigits.render.annotate import draw, draw_debug
from camdigits.render.status import Status, with_status
from camdigits.roi import AreaReader, Drag, FrameReader, drawn, mirrored_box
from camdigits.sinks._paths import refusal
from camdigits.sinks.base import PictureSink, ReadingSink
from camdigits.sinks.pictures import write_picture
from camdigits.sinks.video import VideoSink
from camdigits.sources.base import SourceInfo
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage, Box, Frame, Result

NOTE_S = 3.0
FIGURES_S = 0.25  # figures that change faster cannot be read
LIVE_FPS = (1.0, 60.0)  # of a recording; a camera that claims another rate is not believed
START = View()


class Screen(Protocol):
    """What the loop needs of a Window."""

    @property
    def closed(self) -> bool:
        """Whether the user closed it."""

    def show(self, picture: BgrImage) -> None:
        """Show a picture."""

    def key(self, wait_ms: int) -> str | None:
        """Wait for a key."""

    def drag(self) -> Drag | None:
        """Return what the mouse drew since the last call."""

    def close(self) -> None:
        """Close it."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How the loop behaves."""

    folder: Path = Path()  # where snapshots and recordings go
    view: View = START  # what is on at the start
    slide_s: float = 2.0  # how long each picture of a folder stays
    area: Box | None = None  # the part of each frame that is read; None for all


@dataclass(frozen=True, slots=True)
class LiveSummary:
    """What the loop did."""

    frames: int
    digits: int  # over all frames
    speed: Speed
    saved: tuple[Path, ...] = ()  # snapshots and recordings


class Session:
    """The loop's memory: the frame that is shown, what was asked for, and the open recording."""

    def __init__(
        self,
        info: SourceInfo,
        reader: FrameReader,
        readings: Sequence[ReadingSink],
        recorder: PictureSink | None,
        options: LiveOptions,
        say: Callable[[str], None],
        trouble: Callable[[], str] = str,
        tracker: Tracker | None = None,
    ) -> None:
        self.info, self.options = info, options
        self.view = replace(options.view, area=options.area is not None)
        self._reader = AreaReader(reader, options.area)
        self._rubber: Box | None = None  # the area while it is being drawn
        self._readings, self._recorder = readings, recorder
        self._say, self._trouble, self._tracker = say, trouble, tracker
        self._meter = Meter()
        self._speed, self._speed_until = Speed(), 0.0
        self._note, self._note_until = "", 0.0
        self._frame: Frame | None = None
        self._result: Result | None = None
        self._picture: tuple[Result, BgrImage] | None = None
        self._shown: tuple[Result | None, Status | None] = None, None
        self._recording: VideoSink | None = None
        self._frames = self._digits = 0
        self._saved: list[Path] = []

    def take(self, frame: Frame) -> None:
        """Read a new frame and write it everywhere."""
        self._frame = frame
        result = self._read(frame)
        self._frames += 1
        self._digits += len(result.digits)
        self._meter.add(result)
        self.view = replace(self.view, step=False)
        for sink in self._readings:
            sink.write(result)
        if self._recorder is not None:
            self._recorder.write(self._annotated(result), frame.time_s)
        if self._recording is not None:
            self._record(self._recording, self._annotated(result), frame.time_s)

    def show(self, window: Screen) -> None:
        """Show the frame that was read last, unless the window shows just that."""
        result, status = self._result, self._status()
        if result is None or (result is self._shown[0] and status == self._shown[1]):
            return
        window.show(with_status(self._chosen(result), status))
        self._shown = result, status

    def obey(self, key: str) -> None:
        """Do what a key asks for."""
        before, self.view = self.view, press(self.view, key)
        if self.view.snapshot:
            self._snapshot()
        if self.view.recording != before.recording:
            self._switch_recording()
        self._keep_area(before)
        turned = (self.view.debug, self.view.mirror) != (before.debug, before.mirror)
        if turned and self._frame is not None:
            self._read(self._frame)
        self.view = replace(self.view, snapshot=False)

    def draw(self, drag: Drag) -> None:
        """Take what the mouse has drawn for the area to read, if one was asked for."""
        if not self.view.area or self.view.debug or self._frame is None:
            return
        height, width = self._frame.bgr.shape[:2]
        box = drawn(drag.box, width, height)
        self._rubber = None if drag.done else box
        if drag.done and box is not None:
            self._read_area(box)

    def note(self, text: str) -> None:
        """Show a line on the picture for a moment."""
        self._note, self._note_until = text, time.monotonic() + NOTE_S

    def summary(self) -> LiveSummary:
        """Return what was done so far."""
        return LiveSummary(self._frames, self._digits, self._meter.speed(), tuple(self._saved))

    def close(self) -> None:
        """Finish the recording, if one is open."""
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()
            self._tell_recorded(recording)

    def _read(self, frame: Frame) -> Result:
        given = mirrored(frame) if self.view.mirror else frame
        result = self._reader.read(given, trace=self.view.debug)
        self._result = result if self._tracker is None else self._tracker.follow(result)
        return self._result

    def _keep_area(self, before: View) -> None:
        """Bring the area in line with what a key made of the view."""
        box = self._reader.box
        if self.view.area and not before.area:
            self.note("drag the mouse over what is to be read")
        elif before.area and not self.view.area:
            self._rubber = None
            self._read_area(None)
        elif box is not None and self._frame and self.view.mirror != before.mirror:
            self._reader.box = mirrored_box(box, self._frame.bgr.shape[1])

    def _read_area(self, box: Box | None) -> None:
        if box != self._reader.box:
            self._reader.box = box
            if self._frame is not None:
                self._read(self._frame)

    def _annotated(self, result: Result) -> BgrImage:
        """Draw a result, once for all who want it."""
        if self._picture is None or self._picture[0] is not result:
            self._picture = result, draw(result)
        return self._picture[1]

    def _chosen(self, result: Result) -> BgrImage:
        return draw_debug(result) if self.view.debug else self._annotated(result)

    def _status(self) -> Status:
        now = time.monotonic()
        if now >= self._speed_until and not self.view.paused:
            self._speed, self._speed_until = self._meter.speed(), now + FIGURES_S
        return Status(
            speed=self._speed,
            paused=self.view.paused,
            recording=self.view.recording,
            mirror=self.view.mirror,
            notes=(self._note,) if now < self._note_until else (),
            area=None if self.view.debug else self._rubber or self._reader.box,
            alert="" if self.view.paused else self._trouble(),
            help=HELP if self.view.help else (),
        )

    def _snapshot(self) -> None:
        if self._result is None:
            return
        try:
            path = self._free_path(".png")
            write_picture(path, self._chosen(self._result))
        except OutputError as error:
            self._tell(str(error), str(error))
            return
        self._saved.append(path)
        self._tell(f"snapshot: {path}", f"saved {path.name}")

    def _switch_recording(self) -> None:
        if not self.view.recording:
            self._stop_recording()
            return
        low, high = LIVE_FPS
        fps = self.info.fps
        if self.info.live and (fps is None or not low <= fps <= high):
            fps = None
        try:
            self._recording = VideoSink(self._free_path(".mp4"), fps, clocked=self.info.live)
        except OutputError as error:
            self._give_up_recording(error)

    def _record(self, recording: VideoSink, picture: BgrImage, time_s: float) -> None:
        try:
            recording.write(picture, time_s)
        except OutputError as error:
            self._recording = None
            self._give_up_recording(error)

    def _stop_recording(self) -> None:
        try:
            self.close()
        except OutputError as error:
            self._give_up_recording(error)

    def _give_up_recording(self, error: OutputError) -> None:
        self.view = replace(self.view, recording=False)
        self._tell(str(error), str(error))

    def _tell_recorded(self, recording: VideoSink) -> None:
        if recording.path.exists():
            self._saved.append(recording.path)
            self._tell(f"recording: {recording.path}", f"saved {recording.path.name}")

    def _tell(self, line: str, note: str) -> None:
        self._say(line)
        self.note(note)

    def _free_path(self, suffix: str) -> Path:
        folder = self.options.folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(folder, error) from error
        return free_name(folder, datetime.now(), suffix)


def free_name(folder: Path, moment: datetime, suffix: str) -> Path:
    """Find a name with a time stamp that no file has yet."""
    stem = f"camdigits-{moment:%Y%m%d-%H%M%S}"
    path, count = folder / f"{stem}{suffix}", 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}{suffix}"
    return path


def mirrored(frame: Frame) -> Frame:
    """Turn left and right over, for cameras that deliver mirrored pictures."""
    return replace(frame, bgr=frozen(np.asarray(cv2.flip(frame.bgr, 1), np.uint8)))
