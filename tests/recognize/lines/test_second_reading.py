import numpy as np

from camdigits.recognize.lines.read import Character, LineReading
from camdigits.recognize.lines.second_reading import second_readings, unread_components
from camdigits.recognize.lines.strip import Line
from camdigits.segment.contours import trace_components
from camdigits.values import NONE, Box, Candidates, Digit, Ink, Predictions, Region

COLUMNS = ("1", "4", "7", ",", NONE)
LINE = Line(0.0, 300.0, 80.0, 0.0, 40.0)


def read(*characters):
    """Return a reading with one row of probabilities per (label, x, score)."""
    chances = np.full((len(characters), len(COLUMNS)), 0.001)
    for row, (label, _, score) in enumerate(characters):
        chances[row, COLUMNS.index(label)] = score
    found = tuple(Character(label, score, x) for label, x, score in characters)
    return LineReading(LINE, (0,), found, chances, COLUMNS)


def candidates(*boxes):
    regions = tuple(Region(Box(*box), np.full((box[3], box[2]), 255, np.uint8)) for box in boxes)
    return Candidates(regions, Predictions(np.full((len(boxes), 2), 0.5), ("1", NONE)))


SEVEN, OTHER = (50, 60, 30, 40), (100, 60, 50, 40)
DIGITS = [(0, Digit(Box(*SEVEN), "7", 0.99))]


def test_a_rejected_region_is_read_again():
    """Its characters have places in the region's ink."""
    found = second_readings(
        [read(("7", 65, 0.99), ("1", 110, 0.9), ("4", 135, 0.8))],
        candidates(SEVEN, OTHER),
        DIGITS,
    )

    assert list(found) == [1]
    (reading,) = found[1]
    assert reading.labels == ("1", "4")
    assert reading.centres == (10, 35)
    assert reading.certainty == 0.9 * 0.8
    assert reading.scores == (0.9, 0.8)


def test_agreement_changes_nothing():
    """Both nets read the same digit, also if a comma touches it."""
    assert second_readings([read(("7", 65, 0.99))], candidates(SEVEN), DIGITS) == {}
    joined = read(("7", 60, 0.99), (",", 75, 0.95))
    assert second_readings([joined], candidates(SEVEN), DIGITS) == {}


def test_another_digit_has_to_be_sure():
    """What the digit net accepted is only read again if the line net is sure."""
    assert list(second_readings([read(("1", 65, 0.995))], candidates(SEVEN), DIGITS)) == [0]
    assert second_readings([read(("1", 65, 0.97))], candidates(SEVEN), DIGITS) == {}


def test_regions_off_the_line_and_doubtful_characters_are_left():
    """Of another row, much smaller, or read with less than 60 %."""
    for box in ((100, 10, 50, 40), (100, 75, 20, 10)):
        sure = read(("7", 65, 0.99), ("4", 110, 0.9))
        assert second_readings([sure], candidates(SEVEN, box), DIGITS) == {}
    doubtful = read(("7", 65, 0.99), ("4", 125, 0.5))
    assert second_readings([doubtful], candidates(SEVEN, OTHER), DIGITS) == {}


def traced(*boxes):
    """Return the ink and the components of a page with a block of ink per box."""
    mask = np.zeros((200, 300), np.uint8)
    for x, y, width, height in boxes:
        mask[y : y + height, x : x + width] = 255
    return Ink(mask, mask, np.zeros_like(mask), light=False), trace_components(mask)


def test_ink_that_is_in_no_region_is_read_as_one_component():
    """One of several joined digits was lost: everything read in them is read again."""
    ink, components = traced(SEVEN, (90, 60, 60, 40))
    line = read(("7", 65, 0.99), ("1", 100, 0.9), ("4", 135, 0.95))
    lost = candidates(SEVEN, (118, 60, 32, 40))

    ((region, reading),) = unread_components([line], lost, DIGITS, components, ink)

    assert region.box == Box(90, 60, 60, 40)
    assert reading.labels == ("1", "4")


def test_ink_is_left_if_as_many_digits_are_known_or_it_is_doubtful():
    """Nothing is gained, or the line net is not sure."""
    ink, components = traced(SEVEN, (90, 60, 60, 40))
    doubtful = read(("7", 65, 0.99), ("1", 100, 0.7), ("4", 135, 0.95))
    lost = candidates(SEVEN, (118, 60, 32, 40))
    known = [*DIGITS, (1, Digit(Box(118, 60, 32, 40), "4", 0.9))]
    one = read(("7", 65, 0.99), ("1", 100, 0.9))

    assert unread_components([doubtful], lost, DIGITS, components, ink) == []
    assert unread_components([one], lost, known, components, ink) == []
