import numpy as np
import pytest

from train.errors import NetError
from train.fit.classics import CONNECTIONS
from train.fit.export import float32, quantize
from train.fit.nets import NETS, build

pytest.importorskip("tensorflow")


def test_lenet_has_the_papers_weights() -> None:
    """Layers are as in LeCun et al., 1998, section II-B."""
    model = build("lenet5", 10)

    counts = {name: model.get_layer(name).count_params() for name in LAYERS}

    assert counts == LAYERS
    assert model.get_layer("C1").output.shape[1:] == (28, 28, 6)  # of 32×32, as in the paper
    assert model.count_params() == sum(LAYERS.values()) + 850


LAYERS = {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164}


def test_c3_is_connected_as_in_the_paper() -> None:
    """Six maps see 3 neighbours, six 4, three 4 apart, one all; each S2 map is used ten times."""
    counts = [len(seen) for seen in CONNECTIONS]

    assert counts == [3] * 6 + [4] * 9 + [6]
    assert np.bincount([one for seen in CONNECTIONS for one in seen]).tolist() == [10] * 6
    assert len(set(CONNECTIONS)) == 16


def test_a_map_of_c3_depends_on_its_connections_only() -> None:
    """Ink on map 5 changes exactly the ten maps connected with it."""
    layer = build("lenet5", 10).get_layer("C3")
    planes = np.zeros((1, 14, 14, 6), np.float32)
    planes[..., 5] = 1

    moved = np.abs(np.asarray(layer(planes))).max(axis=(0, 1, 2)) > 0

    assert moved.tolist() == [5 in seen for seen in CONNECTIONS]


def test_the_classic_net_is_as_published() -> None:
    """It has 3,274,634 weights, as in TensorFlow's tutorial."""
    model = build("classic-cnn", 10)

    bias = model.layers[1].get_weights()[1]
    assert model.count_params() == 3_274_634
    np.testing.assert_allclose(bias, 0.1)


@pytest.mark.parametrize("name", [*NETS])
def test_every_net_names_its_last_layers(name: str) -> None:
    """Export and report find logits and embedding by name."""
    model = build(name, 7)

    assert model.get_layer("logits").output.shape == (None, 7)
    assert len(model.get_layer("embedding").output.shape) == 2
    assert model.input.shape == (None, 28, 28, 1)


def test_the_shipped_net_is_small_and_keeps_positions() -> None:
    """The embedding has 64 values from all 3×3 positions of 128 maps; weights are below 300 kB."""
    model = build("camdigits", 11)

    seen = model.layers[-5]  # then batch normalisation, ReLU, the mean of one place, the labels
    assert seen.get_weights()[0].shape == (3, 3, 128, 64)
    assert model.get_layer("embedding").output.shape == (None, 64)
    assert model.count_params() < 280_000


@pytest.mark.parametrize("name", ["lenet5", "classic-cnn"])
def test_the_classic_nets_need_no_special_operators(name: str) -> None:
    """They are int8 throughout, without TensorFlow's own operators."""
    glyphs = np.random.default_rng(1).integers(0, 256, (4, 28, 28)).astype(np.uint8)

    content = quantize(build(name, 10), glyphs)

    assert b"Flex" not in content
    assert len(content) < len(float32(build(name, 10))) / 3


def test_an_unknown_net_is_rejected() -> None:
    """The error lists the nets."""
    with pytest.raises(NetError, match="no net huge; nets are camdigits, wide, small"):
        build("huge", 11)
