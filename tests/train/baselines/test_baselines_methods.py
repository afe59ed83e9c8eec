import numpy as np
import pytest

from train.baselines import knn, mlp, numpy_net, svm
from train.baselines.numpy_net import Net, fresh, gradient, learn_epoch, loss


def clouds(count: int, features: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ten clouds of points, one per label, that overlap slightly."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    middles = np.random.default_rng(0).normal(0, 1, (10, features))
    points = middles[labels] + rng.normal(0, 0.7, (count, features))
    return points.astype(np.float32), labels.astype(np.uint8)


def small_net() -> tuple[Net, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    net = fresh("normal", seed=4, sizes=(5, 4, 3, 2))
    biases = tuple(rng.normal(0, 0.5, one.shape) for one in net.biases)
    return Net(net.weights, biases), rng.uniform(0, 1, 5), np.array([1.0, 0.0])


def test_back_propagation_matches_finite_differences() -> None:
    """Each weight and bias is changed both ways."""
    net, inputs, wanted = small_net()
    step = 1e-6

    slope = gradient(net, inputs, wanted)

    values, slopes = net.weights + net.biases, slope.weights + slope.biases
    for value, one in zip(values, slopes, strict=True):
        for place in np.ndindex(value.shape):
            was, losses = value[place], []
            for nudged in (was + step, was - step):
                value[place] = nudged
                losses.append(loss(net, inputs, wanted))
            value[place] = was
            assert (losses[0] - losses[1]) / (2 * step) == pytest.approx(one[place], abs=1e-8)


def test_a_step_goes_down_the_gradient() -> None:
    """One digit, one epoch: weights minus rate times gradient."""
    net, inputs, wanted = small_net()
    slope = gradient(net, inputs, wanted)

    after = learn_epoch(net, inputs[None], wanted[None], rate=0.5, epoch=0)

    for was, one, now in zip(net.weights, slope.weights, after.weights, strict=True):
        np.testing.assert_allclose(now, was - 0.5 * one)
    assert loss(after, inputs, wanted) < loss(net, inputs, wanted)


def test_learning_returns_a_new_net() -> None:
    """The given net does not change."""
    net, inputs, wanted = small_net()
    before = [weights.copy() for weights in net.weights]

    learn_epoch(net, inputs[None], wanted[None], rate=0.5, epoch=0)

    assert all(np.array_equal(a, b) for a, b in zip(before, net.weights, strict=True))


def test_from_zeros_the_neurons_of_a_layer_stay_equal() -> None:
    """They get equal gradients."""
    inputs = np.random.default_rng(1).uniform(0, 1, (20, 5))
    wanted = np.eye(2)[np.arange(20) % 2]

    net = learn_epoch(fresh("zeros", sizes=(5, 4, 3, 2)), inputs, wanted, 0.5, 0)

    assert all(np.ptp(weights, axis=0).max() == 0 for weights in net.weights[:2])


def test_from_ones_gradients_vanish() -> None:
    """A thousand inputs saturate the sigmoids."""
    inputs, wanted = np.ones(1024), np.eye(10)[3]

    slope = gradient(fresh("ones"), inputs, wanted)

    assert max(np.abs(weights).max() for weights in slope.weights) < 1e-6


def test_the_net_has_the_published_layers() -> None:
    """1024-16-16-10 with 16842 weights."""
    net = fresh("normal")

    assert [weights.shape for weights in net.weights] == [(16, 1024), (16, 16), (10, 16)]
    assert sum(one.size for one in net.weights + net.biases) == 16842


@pytest.mark.parametrize("init", numpy_net.INITS)
def test_initialisation_is_reproducible(init: str) -> None:
    """The same seed gives the same weights."""
    one, other = fresh(init), fresh(init)

    assert all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))


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
