"""Reading a region of interest: given by an option, drawn with the mouse, and ended by a key."""

from pathlib import Path

import numpy as np
import pytest
from support.fakes import CAMERA, FILE, FakeReader, FakeSink, FakeSource, FakeWindow, frame

from camdigits.app.live.session import LiveOptions, Session
from camdigits.app.window.keys import press
from camdigits.app.window.live import run_live
from camdigits.app.window.window import Drag
from camdigits.image import frozen
from camdigits.render.status import Status, with_status
from camdigits.roi import RoiReader, clipped, mirrored_box, read_roi, roi_from_drag
from camdigits.values import Box, Digit, Frame, Number, Rejected, Result

ROI = Box(20, 10, 30, 24)


class Corner:
    """Reads a digit in the top left corner of every image, and keeps the sizes."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def read(self, image: Frame, *, trace: bool = False, budget: object = None) -> Result:
        """Read a frame."""
        del trace, budget
        self.sizes.append((image.bgr.shape[1], image.bgr.shape[0]))
        box = Box(1, 2, 5, 8)
        rejected = (Rejected(box, "none", 0.6),)
        number = Number("7", 0.9, box, (0,))
        return Result(image, (Digit(box, "7", 0.9),), (number,), rejected=rejected)


def test_boxes_are_in_pixels_of_the_whole_frame() -> None:
    """The part is read by itself, and the boxes found are moved back."""
    reader, whole = Corner(), frame(3)

    result = read_roi(reader, whole, ROI)

    assert reader.sizes == [(30, 24)]
    assert result.frame is whole
    assert result.digits[0].box == result.numbers[0].box == Box(21, 12, 5, 8)
    assert result.rejected[0].box == Box(21, 12, 5, 8)


def test_only_the_pixels_of_the_roi_are_read() -> None:
    """The part has the rows and columns of the box and is read-only."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[10:34, 20:50] = 255
    seen: list[Frame] = []

    class Keeper(Corner):
        def read(self, image: Frame, *, trace: bool = False, budget: object = None) -> Result:
            seen.append(image)
            return super().read(image, trace=trace, budget=budget)

    read_roi(Keeper(), Frame(0, 0.0, frozen(picture)), ROI)

    assert seen[0].bgr.shape == (24, 30, 3)
    assert (seen[0].bgr == 255).all()
    assert not seen[0].bgr.flags.writeable


def test_a_roi_is_clipped_at_the_edges_of_the_frame() -> None:
    """Only the part inside the frame is read; a ROI outside of it gives an empty result."""
    reader = Corner()

    partly = read_roi(reader, frame(0), Box(50, 40, 100, 100))
    outside = read_roi(reader, frame(0), Box(64, 0, 10, 10))

    assert reader.sizes == [(14, 8)]
    assert partly.digits[0].box == Box(51, 42, 5, 8)
    assert outside.digits == ()


def test_without_a_roi_the_whole_frame_is_read() -> None:
    """The reader receives the frame itself."""
    reader, whole = Corner(), frame(0)

    assert RoiReader(reader).read(whole).frame is whole
    assert reader.sizes == [(64, 48)]


@pytest.mark.parametrize(
    ("box", "roi"),
    [
        (Box(-5, -5, 30, 30), Box(0, 0, 25, 25)),
        (Box(60, 40, 50, 50), None),
        (Box(10, 10, 3, 30), None),
        (Box(200, 10, 30, 30), None),
    ],
)
def test_an_accidental_click_draws_no_roi(box: Box, roi: Box | None) -> None:
    """A ROI is at least 8 pixels wide and high within the frame."""
    assert roi_from_drag(box, 64, 48) == roi


def test_mirroring_twice_restores_the_box() -> None:
    """A mirrored ROI covers the same content."""
    assert mirrored_box(mirrored_box(ROI, 64), 64) == ROI
    assert clipped(ROI, 64, 48) == ROI


def play(keys: list[tuple[int, str]], drags: list[Drag], folder: Path) -> Corner:
    """Run the window over a clip of five frames."""
    reader, counter = Corner(), FakeReader()

    class Both(Corner):
        def read(self, image: Frame, *, trace: bool = False, budget: object = None) -> Result:
            counter.read(image, trace=trace, budget=budget)
            return reader.read(image, trace=trace)

    window = FakeWindow(counter, keys)
    window.drags = drags
    run_live(FakeSource(FILE, 5), Both(), window=window, options=LiveOptions(folder))
    return reader


def session(reader: Corner, roi: Box | None = None) -> Session:
    live = Session(CAMERA, reader, options=LiveOptions(roi=roi), report=lambda _: None)
    live.process(frame(0))
    return live


def test_a_key_starts_and_ends_drawing_a_roi() -> None:
    """After key a a drag sets the ROI; a again ends it. The current frame is read again."""
    reader = Corner()
    live = session(reader)

    live.draw_roi(ROI, done=True)
    live.change(press(live.state, "a"))
    live.draw_roi(Box(20, 10, 12, 12), done=False)
    live.draw_roi(ROI, done=True)
    live.change(press(live.state, "a"))
    live.process(frame(1))

    assert reader.sizes == [(64, 48), (30, 24), (64, 48), (64, 48)]


def test_escape_ends_the_roi_before_it_quits() -> None:
    """The first Escape ends the ROI, the second the program."""
    live = session(Corner(), ROI)

    live.change(press(live.state, "\x1b"))
    first = live.state
    live.change(press(live.state, "\x1b"))

    assert (first.roi, first.quit) == (False, False)
    assert live.state.quit


def test_mirroring_moves_the_roi() -> None:
    """The same content is read before and after mirroring."""
    reader = Corner()
    live = session(reader, Box(0, 0, 20, 20))

    live.change(press(live.state, "m"))
    live.process(frame(1))

    assert live._reader.box == Box(44, 0, 20, 20)


def test_the_mouse_reaches_the_session_through_the_window(tmp_path: Path) -> None:
    """The live loop passes drags from the window to the session."""
    keys = [(1, " "), (1, "a"), (2, "q")]
    drags = [Drag(ROI, False)] * 3 + [Drag(ROI, True)] * 20

    reader = play(keys, drags, tmp_path)

    assert reader.sizes[-1] == (30, 24)


def test_a_roi_given_as_an_option_works_without_a_window() -> None:
    """Only the ROI of each frame is read."""
    reader, sink = Corner(), FakeSink()

    run_live(FakeSource(FILE, 3), reader, sinks=[sink], options=LiveOptions(roi=ROI))

    assert set(reader.sizes) == {(30, 24)}
    assert sink.frames == [0, 1, 2]


def test_the_picture_shows_the_roi() -> None:
    """Pixels inside the ROI are unchanged, those outside are darkened."""
    picture = np.full((240, 320, 3), 200, np.uint8)

    shown = with_status(picture, Status(roi=Box(100, 60, 80, 90)))[:240]

    assert (shown[60:150, 100:180] == 200).all()
    assert (shown[200:, 250:] == 100).all()
