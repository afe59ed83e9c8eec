"""Frames without waiting."""

import threading
import time
from collections.abc import Iterator

import pytest
from support.fakes import CAMERA, FILE, FakeSource, frame

from camdigits.app.window.prefetch import ENDED, NOT_YET, Feed
from camdigits.errors import SourceError
from camdigits.sources.base import SourceInfo
from camdigits.values import Frame


def test_a_feed_does_not_wait() -> None:
    """A source that is silent answers 'not yet', so that the window stays alive."""
    gate = threading.Event()

    class Silent(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            gate.wait(5)
            yield frame(7)

        def close(self) -> None:
            gate.set()

    with Feed(Silent(FILE, 1)) as feed:
        first = feed.poll()
        gate.set()
        answers = [answer for answer in poll_all(feed) if answer is not NOT_YET]

    assert first is NOT_YET
    assert isinstance(answers[0], Frame)
    assert answers[-1] is ENDED


def test_a_feed_raises_what_the_source_raised() -> None:
    """An error in the thread is an error here."""
    with Feed(FakeSource(FILE, 0, SourceError("no"))) as feed, pytest.raises(SourceError):
        list(poll_all(feed))


@pytest.mark.parametrize(("info", "next_index"), [(CAMERA, 1), (FILE, 0)])
def test_while_paused_a_camera_is_drained_and_a_file_is_not(
    info: SourceInfo, next_index: int
) -> None:
    """A frame of the past is dropped when live, never of a file."""

    class Unhurried(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            for each in super().__iter__():
                time.sleep(0.02)
                yield each

    with Feed(Unhurried(info, 5)) as feed:
        feed.poll()
        time.sleep(0.2)  # the frame is there now
        feed.forget()
        got = next(answer for answer in poll_all(feed) if isinstance(answer, Frame))

    assert got.index == next_index


def poll_all(feed: Feed) -> Iterator[object]:
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        answer = feed.poll()
        yield answer
        if answer is ENDED:
            return
        time.sleep(0.001)
