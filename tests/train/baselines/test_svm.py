import numpy as np
import pytest

from train.baselines import svm


def clouds(count: int, features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ten clouds of points, one per label, that overlap slightly."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    middles = np.random.default_rng(0).normal(0, 1, (10, features))
    points = middles[labels] + rng.normal(0, 0.7, (count, features))
    return points.astype(np.float32), labels.astype(np.uint8)


def test_pairs_equal_the_svc_of_all_ten() -> None:
    """scikit-learn trains the same pairs internally, and NumPy gives its outputs."""
    svc = pytest.importorskip("sklearn.svm").SVC
    points, labels = clouds(200, 6, seed=1)
    others, _ = clouds(40, 6, seed=2)
    whole = svc(C=svm.C, gamma=0.3, decision_function_shape="ovo").fit(points, labels)

    pairs = [svm.learn_pair(points, labels, pair, gamma=0.3) for pair in svm.PAIRS]
    machines = svm.join(points, pairs, gamma=0.3)

    answers = svm.decide(machines, others)
    np.testing.assert_allclose(answers, whole.decision_function(others), atol=2e-2)
    np.testing.assert_array_equal(machines.vectors, points[np.sort(whole.support_)])


def test_a_digits_logit_comes_from_its_nine_pairs() -> None:
    """A digit that wins all nine is best; without decisions all are equal."""
    answers = np.zeros((2, len(svm.PAIRS)), np.float32)
    for column, pair in enumerate(svm.PAIRS):
        answers[1, column] = 1.0 if pair[0] == 4 else -1.0 if pair[1] == 4 else 0.0

    logits = svm._logits(answers)

    assert np.ptp(logits[0]) < 1e-12
    assert logits[1].argmax() == 4
