import numpy as np

from camdigits.segment.contours import fill_components, trace_components
from camdigits.values import GrayImage

RING_AND_DOT = np.array(
    [
        [1, 1, 1, 1, 1, 0, 0, 0],
        [1, 0, 0, 0, 1, 0, 0, 0],
        [1, 0, 1, 0, 1, 0, 1, 1],
        [1, 0, 0, 0, 1, 0, 1, 1],
        [1, 1, 1, 1, 1, 0, 0, 0],
    ],
    np.uint8,
) * np.uint8(255)


def two_holes() -> GrayImage:
    """Draw one component with two holes."""
    mask = np.full((5, 9), 255, np.uint8)
    mask[1:4, 1:4] = mask[1:4, 5:8] = 0
    return mask


def test_components_inside_a_hole_are_traced() -> None:
    """Every component has its own bounding box, also one inside another."""
    boxes = trace_components(RING_AND_DOT).boxes.tolist()

    assert sorted(boxes) == [[0, 0, 5, 5], [2, 2, 1, 1], [6, 2, 2, 2]]


def test_filled_components_equal_the_mask() -> None:
    """Holes stay 0, and components inside them are drawn."""
    components = trace_components(RING_AND_DOT)

    assert np.array_equal(fill_components(components, RING_AND_DOT.shape), RING_AND_DOT)


def test_dropped_components_are_not_drawn() -> None:
    """`without` removes the components that a (N,) bool array marks."""
    components = trace_components(RING_AND_DOT)

    small = components.without(components.boxes[:, 2] > 2)

    assert sorted(small.boxes.tolist()) == [[2, 2, 1, 1], [6, 2, 2, 2]]
    assert np.count_nonzero(fill_components(small, RING_AND_DOT.shape)) == 5


def test_chosen_components_keep_the_given_order() -> None:
    """`only` returns components by index."""
    components = trace_components(RING_AND_DOT)

    chosen = components.only([2, 0])

    assert chosen.boxes.tolist() == components.boxes[[2, 0]].tolist()
    assert chosen.outer.tolist() == components.outer[[2, 0]].tolist()


def test_holes_of_a_component_can_be_limited() -> None:
    """The outline comes first, then at most max_holes holes."""
    components = trace_components(two_holes())

    counts = [len(components.component(0, max_holes)) for max_holes in (None, 0, 1, 2)]

    assert counts == [3, 1, 2, 3]


def test_an_empty_mask_has_no_components() -> None:
    """All arrays have length 0."""
    components = trace_components(np.zeros((4, 4), np.uint8))

    assert components.boxes.shape == (0, 4)
    assert not fill_components(components, (4, 4)).any()
