"""Pool the label of a tracked digit over frames.

Frames are correlated: a letter that resembles a 6 resembles it in every frame. So log-odds are
averaged, not summed, and a rejected observation counts against the digit. Old observations decay.
Measured on filmed clips: wrong labels fell from 4.7 to 0.3 % of what is shown (train/LOG.md, 13).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from camdigits.values import Digit, Rejected


@dataclass(frozen=True, slots=True)
class VotesConfig:
    """Weights of single observations; log-odds are natural logarithms: 3 is 95 %, 4.6 is 99 %."""

    max_log_odds: float = 7.0  # chosen: limits the weight of one observation, here to 99.9 %
    part_penalty_log_odds: float = 3.0  # chosen: a part is the best of many ways to split a region
    none_penalty_log_odds: float = 3.0  # chosen: against the digit if "none" was predicted
    other_penalty_log_odds: float = 2.0  # chosen: if another digit was predicted, but rejected
    prior_observations: float = 0.3  # chosen: neutral observations before the first


DEFAULT = VotesConfig()
NOTHING: Mapping[str, float] = MappingProxyType({})


class Votes(NamedTuple):
    """Decayed sums over the observations of one digit; each observation gives a new value."""

    score_sums: Mapping[str, float] = NOTHING  # per label
    log_odds_sums: Mapping[str, float] = NOTHING  # per label
    accepted: float = 0.0  # number of observations reported as a digit
    rejected_log_odds: float = 0.0  # sum over the rejected observations, positive if against
    observations: float = 0.0  # number of all observations, rejected ones included

    def decayed(self, factor: float) -> "Votes":
        """Multiply all sums by a factor of 0 to 1."""
        return Votes(
            {label: factor * score for label, score in self.score_sums.items()},
            {label: factor * log_odds for label, log_odds in self.log_odds_sums.items()},
            self.accepted * factor,
            self.rejected_log_odds * factor,
            self.observations * factor,
        )

    def with_digit(self, digit: Digit, config: VotesConfig = DEFAULT) -> "Votes":
        """Add an observation that was reported as a digit."""
        label = digit.label
        log_odds = _log_odds(digit.score, config.max_log_odds)
        log_odds -= config.part_penalty_log_odds * digit.is_part
        return Votes(
            {**self.score_sums, label: self.score_sums.get(label, 0.0) + digit.score},
            {**self.log_odds_sums, label: self.log_odds_sums.get(label, 0.0) + log_odds},
            self.accepted + 1,
            self.rejected_log_odds,
            self.observations + 1,
        )

    def with_rejected(
        self, label: str, rejected: Rejected, config: VotesConfig = DEFAULT
    ) -> "Votes":
        """Add an observation that was rejected where a digit with this label was expected."""
        if rejected.label == label:
            against = -_log_odds(rejected.score, config.max_log_odds)
        elif rejected.label == "none":
            against = config.none_penalty_log_odds
        else:
            against = config.other_penalty_log_odds
        return Votes(
            self.score_sums,
            self.log_odds_sums,
            self.accepted,
            self.rejected_log_odds + against,
            self.observations + 1,
        )

    def restricted_to(self, label: str) -> "Votes":
        """Drop the votes of other labels and all rejections: they precede this label."""
        accepted = self.accepted * self._proportion(label)
        return Votes(
            {label: self.score_sums[label]},
            {label: self.log_odds_sums[label]},
            accepted,
            0.0,
            accepted,
        )

    @property
    def leader(self) -> str:
        """Label with the highest sum of scores; ValueError if there is no vote."""
        return max(self.score_sums, key=lambda label: self.score_sums[label])

    def score_sum(self, label: str) -> float:
        """Return the sum of the scores of a label."""
        return self.score_sums.get(label, 0.0)

    def share(self, label: str) -> float:
        """Return a label's share of the sum of all scores, 0 to 1; 1 if one label has votes."""
        return 1.0 if len(self.score_sums) == 1 else self._proportion(label)

    def mean_score(self, label: str) -> float:
        """Return the mean score of a label, 0 to 1; observations of other labels count as 0."""
        return self.score_sum(label) / self.accepted

    def mean_log_odds(self, label: str, config: VotesConfig = DEFAULT) -> float:
        """Return the mean log-odds that a label is right; other labels count against it."""
        own = self.log_odds_sums.get(label, 0.0)
        others = sum(self.log_odds_sums.values()) - own
        total = own - others - self.rejected_log_odds
        return total / (self.observations + config.prior_observations)

    def _proportion(self, label: str) -> float:
        return self.score_sum(label) / max(sum(self.score_sums.values()), 1e-9)


def _log_odds(probability: float, limit: float) -> float:
    lowest = 1 / (1 + math.exp(limit))
    clipped = min(max(probability, lowest), 1 - lowest)
    return math.log(clipped / (1 - clipped))
