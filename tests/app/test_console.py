"""Sinks that print to the terminal."""

import pytest
from support.fakes import FILE, FakeReader, FakeSource, FakeWindow

from camdigits.app.console import NumberTally, PictureLines, ProgressBar
from camdigits.app.window.viewer import Viewer
from camdigits.pipeline import run


def test_a_line_per_picture_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The line has the source of the picture and its numbers."""
    run(FakeSource(FILE, 2), FakeReader(), sinks=[PictureLines()])

    assert capsys.readouterr().out == "fake: no digits\n" * 2


def test_the_tally_counts_frames_per_combination_of_numbers() -> None:
    """Frames without numbers are counted as the empty combination."""
    tally = NumberTally()

    run(FakeSource(FILE, 3), FakeReader(), sinks=[tally])

    assert dict(tally.counts) == {(): 3}


def test_a_progress_bar_is_silent_outside_of_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Standard error of a test is no terminal."""
    with ProgressBar(FILE) as bar:
        run(FakeSource(FILE, 3), FakeReader(), sinks=[bar])

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("key", ["q", "Q", "\x1b"])
def test_keys_end_the_viewer(key: str) -> None:
    """`video --show` ends the video at q and Escape; the frame shown last is counted."""
    reader = FakeReader()
    window = FakeWindow(reader, [(2, key)])

    with Viewer(window) as viewer:
        summary = run(FakeSource(FILE, 5), reader, sinks=[viewer])

    assert summary.frames == len(window.shown) == 2
    assert window.closed


def test_closing_the_window_ends_the_viewer() -> None:
    """A closed window ends the video."""
    reader = FakeReader()
    window = FakeWindow(reader, [], max_polls=3)

    summary = run(FakeSource(FILE, 100), reader, sinks=[Viewer(window)])

    assert summary.frames == 4
