"""The state of a live run: the current frame, what is switched on, and the open recording.

Processes each frame once, reads it again when the view changes, and carries out what the user of a
screen requests.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from camdigits.app.live.saving import Saver
from camdigits.app.live.view import LiveState, View
from camdigits.image import cv2, frozen
from camdigits.meter import Speed, Summary
from camdigits.pipeline import Pipeline, Processed
from camdigits.reader import Reader
from camdigits.render.status import Status
from camdigits.roi import FrameReader, RoiReader, mirrored_box, roi_from_drag
from camdigits.sinks.base import Sink
from camdigits.sources.base import SourceInfo
from camdigits.track.frame_budget import FrameBudget
from camdigits.track.settings import TrackConfig, with_threshold
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Frame

NOTE_S = 3.0  # chosen: how long a note stays on the picture
THRESHOLD_STEP, MAX_THRESHOLD = 0.05, 0.99  # of the keys + and -
SPEED_UPDATE_S = 0.25  # chosen: numbers that change more often are hard to read
INITIAL_STATE = LiveState()


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Settings of the live loop."""

    folder: Path = Path()  # receives snapshots and recordings
    state: LiveState = INITIAL_STATE  # what is on at the start
    slide_s: float = 2.0  # chosen: how long each picture of a folder is shown
    roi: Box | None = None  # the part of each frame to read; None for all
    stay: bool = False  # show the last frame of a file until the user quits


@dataclass(frozen=True, slots=True)
class LiveSummary(Summary):
    """Counts and speed of a live run, and the files that its user saved."""

    saved: tuple[Path, ...] = ()  # snapshots and recordings


class Screen(Protocol):
    """Shows views and carries out what its user does: a window or a browser.

    Used from one thread only.
    """

    @property
    def closed(self) -> bool:
        """Whether the user closed it."""

    def show(self, view: View) -> None:
        """Show a view that differs from the last one."""

    def control(self, session: "Session", wait_ms: int) -> None:
        """Wait up to `wait_ms` for the user, and carry out on the session what was requested."""

    def close(self) -> None:
        """Close it. Safe to call twice."""


