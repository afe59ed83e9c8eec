from dataclasses import replace

import numpy as np
import pytest
from support.predictions import candidates, predictions

from camdigits.errors import ModelError
from camdigits.recognize.card import find_context
from camdigits.recognize.context_features import (
    NEIGHBOURS,
    NODE_FEATURES,
    ODDS_COLUMN,
    SIZE_COLUMN,
    graph_of,
)
from camdigits.recognize.context_net import clutter, evidence_bound, load_context_net, odds_of_none
from camdigits.values import NONE, Box, Candidates, Region

NET = load_context_net(find_context())
SHAPE = 480, 640


def row(labels, size=30, gap=10, scores=0.98, y=100):
    """Candidates side by side."""
    regions = [
        Region(Box(20 + place * (size + gap), y, round(0.6 * size), size), ink(size), 120.0)
        for place in range(len(labels))
    ]
    return candidates(regions, labels, scores)


def ink(size):
    shape = np.zeros((size, round(0.6 * size)), np.uint8)
    shape[:, 2:6] = shape[:5] = 255
    return shape


def glyphs(count):
    found = np.zeros((count, 28, 28), np.uint8)
    found[:, 4:24, 8:12] = found[:, 4:8, 8:20] = 255
    return found


def graph(found, shape=SHAPE):
    return graph_of(found, glyphs(len(found)), shape, None)


def test_the_nearest_regions_on_the_line_come_first():
    """Vertical distances count twice."""
    found = row("12345")

    neighbours = graph(found).neighbours

    assert set(neighbours[2, :2].tolist()) == {1, 3}
    assert graph(found).present[0].sum() == 4


def test_features_do_not_depend_on_the_scale():
    """But for the size in pixels, a page twice as large gives the same features."""
    small, large = row("123", size=30, gap=10), row("123", size=60, gap=20)
    large = Candidates(
        tuple(
            replace(region, box=Box(*(2 * value for value in one.box)))
            for region, one in zip(large.regions, small.regions, strict=True)
        ),
        large.predictions,
    )

    one, two = graph(small), graph(large, (960, 1280))

    others = [column for column in range(NODE_FEATURES) if column != SIZE_COLUMN]
    assert np.allclose(one.nodes[:, others], two.nodes[:, others], atol=1e-5)
    assert np.allclose(one.edges, two.edges, atol=1e-5)


def test_many_regions_have_twelve_neighbours():
    """More than the table that is made at once."""
    found = row(["1"] * 700, size=20, gap=2)

    table = graph(found)

    assert table.neighbours.shape == (700, NEIGHBOURS)
    assert table.present[350].all()


def test_among_digits_the_context_changes_little():
    """Without non-digits around, a digit that is sure by itself stays one."""
    found = row("28359")

    odds = odds_of_none(found, glyphs(5), SHAPE, None, NET)

    assert (clutter(graph(found)) == 0).all()
    assert (found.with_prior(odds.alone).predictions.none < 0.2).all()


def test_a_letter_that_looks_like_a_digit_is_rejected_in_a_word():
    """Its neighbours on the line are surely not digits."""
    labels = [NONE, NONE, "0", NONE, NONE, "5", NONE, NONE, NONE]
    scores = [0.99, 0.99, 0.97, 0.99, 0.99, 0.97, 0.99, 0.99, 0.99]
    found = row(labels, gap=4, scores=scores)

    odds = odds_of_none(found, glyphs(9), SHAPE, None, NET)

    assert not found.with_prior(odds.alone).accepted(0.5).any()


def test_the_bound_grows_with_clutter():
    """Half of the neighbours non-digits: a factor of thousands; none: of seven."""
    none, half = evidence_bound(np.float32([0, 0.5])).tolist()

    assert np.exp(none) < 10
    assert np.exp(half) > 1000


def test_parts_have_the_factor_of_the_region_they_are_in():
    """A box in no region has none."""
    odds = odds_of_none(row([NONE, "1"]), glyphs(2), SHAPE, None, NET)

    factors = odds.of_parts(np.array([[22, 110, 8, 10], [62, 100, 10, 30], [400, 400, 9, 9.0]]))

    assert factors.tolist() == [odds.parts[0], odds.parts[1], 1.0]


@pytest.mark.parametrize("net", [None, NET])
def test_other_labels_have_no_context(net):
    """The network knows ten digits and "none"; without it nothing changes either."""
    found = candidates(row("12").regions, "12")
    other = Candidates(found.regions, predictions(("A", "B"), names=("A", "B", NONE)))

    odds = odds_of_none(other if net else found, glyphs(2), SHAPE, None, net)

    assert odds.alone.tolist() == odds.parts.tolist() == [1.0, 1.0]
    assert odds.turned is None


def test_rules_beside_a_region_are_features():
    """A printed line on the left of a stroke is seen on that side only."""
    rules = np.zeros(SHAPE, np.uint8)
    rules[80:150, 16:19] = 255
    found = row("1")

    left, top, right, bottom = graph_of(found, glyphs(1), SHAPE, rules).nodes[0, -4:]

    assert left > 0.5
    assert [top, right, bottom] == [pytest.approx(0, abs=0.7), 0, pytest.approx(0, abs=0.7)]


def test_a_damaged_file_is_one_line(tmp_path):
    """The message names the file and what to do."""
    file = tmp_path / "context.npz"
    with pytest.raises(ModelError, match="install camdigits again"):
        load_context_net(file)
    file.write_bytes(b"no archive")
    with pytest.raises(ModelError, match="wanted the weights"):
        load_context_net(file)
    np.savez(file, in_w=np.zeros((3, 3)))
    with pytest.raises(ModelError, match="wanted the weights"):
        load_context_net(file)


def test_a_sure_none_has_positive_odds():
    """The first feature is the log odds of "none"."""
    table = graph(row([NONE, "1"]))

    assert table.nodes[0, ODDS_COLUMN] > 0 > table.nodes[1, ODDS_COLUMN]
