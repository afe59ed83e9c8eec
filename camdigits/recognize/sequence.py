"""Read the ink of a region as a sequence of characters.

The sequence net gives the probability of each label, and of "blank", per four columns of a strip
(connectionist temporal classification: Graves, Fernández, Gomez and Schmidhuber, ICML 2006). The
most probable label of each step is taken, repetitions and blanks are dropped. The probability of
the resulting labels is the sum over all paths that give them, by the forward algorithm.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

import numpy as np

from camdigits.image import cv2
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import OutputSpec, probabilities
from camdigits.recognize.sequence_net import ReadStrip, load_sequence_net
from camdigits.recognize.strip import BODY, MARGIN, STEP, STRETCH, strip_of
from camdigits.values import Floats, GrayImage

SURE = 0.8  # chosen: certainty below which an ink is read slanted, too
SLANTS = 0.12, -0.12  # chosen: as different as the digits of one hand
EXTRA_CHANCE = 0.1  # chosen: of a label at a step of blanks; a lower one is no alternative
WEAK_SCORE = 0.9  # chosen: of a label at its best step; a higher one is not left out


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """The characters of a region, from left to right."""

    labels: tuple[str, ...]  # "none" and separators included
    chances: Floats  # (N, L) probability of each label of the net at each place; rows sum to 1
    columns: tuple[str, ...]  # these L labels
    centres: tuple[float, ...]  # x of each character in pixels of the region's ink
    certainty: float  # probability that these labels, and no others, are in the region
    others: tuple["Reading", ...] = ()  # with one character more or less, if these are possible

    @property
    def scores(self) -> tuple[float, ...]:
        """Probability of each label; their product is about `certainty`."""
        return tuple(
            float(row[self.columns.index(label)])
            for row, label in zip(self.chances, self.labels, strict=True)
        )

    def with_certainty(self, certainty: float) -> "Reading":
        """Return the same labels with another certainty; each gets its share of the change."""
        power = np.log(max(certainty, 1e-9)) / min(np.log(max(self.certainty, 1e-9)), -1e-9)
        chances = self.chances.copy()
        for row, (label, score) in enumerate(zip(self.labels, self.scores, strict=True)):
            own = min(score**power, 1.0)
            chances[row] *= (1 - own) / max(1 - score, 1e-9)
            chances[row, self.columns.index(label)] = own
        return replace(self, chances=chances, certainty=certainty)


@dataclass(frozen=True, slots=True)
class SequenceReader:
    """The sequence net with the meaning of its outputs."""

    net: ReadStrip
    spec: OutputSpec  # labels, without blank

    def read(self, inks: Sequence[GrayImage]) -> list[Reading]:
        """Read the ink of each region, (h, w) uint8, tight around the ink."""
        return [self._read(ink, SURE) for ink in inks]

    def _read(self, ink: GrayImage, sure: float) -> Reading:
        view = self._view(ink)
        paths = paths_of(view.chances)
        readings = [self._reading(path, view, ink.shape) for path in paths]
        best, others = readings[0], tuple(readings[1:])
        if not any(label.isdecimal() for label in best.labels):
            return best
        if best.certainty >= sure:
            return replace(best, others=others)
        return self._read_slanted(ink, [(path, view) for path in paths])

    def _read_slanted(self, ink: GrayImage, found: list[tuple["Path", "_View"]]) -> Reading:
        """Read an ink slanted both ways, too; the labels that fit all views best are taken."""
        views = [found[0][1], *(self._view(_slanted(ink, each), each) for each in SLANTS)]
        found += [(best_path(view.chances), view) for view in views[1:]]
        distinct = {path.labels: (path, view) for path, view in reversed(found)}
        scored = [
            (_mean_certainty(views, path.labels), path, view) for path, view in distinct.values()
        ]
        scored.sort(key=lambda each: -each[0])
        total = sum(each[0] for each in scored)
        scored = [(max(each[0] / total, 1e-9), *each[1:]) for each in scored]
        best, *others = (
            self._reading(path, view, ink.shape, certainty) for certainty, path, view in scored[:3]
        )
        return replace(best, others=tuple(others))

    def _view(self, ink: GrayImage, slant: float = 0.0) -> "_View":
        return _View(probabilities(self.net(strip_of(ink)), self.spec.temperature), slant)

    def _reading(
        self,
        path: "Path",
        view: "_View",
        shape: tuple[int, ...],
        certainty: float | None = None,
    ) -> Reading:
        chances = view.chances
        if certainty is None:
            certainty = labels_probability(chances, path.labels)
        scores = _shared_out(certainty, path.scores)
        scale = shape[0] / (BODY * STRETCH)
        moved = view.slant * shape[0] / 2 - max(0.0, view.slant * shape[0])
        centres = [((step + 0.5) * STEP - MARGIN) * scale + moved for step in path.steps]
        return Reading(
            tuple(self.spec.labels[label] for label in path.labels),
            label_chances(chances, path, scores),
            self.spec.labels,
            tuple(min(max(x, 0.0), shape[1] - 1.0) for x in centres),
            certainty,
        )


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """The outputs of the net for an ink, as it is or slanted."""

    chances: Floats  # (T, L + 1)
    slant: float  # columns by which a row is moved to the left per row


def _slanted(ink: GrayImage, slant: float) -> GrayImage:
    """Move the rows of an ink to the left, the lower the more; negative: to the right."""
    height, width = ink.shape
    wide = width + int(abs(slant) * height) + 1
    matrix = np.array([[1.0, -slant, max(0.0, slant * height)], [0.0, 1.0, 0.0]])
    return np.asarray(cv2.warpAffine(ink, matrix, (wide, height)), np.uint8)


def _mean_certainty(views: Sequence[_View], labels: Sequence[int]) -> float:
    """Return the geometric mean of the probabilities of labels in all views."""
    each = [labels_probability(view.chances, labels) for view in views]
    return float(np.exp(np.mean(np.log(np.maximum(each, 1e-9)))))


def load_sequence_reader(model: str | FilePath, threads: int = 1) -> SequenceReader:
    """Load a sequence net with its card.

    Raises:
        ModelError: the model or its card cannot be used.
    """
    path = find_model(str(model))
    card = load_card(path)
    net = load_sequence_net(path, card, threads)
    return SequenceReader(net, OutputSpec(card.labels, card.temperature, card.threshold))


@dataclass(frozen=True, slots=True)
class Path:
    """The most probable path through the outputs of a net."""

    labels: tuple[int, ...]
    scores: tuple[float, ...]  # probability of each label at its most certain step
    steps: tuple[float, ...]  # middle of the steps with this label, weighted by probability

    def without(self, place: int) -> "Path":
        """Return the path without one label."""
        return Path(*(each[:place] + each[place + 1 :] for each in self._fields))

    def with_label(self, label: int, score: float, step: float) -> "Path":
        """Return the path with one more label at a step."""
        place = sum(other < step for other in self.steps)
        added = zip(self._fields, (label, score, step), strict=True)
        return Path(*((*each[:place], new, *each[place:]) for each, new in added))

    @property
    def _fields(self) -> tuple[tuple[Any, ...], ...]:
        return self.labels, self.scores, self.steps


def paths_of(chances: Floats) -> list[Path]:
    """Return the best path and, where the net is in doubt, one with a label more or less.

    Args:
        chances: (T, L + 1) probabilities, the last of which is blank.
    """
    best = best_path(chances)
    found = [best]
    if best.scores and min(best.scores) < WEAK_SCORE and len(best.scores) > 1:
        found.append(best.without(int(np.argmin(best.scores))))
    labels = chances[:, :-1]
    free = labels.max(axis=1) * (chances.argmax(axis=1) == chances.shape[1] - 1)
    step = int(free.argmax())
    if free[step] >= EXTRA_CHANCE:
        found.append(best.with_label(int(labels[step].argmax()), float(free[step]), float(step)))
    return found


def best_path(chances: Floats) -> Path:
    """Decode (T, L + 1) probabilities, the last of which is blank.

    >>> chances = np.array([[0.9, 0.0, 0.1], [0.8, 0.0, 0.2], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    >>> best_path(chances).labels, best_path(chances).steps
    ((0, 1), (0.47058823529411764, 3.0))
    """
    best, top = chances.argmax(axis=1), chances.max(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = [*starts[1:].tolist(), len(best)]
    labels, scores, steps = [], [], []
    for start, end in zip(starts.tolist(), ends, strict=True):
        label = int(best[start])
        if label < chances.shape[1] - 1:
            weights = top[start:end]
            labels.append(label)
            scores.append(float(weights.max()))
            steps.append(float(weights @ np.arange(start, end) / weights.sum()))
    return Path(tuple(labels), tuple(scores), tuple(steps))


def labels_probability(chances: Floats, labels: Sequence[int]) -> float:
    """Return the probability of labels, the sum over all paths with them: (T, L + 1) in.

    >>> chances = np.array([[0.5, 0.5], [0.5, 0.5]])
    >>> labels_probability(chances, [0]), labels_probability(chances, [])
    (0.75, 0.25)
    """
    blank = chances.shape[1] - 1
    states = [blank]
    for label in labels:
        states += [label, blank]
    # A label may follow the label before the last blank directly, unless both are the same.
    skips = [i >= 2 and states[i] not in (blank, states[i - 2]) for i in range(len(states))]
    rows = chances[:, states].tolist()
    before = [*rows[0][:2], *[0.0] * (len(states) - 2)]
    for row in rows[1:]:
        after = []
        for i, chance in enumerate(row):
            total = before[i]
            if i:
                total += before[i - 1]
            if skips[i]:
                total += before[i - 2]
            after.append(total * chance)
        before = after
    return float(min(1.0, sum(before[-2:])))


def label_chances(chances: Floats, path: Path, scores: Sequence[float]) -> Floats:
    """Return (N, L) probabilities of all labels at each place of a path.

    The label of the path has its score; the others share the rest as at the steps nearby.
    """
    found = np.zeros((len(path.labels), chances.shape[1] - 1))
    for row, (label, score, step) in enumerate(zip(path.labels, scores, path.steps, strict=True)):
        near = chances[max(0, round(step) - 1) : round(step) + 2, :-1].sum(axis=0) + 1e-6
        near[label] = 0
        found[row] = near * ((1 - score) / near.sum())
        found[row, label] = score
    return found


def _shared_out(certainty: float, scores: Sequence[float]) -> tuple[float, ...]:
    """Share out the doubt about a sequence among its labels, the less certain ones more."""
    doubts = -np.log(np.clip(scores, 1e-9, 1 - 1e-6))
    exponents = doubts / max(float(doubts.sum()), 1e-12)
    return tuple(float(max(certainty, 1e-12) ** part) for part in exponents)
