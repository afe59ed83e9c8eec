"""Contract tests that every kind of source passes.

The webcam runs the same tests in another process, see test_webcam.py.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from support.clips import jpeg, write_clip, write_pictures
from support.fake_picamera2 import installed
from support.mjpeg_server import serving

from camdigits.sources.base import Source
from camdigits.sources.latest import LatestFrame
from camdigits.sources.opening import open_reconnecting, open_source

FRAME_COUNT = 6  # chosen: enough to check the order; live sources have no end
Opener = Callable[[], Source]
FILES = ("video", "images", "demo")
FAKE_CAMERA = "FAKECAM_MJPEG" in os.environ
LIVE = ("stream", "newest stream", "reconnecting stream", "picamera", "newest picamera")
KINDS = ("webcam", "newest webcam", "reconnecting webcam") if FAKE_CAMERA else (*FILES, *LIVE)
WRAPPERS: dict[str, Callable[[str], Source]] = {
    "newest": lambda spec: LatestFrame(open_source(spec)),
    "reconnecting": lambda spec: open_reconnecting(spec, give_up_s=5),
}


def spec_of(kind: str, folder: Path, stack: ExitStack) -> str:
    if kind == "video":
        return str(write_clip(folder / "clip.mp4"))
    if kind == "images":
        return str(write_pictures(folder / "pictures", FRAME_COUNT))
    if kind == "stream":
        return stack.enter_context(serving([jpeg(number) for number in range(20)])).address
    if kind == "picamera":
        stack.enter_context(installed())
    return {"webcam": "0"}.get(kind, kind)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def spec(kind: str, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        yield spec_of(kind.split()[-1], tmp_path, stack)


@pytest.fixture
def opener(kind: str, spec: str) -> Opener:
    wrapped = WRAPPERS.get(kind.split()[0], open_source)
    return lambda: wrapped(spec)


class TestContract:
    """One rule per test, for every kind of source."""

    def test_frames_are_numbered_from_zero(self, opener: Opener):
        """The index starts at 0 and grows; a gap is possible only where frames are lost."""
        with opener() as source:
            frames = list(islice(source, FRAME_COUNT))

        indexes = [frame.index for frame in frames]
        assert indexes == sorted(set(indexes))
        assert source.info.live or indexes == list(range(FRAME_COUNT))

    def test_time_never_goes_back(self, opener: Opener):
        """Time starts near 0 and grows with every frame."""
        with opener() as source:
            times_s = [frame.time_s for frame in islice(source, FRAME_COUNT)]

        assert 0 <= times_s[0] < 1
        assert all(earlier <= later for earlier, later in pairwise(times_s))

    def test_frames_are_read_only_colour_pictures(self, opener: Opener):
        """(H, W, 3) uint8, read-only."""
        with opener() as source:
            frame = next(iter(source))

        assert frame.bgr.dtype == np.uint8
        assert (frame.bgr.ndim, frame.bgr.shape[2]) == (3, 3)
        assert not frame.bgr.flags.writeable

    def test_a_frame_kept_is_not_overwritten(self, opener: Opener):
        """No source reuses the memory of a frame."""
        with opener() as source:
            frames = iter(source)
            kept = next(frames)
            before = kept.bgr.copy()
            list(islice(frames, FRAME_COUNT - 1))

        assert np.array_equal(kept.bgr, before)

    def test_closing_twice_is_harmless(self, opener: Opener):
        """Close may be called explicitly and again by the with statement."""
        with opener() as source:
            source.close()

        source.close()

    def test_a_closed_source_has_no_frames(self, opener: Opener):
        """Iterating after close ends at once, without an error."""
        source = opener()
        source.close()

        assert list(source) == []

    def test_closing_ends_a_loop_that_runs(self, opener: Opener):
        """Closing the source ends an iteration in progress."""
        source = opener()
        frames = iter(source)
        next(frames)
        source.close()

        assert list(frames) == []

    def test_info_fits_the_frames(self, opener: Opener, spec: str):
        """Size, rate and name are those of the frames."""
        with opener() as source:
            info, frame = source.info, next(iter(source))

        assert info.name == spec
        assert frame.source.startswith(spec)
        assert info.width in (None, frame.bgr.shape[1])
        assert info.height in (None, frame.bgr.shape[0])
        assert info.fps is None or 0 < info.fps < 500
