"""Reopening a lost source: with fake sources, and over a real socket."""

import threading
import time
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest
from support.clips import collect, jpeg, number_of
from support.fakes import FakeReader, FakeWindow, frame
from support.mjpeg_server import serving

from camdigits.app.window.live import run_live
from camdigits.errors import ModelError, SourceError, SourceLostError
from camdigits.render.status import RED, Status, with_status
from camdigits.sources import reconnect
from camdigits.sources.base import Source, SourceInfo, SourceOptions
from camdigits.sources.latest import LatestFrame
from camdigits.sources.opening import open_reconnecting, open_source
from camdigits.sources.reconnect import Reconnecting
from camdigits.values import Frame

LOSS = "camera 0 stopped after 3 frames; plug it in"


class Short:
    """A camera that is lost after a few frames."""

    info = SourceInfo("0", live=True, fps=30.0)

    def __init__(self, frames: int = 3) -> None:
        self.frames = frames
        self.closed = 0

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.frames):
            if self.closed:
                return
            yield frame(index)
        if not self.closed:
            raise SourceLostError(LOSS)

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    def __enter__(self) -> "Short":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Opener:
    """Opens the sources it was given, one after the other; an error is raised instead."""

    def __init__(self, *answers: Source | Exception) -> None:
        self.answers = list(answers)
        self.asked_s: list[float] = []

    def __call__(self) -> Source:
        """Open the next one."""
        self.asked_s.append(time.monotonic())
        answer = self.answers.pop(0) if self.answers else SourceError("nobody there")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconnect, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(reconnect, "MAX_WAIT_S", 0.04)


def test_frames_go_on_where_they_stopped() -> None:
    """After a loss index and time go on; neither goes back nor repeats."""
    first, second = Short(), Short()
    source = Reconnecting(first, Opener(SourceError("not yet"), second), give_up_s=5)

    frames = list(islice(source, 6))

    assert [each.index for each in frames] == [0, 1, 2, 3, 4, 5]
    assert all(a.time_s <= b.time_s for a, b in pairwise(frames))
    assert first.closed


def test_loss_and_return_are_reported_once_each() -> None:
    """One line at the loss, one when it is open again, none for the attempts between."""
    said: list[str] = []
    opener = Opener(SourceError("no"), SourceError("no"), Short())

    with Reconnecting(Short(), opener, 5, said.append) as source:
        list(islice(source, 4))

    assert said[0] == "camera 0 stopped after 3 frames; trying again"
    assert len(said) == 2
    assert said[1].startswith("the picture is back after 0.")


def test_the_waits_double_up_to_the_longest() -> None:
    """The waits between attempts double up to MAX_WAIT_S."""
    opener = Opener()

    with (
        Reconnecting(Short(0), opener, give_up_s=0.3) as source,
        pytest.raises(SourceLostError),
    ):
        list(source)

    gaps = [later - earlier for earlier, later in pairwise(opener.asked_s)]
    assert gaps[0] >= 0.02
    assert all(gap >= 0.039 for gap in gaps[1:-1])
    assert len(gaps) >= 3


def test_giving_up_says_how_long_and_what_to_do() -> None:
    """The error names the loss, the seconds of attempts and the advice."""
    frames: list[Frame] = []
    source = Reconnecting(Short(), Opener(), give_up_s=0.1)

    with pytest.raises(SourceLostError) as lost:
        collect(source, frames)

    wanted = "camera 0 stopped after 3 frames and did not come back within 0.1 s; plug it in"
    assert str(lost.value) == wanted
    assert len(frames) == 3


def test_zero_seconds_make_no_attempt() -> None:
    """With give_up_s=0 the source's own error is raised at once."""
    opener = Opener(Short())

    with pytest.raises(SourceLostError) as lost:
        list(Reconnecting(Short(), opener, give_up_s=0))

    assert str(lost.value) == LOSS
    assert not opener.asked_s


