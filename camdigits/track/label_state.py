"""Label of one tracked digit over time: its votes, its confidence and whether it is shown.

Pure functions: an observation and a state give the next state. Two thresholds, a higher one to be
shown and a lower one to stay shown, prevent flicker (hysteresis, as in Canny's edge detector).
"""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

from camdigits.track.votes import Votes, VotesConfig
from camdigits.values import Digit, Rejected


@dataclass(frozen=True, slots=True)
class LabelConfig:
    """When a tracked digit gets a label, when it is shown and when it is hidden.

    Confidence is the time a digit was observed minus the weighted time it was missed, in seconds.
    """

    show_confidence_s: float = 0.06  # chosen: shown in the third frame at 30 per second
    hide_confidence_s: float = 0.0  # chosen: a shown digit with less is hidden
    max_confidence_s: float = 1.0  # chosen
    min_confidence_s: float = -1.0  # chosen
    confidence_loss_per_missed_s: float = 1.5  # chosen: falls if every second frame misses it
    max_miss_s: float = 0.25  # chosen: a longer gap is an occlusion and costs no more confidence
    max_step_s: float = 0.15  # chosen: longer intervals between two frames count as this
    vote_decay_s: float = 1.0  # chosen: votes count 1/e after this time of being observed
    min_label_share: float = 0.6  # chosen: share of its votes that a first label needs
    min_shown_share: float = 0.5  # chosen: a label with a smaller share of the votes is hidden
    relabel_ratio: float = (
        2.0  # chosen: votes of a new label per vote of the old one to replace it
    )
    show_log_odds: float = 3.0  # mean log-odds (95 %) needed to be shown; measured: `config_for`
    stay_log_odds: float = 2.0  # mean log-odds (88 %) needed to stay shown
    settled_log_odds: float = 3.0  # needed to be shown once a digit was observed for long
    settling_s: tuple[float, float] = (3.0, 4.0)  # measured: of observation; between them it falls
    min_hysteresis: float = 0.5  # chosen: of the log-odds to be shown and to stay shown
    at_once: bool = False  # each frame by itself: pages that change with every frame
    votes: VotesConfig = field(default_factory=VotesConfig)


DEFAULT = LabelConfig()


class LabelState(NamedTuple):
    """Label, votes and confidence of one tracked digit."""

    votes: Votes
    confidence_s: float = 0.0
    label: str = ""  # empty until the votes agree on one
    is_shown: bool = False
    observed_s: float = 0.0  # seconds for which it was observed with this label

    @property
    def best_label(self) -> str:
        """The label, or the label with most votes as long as there is none."""
        return self.label or self.votes.leader


def first_state(digit: Digit, config: LabelConfig = DEFAULT) -> LabelState:
    """Return the state after the first observation: one vote, no confidence, not shown.

    With `at_once` it is shown.
    """
    votes = Votes().with_digit(digit, config.votes)
    return LabelState(votes, 0.0, digit.label, True) if config.at_once else LabelState(votes)


def observed(
    state: LabelState,
    digit: Digit,
    elapsed_s: float,
    missed_s: float,
    config: LabelConfig = DEFAULT,
) -> LabelState:
    """Return the state after an observation that was reported as a digit.

    Args:
        state: before the observation.
        digit: the observation.
        elapsed_s: seconds since the previous frame.
        missed_s: seconds for which the digit was missed before this observation.
        config: thresholds.
    """
    if config.at_once:
        return first_state(digit, config)
    confidence_s = _confidence_s(state.confidence_s, elapsed_s, missed_s, config)
    votes = _decayed(state.votes, elapsed_s, config).with_digit(digit, config.votes)
    votes, label = _elect(votes, state.label, confidence_s, config)
    step_s = min(elapsed_s, config.max_step_s)
    observed_s = state.observed_s + step_s if label == state.label else 0.0
    is_shown = _is_shown(
        votes, label, confidence_s, _show_log_odds(observed_s, config), state.is_shown, config
    )
    return LabelState(votes, confidence_s, label, is_shown, observed_s)


def rejected(
    state: LabelState, rejected: Rejected, elapsed_s: float, config: LabelConfig = DEFAULT
) -> LabelState:
    """Return the state after an observation that was rejected; it can hide the digit."""
    decayed = _decayed(state.votes, elapsed_s, config)
    label = state.label or decayed.leader
    votes = decayed.with_rejected(label, rejected, config.votes)
    is_shown = state.is_shown and (
        votes.mean_log_odds(state.label, config.votes)
        >= _stay_log_odds(_show_log_odds(state.observed_s, config), config)
    )
    return LabelState(votes, state.confidence_s, state.label, is_shown, state.observed_s)


def restarted(state: LabelState) -> LabelState:
    """Return a state without votes, hidden, with the same label and confidence."""
    return LabelState(Votes(), state.confidence_s, state.label)


def _confidence_s(
    confidence_s: float, elapsed_s: float, missed_s: float, config: LabelConfig
) -> float:
    loss_s = config.confidence_loss_per_missed_s * min(missed_s, config.max_miss_s)
    lowered_s = max(confidence_s - loss_s, config.min_confidence_s)
    return min(lowered_s + min(elapsed_s, config.max_step_s), config.max_confidence_s)


def _decayed(votes: Votes, elapsed_s: float, config: LabelConfig) -> Votes:
    """Decay votes once per observation, so that they keep their weight during an occlusion."""
    return votes.decayed(math.exp(-min(elapsed_s, config.max_step_s) / config.vote_decay_s))


def _elect(
    votes: Votes, label: str, confidence_s: float, config: LabelConfig
) -> tuple[Votes, str]:
    """Return the label that the votes agree on, and the votes that count from now on."""
    leader = votes.leader
    if leader == label:
        return votes, label
    if not label:
        is_clear = votes.share(leader) >= config.min_label_share
        return votes, leader if is_clear and confidence_s >= config.show_confidence_s else ""
    if votes.score_sum(leader) < config.relabel_ratio * votes.score_sum(label):
        return votes, label
    return votes.restricted_to(leader), leader


def _show_log_odds(observed_s: float, config: LabelConfig) -> float:
    """Return the log-odds needed to be shown: fewer with more evidence."""
    start_s, end_s = config.settling_s
    settled = min(max((observed_s - start_s) / (end_s - start_s), 0.0), 1.0)
    return config.show_log_odds + settled * (config.settled_log_odds - config.show_log_odds)


def _stay_log_odds(show_log_odds: float, config: LabelConfig) -> float:
    return min(config.stay_log_odds, show_log_odds - config.min_hysteresis)


def _is_shown(
    votes: Votes,
    label: str,
    confidence_s: float,
    show_log_odds: float,
    was_shown: bool,
    config: LabelConfig,
) -> bool:
    if not label or votes.share(label) < config.min_shown_share:
        return False
    min_log_odds = _stay_log_odds(show_log_odds, config) if was_shown else show_log_odds
    min_confidence_s = config.hide_confidence_s if was_shown else config.show_confidence_s
    if confidence_s < min_confidence_s:
        return False
    return votes.mean_log_odds(label, config.votes) >= min_log_odds
