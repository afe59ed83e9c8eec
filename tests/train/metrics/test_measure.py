import numpy as np
import pytest

from train.data.alphabets import DIGIT_NONE
from train.metrics import measure


def logits_of(*rows: tuple[int, float]) -> np.ndarray:
    """Return (N, 11) logits with the given label probabilities; the others share the rest."""
    scores = np.zeros((len(rows), 11), np.float32)
    for row, (label, chance) in zip(scores, rows, strict=True):
        row[:] = np.log((1 - chance) / 10)
        row[label] = np.log(chance)
    return scores


def test_the_temperature_corrects_an_overconfident_model() -> None:
    """At 99 % confidence and 75 % accuracy, dividing by about 2.2 gives 75 %."""
    scores = logits_of(*[(3, 0.99)] * 400)
    labels = np.array([3, 3, 3, 5] * 100, np.uint8)

    temperature = measure.best_temperature(scores, labels)

    assert measure.calibration_error(scores, labels, temperature) < 0.01
    assert measure.calibration_error(scores, labels, 1.0) == pytest.approx(0.24, abs=1e-3)


def test_the_threshold_keeps_99_of_100_right() -> None:
    """One wrong in 101 is allowed, two are not."""
    rows = [(1, 0.9)] * 100 + [(1, 0.8), (1, 0.7), (10, 0.95)]
    labels = np.array([1] * 100 + [2, 10, 4], np.uint8)

    threshold = measure.best_threshold(logits_of(*rows), labels, 1.0, DIGIT_NONE)

    assert threshold == pytest.approx(0.8)


def test_equal_scores_pass_a_threshold_together() -> None:
    """int8 scores tie, so right and wrong ones of equal score cannot be separated."""
    rows = [(1, 0.9)] * 10 + [(1, 0.8)] * 10
    labels = np.array([1] * 15 + [2] * 5, np.uint8)

    assert measure.best_threshold(logits_of(*rows), labels, 1.0, DIGIT_NONE) == pytest.approx(0.9)


@pytest.mark.parametrize("rows", [[], [(10, 0.9)], [(1, 0.9)]])
def test_no_threshold_is_good_enough(rows: list[tuple[int, float]]) -> None:
    """If nothing is reported or nothing is right, the threshold is 1."""
    labels = np.full(len(rows), 2, np.uint8)

    assert measure.best_threshold(logits_of(*rows), labels, 1.0, DIGIT_NONE) == 1.0


def test_false_accepts_are_counted_where_most_digits_pass() -> None:
    """One of 20 digits may be lost; a non-digit above the second lowest is accepted."""
    digits = np.arange(1, 21) / 20
    others = np.array([0.01, 0.04, 0.06, 0.5])

    assert measure.false_accepts(digits, others) == 0.5