def test_a_problem_is_reported_while_it_lasts() -> None:
    """`problem` has cause and duration during an outage, and is empty once frames arrive."""
    gate = threading.Event()
    back = Short()

    def reopen() -> Source:
        gate.wait(5)
        return back

    source = Reconnecting(Short(), reopen, give_up_s=5)
    frames = iter(source)
    list(islice(frames, 3))
    before = source.problem
    reader = threading.Thread(target=lambda: next(frames))
    reader.start()
    deadline = time.monotonic() + 5
    while not source.problem and time.monotonic() < deadline:
        time.sleep(0.005)
    during = source.problem
    gate.set()
    reader.join()

    assert (before, source.problem) == ("", "")
    assert during == "camera 0 stopped after 3 frames, 0 s ago; trying again"


def test_silence_is_a_problem_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A camera without frames is reported before its time limit is over."""
    source = Reconnecting(Short(), Opener(), give_up_s=5)
    next(iter(source))

    monkeypatch.setattr(reconnect, "SILENCE_ALERT_S", 0.0)
    time.sleep(0.15)

    assert source.problem == "no picture for 0 s"


def test_closing_ends_the_attempts() -> None:
    """Closing does not wait for the next attempt."""
    source = Reconnecting(Short(0), Opener(), give_up_s=1000)
    reader = threading.Thread(target=lambda: list(source))
    reader.start()
    time.sleep(0.05)

    source.close()
    reader.join(2)

    assert not reader.is_alive()


def test_a_source_that_opens_after_closing_is_closed() -> None:
    """A source that opens during `close` is closed too."""
    late = Short()

    def reopen() -> Source:
        source.close()
        return late

    source = Reconnecting(Short(), reopen, give_up_s=5)

    assert len(list(source)) == 3
    assert late.closed


def test_other_errors_reach_the_caller_through_the_thread() -> None:
    """Only SourceError is retried."""
    opener = Opener(ModelError("something else"))

    with (
        LatestFrame(Reconnecting(Short(), opener, give_up_s=5)) as source,
        pytest.raises(ModelError, match="something else"),
    ):
        list(source)


def test_a_file_is_never_opened_twice() -> None:
    """Only live sources are reopened."""
    with open_reconnecting("demo", give_up_s=5) as source:
        assert not isinstance(source, Reconnecting)


def test_a_source_that_is_not_there_is_rejected_at_once() -> None:
    """The first attempt is not repeated: a wrong name is an error with status 3."""
    started_s = time.monotonic()

    with pytest.raises(SourceError) as rejected:
        open_reconnecting("987", give_up_s=100)

    assert rejected.value.exit_status == 3
    assert time.monotonic() - started_s < 5


def test_a_stream_that_is_cut_comes_back() -> None:
    """Over a real socket: the server ends after 8 pictures, each time; frames go on."""
    said: list[str] = []
    requested = SourceOptions(timeout_s=2.0)

    with (
        serving([jpeg(number) for number in range(20)], limit=8) as server,
        Reconnecting(
            open_source(server.address, requested),
            lambda: open_source(server.address, requested),
            5,
            said.append,
        ) as source,
    ):
        frames = list(islice(source, 20))

    assert [each.index for each in frames] == list(range(20))
    assert [number_of(each.bgr) for each in frames] == [*range(8), *range(8), *range(4)]
    assert all(a.time_s < b.time_s for a, b in pairwise(frames))
    assert len(said) == 4


def test_the_picture_says_that_the_camera_is_gone() -> None:
    """The last frame stays on show with a red band below, drawn anew; then the loss is raised."""
    reader = FakeReader()
    window = FakeWindow(reader, [], max_polls=100_000)
    source = Reconnecting(Short(), Opener(), give_up_s=0.3)

    with pytest.raises(SourceLostError):
        run_live(source, reader, window=window, on_end=lambda _: None)

    reds = [bool((each[:48] == RED).all(axis=2).any()) for each in window.shown]
    assert reds[-1]
    assert len(reader.calls) <= 3


def test_an_alert_covers_no_more_than_it_needs() -> None:
    """Long words wrap; the picture above the band is untouched."""
    picture = np.full((480, 640, 3), 200, np.uint8)

    one = with_status(picture, Status(alert="camera 0 stopped"))[:480]
    two = with_status(picture, Status(alert="camera 0 stopped " * 8))[:480]

    heights = [int((each != 200).any(axis=(1, 2)).sum()) for each in (one, two)]
    assert 15 < heights[0] < heights[1] < 90
    assert (two[: 480 - heights[1]] == 200).all()
