"""Results become pictures."""

import numpy as np
import pytest

from camdigits.errors import ArrayError
from camdigits.image import frozen
from camdigits.meter import Speed, StageTimes
from camdigits.render.annotate import (
    DOUBTFUL,
    SURE,
    UNSURE,
    annotate,
    colour_of,
    corner_above,
    corner_beside,
    fitted,
    percent,
    room_px,
)
from camdigits.render.canvas import Style, Tag, readable_on, style_for
from camdigits.render.debug import debug_view
from camdigits.render.status import Status, figures, with_status
from camdigits.values import BgrImage, Box, Digit, Frame, Number, Region, Result, Trace

SIZES = [(320, 240), (640, 480), (1280, 720), (4000, 3000)]


def paper(width: int, height: int) -> BgrImage:
    return frozen(np.full((height, width, 3), 200, np.uint8))


def result(
    *digits: Digit, size: tuple[int, int] = (640, 480), numbers: tuple[Number, ...] = ()
) -> Result:
    return Result(Frame(0, 0.0, paper(*size), "page.png"), digits, numbers)


def traced(count: int, size: tuple[int, int] = (640, 480)) -> Result:
    box = Box(100, 100, 20, 30)
    trace = Trace(
        ink=np.zeros(size[::-1], np.uint8),
        regions=(Region(box, np.full((30, 20), 255, np.uint8)),) * count,
        glyphs=np.full((count, 28, 28), 255, np.uint8),
        labels=("7", "none")[:count] + ("1",) * (count - 2),
        scores=(0.9,) * count,
    )
    return Result(Frame(0, 0.0, paper(*size), "page.png"), (), (), trace=trace)


def changed(picture: BgrImage, before: BgrImage) -> np.ndarray:
    return np.any(picture[: before.shape[0]] != before, axis=2)


def test_the_frame_stays_as_it_was() -> None:
    """Drawing works on a copy."""
    given = result(Digit(Box(100, 100, 20, 30), "7", 0.9))
    before = given.frame.bgr.copy()

    picture = annotate(given)

    assert np.array_equal(given.frame.bgr, before)
    assert picture.shape == before.shape
    assert changed(picture, before).any()


def test_a_result_without_digits_is_the_frame() -> None:
    """Nothing read, nothing drawn."""
    given = result()

    assert np.array_equal(annotate(given), given.frame.bgr)


def test_the_same_result_is_the_same_picture() -> None:
    """Drawing is pure."""
    given = result(Digit(Box(100, 100, 20, 30), "7", 0.9))

    assert np.array_equal(annotate(given), annotate(given))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5)])
def test_nothing_covers_the_ink(size: tuple[int, int], corner: tuple[float, float]) -> None:
    """Box, label and number lie beside the digits, in every corner of every picture."""
    x, y = round(corner[0] * (size[0] - 80)), round(corner[1] * (size[1] - 30))
    boxes = Box(x, y, 20, 30), Box(x + 60, y, 20, 30)
    digits = [Digit(box, "7", 0.9) for box in boxes]
    numbers = (Number("77", 0.8, Box(x, y, 80, 30), (0, 1)),)
    given = result(*digits, size=size, numbers=numbers)

    drawn = changed(annotate(given), given.frame.bgr)

    for box in boxes:
        assert not drawn[box.y : box.bottom, box.x : box.right].any()
    assert drawn.any()


def test_without_labels_only_boxes_are_drawn() -> None:
    """labels=False leaves the place above the box alone."""
    given = result(Digit(Box(100, 100, 20, 30), "7", 0.9))

    drawn = changed(annotate(given, labels=False), given.frame.bgr)

    assert drawn.any()
    assert not drawn[:90].any()


def test_a_lone_digit_is_no_number() -> None:
    """A number of one digit would only repeat its label."""
    digit = Digit(Box(100, 100, 20, 30), "7", 0.9)
    number = Number("7", 0.9, digit.box, (0,))

    assert np.array_equal(annotate(result(digit, numbers=(number,))), annotate(result(digit)))


def test_boxes_that_reach_out_of_the_picture_are_no_error() -> None:
    """A tracked box may have moved beyond the edge."""
    given = result(Digit(Box(-10, -10, 700, 500), "7", 0.2), size=(640, 480))

    assert annotate(given).shape == (480, 640, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (30, 30)])
def test_tiny_pictures_are_no_error(size: tuple[int, int]) -> None:
    """The smallest picture has no room for a label, and still becomes a picture."""
    given = result(Digit(Box(0, 0, 1, 1), "7", 0.2), size=size)

    assert annotate(given).shape == (size[1], size[0], 3)
    assert with_status(annotate(given), Status(help=(("q", "quit"),))).shape[1] == size[0]


@pytest.mark.parametrize(
    ("score", "colour"),
    [(0.99, SURE), (0.9, SURE), (0.89, DOUBTFUL), (0.6, DOUBTFUL), (0.1, UNSURE)],
)
def test_colour_tells_how_sure(score: float, colour: tuple[int, int, int]) -> None:
    """Blue, orange, vermilion: told apart by colour-blind people too."""
    assert colour_of(score) == colour


