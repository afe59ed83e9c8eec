from itertools import islice, pairwise

import numpy as np
import pytest

from camdigits.errors import CamdigitsError, SourceError
from camdigits.image import to_gray
from camdigits.sources.synthetic import CameraPath, Swing, SyntheticSource, line_up
from camdigits.synth.paper import make_noise

SMALL = (320, 180)


@pytest.fixture(scope="module")
def source():
    return SyntheticSource(frames=150, size=SMALL)


def test_frames_are_numbered_timed_and_read_only():
    """A clip has the requested number of read-only frames, 30 per second."""
    source = SyntheticSource(frames=4, size=SMALL)

    frames = list(source)

    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert [frame.time_s for frame in frames] == [0, 1 / 30, 2 / 30, 3 / 30]
    assert {frame.bgr.shape for frame in frames} == {(180, 320, 3)}
    assert not any(frame.bgr.flags.writeable for frame in frames)


def test_info_describes_a_file_not_a_camera(source):
    """The demo is like a file: nothing is dropped, and its length is known."""
    info = source.info

    assert (info.name, info.live, info.width, info.height) == ("demo", False, 320, 180)
    assert (info.fps, info.frame_count) == (30.0, 150)


def test_the_same_seed_films_the_same_clip():
    """Paper, writers, camera and noise all come from the seed."""
    first, again, other = (
        next(islice(SyntheticSource(frames=9, size=SMALL, seed=seed), 8, None)).bgr
        for seed in (3, 3, 4)
    )

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_clip_holds_every_digit(source):
    """The numbers of the demo hold each of the ten digits, thirty in all."""
    written = "".join(source.truth)

    assert set(written) == set("0123456789")
    assert len(written) == 30


def test_truth_is_in_reading_order(source):
    """Digit boxes come in the order of the numbers they make."""
    labels = "".join(label for label, _ in source.truth_boxes(70))

    assert labels == "".join(source.truth)


def test_no_digit_ever_leaves_the_picture(source):
    """The camera moves, but all that was written stays in view."""
    boxes = [box for index in range(150) for _, box in source.truth_boxes(index)]

    assert min(min(box.x, box.y) for box in boxes) >= 1
    assert max(box.right for box in boxes) < 320
    assert max(box.bottom for box in boxes) < 180


def test_the_camera_moves_slowly(source):
    """From one frame to the next a digit moves by less than a tenth of its height."""
    ways = [[box.centre for _, box in source.truth_boxes(index)] for index in range(150)]

    steps = [np.abs(np.subtract(after, before)).max() for before, after in pairwise(ways)]

    assert max(steps) < 2
    assert np.abs(np.subtract(ways[0], ways[75])).max() > 5


def test_each_box_is_full_of_its_digit():
    """Ink reaches every side of a box, give or take a pixel, and the paper around is free."""
    source = SyntheticSource(frames=1, size=(1280, 720))
    gray = to_gray(next(iter(source)).bgr)

    for _, (x, y, width, height) in source.truth_boxes(0):
        dark = gray[y - 2 : y + height + 2, x - 2 : x + width + 2] < 125
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        assert 2 <= rows[0] <= 5
        assert 2 <= columns[0] <= 5
        assert height - 2 <= rows[-1] <= height + 1
        assert width - 2 <= columns[-1] <= width + 1


def test_a_closed_source_ends():
    """Closing stops the clip between two frames, and once more does no harm."""
    with SyntheticSource(frames=5, size=SMALL) as source:
        frames = iter(source)
        next(frames)

    source.close()

    assert list(frames) == []
    assert list(source) == []


@pytest.mark.parametrize(("frames", "size"), [(0, SMALL), (5, (100, 180)), (5, (320, 60))])
def test_a_clip_of_nothing_is_rejected(frames, size):
    """No frames, or frames too small to write in, are one clear line."""
    with pytest.raises(SourceError, match="wanted at least 1 frame of 160x120, got"):
        SyntheticSource(frames=frames, size=size)


@pytest.mark.parametrize("numbers", [("123456789012",), tuple("1234567890"), ("8",), ()])
def test_any_numbers_fit_on_the_sheet(numbers):
    """The height of the digits is chosen for the longest line and the count of lines."""
    source = SyntheticSource(frames=1, size=(480, 640), numbers=numbers)

    boxes = [box for _, box in source.truth_boxes(0)]

    assert len(boxes) == len("".join(numbers))
    assert all(box.x > 0 and box.right < 480 and box.bottom < 640 for box in boxes)


def test_numbers_are_made_of_digits():
    """Words cannot be written."""
    with pytest.raises(CamdigitsError, match="wanted digits"):
        SyntheticSource(size=SMALL, numbers=("12", "x"))


def test_short_numbers_share_a_line():
    """Two numbers stand on a line if they have 8 digits at most; never three."""
    lines = line_up(("12", "34", "56", "123456789", "1"))

    assert lines == ("12   34", "56", "123456789", "1")


def test_a_camera_that_hangs_still_sees_the_page_from_above():
    """With no swing at all the page's middle is the picture's, one to one."""
    still = Swing(0, 0, (0, 0, 0))
    camera = CameraPath(still, still, still, still, still, still)

    view = camera.view((1000, 800), (640, 480), 1.5)

    expected = [[1, 0, -180], [0, 1, -160], [0, 0, 1]]
    assert np.allclose(view / view[2, 2], expected)


def test_noise_neither_brightens_nor_darkens():
    """Noise lies around 128, which is taken off again when it is added to a frame."""
    noise = make_noise(SMALL, np.random.default_rng(0))

    assert abs(noise.mean() - 128) < 0.1
    assert 2 < noise.std() < 5
