"""What is believed of one digit after many looks at it: its label, and how sure that is.

Frame after frame sees the same ink: a letter that passes for a 6 does so all the time. So looks
are no independent witnesses. Their log-odds are averaged, never added up, and a look that refused
what others took for a digit counts as well. Old looks fade.
"""

import math
from dataclasses import dataclass, field

from camdigits.values import Digit, Rejected


@dataclass(frozen=True, slots=True)
class BeliefConfig:
    """Natural logarithms of odds: 3 is 95 %, 4.6 is 99 %."""

    most: float = 7.0  # one look says no more than this
    cut: float = 3.0  # less for a part of a blob: of many cuts the luckiest is seen
    none: float = 3.0  # against every digit, by a look that found none
    other: float = 2.0  # against a digit, by a look that saw another but was not sure
    doubt: float = 0.3  # looks that said nothing, before the first


DEFAULT = BeliefConfig()


@dataclass(slots=True, eq=False)
class Belief:
    """Scores and log-odds of the labels that were seen, fading."""

    scores: dict[str, float] = field(default_factory=dict)  # sum of each label's
    odds: dict[str, float] = field(default_factory=dict)  # sum of each label's log-odds
    sightings: float = 0.0
    against: float = 0.0  # log-odds of the looks that refused
    looks: float = 0.0

    def fade(self, part: float) -> None:
        """Let all that was seen count for less."""
        for label in self.scores:
            self.scores[label] *= part
            self.odds[label] *= part
        self.sightings *= part
        self.against *= part
        self.looks *= part

    def see(self, digit: Digit, config: BeliefConfig = DEFAULT) -> None:
        """Count a sighting."""
        label = digit.label
        odds = _log_odds(digit.score, config.most) - config.cut * digit.is_part
        self.scores[label] = self.scores.get(label, 0.0) + digit.score
        self.odds[label] = self.odds.get(label, 0.0) + odds
        self.sightings += 1
        self.looks += 1

    def refuse(self, label: str, refusal: Rejected, config: BeliefConfig = DEFAULT) -> None:
        """Count a look that did not report the digit that is thought to be there."""
        if refusal.label == label:
            self.against -= _log_odds(refusal.score, config.most)
        elif refusal.label == "none":
            self.against += config.none
        else:
            self.against += config.other
        self.looks += 1

    def settle(self, label: str) -> None:
        """Keep only what speaks for a label: the others were there before it."""
        seen = self.scores[label] / max(sum(self.scores.values()), 1e-9)
        self.scores = {label: self.scores[label]}
        self.odds = {label: self.odds[label]}
        self.sightings *= seen
        self.looks, self.against = self.sightings, 0.0

    @property
    def leader(self) -> str:
        """The label with most votes: the sum of its scores."""
        return max(self.scores, key=lambda label: self.scores[label])

    def votes(self, label: str) -> float:
        """Sum of a label's scores."""
        return self.scores.get(label, 0.0)

    def share(self, label: str) -> float:
        """Part of its votes that a label has."""
        if len(self.scores) == 1:
            return 1.0
        return self.votes(label) / max(sum(self.scores.values()), 1e-9)

    def score(self, label: str) -> float:
        """Mean score of a label, a sighting as something else counting as 0."""
        return self.votes(label) / self.sightings

    def log_odds(self, label: str, config: BeliefConfig = DEFAULT) -> float:
        """Mean log-odds that the label is right; sightings of other labels speak against it."""
        other = sum(self.odds.values()) - self.odds.get(label, 0.0)
        speak = self.odds.get(label, 0.0) - other - self.against
        return speak / (self.looks + config.doubt)


def _log_odds(chance: float, most: float) -> float:
    least = 1 / (1 + math.exp(most))
    chance = min(max(chance, least), 1 - least)
    return math.log(chance / (1 - chance))
