"""The state of the live window: the current frame, what keys switched on, and the open recording.

Processes each frame once, reads it again when the view changes, and carries out keys and drags.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from camdigits.app.window.keys import HELP, WindowState, press
from camdigits.app.window.saving import Saver
from camdigits.app.window.window import Drag, LiveWindow
from camdigits.image import cv2, frozen
from camdigits.meter import Speed, Summary
from camdigits.pipeline import Pipeline, Processed
from camdigits.render.debug import debug_view
from camdigits.render.status import Status, with_status
from camdigits.roi import FrameReader, RoiReader, mirrored_box, roi_from_drag
from camdigits.sinks.base import Sink
from camdigits.sources.base import SourceInfo
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage, Box, Frame, Result

NOTE_S = 3.0  # chosen: how long a note stays on the picture
SPEED_UPDATE_S = 0.25  # chosen: numbers that change more often are hard to read
INITIAL_STATE = WindowState()


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Settings of the live loop."""

    folder: Path = Path()  # receives snapshots and recordings
    state: WindowState = INITIAL_STATE  # what is on at the start
    slide_s: float = 2.0  # chosen: how long each picture of a folder is shown
    roi: Box | None = None  # the part of each frame to read; None for all


@dataclass(frozen=True, slots=True)
class LiveSummary(Summary):
    """Counts and speed of a live run, and the files that keys saved."""

    saved: tuple[Path, ...] = ()  # snapshots and recordings


class Session:
    """Reads frames for the live window and changes its state by keys and mouse.

    Args:
        info: of the source.
        reader: reads the frames.
        tracker: follows digits from frame to frame; None if frames are independent.
        sinks: receive each result once.
        options: settings.
        report: receives a line about each file that a key saved, and each error.
        source_problem: returns what is wrong with the source now; "" if nothing.
    """

    def __init__(
        self,
        info: SourceInfo,
        reader: FrameReader,
        tracker: Tracker | None = None,
        sinks: Sequence[Sink] = (),
        options: LiveOptions | None = None,
        report: Callable[[str], None] = print,
        source_problem: Callable[[], str] = str,
    ) -> None:
        self.info, self.options = info, options or LiveOptions()
        self.state = replace(self.options.state, roi=self.options.roi is not None)
        self._report, self._source_problem = report, source_problem
        self._reader = RoiReader(reader, self.options.roi)
        self._saver = Saver(self.options.folder, info, self._notify)
        self._pipeline = Pipeline(self._reader, tracker, (*sinks, self._saver))
        self._drawn_roi: Box | None = None  # while the mouse button is down
        self._speed, self._speed_until_s = Speed(), 0.0
        self._note, self._note_until_s = "", 0.0
        self._frame: Frame | None = None
        self._current: Processed | None = None
        self._shown: tuple[Result, Status] | None = None

    def run(self, frames: Iterable[Frame]) -> None:
        """Process every frame without a window."""
        self._pipeline.run(frames)

    def process(self, frame: Frame) -> None:
        """Read a new frame and write its result to every sink."""
        self._frame = frame
        self._current = self._pipeline.process(self._mirrored(frame), trace=self.state.debug)
        self.state = replace(self.state, step=False, recording=self._saver.recording)

    def show(self, window: LiveWindow) -> None:
        """Show the current frame, unless the window shows exactly that already."""
        if self._current is None:
            return
        shown = self._current.result, self._status()
        if self._shown is not None and self._shown[0] is shown[0] and self._shown[1] == shown[1]:
            return
        window.show(with_status(self._picture(self._current), shown[1]))
        self._shown = shown

    def press(self, key: str) -> None:
        """Carry out a key."""
        before, self.state = self.state, press(self.state, key)
        if self.state.snapshot and self._current is not None:
            self._saver.snapshot(self._picture(self._current))
        if self.state.recording != before.recording:
            self._switch_recording()
        self._update_roi(before)
        if (self.state.debug, self.state.mirror) != (before.debug, before.mirror):
            self._read_again()
        self.state = replace(self.state, snapshot=False)

    def drag(self, drag: Drag) -> None:
        """Use a rectangle drawn with the mouse as the ROI, if its key was pressed before."""
        if not self.state.roi or self.state.debug or self._frame is None:
            return
        height, width = self._frame.bgr.shape[:2]
        box = roi_from_drag(drag.box, width, height)
        self._drawn_roi = None if drag.done else box
        if drag.done and box is not None:
            self._set_roi(box)

    def note(self, text: str) -> None:
        """Show a line on the picture for NOTE_S."""
        self._note, self._note_until_s = text, time.monotonic() + NOTE_S

    def summary(self) -> LiveSummary:
        """Return what was done so far."""
        done = self._pipeline.summary()
        return LiveSummary(done.frames, done.digits, done.speed, tuple(self._saver.saved))

    def close(self) -> None:
        """Finish the recording, if one is open."""
        self._saver.close()

    def _mirrored(self, frame: Frame) -> Frame:
        return mirrored(frame) if self.state.mirror else frame

    def _read_again(self) -> None:
        """Read the current frame again, because the view changed; it is not written again."""
        if self._frame is not None:
            frame = self._mirrored(self._frame)
            self._current = self._pipeline.read(frame, trace=self.state.debug)

    def _switch_recording(self) -> None:
        if self.state.recording:
            self._saver.start()
        else:
            self._saver.stop()
        self.state = replace(self.state, recording=self._saver.recording)

    def _update_roi(self, before: WindowState) -> None:
        """Start, end or mirror the ROI after a key changed the state."""
        box = self._reader.box
        if self.state.roi and not before.roi:
            self.note("drag the mouse over what is to be read")
        elif before.roi and not self.state.roi:
            self._drawn_roi = None
            self._set_roi(None)
        elif box is not None and self._frame and self.state.mirror != before.mirror:
            self._reader.box = mirrored_box(box, self._frame.bgr.shape[1])

    def _set_roi(self, box: Box | None) -> None:
        if box != self._reader.box:
            self._reader.box = box
            self._read_again()

    def _picture(self, current: Processed) -> BgrImage:
        return debug_view(current.result) if self.state.debug else current.picture()

    def _status(self) -> Status:
        now_s = time.monotonic()
        if now_s >= self._speed_until_s and not self.state.paused:
            self._speed = self._pipeline.summary().speed
            self._speed_until_s = now_s + SPEED_UPDATE_S
        return Status(
            speed=self._speed,
            paused=self.state.paused,
            recording=self.state.recording,
            mirror=self.state.mirror,
            notes=(self._note,) if now_s < self._note_until_s else (),
            roi=None if self.state.debug else self._drawn_roi or self._reader.box,
            alert="" if self.state.paused else self._source_problem(),
            help=HELP if self.state.help else (),
        )

    def _notify(self, line: str, note: str) -> None:
        self._report(line)
        self.note(note)


def mirrored(frame: Frame) -> Frame:
    """Flip a frame left to right, for cameras that deliver mirrored images."""
    return replace(frame, bgr=frozen(np.asarray(cv2.flip(frame.bgr, 1), np.uint8)))
