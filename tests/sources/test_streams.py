"""Streams on a real socket, and the thread that keeps only the newest frame."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from support.clips import collect, jpeg, number_of, numbered
from support.mjpeg_server import serving

from camdigits.errors import SourceError, SourceLostError
from camdigits.image import frozen
from camdigits.sources.base import SourceInfo, SourceOptions
from camdigits.sources.latest import LatestFrame
from camdigits.sources.stream import StreamSource, without_password
from camdigits.values import Frame

SOON = SourceOptions(timeout_s=1.0)


class Steps:
    """A live source that sends a frame on request, and then fails or ends."""

    info = SourceInfo("steps", live=True)

    def __init__(self, frames: int, error: Exception | None = None) -> None:
        self.frames, self.error = frames, error
        self.closed = threading.Event()
        self.sent = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        for number in range(self.frames):
            yield Frame(number, number / 10, frozen(numbered(number)), "steps")
        self.sent.set()
        if self.error is not None:
            raise self.error
        self.closed.wait()

    def close(self) -> None:
        """End the iteration."""
        self.closed.set()

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def test_a_stream_that_ends_is_lost():
    """The end of a stream and a cut cable look the same: frames, then a loss that counts them."""
    frames: list[Frame] = []

    with (
        serving([jpeg(number) for number in range(20)], limit=20) as server,
        StreamSource(server.address, SOON) as source,
        pytest.raises(SourceLostError) as lost,
    ):
        collect(source, frames)

    assert "ended after 20 frames" in str(lost.value)
    assert lost.value.exit_status == 4


def test_a_stream_that_falls_silent_is_lost_in_time():
    """A camera that hangs is given up after the time limit."""
    with serving([jpeg(number) for number in range(20)], limit=20, hangs=True) as server:
        source = StreamSource(server.address, SOON)
        started_s = time.monotonic()
        with source, pytest.raises(SourceLostError, match="sent nothing for 1 s"):
            collect(source, [])

    assert time.monotonic() - started_s < 10


def test_a_server_that_never_answers_is_rejected_in_time():
    """A connection without an answer ends after the time limit."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/video"
        started_s = time.monotonic()
        with pytest.raises(SourceError, match="no video within 1 s"):
            StreamSource(address, SOON)

    assert time.monotonic() - started_s < 10


def test_what_is_no_video_is_rejected():
    """An address that answers with something else is rejected."""
    with (
        serving([b"hello"], limit=3) as server,
        pytest.raises(SourceError, match="no video there") as rejected,
    ):
        StreamSource(server.address, SOON)

    assert rejected.value.exit_status == 3


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rtsp://me:secret@10.0.0.7:554/live", "rtsp://me:***@10.0.0.7:554/live"),
        ("rtsp://me:se@cret@cam/live", "rtsp://me:***@cam/live"),
        ("http://10.0.0.7:8080/video", "http://10.0.0.7:8080/video"),
        ("http://cam:80/a@b", "http://cam:80/a@b"),
    ],
)
def test_passwords_are_never_shown(address: str, shown: str):
    """The name of a source goes into readings and messages: without its password."""
    assert without_password(address) == shown


def test_a_slow_reader_gets_fresh_frames():
    """Three readings a second of a stream of 25: none is older than half a second."""
    behind: list[int] = []

    with (
        serving([jpeg(number) for number in range(40)], fps=25) as server,
        LatestFrame(StreamSource(server.address)) as source,
    ):
        for frame in source:
            behind.append((server.sent - 1 - number_of(frame.bgr)) % 40)
            if len(behind) == 6:
                break
            time.sleep(0.3)

    assert max(behind[1:]) < 12  # read one after the other, the last would be 30 behind


def test_only_the_newest_frame_is_kept():
    """What came while nobody looked is gone, but for the last."""
    steps = Steps(frames=9)

    with LatestFrame(steps) as source:
        steps.sent.wait()
        frame = next(iter(source))

    assert frame.index == 8


def test_an_error_in_the_thread_reaches_the_reader():
    """The last frame still comes, then the source's own error."""
    steps = Steps(frames=3, error=SourceLostError("the camera is gone"))
    frames: list[Frame] = []

    with LatestFrame(steps) as source, pytest.raises(SourceLostError, match="the camera is gone"):
        collect(source, frames)

    assert frames[-1].index == 2


def test_closing_wakes_a_reader_that_waits():
    """A reader in another thread leaves its loop when the source is closed."""
    steps = Steps(frames=0)
    source = LatestFrame(steps)
    reader = threading.Thread(target=lambda: list(source))
    reader.start()

    source.close()
    reader.join(5)

    assert not reader.is_alive()


def test_closing_joins_the_thread():
    """No thread is left behind."""
    before = set(threading.enumerate())

    with LatestFrame(Steps(frames=2)):
        pass

    assert set(threading.enumerate()) <= before
