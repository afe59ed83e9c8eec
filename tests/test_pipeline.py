"""The loop from source to sinks."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.clips import write_pictures
from support.fakes import FILE, FakeReader, FakeSink, FakeSource, frame

from camdigits import pipeline
from camdigits.errors import CamdigitsError, OutputError, SourceLostError
from camdigits.pipeline import Pipeline, picture_frames, rendered_once, run
from camdigits.render.annotate import annotate
from camdigits.sinks.base import Picture, StopRun
from camdigits.track.tracker import Tracker
from camdigits.values import BgrImage, Frame, Result


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[Result]:
    """The results that were rendered, in order."""
    results: list[Result] = []

    def counted(result: Result) -> BgrImage:
        results.append(result)
        return annotate(result)

    monkeypatch.setattr(pipeline, "annotate", counted)
    return results


class Failing(FakeSink):
    """Raises an error at its second result."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def write(self, result: Result, picture: Picture) -> None:
        """Keep the result, or raise."""
        super().write(result, picture)
        if len(self.results) == 2:
            raise self._error


def test_every_sink_receives_every_result() -> None:
    """All sinks get the same results, and the summary counts frames and digits."""
    sinks = [FakeSink(), FakeSink()]

    summary = run(FakeSource(FILE, 4), FakeReader(), sinks=sinks)

    assert sinks[0].results == sinks[1].results
    assert sinks[0].frames == [0, 1, 2, 3]
    assert (summary.frames, summary.digits) == (4, 4)


def test_sinks_are_left_open() -> None:
    """Whoever opened a sink closes it."""
    sink = FakeSink()

    run(FakeSource(FILE, 2), FakeReader(), sinks=[sink])

    assert sink.closed == 0


def test_a_result_is_rendered_once_for_all_sinks(rendered: list[Result]) -> None:
    """Two sinks that need the picture share one."""
    run(FakeSource(FILE, 3), FakeReader(), sinks=[FakeSink(renders=True), FakeSink(renders=True)])

    assert [result.frame.index for result in rendered] == [0, 1, 2]


def test_nothing_is_rendered_if_no_sink_needs_it(rendered: list[Result]) -> None:
    """Text outputs cost no drawing."""
    run(FakeSource(FILE, 3), FakeReader(), sinks=[FakeSink()])

    assert rendered == []


def test_the_picture_is_the_annotated_frame() -> None:
    """Each call returns the same array."""
    result = FakeReader().read(frame(3))
    picture = rendered_once(result)

    assert picture() is picture()
    assert np.array_equal(picture(), annotate(result))


def test_results_are_tracked_before_they_are_written() -> None:
    """Sinks receive the results of the tracker."""
    sink = FakeSink()

    run(FakeSource(FILE, 20), FakeReader(), Tracker(), [sink])

    assert [digit.track for digit in sink.results[-1].digits] == [1]


def test_a_sink_may_end_the_run() -> None:
    """After StopRun no further frame is read; the summary includes the last one."""
    sink = Failing(StopRun())

    summary = run(FakeSource(FILE, 5), FakeReader(), sinks=[sink])

    assert (sink.frames, summary.frames) == ([0, 1], 2)


def test_an_error_of_a_sink_ends_the_run() -> None:
    """An OutputError is raised at the frame at which it occurred."""
    sink = Failing(OutputError("full"))

    with pytest.raises(OutputError, match="full"):
        run(FakeSource(FILE, 5), FakeReader(), sinks=[sink])

    assert sink.frames == [0, 1]


def test_a_lost_source_leaves_the_results_before_it() -> None:
    """The frames before the loss are written and counted."""
    sink = FakeSink()
    steps = Pipeline(FakeReader(), None, [sink])

    with pytest.raises(SourceLostError):
        steps.run(FakeSource(FILE, 3, SourceLostError("gone")))

    assert sink.frames == [0, 1, 2]
    assert steps.summary().frames == 3


def test_a_frame_read_again_is_neither_counted_nor_written() -> None:
    """Only `process` counts and writes."""
    sink = FakeSink()
    steps = Pipeline(FakeReader(), None, [sink])

    processed = steps.process(frame(0))
    again = steps.read(frame(0), trace=True)

    assert processed.result.trace is None
    assert again.result.trace is not None
    assert (sink.frames, steps.summary().frames) == ([0], 1)


def test_frames_are_processed_one_at_a_time() -> None:
    """A frame is written before the next one is fetched, so that memory stays constant."""
    sink = FakeSink()
    written: list[int] = []

    def frames() -> Iterator[Frame]:
        for index in range(3):
            yield frame(index)
            written.append(len(sink.results))

    run(frames(), FakeReader(), sinks=[sink])

    assert written == [1, 2, 3]


def test_an_unreadable_picture_is_reported_and_skipped(tmp_path: Path) -> None:
    """The frame index is the position of the file, and its source the path."""
    folder = write_pictures(tmp_path / "pictures", 3)
    (folder / "1.png").write_text("no picture")
    errors: list[CamdigitsError] = []

    frames = list(picture_frames(sorted(folder.iterdir()), errors.append))

    assert [(each.index, os.path.basename(each.source)) for each in frames] == [
        (0, "0.png"),
        (2, "2.png"),
    ]
    assert len(errors) == 1
    assert "1.png" in str(errors[0])
