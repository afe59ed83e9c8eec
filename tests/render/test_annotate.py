"""Drawing results on their frames."""

import numpy as np
import pytest

from camdigits.image import frozen
from camdigits.layout.grouping import group
from camdigits.render.annotate import (
    DOUBTFUL,
    SURE,
    UNSURE,
    annotate,
    colour_of,
    corner_above,
    corner_beside,
    fitted,
    max_label_widths,
    percent,
)
from camdigits.render.canvas import Style, Tag, readable_on, style_for
from camdigits.render.status import Status, with_status
from camdigits.values import BgrImage, Box, Digit, Frame, Number, Result

SIZES = [(320, 240), (640, 480), (1280, 720), (4000, 3000)]


def paper(width: int, height: int) -> BgrImage:
    return frozen(np.full((height, width, 3), 200, np.uint8))


def result(
    *digits: Digit, size: tuple[int, int] = (640, 480), numbers: tuple[Number, ...] = ()
) -> Result:
    return Result(Frame(0, 0.0, paper(*size), "page.png"), digits, numbers)


def changed(picture: BgrImage, before: BgrImage) -> np.ndarray:
    return np.any(picture[: before.shape[0]] != before, axis=2)


def test_the_frame_is_not_changed() -> None:
    """Drawing works on a copy."""
    original = result(Digit(Box(100, 100, 20, 30), "7", 0.9))
    before = original.frame.bgr.copy()

    picture = annotate(original)

    assert np.array_equal(original.frame.bgr, before)
    assert picture.shape == before.shape
    assert changed(picture, before).any()


def test_a_result_without_digits_is_the_frame() -> None:
    """Without digits nothing is drawn."""
    original = result()

    assert np.array_equal(annotate(original), original.frame.bgr)


def test_the_same_result_is_the_same_picture() -> None:
    """Drawing depends on the result only."""
    original = result(Digit(Box(100, 100, 20, 30), "7", 0.9))

    assert np.array_equal(annotate(original), annotate(original))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5)])
def test_nothing_covers_the_ink(size: tuple[int, int], corner: tuple[float, float]) -> None:
    """Box, label and number are drawn beside the digits, also in the corners."""
    x, y = round(corner[0] * (size[0] - 80)), round(corner[1] * (size[1] - 30))
    boxes = Box(x, y, 20, 30), Box(x + 60, y, 20, 30)
    digits = [Digit(box, "7", 0.9) for box in boxes]
    numbers = (Number("77", 0.8, Box(x, y, 80, 30), (0, 1)),)
    original = result(*digits, size=size, numbers=numbers)

    drawn = changed(annotate(original), original.frame.bgr)

    for box in boxes:
        assert not drawn[box.y : box.bottom, box.x : box.right].any()
    assert drawn.any()


def test_without_labels_only_boxes_are_drawn() -> None:
    """With labels=False nothing is drawn above the box."""
    original = result(Digit(Box(100, 100, 20, 30), "7", 0.9))

    drawn = changed(annotate(original, labels=False), original.frame.bgr)

    assert drawn.any()
    assert not drawn[:90].any()


def test_a_lone_digit_is_no_number() -> None:
    """A number of one digit is not drawn, because it repeats the label."""
    digit = Digit(Box(100, 100, 20, 30), "7", 0.9)
    number = Number("7", 0.9, digit.box, (0,))

    assert np.array_equal(annotate(result(digit, numbers=(number,))), annotate(result(digit)))


def test_boxes_beyond_the_edge_are_drawn() -> None:
    """A tracked box may have moved beyond the edge."""
    original = result(Digit(Box(-10, -10, 700, 500), "7", 0.2), size=(640, 480))

    assert annotate(original).shape == (480, 640, 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (30, 30)])
def test_tiny_pictures_are_drawn(size: tuple[int, int]) -> None:
    """Pictures without room for a label are drawn without an error."""
    original = result(Digit(Box(0, 0, 1, 1), "7", 0.2), size=size)

    assert annotate(original).shape == (size[1], size[0], 3)
    assert with_status(annotate(original), Status(help=(("q", "quit"),))).shape[1] == size[0]


