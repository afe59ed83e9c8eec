from pathlib import Path

import numpy as np
import pytest

from camdigits.errors import ModelError
from camdigits.recognize.card import load_card
from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.sign_net import load_sign_net
from camdigits.recognize.sign_windows import WINDOW
from camdigits.recognize.signs import DIGIT, FoundSign, SignReader, without_pieces
from camdigits.segment.contours import trace_components
from camdigits.values import NONE, SIGNS, Box, Digit, Region

LABELS = (*SIGNS, DIGIT, NONE)
MODELS = Path(__file__).parents[2] / "models"


def reader(*labels, odds=9.0):
    """Return a sign reader that gives these labels to the windows, in order."""
    left = list(labels)

    def score(windows):
        logits = np.zeros((len(windows), len(LABELS)), np.float32)
        for row in range(len(windows)):
            logits[row, LABELS.index(left.pop(0))] = odds
        return logits

    return SignReader(score, OutputSpec(LABELS, 1.0, 0.5))


def read(net, *others, digits=((100, 60, 20, 40, "7"), (150, 60, 20, 40, "3"))):
    """Read a page with digits and other blocks of ink."""
    mask = np.zeros((200, 400), np.uint8)
    boxes = [Box(*each[:4]) for each in digits]
    for x, y, width, height in [*boxes, *others]:
        mask[y : y + height, x : x + width] = 255
    found = [Digit(box, each[4], 0.99) for box, each in zip(boxes, digits, strict=True)]
    regions = [Region(box, np.full((box.height, box.width), 255, np.uint8)) for box in boxes]
    return net.read(trace_components(mask), found, regions, mask)


def test_a_sign_has_its_box_and_its_line():
    """The line is as high as the digits beside it."""
    (point,) = read(reader("."), (132, 94, 5, 5))

    assert (point.label, point.box, point.digits) == (".", Box(132, 94, 5, 5), ())
    assert point.line == Box(132, 60, 5, 40)
    assert point.score > 0.99


@pytest.mark.parametrize("label", [NONE, DIGIT])
def test_what_is_no_sign_is_not_reported(label):
    """Dirt, letters and pieces of digits."""
    assert read(reader(label), (132, 94, 5, 5)) == ()


def test_an_uncertain_sign_is_not_reported():
    """Below the threshold it is dirt."""
    assert read(reader(".", odds=2.0), (132, 94, 5, 5)) == ()


def test_a_one_may_be_a_slash():
    """The sign says which digit it was read as."""
    digits = ((100, 60, 20, 40, "7"), (132, 55, 8, 50, "1"), (150, 60, 20, 40, "3"))

    (slash,) = read(reader("/"), digits=digits)

    assert (slash.label, slash.digits) == ("/", (1,))


def test_a_sure_seven_is_not_reviewed():
    """Only ones, uncertain digits and digits in several pieces can be signs."""
    assert read(reader()) == ()


def test_the_parts_of_a_stack_without_a_sign_are_read_alone():
    """A point with a speck of dirt above it."""
    found = read(reader(NONE, ".", NONE), (132, 70, 5, 5), (133, 90, 5, 5))

    assert [sign.label for sign in found] == ["."]


def test_the_rings_of_a_percent_sign_are_part_of_it():
    """A small zero beside its stroke is one of its rings."""
    digits = (
        (100, 60, 20, 40, "5"),
        (128, 58, 22, 44, "1"),
        (146, 84, 14, 16, "0"),
        (200, 60, 20, 40, "3"),
    )

    (percent,) = read(reader("%"), digits=digits)

    assert percent.digits == (1, 2)
    assert percent.box == Box(128, 58, 32, 44)


def test_a_digit_loses_the_stroke_that_is_a_sign():
    """What is left of it has a tight box."""
    ink = np.zeros((52, 24), np.uint8)
    ink[:40, :20], ink[44:52, 18:24] = 255, 255
    mask = np.zeros((100, 100), np.uint8)
    mask[10:62, 30:54] = ink
    components = trace_components(mask)
    (comma,) = (row for row, box in enumerate(components.boxes.tolist()) if box[3] == 8)
    sign = FoundSign(Box(48, 54, 6, 8), ",", 0.9, (), Box(48, 10, 6, 40), (comma,), (0,))

    rest = without_pieces([Region(Box(30, 10, 24, 52), ink)], [sign], components)

    assert list(rest) == [0]
    assert rest[0].box == Box(30, 10, 20, 40)
    assert rest[0].ink.min() == 255


def test_the_shipped_net_reads_windows():
    """Any number of windows, one row of logits each."""
    card = load_card(MODELS / "signs.tflite")
    net = load_sign_net(MODELS / "signs.tflite", card)

    assert card.labels == LABELS
    for count in (0, 1, 5):
        assert net(np.zeros((count, *WINDOW, 2), np.uint8)).shape == (count, len(LABELS))


def test_a_model_for_glyphs_is_not_a_sign_net():
    """One line says what was wanted."""
    with pytest.raises(ModelError, match="wanted a sign net"):
        load_sign_net(MODELS / "digits.tflite", load_card(MODELS / "digits.tflite"))
