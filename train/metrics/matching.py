"""Match predictions with labelled digits and count true and false ones.

Predictions are matched one to one with labels, best overlap first, from an IoU of 0.3. Unmatched
predictions are false unless their centre lies in an ignored area. A digit is read if it is found
and its label is right. `train.benchmarks` measures the reader with this on photos and pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camdigits.geometry import contains, iou_table
from camdigits.values import Box, Digit
from train.data.truth import Truth

MIN_IOU = 0.3


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of digits on one picture, or on many."""

    truth: int = 0  # labelled
    found: int = 0  # labels with a matching prediction
    read: int = 0  # found, and the predicted label is right
    false: int = 0  # predictions without a label and outside ignored areas
    strict: int = 0  # predictions without a label

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.truth + other.truth,
            self.found + other.found,
            self.read + other.read,
            self.false + other.false,
            self.strict + other.strict,
        )

    @property
    def precision(self) -> float:
        """Share of the predictions that are read digits."""
        return self.read / max(self.found + self.false, 1)

    @property
    def recall(self) -> float:
        """Share of the labelled digits that are read."""
        return self.read / max(self.truth, 1)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.precision * self.recall / max(self.precision + self.recall, 1e-9)


@dataclass(frozen=True, slots=True)
class Match:
    """Matches of the labels and predictions of one picture."""

    pairs: tuple[tuple[int, int], ...]  # label index, prediction index
    read: frozenset[int]  # labels that were found and read right
    false: tuple[int, ...]  # predictions that count as false
    counts: Counts


def pair(
    truth: Sequence[Box], found: Sequence[Box], min_iou: float = MIN_IOU
) -> tuple[tuple[int, int], ...]:
    """Match one to one, best overlap first, down to an IoU of `min_iou`."""
    if not truth or not found:
        return ()
    table = iou_table(truth, found)
    pairs: list[tuple[int, int]] = []
    while True:
        i, j = np.unravel_index(int(table.argmax()), table.shape)
        if table[i, j] < min_iou:
            return tuple(pairs)
        pairs.append((int(i), int(j)))
        table[i, :] = table[:, j] = -1


def match_photo(truth: Truth, found: Sequence[tuple[str, Box]]) -> Match:
    """Match the readings of one picture with its labels."""
    boxes = [Box(*digit["box"]) for digit in truth["digits"]]
    pairs = pair(boxes, [box for _, box in found])
    read = frozenset(i for i, j in pairs if truth["digits"][i]["label"] == found[j][0])
    taken = {j for _, j in pairs}
    loose = [j for j in range(len(found)) if j not in taken]
    ignored = [Box(*box) for box in truth.get("ignore", ())]
    false = tuple(
        j for j in loose if not any(contains(box, found[j][1].centre) for box in ignored)
    )
    counts = Counts(len(boxes), len(pairs), len(read), len(false), len(loose))
    return Match(pairs, read, false, counts)


def match_digits(truth: Truth, digits: Sequence[Digit]) -> Match:
    """Match the digits of a result with the labels of its picture."""
    return match_photo(truth, [(digit.label, digit.box) for digit in digits])
