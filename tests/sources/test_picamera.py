"""The Raspberry Pi's camera: our adapter on a fake picamera2 of the same interface.

The contract that every source keeps is checked in test_sources.py.
"""

import sys
import time
from itertools import islice

import numpy as np
import pytest
from support.clips import HEIGHT, WIDTH, collect, number_of
from support.fake_picamera2 import SENSOR, installed

from camdigits.errors import SourceError, SourceLostError
from camdigits.sources import capture
from camdigits.sources.base import SourceOptions
from camdigits.sources.cameras import list_cameras
from camdigits.sources.opening import open_source
from camdigits.values import Frame

SMALL = SourceOptions((WIDTH, HEIGHT), fps=100, timeout_s=1.0)
QUICK = SourceOptions((WIDTH, HEIGHT), fps=100, timeout_s=0.3)


def first(options: SourceOptions = SMALL) -> Frame:
    with open_source("picamera", options) as source:
        return next(iter(source))


@pytest.mark.parametrize("form", ["RGB888", "BGR888", "XRGB8888", "XBGR8888", "YUV420", "NV12"])
def test_colours_are_blue_green_red_whatever_was_configured(form: str) -> None:
    """The format is read back after configuring: an orange cell is orange in each."""
    with installed(given={"format": form}):
        frame = first()

    row, column = divmod(number_of(frame.bgr), 8)
    assert frame.bgr.shape == (HEIGHT, WIDTH, 3)
    cell = frame.bgr[row * 8 + 2 : row * 8 + 6, column * 8 + 2 : column * 8 + 6]
    assert (cell.mean(axis=(0, 1)) > 200).all()


def test_blue_stays_blue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its RGB888 is what OpenCV calls BGR: nothing is swapped there, all is in its BGR888."""
    blue = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    blue[..., 0] = 250
    monkeypatch.setattr("support.fake_picamera2.numbered", lambda _: blue)

    for form in ("RGB888", "BGR888", "XRGB8888", "XBGR8888", "YUV420", "NV12"):
        with installed(given={"format": form}):
            mean = first().bgr.mean(axis=(0, 1))

        assert mean.argmax() == 0, form
        assert mean[0] > 200, form
        assert mean[1:].max() < 40, form


def test_an_unknown_format_is_rejected() -> None:
    """A format without a converter is an error; the camera is closed."""
    with (
        installed(given={"format": "SRGGB10"}) as plan,
        pytest.raises(SourceError, match="it sends SRGGB10"),
    ):
        first()

    assert plan.opened[0].closed


def test_frames_are_fresh() -> None:
    """After a pause of 20 frames the next one is from after it, not out of a queue."""
    with installed(), open_source("picamera", SMALL) as source:
        frames = iter(source)
        before = number_of(next(frames).bgr)
        number_of(next(frames).bgr)
        time.sleep(0.2)
        after = number_of(next(frames).bgr)

    assert (after - before) % 48 >= 20


def test_size_and_rate_are_requested_and_reported() -> None:
    """An odd size is made even; `info` describes the pictures."""
    requested = SourceOptions((65, 49), fps=100, timeout_s=1.0)

    with installed() as plan, open_source("picamera", requested) as source:
        info = source.info

    assert plan.opened[0].config["controls"]["FrameRate"] == 100
    assert (info.width, info.height, info.fps, info.live) == (64, 48, 100, True)
    assert info.note == "picamera does not support 65x49 (it delivers 64x48)"


def test_the_lens_focuses_all_the_time_where_it_can() -> None:
    """Picamera2 leaves autofocus off; ours is continuous."""
    with installed() as plan:
        first()

    assert plan.set == [{"AfMode": 2}]


@pytest.mark.parametrize(
    ("wanted", "note"), [(None, ""), (True, "picamera does not support autofocus"), (False, "")]
)
def test_a_lens_that_cannot_move_is_left_alone(wanted: bool | None, note: str) -> None:
    """A control that is not advertised is an error in libcamera: it is not set."""
    requested = SourceOptions((WIDTH, HEIGHT), 100, 1.0, autofocus=wanted)

    with installed(controls={}) as plan, open_source("picamera", requested) as source:
        assert source.info.note == note

    assert plan.set == []


def test_exposure_is_locked_once_it_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exposure and white balance stay as the camera chose them."""
    monkeypatch.setattr(capture, "SETTLE_S", 0.05)
    requested = SourceOptions((WIDTH, HEIGHT), 100, 1.0, lock_exposure=True)

    with installed() as plan, open_source("picamera", requested) as source:
        list(islice(source, 12))

    assert plan.set == [{"AfMode": 2}, {"AeEnable": False, "AwbEnable": False}]


