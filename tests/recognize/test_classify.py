import numpy as np
import pytest

from camdigits.errors import ModelError
from camdigits.recognize.classify import OutputSpec, digits_of, predict, probabilities
from camdigits.values import Box, Candidates, Predictions, Region, Scored

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
    found = predict(blank(2), rows((9, 0, 0), (0, 0, 9)), LABELS)

    assert found.labels == ("a", "none")
    assert (found.scores > 0.99).all()


def test_no_glyphs_ask_nobody():
    """The model is not run for an empty page."""

    def never(_):
        raise AssertionError("the scorer was called")

    assert predict(blank(0), never, LABELS).labels == ()


def test_a_scorer_of_another_width_is_refused():
    """Two columns for three labels cannot be told apart later."""
    with pytest.raises(ModelError, match=r"wanted a \(1, 3\) array.*got \(1, 2\)"):
        predict(blank(1), rows((1, 2)), LABELS)


def test_none_and_unsure_regions_are_dropped():
    """A digit is reported from the threshold on, and "none" never."""
    regions = [Region(Box(x, 0, 5, 9), blank(1)[0]) for x in (0, 10, 20)]
    table = np.array([[0.8, 0.1, 0.1], [0.01, 0, 0.99], [0.11, 0.79, 0.1]])
    candidates = Candidates(tuple(regions), Predictions(table, LABELS.labels))

    digits = digits_of(candidates, 0.8)

    assert [(digit.label, digit.score, digit.box.x) for digit in digits] == [("a", 0.8, 0)]


def test_embeddings_stay_in_step_with_the_predictions():
    """Rows that are taken or replaced keep their own embedding."""
    embeddings = np.float32([[1, 0], [0, 1]])

    def embed(_):
        return Scored(np.float32([[9, 0, 0], [0, 9, 0]]), embeddings)

    regions = tuple(Region(Box(x, 0, 5, 9), blank(1)[0]) for x in (0, 10))

    two = Candidates(regions, predict(blank(2), embed, LABELS))
    swapped = two.replaced([1, 2], two)

    assert swapped.labels == ("b", "a")
    assert np.array_equal(swapped.predictions.embeddings, embeddings[[1, 0]])


def test_candidates_of_two_lengths_are_rejected():
    """One prediction per region, no more and no fewer."""
    with pytest.raises(ValueError, match="one prediction per region"):
        Candidates((), Predictions(np.ones((1, 3)) / 3, LABELS.labels))
