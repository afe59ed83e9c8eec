from dataclasses import replace

import numpy as np
import pytest

from camdigits.recognize.card import Card, find_model, load_card
from camdigits.recognize.tflite import load_scorer
from camdigits.values import Logits
from train.data.alphabets import DIGIT_NONE
from train.data.sets import Glyphset
from train.metrics import measure
from train.metrics.evaluate import digit_row, reject_rows
from train.report import predict
from train.report.predict import SetPredictions

CARD = Card(("0", "1", "none"), temperature=1.0, threshold=0.6, sha256="")


def logits(*rows: tuple[float, ...]) -> Logits:
    """Return logits of these probabilities."""
    return np.log(np.array(rows, np.float32))


def predictions(
    name: str, truth: list[int], scores: Logits, labelled: bool = True
) -> SetPredictions:
    images = np.zeros((len(truth), 28, 28), np.uint8)
    return SetPredictions(name, images, np.array(truth), scores, labelled)


def noise(name: str, count: int, labels: int, seed: int = 1) -> Glyphset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Glyphset(name, images, rng.integers(0, labels, count).astype(np.uint8))


def test_the_rows_are_those_of_evaluate() -> None:
    """The page and `train evaluate` have the same figures."""
    card = load_card(find_model("digits"))
    parts = [noise("mnist/test", 40, 10), noise("unipen/val", 30, 10, 2)]
    none = replace(noise("cats", 30, 1, 3), labels=np.full(30, DIGIT_NONE, np.uint8))
    scorer = load_scorer(find_model("digits"), card).logits

    predicted = [predict.predict_set(part, scorer, card) for part in parts]
    rejected = predict.predict_set(none, scorer, card)

    assert [predict.read_row(one, card) for one in predicted] == [
        digit_row(part, scorer, card) for part in parts
    ]
    rows = predict.reject_rows_of([*predicted, rejected], card)
    assert rows == reject_rows([none], parts, scorer, card)
    assert [one.labelled for one in (*predicted, rejected)] == [True, True, False]


def test_confusion_rows_are_true_labels() -> None:
    """A 0 predicted as 1 is in row 0, column 1."""
    scores = logits((0.1, 0.8, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8))

    counts = predict.confusion([predictions("x", [0, 1, 2], scores)], 3)

    assert counts.tolist() == [[0, 1, 0], [0, 1, 0], [0, 0, 1]]


def test_the_most_confident_error_comes_first() -> None:
    """All are counted, some are shown."""
    scores = logits((0.3, 0.6, 0.1), (0.05, 0.9, 0.05), (0.8, 0.1, 0.1), (0.1, 0.1, 0.8))

    count, found = predict.mistakes(predictions("x", [0, 0, 0, 1], scores), CARD, 2)

    assert count == 3
    assert [(one.truth, one.predicted) for one in found] == [("0", "1"), ("1", "none")]
    assert [one.score for one in found] == pytest.approx([0.9, 0.8])


def test_a_roc_curve_has_kept_and_accepted_shares() -> None:
    """Keeping digits at 0.9 and 0.7 accepts one of two others at 0.8 and 0.1."""
    others = predictions("x", [2, 2], logits((0.8, 0.1, 0.1), (0.1, 0.05, 0.85)), labelled=False)

    curve = predict.roc_curve(others, np.array([0.9, 0.7]), replace(CARD, threshold=0.85))

    assert (curve.kept[0], curve.accepted[0]) == (1.0, 0.5)
    assert curve.at_threshold == (0.5, 0.0)


def test_the_bins_add_up_to_the_calibration_error() -> None:
    """The diagram shows the terms of the sum."""
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, (500, 3)).astype(np.float32)
    truth = rng.integers(0, 3, 500)

    bins = predict.reliability(scores, truth, 0.8)

    gaps = np.nansum(np.abs(bins.confidence - bins.accuracy) * bins.counts) / 500
    assert gaps == pytest.approx(measure.calibration_error(scores, truth.astype(np.uint8), 0.8))


def test_none_is_thinned_to_its_share_on_pages() -> None:
    """The export does the same before it fits the temperature."""
    card = replace(CARD, notes={"prior_none": 0.1})
    many = predictions("x", [0] * 18 + [2] * 50, np.zeros((68, 3), np.float32))

    _, truth = predict.page_mixture([many], card)

    assert np.bincount(truth).tolist() == [18, 0, 2]
