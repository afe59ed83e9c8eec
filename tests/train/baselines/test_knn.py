import numpy as np
import pytest

from train.baselines import knn


def test_votes_agree_with_scikit_learn() -> None:
    """The best logit is the prediction of KNeighborsClassifier."""
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(5)
    vectors = rng.integers(0, 256, (60, 784)).astype(np.uint8)
    memory = knn.Memory("knn", vectors, (np.arange(60) % 10).astype(np.uint8), 3)
    glyphs = rng.integers(0, 256, (20, 28, 28)).astype(np.uint8)

    best = knn.scorer_of(memory)(glyphs).argmax(axis=1)

    predicted = knn._finder(memory).predict(knn.pixels(glyphs).astype(np.float32))
    np.testing.assert_array_equal(best, predicted)


def test_doubt_makes_votes_probabilities() -> None:
    """Two of three votes and a doubt of 0.1 per digit: 2.1 of 4."""
    counted = knn.votes(np.array([[3, 3, 7]], np.uint8))

    chances = np.exp(knn.logits(counted, doubt=0.1))[0]

    assert chances[3] == pytest.approx(2.1 / 4)
    assert chances.sum() == pytest.approx(1)


def test_the_simplified_vectors_are_49_soft_pixels() -> None:
    """A dot spreads to its neighbours, so a shifted stroke stays similar."""
    glyph = np.zeros((1, 28, 28), np.uint8)
    glyph[0, 12:16, 12:16] = 255

    vector = knn.reduced(glyph).reshape(7, 7)

    assert vector[3, 3] == vector.max() > 100
    assert vector[3, 2] > 10
    assert vector[0].max() == 0
