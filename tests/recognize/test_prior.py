import numpy as np
import pytest

from camdigits.recognize.prior import odds_of_none
from camdigits.values import Box, Candidates, Predictions, Region

NAMES = ("1", "2", "none")


def at(x, y=50, width=20, height=30):
    return Region(Box(x, y, width, height), np.full((height, width), 255, np.uint8))


def predictions(*none):
    """Glyphs that are "none" with these probabilities."""
    return Predictions(np.array([[1 - part, 0, part] for part in none]).reshape(-1, 3), NAMES)


def candidates(regions, *none):
    return Candidates(tuple(regions), predictions(*none))


def test_a_doubtful_glyph_among_digits_is_more_likely_one():
    """The odds of "none" fall where the neighbours are digits, and rise among letters."""
    row = [at(40 * i) for i in range(5)]

    among_digits = odds_of_none(candidates(row, 0, 0, 0.5, 0, 0))
    among_letters = odds_of_none(candidates(row, 1, 1, 0.5, 1, 1))

    assert among_digits[2] < 0.5
    assert among_letters[2] > 4


def test_alone_nothing_changes():
    """Without neighbours the model's own prior holds."""
    assert odds_of_none(candidates([at(0)], 0.5)) == pytest.approx([1.0])


@pytest.mark.parametrize(
    "other",
    [at(900), at(40, height=80, width=60), at(40, height=8, width=6), at(40, width=5)],
    ids=["too far", "too large", "too small", "a bare stroke"],
)
def test_who_has_no_say(other):
    """Only what stands near, is about as large and is more than a stroke counts."""
    assert odds_of_none(candidates([at(0), other], 0.5, 1.0))[0] == pytest.approx(1.0)


def test_weighing_changes_the_label():
    """What was "none" by a little is a digit once the odds are put right, and the other way."""
    doubtful = predictions(0.6, 0.4)

    assert doubtful.with_prior(np.array([0.2, 1.0])).labels == ("1", "1")
    assert doubtful.with_prior(5.0).labels == ("none", "none")
    assert doubtful.with_prior(np.array([0.2, 1.0])).scores[0] == pytest.approx(0.4 / 0.52)


def test_no_regions():
    """Nothing in, nothing out."""
    assert odds_of_none(candidates([])).shape == (0,)