class Session:
    """Reads frames for a screen and changes its state as the user of the screen requests.

    Args:
        info: of the source.
        reader: reads the frames.
        tracker: follows digits from frame to frame; None if frames are independent.
        sinks: receive each result once.
        options: settings.
        report: receives a line about each saved file, and each error.
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
        self.ended = False  # the source has no more frames
        self.state = replace(self.options.state, roi=self.options.roi is not None)
        self._report, self._source_problem = report, source_problem
        self._reader = RoiReader(reader, self.options.roi)
        self._saver = Saver(self.options.folder, info, self._notify)
        budget = None if tracker is None else FrameBudget()
        self._pipeline = Pipeline(self._reader, tracker, (*sinks, self._saver), budget)
        self._drawn_roi: Box | None = None  # while the mouse button is down
        self._speed, self._speed_until_s = Speed(), 0.0
        self._note, self._note_until_s = "", 0.0
        self._frame: Frame | None = None
        self._current: Processed | None = None
        self._shown: View | None = None

    @property
    def roi(self) -> Box | None:
        """The part of each frame that is read; None for all."""
        return self._reader.box

    @property
    def saved(self) -> Sequence[Path]:
        """Snapshots and recordings that are finished."""
        return self._saver.saved

    def run(self, frames: Iterable[Frame]) -> None:
        """Process every frame without a window."""
        self._pipeline.run(frames)

    def process(self, frame: Frame) -> None:
        """Read a new frame and write its result to every sink."""
        self._frame = frame
        self._current = self._pipeline.process(self._mirrored(frame), trace=self.state.debug)
        self.state = replace(self.state, step=False, recording=self._saver.recording)

    def show(self, screen: Screen) -> None:
        """Show the current frame, unless the screen shows exactly that already."""
        if self._current is None:
            return
        view = View(self._current, self.status(), self.state, self._reader.box)
        if not view.shows_the_same_as(self._shown):
            screen.show(view)
            self._shown = view

    def change(self, state: LiveState) -> None:
        """Switch on and off what differs in `state`."""
        before, self.state = self.state, state
        if state.snapshot and self._current is not None:
            picture = View(self._current, self.status(), state).picture()
            self._saver.snapshot(picture, self._current.result.frame.bgr)
        if state.recording != before.recording:
            self._switch_recording()
        self._update_roi(before)
        if state.threshold_steps:
            self._change_threshold(state.threshold_steps)
        if state.mirror != before.mirror:
            if self._pipeline.tracker is not None:
                self._pipeline.tracker.forget()
            self._read_again()
        elif state.debug != before.debug:
            self._trace(state.debug)
        self.state = replace(self.state, snapshot=False, threshold_steps=0)

    def draw_roi(self, drawn: Box, done: bool) -> None:
        """Use a drawn rectangle as the ROI, if drawing one was switched on before.

        Args:
            drawn: in pixels of the frame; may extend beyond it.
            done: the mouse button was released.
        """
        if not self.state.roi or self.state.debug or self._frame is None:
            return
        height, width = self._frame.bgr.shape[:2]
        box = roi_from_drag(drawn, width, height)
        self._drawn_roi = None if done else box
        if done and box is not None:
            self.set_roi(box)

    def set_roi(self, box: Box | None) -> None:
        """Read only this part of each frame; None for all."""
        self.state = replace(self.state, roi=box is not None)
        if box != self._reader.box:
            self._reader.box = box
            self._read_again()

    def use(
        self, reader: FrameReader, config: TrackConfig | None = None, *, forget: bool = False
    ) -> None:
        """Read the current and all later frames with another reader.

        Args:
            reader: the other reader.
            config: new settings of the tracker, if there is one.
            forget: forget the tracked digits, because the labels are of another model.
        """
        self._reader.reader = reader
        tracker = self._pipeline.tracker
        if tracker is not None and config is not None:
            tracker.reconfigure(config)
        if tracker is not None and forget:
            tracker.forget()
        self._read_again()

    def end(self) -> None:
        """Note that the source has no more frames.

        If the tracker showed nothing of the last one, because the file is too short for it, that
        is read by itself.
        """
        self.ended = True
        if self._current is not None and not self._current.result.digits:
            self._read_again()

    def note(self, text: str) -> None:
        """Show a line on the picture for NOTE_S."""
        self._note, self._note_until_s = text, time.monotonic() + NOTE_S

    def status(self) -> Status:
        """Return what to show besides the current frame."""
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
        )

    def summary(self) -> LiveSummary:
        """Return what was done so far."""
        done = self._pipeline.summary()
        saved = tuple(self._saver.saved)
        return LiveSummary(done.frames, done.digits, done.speed, done.fps, saved)

    def close(self) -> None:
        """Finish the recording, if one is open."""
        self._saver.close()

    def _mirrored(self, frame: Frame) -> Frame:
        return mirrored(frame) if self.state.mirror else frame

    def _trace(self, wanted: bool) -> None:
        """Add the trace to the current result, or drop it; what it shows stays as it is."""
        if self._frame is None or self._current is None:
            return
        trace = None
        if wanted:
            trace = self._reader.read(self._mirrored(self._frame), trace=True).trace
        result = replace(self._current.result, trace=trace)
        self._current = Processed(result, self._current.picture)

    def _read_again(self) -> None:
        """Read the current frame again, because the view changed; it is not written again.

        A picture that stays is read by itself: a tracker needs several frames to show a digit.
        """
        if self._frame is None:
            return
        track = not (self.state.paused or self.ended)
        frame = self._mirrored(self._frame)
        self._current = self._pipeline.read(frame, trace=self.state.debug, track=track)

    def _change_threshold(self, steps: int) -> None:
        """Read with a threshold that is some steps higher, or lower."""
        reader = self._reader.reader
        if not isinstance(reader, Reader):
            self.note("this reader has no threshold")
            return
        threshold = round(
            min(max(reader.threshold + steps * THRESHOLD_STEP, 0.0), MAX_THRESHOLD), 3
        )
        tracker = self._pipeline.tracker
        config = None if tracker is None else with_threshold(tracker.config, threshold)
        self.use(reader.adjusted(threshold=threshold, rotate=reader.rotate), config)
        self.note(f"threshold {threshold:.2f}")

    def _switch_recording(self) -> None:
        if self.state.recording:
            self._saver.start()
        else:
            self._saver.stop()
        self.state = replace(self.state, recording=self._saver.recording)

    def _update_roi(self, before: LiveState) -> None:
        """Start, end or mirror the ROI after a key changed the state."""
        box = self._reader.box
        if self.state.roi and not before.roi:
            self.note("drag the mouse over what is to be read")
        elif before.roi and not self.state.roi:
            self._drawn_roi = None
            self.set_roi(None)
        elif box is not None and self._frame and self.state.mirror != before.mirror:
            self._reader.box = mirrored_box(box, self._frame.bgr.shape[1])

    def _notify(self, line: str, note: str) -> None:
        self._report(line)
        self.note(note)


def mirrored(frame: Frame) -> Frame:
    """Flip a frame left to right, for cameras that deliver mirrored images."""
    return replace(frame, bgr=frozen(np.asarray(cv2.flip(frame.bgr, 1), np.uint8)))
