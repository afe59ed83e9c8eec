"""Motion of the page between two frames, from the positions of its digits."""

import pytest

from camdigits.track.motion import STILL, Motion, Positions, common_motion, positions
from camdigits.track.motion import predicted_motion as predicted

PAGE = [(50, 100), (200, 100), (350, 120), (500, 300)]


def page(motion: Motion = STILL, labels: str = "4719") -> Positions:
    """Digits 20 wide and 40 high on a page that moved."""
    moved = [motion.turn * complex(x, y) + motion.shift for x, y in PAGE]
    boxes = [(at.real - 10, at.imag - 20, 20.0, 40.0) for at in moved]
    return positions(boxes[: len(labels)], list(labels))


def test_a_shift_is_found() -> None:
    """A shift of four digits by more than their size is found without a prediction."""
    motion = common_motion(page(), page(Motion(shift=70 - 30j)))

    assert motion is not None
    assert motion.shift == pytest.approx(70 - 30j)
    assert motion.turn == pytest.approx(1)


def test_a_zoom_is_found() -> None:
    """A zoom of 2 % about the origin is fitted, reduced by less than 0.5 % by the penalty."""
    motion = common_motion(page(), page(Motion(1.02 + 0j)))

    assert motion is not None
    assert abs(motion.turn) == pytest.approx(1.02, abs=0.005)


def test_digits_with_other_labels_give_no_motion() -> None:
    """Without an equal digit in both frames there is no motion."""
    assert common_motion(page(), page(labels="2222")) is None


def test_one_digit_does_not_support_a_long_jump() -> None:
    """One digit that moved by four sizes is a chance match."""
    jump = Motion(shift=160 + 0j)

    assert common_motion(page(labels="4"), page(jump, "4")) is None


@pytest.mark.parametrize(("last_s", "factor"), [(0.1, 2), (0.02, 5), (0.0, 0)])
def test_a_motion_is_predicted_at_constant_speed(last_s: float, factor: int) -> None:
    """It grows with the elapsed time, up to 5 times; it is zero if no interval is known."""
    assert predicted(Motion(shift=3 + 1j), last_s, 0.2).shift == factor * (3 + 1j)
