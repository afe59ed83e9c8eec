"""Prefetching frames on a worker thread."""

import threading
import time
from collections.abc import Iterator

import pytest
from support.fakes import CAMERA, FILE, FakeSource, frame

from camdigits.app.live.prefetch import ENDED, NOT_YET, Prefetcher
from camdigits.errors import SourceError
from camdigits.sources.base import SourceInfo
from camdigits.values import Frame


def test_polling_does_not_wait() -> None:
    """While a source is silent, poll returns NOT_YET at once."""
    gate = threading.Event()

    class Silent(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            gate.wait(5)
            yield frame(7)

        def close(self) -> None:
            gate.set()

    with Prefetcher(Silent(FILE, 1)) as prefetcher:
        first = prefetcher.poll()
        gate.set()
        polled = [each for each in poll_all(prefetcher) if each is not NOT_YET]

    assert first is NOT_YET
    assert isinstance(polled[0], Frame)
    assert polled[-1] is ENDED


def test_poll_raises_the_errors_of_the_source() -> None:
    """An error on the worker thread is raised by poll."""
    with (
        Prefetcher(FakeSource(FILE, 0, SourceError("no"))) as prefetcher,
        pytest.raises(SourceError),
    ):
        list(poll_all(prefetcher))


@pytest.mark.parametrize(("info", "next_index"), [(CAMERA, 1), (FILE, 0)])
def test_while_paused_a_camera_is_drained_and_a_file_is_not(
    info: SourceInfo, next_index: int
) -> None:
    """A fetched frame is dropped if the source is live, never if it is a file."""

    class Slow(FakeSource):
        def __iter__(self) -> Iterator[Frame]:
            for each in super().__iter__():
                time.sleep(0.02)
                yield each

    with Prefetcher(Slow(info, 5)) as prefetcher:
        prefetcher.poll()
        time.sleep(0.2)  # the frame has arrived now
        prefetcher.drop_stale()
        got = next(each for each in poll_all(prefetcher) if isinstance(each, Frame))

    assert got.index == next_index


def poll_all(prefetcher: Prefetcher) -> Iterator[object]:
    deadline_s = time.monotonic() + 10
    while time.monotonic() < deadline_s:
        each = prefetcher.poll()
        yield each
        if each is ENDED:
            return
        time.sleep(0.001)
