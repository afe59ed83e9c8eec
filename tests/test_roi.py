"""Reading a part of the picture: by flag, by mouse, and taken away again."""

from pathlib import Path

import numpy as np
import pytest
from support.fakes import CAMERA, FILE, FakeReader, FakeSource, FakeWindow, Kept, frame

from camdigits.app.window.live import run_live
from camdigits.app.window.session import LiveOptions, Session
from camdigits.image import frozen
from camdigits.render.status import Status, with_status
from camdigits.roi import AreaReader, Drag, clipped, drawn, mirrored_box, read_part
from camdigits.values import Box, Digit, Frame, Number, Rejected, Result

AREA = Box(20, 10, 30, 24)


class Corner:
    """Reads a digit in the top left corner of whatever it gets, and keeps the sizes."""

    def __init__(self) -> None:
        self.sizes: list[tuple[int, int]] = []

    def read(self, image: Frame, *, trace: bool = False) -> Result:
        """Read a frame."""
        del trace
        self.sizes.append((image.bgr.shape[1], image.bgr.shape[0]))
        box = Box(1, 2, 5, 8)
        refused = (Rejected(box, "none", 0.6),)
        number = Number("7", 0.9, box, (0,))
        return Result(image, (Digit(box, "7", 0.9),), (number,), rejected=refused)


def test_boxes_are_those_of_the_whole_picture() -> None:
    """The part is read alone; what is found in it is moved to where it was."""
    reader, whole = Corner(), frame(3)

    result = read_part(reader, whole, AREA)

    assert reader.sizes == [(30, 24)]
    assert result.frame is whole
    assert result.digits[0].box == result.numbers[0].box == Box(21, 12, 5, 8)
    assert result.rejected[0].box == Box(21, 12, 5, 8)


def test_only_the_pixels_of_the_part_are_read() -> None:
    """Rows and columns are not mixed up, and nobody may write to them."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[10:34, 20:50] = 255
    seen: list[Frame] = []

    class Keeper(Corner):
        def read(self, image: Frame, *, trace: bool = False) -> Result:
            seen.append(image)
            return super().read(image, trace=trace)

    read_part(Keeper(), Frame(0, 0.0, frozen(picture)), AREA)

    assert seen[0].bgr.shape == (24, 30, 3)
    assert (seen[0].bgr == 255).all()
    assert not seen[0].bgr.flags.writeable


def test_an_area_beyond_the_edge_is_cut_there() -> None:
    """What lies outside of the picture is not read; an area wholly outside reads nothing."""
    reader = Corner()

    partly = read_part(reader, frame(0), Box(50, 40, 100, 100))
    outside = read_part(reader, frame(0), Box(64, 0, 10, 10))

    assert reader.sizes == [(14, 8)]
    assert partly.digits[0].box == Box(51, 42, 5, 8)
    assert outside.digits == ()


def test_without_an_area_the_reader_is_asked_for_all() -> None:
    """The reader gets the very frame."""
    reader, whole = Corner(), frame(0)

    assert AreaReader(reader).read(whole).frame is whole
    assert reader.sizes == [(64, 48)]


@pytest.mark.parametrize(
    ("box", "area"),
    [
        (Box(-5, -5, 30, 30), Box(0, 0, 25, 25)),
        (Box(60, 40, 50, 50), None),
        (Box(10, 10, 3, 30), None),
        (Box(200, 10, 30, 30), None),
    ],
)
def test_a_click_that_slipped_draws_nothing(box: Box, area: Box | None) -> None:
    """An area is at least 8 pixels wide and high within the picture."""
    assert drawn(box, 64, 48) == area


def test_mirroring_twice_is_the_box() -> None:
    """The area stays on what it was drawn around when the picture is mirrored."""
    assert mirrored_box(mirrored_box(AREA, 64), 64) == AREA
    assert clipped(AREA, 64, 48) == AREA


def play(keys: list[tuple[int, str]], drags: list[Drag], folder: Path) -> Corner:
    """Run the window over a clip of five frames."""
    reader, counter = Corner(), FakeReader()

    class Both(Corner):
        def read(self, image: Frame, *, trace: bool = False) -> Result:
            counter.read(image, trace=trace)
            return reader.read(image, trace=trace)

    window = FakeWindow(counter, keys)
    window.drags = drags
    run_live(FakeSource(FILE, 5), Both(), window=window, options=LiveOptions(folder))
    return reader


def session(reader: Corner, area: Box | None = None) -> Session:
    made = Session(CAMERA, reader, [], None, LiveOptions(area=area), lambda _: None)
    made.take(frame(0))
    return made


def test_an_area_is_drawn_after_its_key_and_taken_away_by_it() -> None:
    """Key a, drag: only the part is read; a again: all. The held frame is read anew each time."""
    reader = Corner()
    live = session(reader)

    live.draw(Drag(AREA, True))
    live.obey("a")
    live.draw(Drag(Box(20, 10, 12, 12), False))
    live.draw(Drag(AREA, True))
    live.obey("a")
    live.take(frame(1))

    assert reader.sizes == [(64, 48), (30, 24), (64, 48), (64, 48)]


def test_escape_takes_the_area_away_before_it_quits() -> None:
    """The first Escape leaves the area, the second the program."""
    live = session(Corner(), AREA)

    live.obey("\x1b")
    first = live.view
    live.obey("\x1b")

    assert (first.area, first.quit) == (False, False)
    assert live.view.quit


def test_mirroring_takes_the_area_along() -> None:
    """What was read before is read after."""
    reader = Corner()
    live = session(reader, Box(0, 0, 20, 20))

    live.obey("m")
    live.take(frame(1))

    assert live._reader.box == Box(44, 0, 20, 20)


def test_the_mouse_reaches_the_session_through_the_window(tmp_path: Path) -> None:
    """The loop asks the window for drags."""
    keys = [(1, " "), (1, "a"), (2, "q")]
    drags = [Drag(AREA, False)] * 3 + [Drag(AREA, True)] * 20

    reader = play(keys, drags, tmp_path)

    assert reader.sizes[-1] == (30, 24)


def test_an_area_given_at_the_start_holds_without_a_window() -> None:
    """Readings come from the part alone."""
    reader, readings = Corner(), Kept()

    run_live(FakeSource(FILE, 3), reader, readings=[readings], options=LiveOptions(area=AREA))

    assert set(reader.sizes) == {(30, 24)}
    assert readings.frames == [0, 1, 2]


def test_the_picture_shows_the_area() -> None:
    """Inside all is as it was, outside it is dark."""
    picture = np.full((240, 320, 3), 200, np.uint8)

    shown = with_status(picture, Status(area=Box(100, 60, 80, 90)))[:240]

    assert (shown[60:150, 100:180] == 200).all()
    assert (shown[200:, 250:] == 100).all()
