"""Votes of one tracked digit: a mean of log-odds over observations."""

import math

import pytest

from camdigits.track.votes import Votes, VotesConfig
from camdigits.values import Box, Digit, Rejected

PLAIN = VotesConfig(prior_observations=0.0)
BOX = Box(10, 10, 20, 40)


def odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def votes(*observations: tuple[str, float]) -> Votes:
    pooled = Votes()
    for label, score in observations:
        pooled = pooled.with_digit(Digit(BOX, label, score), PLAIN)
    return pooled


@pytest.mark.parametrize("times", [1, 10, 100])
def test_equal_observations_do_not_add_up(times: int) -> None:
    """Log-odds are a mean: N equal observations count like one."""
    pooled = votes(*[("7", 0.9)] * times)

    assert pooled.mean_log_odds("7", PLAIN) == pytest.approx(odds(0.9))
    assert pooled.mean_score("7") == pytest.approx(0.9)


def test_another_label_counts_against_a_label() -> None:
    """The log-odds of other labels are subtracted."""
    pooled = votes(("7", 0.99), ("7", 0.99), ("1", 0.9))

    assert pooled.leader == "7"
    assert pooled.mean_log_odds("7", PLAIN) == pytest.approx((2 * odds(0.99) - odds(0.9)) / 3)
    assert pooled.share("7") == pytest.approx(1.98 / 2.88)


@pytest.mark.parametrize(
    ("label", "score", "change"),
    [("none", 0.6, -3.0), ("1", 0.7, -2.0), ("7", 0.75, odds(0.75))],
)
def test_a_rejection_is_an_observation(label: str, score: float, change: float) -> None:
    """A rejected "none" or other digit counts against a digit, a rejected equal digit for it."""
    pooled = votes(("7", 0.99)).with_rejected("7", Rejected(BOX, label, score), PLAIN)

    assert pooled.mean_log_odds("7", PLAIN) == pytest.approx((odds(0.99) + change) / 2)
    assert pooled.mean_score("7") == pytest.approx(0.99)  # of the accepted observations


def test_a_part_of_a_region_counts_less() -> None:
    """The log-odds of a part are lowered, because it is the best of many splits."""
    pooled = Votes().with_digit(Digit(BOX, "7", 0.99, is_part=True), PLAIN)

    expected = odds(0.99) - PLAIN.part_penalty_log_odds
    assert pooled.mean_log_odds("7", PLAIN) == pytest.approx(expected)


@pytest.mark.parametrize("score", [1.0, 0.99999])
def test_the_weight_of_one_observation_is_limited(score: float) -> None:
    """A score of 1 is a rounding and counts max_log_odds."""
    pooled = votes(("7", score))

    assert pooled.mean_log_odds("7", PLAIN) == pytest.approx(PLAIN.max_log_odds)


def test_prior_observations_lower_the_first_mean() -> None:
    """One neutral observation before the first halves its log-odds."""
    config = VotesConfig(prior_observations=1.0)

    assert votes(("7", 0.99)).mean_log_odds("7", config) == pytest.approx(odds(0.99) / 2)


def test_old_observations_decay() -> None:
    """A new observation outweighs a decayed one."""
    pooled = votes(("7", 0.99)).decayed(0.1).with_digit(Digit(BOX, "1", 0.99), PLAIN)

    assert pooled.leader == "1"
    assert pooled.mean_log_odds("1", PLAIN) == pytest.approx(odds(0.99) * 0.9 / 1.1)


def test_a_new_label_starts_without_the_votes_of_others() -> None:
    """Restricted to one label, the votes of the others no longer count against it."""
    pooled = votes(("7", 0.99), ("1", 0.99), ("1", 0.99)).restricted_to("1")

    assert pooled.mean_log_odds("1", PLAIN) == pytest.approx(odds(0.99))
    assert pooled.mean_score("1") == pytest.approx(0.99)
    assert pooled.score_sum("7") == 0
