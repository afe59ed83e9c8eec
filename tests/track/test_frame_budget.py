from camdigits.track.frame_budget import FrameBudget, FrameBudgetConfig
from camdigits.values import Box


def box(index, shift=0):
    return Box(100 * index + shift, 0, 40, 20)


def test_rejected_regions_are_not_read_again():
    """A region without a number in the frame before is skipped where it stays."""
    budget = FrameBudget()
    boxes = [box(0), box(1)]
    budget.learn([boxes[i] for i in budget.choose(boxes)], [False, True])

    assert budget.choose(boxes) == [1]


def test_a_region_that_moves_slowly_stays_known():
    """Its remembered box moves along."""
    budget = FrameBudget()
    budget.learn([box(0)], [False])

    assert [budget.choose([box(0, 4 * frame)]) for frame in range(5)] == [[]] * 5


def test_a_region_that_jumps_is_new():
    """Another place is another region."""
    budget = FrameBudget()
    budget.learn([box(0)], [False])

    assert budget.choose([box(0, 60)]) == [0]


def test_numbers_come_before_new_regions():
    """Those read as numbers before are read in every frame, however many are new."""
    budget = FrameBudget(FrameBudgetConfig(per_frame=1))
    budget.learn([box(5), box(6)], [True, True])

    chosen = budget.choose([box(0), box(5), box(1), box(6)])

    assert chosen == [1, 3]
    assert budget.left == (box(0), box(1))


def test_a_rejected_region_is_read_again_after_a_while():
    """A digit may have been written there, or the focus found."""
    budget = FrameBudget(FrameBudgetConfig(max_age=3))
    budget.learn([box(0)], [False])

    assert [budget.choose([box(0)]) for _ in range(4)] == [[], [], [], [0]]


def test_memory_is_bounded():
    """Regions that are gone are forgotten with age."""
    budget = FrameBudget(FrameBudgetConfig(max_age=2))
    for frame in range(50):
        budget.learn([box(frame)], [False])
        budget.choose([])

    assert len(budget._boxes) <= 3