def test_both_flips_are_done_by_the_camera() -> None:
    """Both flips rotate by 180 degrees, once and not twice."""
    requested = SourceOptions((WIDTH, HEIGHT), 100, 1.0, hflip=True, vflip=True)

    with installed() as plan:
        seen = number_of(first(requested).bgr)

    transform = plan.opened[0].config["transform"]
    assert (transform.hflip, transform.vflip) == (1, 1)
    assert seen > 30  # the first cells lie in the last rows now


@pytest.mark.parametrize("missing", [IndexError, RuntimeError])
@pytest.mark.parametrize(
    ("cameras", "advice"),
    [([], "libcamera finds no camera; check its cable"), ([SENSOR], "there is picamera:0; ")],
)
def test_a_camera_that_is_not_there_is_rejected(
    missing: type[Exception], cameras: list[dict[str, object]], advice: str
) -> None:
    """Older picamera2 raises IndexError, newer RuntimeError: the same one line."""
    with (
        installed(cameras=cameras, missing=missing),
        pytest.raises(SourceError, match=f"cannot open picamera:1: {advice}") as rejected,
    ):
        open_source("picamera:1")

    assert rejected.value.exit_status == 3


def test_a_camera_in_use_is_rejected() -> None:
    """It is there, but does not open."""
    with (
        installed(busy=True),
        pytest.raises(SourceError, match="did not complete; close other programs that use it"),
    ):
        open_source("picamera")


def test_a_camera_that_sends_nothing_is_rejected_in_time() -> None:
    """A loose cable: no picture comes, and the camera is closed."""
    with (
        installed(stalls_after=0) as plan,
        pytest.raises(SourceError, match=r"sent no picture within 0\.3 s; check its cable"),
    ):
        open_source("picamera", QUICK)

    assert plan.opened[0].closed


def test_a_camera_that_stops_is_lost_in_time() -> None:
    """The pictures end, the loss counts them, and closing does not hang."""
    frames: list[Frame] = []

    with installed(stalls_after=20) as plan, open_source("picamera", QUICK) as source:
        with pytest.raises(SourceLostError, match="sent nothing for 0 s after"):
            collect(source, frames)
        source.close()

    assert frames
    assert plan.opened[0].closed
    assert plan.opened[0].out == 0


def test_every_buffer_is_released() -> None:
    """With four buffers, twenty pictures come only if each request is released."""
    with installed() as plan, open_source("picamera", SMALL) as source:
        assert len(list(islice(source, 20))) == 20

    assert plan.opened[0].out == 0


def test_without_picamera2_the_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The package to install, and the kind of venv."""
    monkeypatch.setitem(sys.modules, "picamera2", None)

    with pytest.raises(SourceError) as rejected:
        open_source("picamera")

    assert str(rejected.value) == (
        'cannot open picamera: picamera2 is not installed; run "sudo apt install '
        'python3-picamera2" and make the venv with "python3 -m venv --system-site-packages"'
    )


def test_a_picamera2_built_for_another_numpy_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    """The usual accident on Bookworm: pip pulled NumPy 2 in beside the system's picamera2."""
    (tmp_path / "picamera2.py").write_text("raise ValueError('numpy.dtype size changed')")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(SourceError, match=r"numpy.dtype size changed.*pip install 'numpy<2'"):
        open_source("picamera")


def test_it_is_listed_under_the_name_that_opens_it() -> None:
    """`camdigits cameras` names what `camdigits live` takes."""
    with installed(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("camdigits.sources.cameras.pi_model", lambda: "Raspberry Pi 5")
        patch.setattr("camdigits.sources.v4l2.devices", lambda: ())
        (found,) = list_cameras()
        with open_source(found.source, SMALL) as source:
            assert next(iter(source)).source == "picamera:0"