def test_percent_of_no_number_is_a_question_mark() -> None:
    """NaN is not printed as a percentage."""
    assert percent(float("nan")) == "?"


@pytest.mark.parametrize(
    ("box", "corner"),
    [
        (Box(50, 50, 10, 20), (45, 38)),  # above
        (Box(50, 2, 10, 20), (45, 24)),  # below, at the top edge
        (Box(0, 50, 10, 20), (0, 38)),  # pushed in from the left
        (Box(90, 50, 10, 20), (80, 38)),  # pushed in from the right
    ],
)
def test_a_label_finds_its_corner_above(box: Box, corner: tuple[int, int]) -> None:
    """Above the box, below at the top edge, always inside."""
    assert corner_above(box, (20, 10), (100, 100), 2) == corner


def test_only_neighbours_on_one_line_limit_a_label() -> None:
    """A digit of another line leaves room as wide as you like."""
    boxes = Box(0, 0, 10, 20), Box(30, 2, 10, 20), Box(30, 100, 10, 20)

    room = room_px([Digit(box, "1", 0.9) for box in boxes], 12)

    assert room[:2] == [29, 29]
    assert room[2] > 1000


def test_text_has_contrast() -> None:
    """White on dark tags, black on light ones."""
    assert readable_on(SURE) == (255, 255, 255)
    assert readable_on(DOUBTFUL) == (0, 0, 0)


def test_print_grows_with_the_picture() -> None:
    """Lines and text of a 12-megapixel photo are not those of a webcam."""
    styles = [style_for(*size) for size in SIZES]

    assert sorted(styles, key=lambda style: style.text_px) == styles
    assert styles[-1].line_px > styles[0].line_px


@pytest.mark.parametrize(("height", "wanted"), [(200, 40), (40, 40), (39, 32), (27, 26), (8, 20)])
def test_print_is_no_larger_than_what_is_read(height: int, wanted: int) -> None:
    """On a photo of a form labels of the usual size hide the neighbours."""
    digits = [Digit(Box(0, 0, 6, high), "1", 0.9) for high in (height, height, 400)]

    assert fitted(Style(3, 40), digits).text_px == wanted
    assert fitted(Style(3, 10), digits).text_px == 10
    assert fitted(Style(3, 40), []).text_px == 40


def test_a_tag_is_as_wide_as_its_text() -> None:
    """A longer text makes a wider tag, padding included."""
    short, long = Tag("7", 12, SURE, 3), Tag("7 99%", 12, SURE, 3)

    assert 6 < short.width < long.width
    assert short.height == long.height == 18


def test_the_bar_lies_below_the_picture() -> None:
    """Figures cover nothing: the picture grows."""
    picture = paper(640, 480)

    shown = with_status(picture, Status(Speed(25.0, {"ink": StageTimes(1.0, 2.0)})))

    assert shown.shape[0] > 480
    assert np.array_equal(shown[:480], picture)


def test_the_bar_names_every_stage_and_the_sum() -> None:
    """Medians per stage, then what they add up to."""
    speed = Speed(25.0, {"ink": StageTimes(1.0, 2.0), "group": StageTimes(0.25, 2.0)})

    assert figures(speed) == ("25.0 fps", "ink 1.0", "group 0.2", "= 1.2 ms")


@pytest.mark.parametrize(
    "status",
    [
        Status(paused=True),
        Status(recording=True),
        Status(mirror=True),
        Status(notes=("saved",)),
        Status(help=(("q", "quit"),)),
    ],
)
def test_each_state_is_seen(status: Status) -> None:
    """Pause, recording, mirror, notes and help show on the picture."""
    picture = paper(640, 480)

    assert changed(with_status(picture, status), picture).any()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [0, 2, 25, 400])
def test_the_debug_view_keeps_its_size(size: tuple[int, int], count: int) -> None:
    """However many glyphs there are, the window does not jump."""
    assert debug_view(traced(count, size)).shape == debug_view(traced(1, size)).shape


def test_the_debug_view_shows_the_glyphs() -> None:
    """The white glyph of 28 pixels is there, magnified."""
    panel = debug_view(traced(1))[:, 640:]

    white = np.all(panel == 255, axis=2)

    assert white.sum() >= 100 * 100


def test_the_debug_view_needs_a_trace() -> None:
    """A result that was read without one is refused, saying what to do."""
    with pytest.raises(ArrayError, match="read with trace=True"):
        debug_view(result())


@pytest.mark.parametrize(
    ("x", "rotation", "corner"),
    [(50, 90, (28, 55)), (50, 270, (72, 55)), (5, 90, (27, 55)), (75, 270, (53, 55))],
    ids=["left", "right", "no room left", "no room right"],
)
def test_on_a_lying_page_labels_stand_beside(
    x: int, rotation: int, corner: tuple[int, int]
) -> None:
    """Above its digit a label would cover the next one of the line."""
    box = Box(x, 50, 20, 20)

    assert corner_beside(box, (20, 10), (100, 100), 2, rotation) == corner
