import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.values import Box, Digit, Frame, Number, Result
from train.benchmarks.strings import mark_strings, score_strings, strings_report
from train.data.held_out import HeldOutWriter
from train.simulate.rendered import Page
from train.simulate.rendered_strings import String, StringPage, string_pages

BOXES = (Box(10, 10, 20, 40), Box(28, 10, 20, 40), Box(70, 10, 20, 40))
BLANK = np.full((100, 100), 255, np.uint8)


class Parrot:
    """Read the same digits in every picture."""

    def __init__(self, *digits):
        self.digits = tuple(Digit(box, label, 0.9) for label, box in digits)

    def read(self, picture):
        """Whatever it is."""
        frame = Frame(0, 0.0, np.dstack([BLANK] * 3) if picture.ndim == 2 else picture)
        text = "".join(digit.label for digit in self.digits)
        numbers = (Number(text, 0.9, Box(0, 0, 9, 9), ()),) if text else ()
        return Result(frame, self.digits, numbers)


def page():
    """Return a page with the joined 47 and a 3 apart."""
    truth = [{"label": label, "box": list(box)} for label, box in zip("473", BOXES, strict=True)]
    inner = Page("a.png", "unipen", BLANK, {"digits": truth})
    return StringPage(inner, (String(0, 2, True, 40), String(2, 1, False, 40)))


@pytest.mark.parametrize(
    ("digits", "reading"),
    [
        ((("4", BOXES[0]), ("7", BOXES[1])), "47"),
        ((("7", BOXES[1]), ("4", BOXES[0])), "47"),
        ((("4", BOXES[0]),), "4"),
        ((("4", BOXES[0]), ("1", BOXES[0]), ("7", BOXES[1])), "417"),
        ((), ""),
    ],
)
def test_a_string_is_read_by_the_digits_in_its_box(digits, reading):
    """From left to right; an extra digit makes it wrong."""
    (score,) = score_strings([page()], Parrot(*digits))

    assert score.reading(score.page.strings[0]) == reading
    assert score.right(score.page.strings[0]) == (reading == "47")


def test_the_report_has_joined_and_apart_by_length_and_data_set():
    """The last lines are the totals."""
    scores = score_strings([page()], Parrot(("4", BOXES[0]), ("7", BOXES[1])))

    lines = strings_report(scores).splitlines()

    assert [line.split() for line in lines[-5:]] == [
        ["joined,", "2", "to", "5", "digits", "1.0000", "of", "1"],
        ["joined,", "all", "1.0000", "of", "1"],
        ["apart,", "all", "0.0000", "of", "0"],
        ["cut", "out,", "joined", "1.0000", "of", "1"],
        ["cut", "out,", "apart", "0.0000", "of", "0"],
    ]
    assert any(line.startswith("joined, unipen") for line in lines)


def test_marked_pages_show_what_was_read():
    """The picture is the page, enlarged."""
    (score,) = score_strings([page()], Parrot(("4", BOXES[0])))

    assert mark_strings(score).shape[0] >= 100


def crosses():
    """Return a writer of crosses, which can touch each other at one place."""

    def draw(_, height, __):
        shape = np.zeros((height, height), np.uint8)
        middle, half = height // 2, max(1, height // 12)
        shape[middle - half : middle + half] = shape[:, middle - half : middle + half] = 255
        return shape

    return HeldOutWriter("test", np.arange(10, dtype=np.uint8), draw)


def test_rendered_strings_are_joined_or_apart():
    """The ink of a joined string is one component; page k does not depend on the others."""
    pages = list(string_pages({"test": [crosses()]}, 2))

    strings = [string for each in pages for string in each.strings]
    assert {string.joined for string in strings} == {True, False}
    assert all(2 <= string.length <= 7 for string in strings)
    again = list(string_pages({"test": [crosses()]}, 1))
    assert np.array_equal(again[0].page.picture, pages[0].page.picture)
    for each in pages:
        mask = np.asarray(each.page.picture < 140, np.uint8)
        for string in each.strings:
            truth = each.page.truth["digits"][string.first : string.first + string.length]
            x, y, right, bottom = (
                min(d["box"][0] for d in truth), min(d["box"][1] for d in truth),
                max(d["box"][0] + d["box"][2] for d in truth),
                max(d["box"][1] + d["box"][3] for d in truth),
            )  # fmt: skip
            count = cv2.connectedComponents(mask[y:bottom, x:right])[0] - 1
            assert (count == 1) == string.joined
