"""How old the drawn frame is: its time stands in the picture itself, as bright and dark blocks."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from support.fakes import FakeSource
from support.mjpeg_server import serving

from camdigits.app.window.live import run_live
from camdigits.image import cv2, frozen
from camdigits.roi import Drag
from camdigits.sources.base import Source, SourceInfo
from camdigits.sources.stream import StreamSource
from camdigits.values import BgrImage, Frame, Result

BLOCK, BITS = 8, 24  # JPEG's blocks; milliseconds for four hours
WIDTH, HEIGHT = BLOCK * BITS, 64
FPS = 100.0
READING_S = 0.035  # a reader three and a half times as slow as the source
SHOWN, WARM_UP = 70, 5  # frames; the first wait for fonts and threads
SLACK_S = 0.01  # for drawing, and for looking at the keyboard (3 ms)
LATE_S = 1 / FPS + SLACK_S


def now_ms() -> int:
    return round(time.monotonic() * 1000) % (1 << BITS)


def stamped(moment_ms: int) -> BgrImage:
    """Paint a time into the lowest blocks of a picture."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(BITS):
        picture[-BLOCK:, bit * BLOCK : (bit + 1) * BLOCK] = 255 * (moment_ms >> bit & 1)
    return picture


def age_s(picture: BgrImage) -> float:
    """Read the time back and tell how long ago that was."""
    blocks = picture[HEIGHT - BLOCK : HEIGHT].mean(axis=(0, 2)).reshape(BITS, BLOCK).mean(axis=1)
    moment_ms = sum(int(mean > 128) << bit for bit, mean in enumerate(blocks))
    return (now_ms() - moment_ms) % (1 << BITS) / 1000


class Camera(FakeSource):
    """Sends a picture of this very moment, at its rate, until it is closed."""

    def __init__(self) -> None:
        super().__init__(SourceInfo("camera", True, WIDTH, HEIGHT, FPS), 0)

    def __iter__(self) -> Iterator[Frame]:
        begun_s, index = time.monotonic(), 0
        while not self.closed:
            time.sleep(max(0.0, begun_s + index / FPS - time.monotonic()))
            yield Frame(index, time.monotonic() - begun_s, frozen(stamped(now_ms())))
            index += 1


class Stamps(Sequence[bytes]):
    """JPEG pictures of the moment they are asked for."""

    def __len__(self) -> int:
        return 1 << 30

    def __getitem__(self, _: object) -> bytes:
        return bytes(cv2.imencode(".jpg", stamped(now_ms()))[1])


class SlowReader:
    """Takes its time; keeps how long each reading really took."""

    def __init__(self) -> None:
        self.took_s: list[float] = []

    def read(self, image: Frame, *, trace: bool = False) -> Result:
        """Read nothing, slowly."""
        del trace
        begun_s = time.monotonic()
        time.sleep(READING_S)
        self.took_s.append(time.monotonic() - begun_s)
        return Result(image, (), ())


class Clockwatcher:
    """A window that tells how old each new picture is; closes when it has seen enough."""

    def __init__(self, reader: SlowReader) -> None:
        self._reader, self._seen = reader, 0
        self.ages_s: list[float] = []
        self.closed = False

    def show(self, picture: BgrImage) -> None:
        """Look at the clock in the picture, once per reading."""
        if len(self._reader.took_s) > self._seen:
            self._seen = len(self._reader.took_s)
            self.ages_s.append(age_s(picture) - self._reader.took_s[-1])
            self.closed = len(self.ages_s) >= SHOWN

    def key(self, wait_ms: int) -> str | None:
        """Wait as long as a window would."""
        time.sleep(wait_ms / 1000)
        return None

    def drag(self) -> Drag | None:
        """No mouse."""
        return None

    def close(self) -> None:
        """Close it."""
        self.closed = True


def late_s(source: Source) -> float:
    """Run the live loop; return by how much age exceeds reading, at the 99th percentile."""
    reader = SlowReader()
    window = Clockwatcher(reader)
    run_live(source, reader, window=window)
    return float(np.percentile(window.ages_s[WARM_UP:], 99))


def least_late_s(opener: Callable[[], Source]) -> float:
    """Take the best of three runs: a busy machine makes frames older, never younger."""
    found_s: list[float] = []
    while len(found_s) < 3 and min(found_s, default=1.0) > LATE_S:
        found_s.append(late_s(opener()))
    return min(found_s)


def test_the_stamp_is_read_back() -> None:
    """A picture of now is no older than its painting, through JPEG too."""
    plain = stamped(now_ms())
    coded = np.asarray(cv2.imdecode(np.frombuffer(Stamps()[0], np.uint8), 1), np.uint8)

    assert age_s(plain) < 0.05
    assert age_s(coded) < 0.05


def test_the_drawn_frame_is_one_frame_time_and_one_reading_old_at_most() -> None:
    """At a source faster than the reader nothing queues up anywhere between the two."""
    assert least_late_s(Camera) <= LATE_S


def test_nor_does_anything_queue_up_in_a_socket() -> None:
    """The same with a camera over HTTP: FFmpeg and the system would keep dozens of frames."""
    with serving(Stamps(), fps=FPS) as server:
        assert least_late_s(lambda: StreamSource(server.address)) <= LATE_S
