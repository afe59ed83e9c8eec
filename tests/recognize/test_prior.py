import numpy as np
import pytest

from camdigits.recognize.prior import odds_of_none
from camdigits.values import Box, Candidates, Predictions, Region

NAMES = ("1", "2", "none")


def at(x, y=50, width=20, height=30):
    return Region(Box(x, y, width, height), np.full((height, width), 255, np.uint8))


def predictions(*none):
    """Make predictions with these probabilities of "none"."""
    return Predictions(np.array([[1 - part, 0, part] for part in none]).reshape(-1, 3), NAMES)


def candidates(regions, *none):
    return Candidates(tuple(regions), predictions(*none))


def test_an_ambiguous_glyph_among_digits_is_more_likely_one():
    """The odds of "none" fall among digits and rise among letters."""
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
def test_regions_that_are_not_neighbours_are_ignored(other):
    """Neighbours are near, about as large, and not bare strokes."""
    assert odds_of_none(candidates([at(0), other], 0.5, 1.0))[0] == pytest.approx(1.0)


def test_a_prior_can_change_the_label():
    """Corrected odds turn a narrow "none" into a digit, and the other way round."""
    doubtful = predictions(0.6, 0.4)

    assert doubtful.with_prior(np.array([0.2, 1.0])).labels == ("1", "1")
    assert doubtful.with_prior(5.0).labels == ("none", "none")
    assert doubtful.with_prior(np.array([0.2, 1.0])).scores[0] == pytest.approx(0.4 / 0.52)


def test_no_regions():
    """Without candidates the result is empty."""
    assert odds_of_none(candidates([])).shape == (0,)
