import numpy as np
import pytest

from camdigits.errors import ModelError
from camdigits.recognize.classify import OutputSpec, digits_of, predict, probabilities, score
from camdigits.values import Box, Candidates, Predictions, Region, Scored

LABELS = OutputSpec(("a", "b", "none"))


def rows(*logits):
    """Make a scorer that returns the given rows of logits, repeated for all glyphs."""
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


def test_without_glyphs_the_scorer_is_not_called():
    """An empty page costs no model run."""

    def not_called(_):
        raise AssertionError("the scorer was called")

    assert predict(blank(0), not_called, LABELS).labels == ()


def test_a_scorer_of_another_width_is_rejected():
    """The scorer must return one column per label."""
    with pytest.raises(ModelError, match=r"wanted a \(1, 3\) array.*got \(1, 2\)"):
        predict(blank(1), rows((1, 2)), LABELS)


def test_none_and_unsure_regions_are_dropped():
    """A digit is reported at or above the threshold, "none" never."""
    regions = [Region(Box(x, 0, 5, 9), blank(1)[0]) for x in (0, 10, 20)]
    table = np.array([[0.8, 0.1, 0.1], [0.01, 0, 0.99], [0.11, 0.79, 0.1]])
    candidates = Candidates(tuple(regions), Predictions(table, LABELS.labels))

    digits = digits_of(candidates, candidates.accepted(0.8))

    assert [(digit.label, digit.score, digit.box.x) for digit in digits] == [("a", 0.8, 0)]


def test_embeddings_stay_in_step_with_the_predictions():
    """Rows keep their own embedding when candidates are replaced."""
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


def test_plain_logits_are_wrapped():
    """score() returns Scored for a scorer with and without embeddings."""
    embeddings = np.float32([[1, 0]])

    plain = score(blank(1), rows((9, 0, 0)))
    embedded = score(blank(1), lambda _: Scored(np.float32([[9, 0, 0]]), embeddings))

    assert plain.logits.tolist() == embedded.logits.tolist() == [[9, 0, 0]]
    assert plain.embeddings is None
    assert embedded.embeddings is embeddings


def test_joined_predictions_keep_the_order():
    """Rows of the second follow those of the first; take() selects rows by index."""
    one = Predictions(np.array([[1.0, 0, 0]]), LABELS.labels, np.float32([[1, 2]]))
    other = Predictions(np.array([[0, 1.0, 0]]), LABELS.labels, np.float32([[3, 4]]))

    both = one.joined(other)

    assert both.labels == ("a", "b")
    assert both.take([1]).labels == ("b",)
    assert both.take([1]).embeddings.tolist() == [[3, 4]]


def test_joined_predictions_need_embeddings_on_both_sides():
    """Without those of one side the result has none."""
    one = Predictions(np.array([[1.0, 0, 0]]), LABELS.labels, np.float32([[1, 2]]))
    other = Predictions(np.array([[0, 1.0, 0]]), LABELS.labels)

    assert one.joined(other).embeddings is None


def test_a_prior_leaves_labels_without_none_unchanged():
    """with_prior() multiplies the odds of "none" only."""
    digits = Predictions(np.array([[0.6, 0.4]]), ("a", "b"))
    table = np.array([[0.5, 0.25, 0.25]])

    assert digits.with_prior(9.0) is digits
    weighted = Predictions(table, LABELS.labels).with_prior(2.0).probabilities
    assert weighted == pytest.approx(np.array([[0.4, 0.2, 0.4]]))
