import numpy as np
import pytest

from camdigits.errors import ModelError
from camdigits.recognize.classify import Opinions, OutputSpec, digits_of, opinions, probabilities
from camdigits.values import Box, Region

LABELS = OutputSpec(("a", "b", "none"))


def rows(*logits):
    """A scorer that answers every glyph with the same logits, or one row per glyph."""
    table = np.array(logits, np.float32)
    return lambda glyphs: np.resize(table, (len(glyphs), table.shape[1]))


def blank(count):
    return np.zeros((count, 28, 28), np.uint8)


def test_temperature_softens_scores_but_not_labels():
    """Logits divided by two: the odds go from e^2 to e."""
    sharp = probabilities(np.float32([[2, 0]]), 1.0)
    soft = probabilities(np.float32([[2, 0]]), 2.0)

    assert sharp[0, 0] == pytest.approx(1 / (1 + np.exp(-2)))
    assert soft[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))


def test_each_glyph_gets_its_best_label():
    """One label and its probability per glyph, in order."""
    asked = opinions(blank(2), rows((9, 0, 0), (0, 0, 9)), LABELS)

    assert asked.labels == ("a", "none")
    assert (asked.scores > 0.99).all()


def test_no_glyphs_ask_nobody():
    """The model is not run for an empty page."""

    def never(_):
        raise AssertionError("the scorer was called")

    assert opinions(blank(0), never, LABELS).labels == ()


def test_a_scorer_of_another_width_is_refused():
    """Two columns for three labels cannot be told apart later."""
    with pytest.raises(ModelError, match=r"wanted a \(1, 3\) array.*got \(1, 2\)"):
        opinions(blank(1), rows((1, 2)), LABELS)


def test_none_and_unsure_regions_are_dropped():
    """A digit is reported from the threshold on, and "none" never."""
    regions = [Region(Box(x, 0, 5, 9), blank(1)[0]) for x in (0, 10, 20)]
    asked = Opinions(("a", "none", "b"), np.array([0.8, 0.99, 0.79]))

    digits = digits_of(regions, asked, 0.8)

    assert [(digit.label, digit.score, digit.box.x) for digit in digits] == [("a", 0.8, 0)]
