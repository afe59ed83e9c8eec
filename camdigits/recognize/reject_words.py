"""Reject the letters of a word that look like digits: the O of HELLO.

A word in which some letters were accepted as digits and others rejected is read by the sequence
net as a whole. Where that sees no number, the word is text, whatever its letters look like.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.geometry import BARE_STROKE_ASPECT
from camdigits.layout.words import find_words
from camdigits.recognize.prior import PriorConfig
from camdigits.recognize.sequence import Reading
from camdigits.segment.regions import joined
from camdigits.values import NONE, Candidates, GrayImage


@dataclass(frozen=True, slots=True)
class RejectWordsConfig:
    """Limits for words that are read as a whole."""

    min_rejected: int = 2  # chosen: letters that are surely not digits
    min_rejected_share: float = 0.3  # chosen: of the word; a number has few of them
    min_certainty: float = 0.5  # chosen: of the reading
    odds_factor: float = 1e4  # chosen: on the odds of "none" of the other letters
    max_words: int = 12  # chosen: read in one image, those with most digits first


DEFAULT = RejectWordsConfig()
ReadInk = Callable[[Sequence[GrayImage]], list[Reading]]


def reject_words(
    candidates: Candidates,
    read_ink: ReadInk,
    threshold: float,
    prior: PriorConfig,
    config: RejectWordsConfig = DEFAULT,
) -> Candidates:
    """Reject the digits in words that the sequence net reads as text.

    Args:
        candidates: of one image.
        read_ink: reads (h, w) uint8 inks as sequences.
        threshold: a digit is at least this probable.
        prior: its limits say which regions form a word.
        config: limits for words.

    Returns:
        The same candidates, with other predictions for the letters of such words.
    """
    accepted = candidates.accepted(threshold)
    if not accepted.any() or accepted.all():
        return candidates
    boxes = candidates.boxes
    words = find_words(boxes, prior.words)
    broad = boxes[:, 2:].min(axis=1) >= BARE_STROKE_ASPECT * boxes[:, 2:].max(axis=1)
    digits = np.bincount(words, accepted, len(boxes))
    strange = np.bincount(words, ~accepted & broad, len(boxes))
    mixed = (digits > 0) & (strange >= config.min_rejected)
    mixed &= strange >= config.min_rejected_share * (digits + strange)
    odds = np.ones(len(boxes))
    order = np.argsort(-digits, kind="stable")
    for word in order[mixed[order]].tolist()[: config.max_words]:
        own = np.flatnonzero(words == word).tolist()
        (reading,) = read_ink([joined([candidates.regions[row] for row in own]).ink])
        if _is_text(reading, config):
            odds[own] = config.odds_factor
    return candidates if (odds == 1).all() else candidates.with_prior(odds)


def _is_text(reading: Reading, config: RejectWordsConfig) -> bool:
    """Whether a reading has non-digits and nothing else."""
    return (
        NONE in reading.labels
        and not any(label.isdecimal() for label in reading.labels)
        and reading.certainty >= config.min_certainty
    )