@pytest.mark.parametrize(
    ("score", "colour"),
    [(0.99, SURE), (0.9, SURE), (0.89, DOUBTFUL), (0.6, DOUBTFUL), (0.1, UNSURE)],
)
def test_colour_depends_on_the_score(score: float, colour: tuple[int, int, int]) -> None:
    """Sure is blue, doubtful orange, unsure vermilion."""
    assert colour_of(score) == colour


def test_percent_of_nan_is_a_question_mark() -> None:
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
def test_a_label_is_above_its_box_inside_the_picture(box: Box, corner: tuple[int, int]) -> None:
    """At the top edge it is below; at the sides it is moved inside."""
    assert corner_above(box, (20, 10), (100, 100), 2) == corner


def test_only_neighbours_on_the_same_line_limit_a_label() -> None:
    """A digit on another line does not limit the width."""
    boxes = Box(0, 0, 10, 20), Box(30, 2, 10, 20), Box(30, 100, 10, 20)

    widths = max_label_widths([Digit(box, "1", 0.9) for box in boxes], 12)

    assert widths[:2] == [29, 29]
    assert widths[2] > 1000


def test_text_contrasts_with_its_tag() -> None:
    """Text is white on dark tags and black on light ones."""
    assert readable_on(SURE) == (255, 255, 255)
    assert readable_on(DOUBTFUL) == (0, 0, 0)


def test_text_grows_with_the_picture() -> None:
    """Lines and text are larger on a 12-megapixel photo than on a webcam frame."""
    styles = [style_for(*size) for size in SIZES]

    assert sorted(styles, key=lambda style: style.text_px) == styles
    assert styles[-1].line_px > styles[0].line_px


@pytest.mark.parametrize(("height", "text_px"), [(200, 40), (40, 40), (39, 32), (27, 26), (8, 20)])
def test_text_is_no_larger_than_the_digits(height: int, text_px: int) -> None:
    """Small digits get smaller text, so that labels do not hide neighbours."""
    digits = [Digit(Box(0, 0, 6, high), "1", 0.9) for high in (height, height, 400)]

    assert fitted(Style(3, 40), digits).text_px == text_px
    assert fitted(Style(3, 10), digits).text_px == 10
    assert fitted(Style(3, 40), []).text_px == 40


def test_a_tag_is_as_wide_as_its_text() -> None:
    """The width of a tag is that of its text with padding."""
    short, long = Tag("7", 12, SURE, 3), Tag("7 99%", 12, SURE, 3)

    assert 6 < short.width < long.width
    assert short.height == long.height == 18


@pytest.mark.parametrize(
    ("x", "rotation", "corner"),
    [(50, 90, (28, 55)), (50, 270, (72, 55)), (5, 90, (27, 55)), (75, 270, (53, 55))],
    ids=["left", "right", "left edge", "right edge"],
)
def test_on_a_rotated_page_labels_are_beside_the_digits(
    x: int, rotation: int, corner: tuple[int, int]
) -> None:
    """There a label above its digit would cover the next digit of the line."""
    box = Box(x, 50, 20, 20)

    assert corner_beside(box, (20, 10), (100, 100), 2, rotation) == corner


@pytest.mark.parametrize("rotation", [0, 90])
def test_labels_cover_no_digit_on_a_dense_page(rotation: int) -> None:
    """Rows without room between them: the labels of numbers are beside the rows."""
    page = np.full((400, 400, 3), 255, np.uint8)
    boxes = [Box(40 + 24 * x, 40 + 34 * y, 20, 30) for y in range(6) for x in range(8)]
    if rotation:
        boxes = [Box(box.y, box.x, box.height, box.width) for box in boxes]
    digits = tuple(Digit(box, "7", 0.99) for box in boxes)
    numbers = group(digits, rotation).numbers
    result = Result(Frame(0, 0.0, page), digits, numbers, rotation)

    drawn = annotate(result)

    for box in boxes:
        inside = drawn[box.y + 3 : box.bottom - 3, box.x + 3 : box.right - 3]
        assert (inside == 255).all()
