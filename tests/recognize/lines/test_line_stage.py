"""The line net's readings on drawn pages, with nets whose answers are given."""

import numpy as np
import pytest

from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.lines.read import LineReader, load_line_reader
from camdigits.recognize.lines.stage import LineStage
from camdigits.recognize.lines.strip import HEIGHT, STEP
from camdigits.segment.contours import trace_components
from camdigits.values import NONE, SIGNS, Box, Candidates, Digit, Ink, Predictions, Region

DIGITS = tuple("0123456789")
LABELS = (*DIGITS, NONE, *SIGNS)
COLUMNS = (*DIGITS, NONE)


def line_net(*characters, odds=12.0):
    """Return a net that reads (label, column of the strip) characters."""

    def read(strip):
        logits = np.zeros((strip.shape[1] // STEP, len(LABELS) + 1), np.float32)
        logits[:, -1] = odds
        for label, column in characters:
            logits[column // STEP] = 0
            logits[column // STEP, LABELS.index(label)] = odds
        return logits

    return LineReader(read, OutputSpec(LABELS, 1.0, 0.5))


def classify_as(label, score=0.99):
    """Return a digit net that gives every region this label."""

    def classify(regions):
        rows = np.full((len(regions), len(COLUMNS)), (1 - score) / (len(COLUMNS) - 1))
        rows[:, COLUMNS.index(label)] = score
        return Candidates(tuple(regions), Predictions(rows, COLUMNS))

    return classify


def region(x, y, width, height):
    return Region(Box(x, y, width, height), np.full((height, width), 255, np.uint8))


def run(net, boxes, labels, classify, others=(), none=0.45):
    """Read a page with digits, rejected regions (label none) and other blocks of ink."""
    mask = np.zeros((200, 400), np.uint8)
    for x, y, width, height in [*boxes, *others]:
        mask[y : y + height, x : x + width] = 255
    rows = np.full((len(boxes), len(COLUMNS)), 0.001)
    for row, label in enumerate(labels):
        rows[row, COLUMNS.index(label)] = 0.99 if label != NONE else none
    candidates = Candidates(tuple(region(*box) for box in boxes), Predictions(rows, COLUMNS))
    digits = [
        Digit(Box(*box), label, 0.99)
        for box, label in zip(boxes, labels, strict=True)
        if label != NONE
    ]
    ink = Ink(mask, mask, np.zeros_like(mask), light=False)
    stage = LineStage(net, classify, 0.8, (0.5, 2.0))
    return stage.read(trace_components(mask), candidates, digits, ink)


def columns(*places, left=100, height=40):
    """Return the columns of a strip at places of a line whose first digit is at `left`."""
    start = left - 1.2 * height
    return [round((x - start) * 20 * 1.4 / height + 4) for x in places]


SEVEN, THREE, POINT = (100, 60, 20, 40), (150, 60, 20, 40), (132, 94, 5, 5)


def test_a_point_between_digits_is_a_sign():
    """The digits stay as they are."""
    seven, point, three = columns(110, 134, 160)
    net = line_net(("7", seven), (".", point), ("3", three))

    digits, marks = run(net, [SEVEN, THREE], "73", classify_as("1"), [POINT])

    assert [digit.label for digit in digits] == ["7", "3"]
    assert [(mark.label, mark.box) for mark in marks] == [(".", Box(*POINT))]


def test_a_rejected_region_becomes_the_digit_that_both_nets_see():
    """The digit net alone was not sure enough."""
    seven, three = columns(110, 160)
    net = line_net(("7", seven), ("3", three))

    digits, marks = run(net, [SEVEN, THREE], ["7", NONE], classify_as("3", 0.6))

    assert sorted((digit.box.x, digit.label) for digit in digits) == [(100, "7"), (150, "3")]
    assert marks == ()


def test_a_region_that_the_digit_net_rules_out_stays_rejected():
    """Both have to agree."""
    seven, three = columns(110, 160)
    net = line_net(("7", seven), ("3", three), odds=4.0)

    digits, _ = run(net, [SEVEN, THREE], ["7", NONE], classify_as(NONE, 0.999))
    letter, _ = run(net, [SEVEN, THREE], ["7", NONE], classify_as("3"), none=0.9)

    assert [digit.label for digit in digits] == ["7"]
    assert [digit.label for digit in letter] == ["7"]


def test_a_one_that_is_a_slash_is_no_digit_any_more():
    """It is a sign of the same box."""
    slash, seven, three = (132, 55, 8, 50), *columns(110, 160)
    net = line_net(("7", seven), ("/", columns(136)[0]), ("3", three))

    digits, marks = run(net, [SEVEN, slash, THREE], "713", classify_as("1"))

    assert [digit.label for digit in digits] == ["7", "3"]
    assert [(mark.label, mark.box) for mark in marks] == [("/", Box(*slash))]


def test_a_page_without_digits_has_no_signs():
    """Nothing is read."""
    assert run(line_net((".", 20)), [], [], classify_as("1"), [POINT]) == ((), ())


def test_the_shipped_net_reads_strips_of_any_width():
    """A row of probabilities per four columns; an empty strip has no characters."""
    reader = load_line_reader()

    assert reader.spec.labels == LABELS
    for width in (20, 96, 200, 500):
        logits = reader.net(np.zeros((HEIGHT, width), np.uint8))
        assert logits.shape == (width // STEP, len(LABELS) + 1)
        assert (logits.argmax(axis=1) == len(LABELS)).all()


@pytest.mark.parametrize("name", ["digits", "sequence"])
def test_another_net_is_rejected(name):
    """One line says what was wanted."""
    from camdigits.errors import ModelError

    with pytest.raises(ModelError, match=r"wanted a sequence net, \(1, 40, W, 1\)"):
        load_line_reader(name)
