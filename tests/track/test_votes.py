"""What many looks at one place make one believe."""

import math

import pytest

from camdigits.track.votes import Belief, BeliefConfig
from camdigits.values import Box, Digit, Rejected

PLAIN = BeliefConfig(doubt=0.0)
PLACE = Box(10, 10, 20, 40)


def odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def sighted(*seen: tuple[str, float]) -> Belief:
    belief = Belief()
    for label, score in seen:
        belief.see(Digit(PLACE, label, score), PLAIN)
    return belief


@pytest.mark.parametrize("times", [1, 10, 100])
def test_looks_at_the_same_ink_do_not_add_up(times: int) -> None:
    """Log-odds are a mean, however often the same was seen."""
    belief = sighted(*[("7", 0.9)] * times)

    assert belief.log_odds("7", PLAIN) == pytest.approx(odds(0.9))
    assert belief.score("7") == pytest.approx(0.9)


def test_another_label_speaks_against() -> None:
    """By as much as it is sure of itself."""
    belief = sighted(("7", 0.99), ("7", 0.99), ("1", 0.9))

    assert belief.leader == "7"
    assert belief.log_odds("7", PLAIN) == pytest.approx((2 * odds(0.99) - odds(0.9)) / 3)
    assert belief.share("7") == pytest.approx(1.98 / 2.88)


@pytest.mark.parametrize(
    ("label", "score", "change"),
    [("none", 0.6, -3.0), ("1", 0.7, -2.0), ("7", 0.75, odds(0.75))],
)
def test_a_refusal_counts_as_a_look(label: str, score: float, change: float) -> None:
    """Nothing or another digit seen speaks against; the same digit, not quite sure, speaks for."""
    belief = sighted(("7", 0.99))

    belief.refuse("7", Rejected(PLACE, label, score), PLAIN)

    assert belief.log_odds("7", PLAIN) == pytest.approx((odds(0.99) + change) / 2)
    assert belief.score("7") == pytest.approx(0.99)  # of what was seen


def test_a_cut_off_part_says_less() -> None:
    """It was the luckiest of many cuts."""
    belief = Belief()

    belief.see(Digit(PLACE, "7", 0.99, is_part=True), PLAIN)

    assert belief.log_odds("7", PLAIN) == pytest.approx(odds(0.99) - PLAIN.cut)


@pytest.mark.parametrize("score", [1.0, 0.99999])
def test_no_look_is_believed_without_bounds(score: float) -> None:
    """A score of 1 is a rounding."""
    assert sighted(("7", score)).log_odds("7", PLAIN) == pytest.approx(PLAIN.most)


def test_the_first_look_is_held_back() -> None:
    """A part of a look that said nothing came before it."""
    config = BeliefConfig(doubt=1.0)

    assert sighted(("7", 0.99)).log_odds("7", config) == pytest.approx(odds(0.99) / 2)


def test_old_looks_fade() -> None:
    """A new look outweighs one that was long ago."""
    belief = sighted(("7", 0.99))

    belief.fade(0.1)
    belief.see(Digit(PLACE, "1", 0.99), PLAIN)

    assert belief.leader == "1"
    assert belief.log_odds("1", PLAIN) == pytest.approx(odds(0.99) * 0.9 / 1.1)


def test_a_label_that_has_won_starts_afresh() -> None:
    """What was there before it no longer speaks against it."""
    belief = sighted(("7", 0.99), ("1", 0.99), ("1", 0.99))

    belief.settle("1")

    assert belief.log_odds("1", PLAIN) == pytest.approx(odds(0.99))
    assert belief.score("1") == pytest.approx(0.99)
    assert belief.votes("7") == 0
