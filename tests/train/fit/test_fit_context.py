import numpy as np
import pytest

from camdigits.recognize.context_features import (
    EDGE_FEATURES,
    NEIGHBOURS,
    NODE_FEATURES,
    Graph,
)
from camdigits.recognize.context_net import ContextNet, load_context_net
from train.errors import DataError
from train.simulate.graphs import DIGIT, OTHER, LabelledGraph, load_graphs

pytest.importorskip("tensorflow")

import tensorflow as tf

from train.fit.context_net import ContextSettings, _forward, _start, fit_context


def graph(count, rng):
    present = (rng.random((count, NEIGHBOURS)) < 0.7).astype(np.float32)
    edges = rng.normal(0, 1, (count, NEIGHBOURS, EDGE_FEATURES)).astype(np.float32)
    return Graph(
        rng.normal(0, 1, (count, NODE_FEATURES)).astype(np.float32),
        rng.integers(0, count, (count, NEIGHBOURS)).astype(np.int32),
        present,
        edges * present[..., None],
    )


def test_both_implementations_agree():
    """Training and reading compute the same logits."""
    rng = np.random.default_rng(1)
    weights, page = _start(8, rng), graph(20, rng)

    one = ContextNet(weights).logits(page)
    other = _forward(tf, weights, page.nodes, page.neighbours, page.present, page.edges)

    assert np.allclose(one, np.asarray(other), atol=1e-4)


def test_a_rule_of_the_features_is_learned(tmp_path):
    """Regions with a positive feature are digits: after some epochs most are kept."""
    rng = np.random.default_rng(2)
    pages = []
    for _ in range(60):
        page = graph(12, rng)
        page.nodes[:, 0] = 0  # the glyph itself says nothing
        kinds = np.where(page.nodes[:, 5] > 0, DIGIT, OTHER).astype(np.int8)
        pages.append(LabelledGraph(page, kinds, 0))
    file = tmp_path / "graphs.npz"
    np.savez(
        file,
        nodes=np.concatenate([page.graph.nodes for page in pages]),
        neighbours=np.concatenate([page.graph.neighbours for page in pages]),
        present=np.concatenate([page.graph.present for page in pages]),
        edges=np.concatenate([page.graph.edges for page in pages]),
        kinds=np.concatenate([page.kinds for page in pages]),
        pages=np.full(60, 12, np.int32),
        sides=np.zeros(60, np.int8),
    )
    lines = []

    settings = ContextSettings(hidden=8, epochs=12, rate=1e-2)
    fit_context([file], file, tmp_path / "out.npz", settings, lines.append)

    net = load_context_net(tmp_path / "out.npz")
    none = np.concatenate([net.logits(page.graph)[:, 0] for page in pages])
    digits = np.concatenate([page.kinds for page in pages]) == DIGIT
    assert none[~digits].mean() > none[digits].mean() + 0.5
    assert lines[-1].startswith("epoch 12")


def test_a_missing_file_is_one_line(tmp_path):
    """The message says what was wanted."""
    with pytest.raises(DataError, match="wanted a file of `train graphs`"):
        load_graphs(tmp_path / "none.npz")
