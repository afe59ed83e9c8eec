"""A region that surely is a digit is reported although its label is doubtful."""

import numpy as np
import pytest

from camdigits.reader import Reader
from camdigits.recognize.classify import OutputSpec

DIGITS = ("4", "9", "none")


def reader_of(probabilities, **options):
    """Return a reader whose scorer gives every glyph the same probabilities of 4, 9 and none."""

    def score(glyphs):
        return np.log(np.tile(np.float32(probabilities), (len(glyphs), 1)))

    reader = Reader(scorer=score, labels=DIGITS, **options)
    reader._classifier = type(reader._classifier)(score, OutputSpec(DIGITS, 1.0, 0.81))
    return reader.adjusted(threshold=options.get("threshold", 0.81))


@pytest.fixture
def page(sheet):
    """Return a page with one blot."""
    return sheet((30, 30, 20, 40), ink=30, paper=220)


@pytest.mark.parametrize(
    ("probabilities", "label"),
    [
        ((0.37, 0.60, 0.03), "9"),
        ((0.48, 0.49, 0.03), None),  # no label has half of the probability
        ((0.20, 0.70, 0.10), None),  # perhaps no digit
        ((0.05, 0.85, 0.10), "9"),
    ],
)
def test_a_doubtful_label_is_reported_where_there_surely_is_a_digit(page, probabilities, label):
    """With its own probability as score."""
    result = reader_of(probabilities).read(page)

    assert [digit.label for digit in result.digits] == ([label] if label else [])
    for digit in result.digits:
        assert digit.score == pytest.approx(max(probabilities), abs=1e-5)


def test_a_higher_threshold_applies_to_every_digit(page):
    """Above the threshold of the model nothing doubtful is reported."""
    result = reader_of((0.37, 0.60, 0.03), threshold=0.9).read(page)

    assert not result.digits
