"""Association of digits with tracked digits."""

import numpy as np

from camdigits.track.association import Expected, cheapest_pairs, pairing_costs, rejections_at
from camdigits.track.motion import Floats, positions
from camdigits.values import Box

BOX = Box(100, 100, 20, 40)


def cost(box: Box, label: str = "7", missed_s: float = 0.0, is_labelled: bool = True) -> Floats:
    """Cost of pairing one tracked 7 at BOX with one digit."""
    expected = Expected(
        positions([BOX], ["7"]),
        np.array([missed_s]),
        np.array([missed_s <= 0.4]),
        np.array([is_labelled]),
    )
    return pairing_costs(expected, positions([box], [label]))


def test_costs_are_distances_in_sizes() -> None:
    """A digit 10 pixels away costs 0.25 for a longest side of 40 pixels."""
    assert cost(BOX._replace(x=110)) == [[0.25]]


def test_another_label_and_a_missing_label_cost_more() -> None:
    """Another label adds 0.4 sizes, a tracked digit without a label 0.15."""
    assert cost(BOX, "1") == [[0.4]]
    assert cost(BOX, is_labelled=False) == [[0.15]]


def test_a_distant_digit_is_excluded() -> None:
    """The limit is half a size, and one size after a second without an observation."""
    assert cost(BOX._replace(x=130)) == [[np.inf]]
    assert cost(BOX._replace(x=130), missed_s=1.0) == [[0.75]]


def test_a_digit_of_another_size_is_excluded() -> None:
    """Twice the size is another digit, even at the same centre."""
    assert cost(Box(90, 80, 40, 80)) == [[np.inf]]


def test_another_label_is_excluded_after_a_longer_gap() -> None:
    """A digit that was missed for long is not paired with another label."""
    assert cost(BOX, "1", missed_s=0.5) == [[np.inf]]


def test_excluded_pairs_are_not_formed() -> None:
    """A row whose only finite cost is taken stays unpaired."""
    costs = np.array([[0.1, np.inf], [0.2, np.inf]])

    assert cheapest_pairs(costs) == [(0, 0)]


def test_a_much_larger_rejected_region_is_ignored() -> None:
    """A hand that covers a digit is not a rejection of the digit."""
    assert rejections_at([BOX], [Box(0, 0, 300, 300)]) == [None]
    assert rejections_at([BOX], [Box(0, 0, 300, 300), BOX]) == [1]
