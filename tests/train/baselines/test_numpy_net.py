import numpy as np
import pytest

from train.baselines import numpy_net
from train.baselines.numpy_net import Net, fresh, gradient, learn_epoch, loss


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
