import numpy as np
import pytest

from train.baselines import mlp


def clouds(count: int, features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ten clouds of points, one per label, that overlap slightly."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    middles = np.random.default_rng(0).normal(0, 1, (10, features))
    points = middles[labels] + rng.normal(0, 0.7, (count, features))
    return points.astype(np.float32), labels.astype(np.uint8)


def test_stored_layers_agree_with_the_classifier() -> None:
    """NumPy alone gives scikit-learn's probabilities."""
    network = pytest.importorskip("sklearn.neural_network")
    points, labels = clouds(100, 6, seed=1)
    classifier = network.MLPClassifier((mlp.HIDDEN,), random_state=1)
    classifier.partial_fit(points, labels, classes=np.arange(10))

    powers = np.exp(mlp.logits(mlp._net(classifier), points))

    chances = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(chances, classifier.predict_proba(points), atol=1e-5)


def test_a_third_of_each_small_digit_is_held_out() -> None:
    """Of 1797 digits of 8×8, a third of every label, reproducibly."""
    pytest.importorskip("sklearn")
    digits, again = mlp.small_digits(), mlp.small_digits()

    shares = [digits.held_out[digits.labels == label].mean() for label in range(10)]

    assert (len(digits.labels), digits.inputs.shape) == (1797, (1797, 64))
    assert digits.held_out.sum() == 599
    assert min(shares) > 0.32
    np.testing.assert_array_equal(digits.held_out, again.held_out)
