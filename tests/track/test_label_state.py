"""Label, confidence and visibility of one tracked digit."""

import pytest

from camdigits.track.label_state import LabelConfig, LabelState, first_state, observed, restarted
from camdigits.values import Box, Digit

SEVEN = Digit(Box(0, 0, 20, 40), "7", 0.99)
STEP_S = 1 / 30


def after(count: int, digit: Digit = SEVEN) -> LabelState:
    """State after the first and `count` more observations."""
    state = first_state(digit)
    for _ in range(count):
        state = observed(state, digit, STEP_S, 0.0)
    return state


@pytest.mark.parametrize(("count", "label"), [(0, ""), (1, ""), (2, "7")])
def test_a_label_needs_confidence(count: int, label: str) -> None:
    """A digit is labelled and shown once it was observed for 0.06 seconds."""
    assert (after(count).label, after(count).is_shown) == (label, bool(label))


def test_confidence_is_limited() -> None:
    """Confidence does not exceed one second, however long a digit was observed."""
    assert after(100).confidence_s == LabelConfig().max_confidence_s


@pytest.mark.parametrize(("missed_s", "loss_s"), [(0.1, 0.15), (0.25, 0.375), (5.0, 0.375)])
def test_missed_time_costs_confidence(missed_s: float, loss_s: float) -> None:
    """A missed second costs 1.5 seconds of confidence; an occlusion costs no more than 0.25 s."""
    state = observed(after(100), SEVEN, STEP_S, missed_s)

    assert state.confidence_s == pytest.approx(1 - loss_s + STEP_S)


def test_a_restarted_state_keeps_its_label_hidden() -> None:
    """A page that was turned needs new votes, but its digits keep label and confidence."""
    state, before = restarted(after(10)), after(10)

    assert (state.label, state.is_shown) == ("7", False)
    assert state.confidence_s == before.confidence_s
    assert not state.votes.score_sums
