"""Read, track, render and write frames: the loop source → reader → tracker → sinks, written once.

Whoever opens a source or a sink closes it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

from camdigits.errors import CamdigitsError, PictureError, SourceError
from camdigits.image import frozen
from camdigits.meter import Meter, Summary
from camdigits.render.annotate import annotate
from camdigits.roi import FrameReader
from camdigits.sinks.base import Picture, Sink, StopRun
from camdigits.sources.picture_file import read_picture
from camdigits.track.frame_budget import FrameBudget
from camdigits.track.tracker import Tracker
from camdigits.values import Frame, Result


class Processed(NamedTuple):
    """One frame after reading and tracking."""

    result: Result
    picture: Picture  # returns the annotated (H, W, 3) uint8 frame; renders at the first call


class Pipeline:
    """Reader, tracker and sinks in the order in which a frame passes them.

    Args:
        reader: reads each frame.
        tracker: follows digits from frame to frame; None if frames are independent. May be
            replaced between frames.
        sinks: receive every result in this order.
        budget: bounds how many rejected regions are read as sequences in a frame, for live use;
            None reads all.
    """

    def __init__(
        self,
        reader: FrameReader,
        tracker: Tracker | None = None,
        sinks: Sequence[Sink] = (),
        budget: FrameBudget | None = None,
    ) -> None:
        self._reader, self._sinks, self._budget = reader, tuple(sinks), budget
        self.tracker = tracker
        self._meter = Meter()

    def run(self, frames: Iterable[Frame]) -> Summary:
        """Process frames until the source ends or a sink raises `StopRun`.

        Raises:
            SourceLostError: the source broke off; the frames before it are written.
            OutputError: a sink cannot be written; its file is complete up to this frame.
        """
        with suppress(StopRun):
            for frame in frames:
                self.process(frame)
        return self.summary()

    def process(self, frame: Frame, *, trace: bool = False) -> Processed:
        """Read a frame, count it and write its result to every sink.

        Raises:
            OutputError: a sink cannot be written.
            StopRun: a sink ends the run.
        """
        processed = self.read(frame, trace=trace)
        self._meter.add(processed.result)
        for sink in self._sinks:
            sink.write(processed.result, processed.picture)
        return processed

    def read(self, frame: Frame, *, trace: bool = False, track: bool = True) -> Processed:
        """Read and track a frame without counting or writing it.

        A frame that is not tracked is read whole: no later frame completes it.
        """
        result = self._reader.read(frame, trace=trace, budget=self._budget if track else None)
        if self.tracker is not None and track:
            result = self.tracker.follow(result)
        return Processed(result, rendered_once(result))

    def summary(self) -> Summary:
        """Return counts and speed so far."""
        return self._meter.summary()


def run(
    source: Iterable[Frame],
    reader: FrameReader,
    tracker: Tracker | None = None,
    sinks: Sequence[Sink] = (),
) -> Summary:
    """Read every frame of a source and write each result to every sink.

    Args:
        source: any `Source`, or frames from elsewhere; for a live one wrap it in `LatestFrame`.
        reader: a `Reader`, or anything that reads frames.
        tracker: follows digits from frame to frame; None if frames are independent.
        sinks: receive every result in this order; they are left open.

    Raises:
        SourceLostError: the source broke off; the frames before it are written.
        OutputError: a sink cannot be written; its file is complete up to this frame.
    """
    return Pipeline(reader, tracker, sinks).run(source)


def rendered_once(result: Result) -> Picture:
    """Return a function that renders the annotated frame at its first call and keeps it."""
    return cache(lambda: annotate(result))


def picture_frames(
    paths: Iterable[Path], on_error: Callable[[CamdigitsError], None]
) -> Iterator[Frame]:
    """Load picture files as independent frames; report and skip those that cannot be read.

    Args:
        paths: picture files; a frame's index is the position of its file.
        on_error: receives the error of each skipped file.
    """
    for index, path in enumerate(paths):
        try:
            bgr = read_picture(path)
        except (PictureError, SourceError) as error:
            on_error(error)
            continue
        yield Frame(index, 0.0, frozen(bgr), str(path))
