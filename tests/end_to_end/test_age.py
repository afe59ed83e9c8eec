"""The age of the frame shown: each picture contains its time as bright and dark blocks."""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from support.fakes import FakeSource
from support.mjpeg_server import serving

from camdigits.app.window.live import run_live
from camdigits.app.window.window import Drag
from camdigits.image import cv2, frozen
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
    """Return a picture with a time in its lowest row of blocks."""
    picture = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(BITS):
        picture[-BLOCK:, bit * BLOCK : (bit + 1) * BLOCK] = 255 * (moment_ms >> bit & 1)
    return picture


def age_s(picture: BgrImage) -> float:
    """Return how long ago the time in a picture was."""
    blocks = picture[HEIGHT - BLOCK : HEIGHT].mean(axis=(0, 2)).reshape(BITS, BLOCK).mean(axis=1)
    moment_ms = sum(int(mean > 128) << bit for bit, mean in enumerate(blocks))
    return (now_ms() - moment_ms) % (1 << BITS) / 1000


class Camera(FakeSource):
    """Sends pictures with the current time, at its rate, until it is closed."""

    def __init__(self) -> None:
        super().__init__(SourceInfo("camera", True, WIDTH, HEIGHT, FPS), 0)

    def __iter__(self) -> Iterator[Frame]:
        begun_s, index = time.monotonic(), 0
        while not self.closed:
            time.sleep(max(0.0, begun_s + index / FPS - time.monotonic()))
            yield Frame(index, time.monotonic() - begun_s, frozen(stamped(now_ms())))
            index += 1


class Stamps(Sequence[bytes]):
    """JPEG pictures with the time at which they are requested."""

    def __len__(self) -> int:
        return 1 << 30

    def __getitem__(self, _: object) -> bytes:
        return bytes(cv2.imencode(".jpg", stamped(now_ms()))[1])


class SlowReader:
    """Takes READING_S per frame; keeps how long each reading took."""

    def __init__(self) -> None:
        self.took_s: list[float] = []

    def read(self, image: Frame, *, trace: bool = False, budget: object = None) -> Result:
        """Read nothing, slowly."""
        del trace, budget
        begun_s = time.monotonic()
        time.sleep(READING_S)
        self.took_s.append(time.monotonic() - begun_s)
        return Result(image, (), ())


class AgeWindow:
    """A window that measures the age of each new picture; closes after SHOWN."""

    def __init__(self, reader: SlowReader) -> None:
        self._reader, self._seen = reader, 0
        self.ages_s: list[float] = []
        self.closed = False

    def fill_screen(self, fill: bool) -> None:
        """Do nothing."""

    def show(self, picture: BgrImage) -> None:
        """Measure the age of the picture, once per reading."""
        if len(self._reader.took_s) > self._seen:
            self._seen = len(self._reader.took_s)
            self.ages_s.append(age_s(picture) - self._reader.took_s[-1])
            self.closed = len(self.ages_s) >= SHOWN

    def key(self, wait_ms: int) -> str | None:
        """Wait as long as a window does."""
        time.sleep(wait_ms / 1000)
        return None

    def drag(self) -> Drag | None:
        """Return None: there is no mouse."""
        return None

    def close(self) -> None:
        """Close it."""
        self.closed = True


def late_s(source: Source) -> float:
    """Run the live loop; return the 99th percentile of age minus reading time."""
    reader = SlowReader()
    window = AgeWindow(reader)
    run_live(source, reader, window=window)
    return float(np.percentile(window.ages_s[WARM_UP:], 99))


def min_late_s(opener: Callable[[], Source]) -> float:
    """Return the best of three runs, because a busy machine only makes frames older."""
    found_s: list[float] = []
    while len(found_s) < 3 and min(found_s, default=1.0) > LATE_S:
        found_s.append(late_s(opener()))
    return min(found_s)


def test_the_stamp_is_read_back() -> None:
    """The age of a picture of now is near 0, also after JPEG coding."""
    plain = stamped(now_ms())
    coded = np.asarray(cv2.imdecode(np.frombuffer(Stamps()[0], np.uint8), 1), np.uint8)

    assert age_s(plain) < 0.05
    assert age_s(coded) < 0.05


def test_the_frame_shown_is_at_most_one_frame_time_and_one_reading_old() -> None:
    """With a source faster than the reader no frames queue up between them."""
    assert min_late_s(Camera) <= LATE_S


def test_no_frames_queue_up_in_a_socket() -> None:
    """The same holds over HTTP, where FFmpeg and the system could buffer dozens of frames."""
    with serving(Stamps(), fps=FPS) as server:
        assert min_late_s(lambda: StreamSource(server.address)) <= LATE_S
