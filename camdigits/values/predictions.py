"""Define what a model says about regions: scores, predictions and candidates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.values.basic import Box, Embeddings, Flags, Floats, Glyphs, Logits, Region

NONE = "none"  # label of the reject class


class Scored(NamedTuple):
    """Output of a scorer for N glyphs."""

    logits: Logits
    embeddings: Embeddings | None = None


# From glyphs to one row of logits per glyph: the TFLite model, or any other function.
Scorer: TypeAlias = Callable[[Glyphs], Logits | Scored]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Class probabilities of N glyphs."""

    probabilities: Floats  # (N, L) float64, rows sum to 1
    columns: tuple[str, ...]  # their L labels
    embeddings: Embeddings | None = None  # (N, E) float32 if the scorer has them

    def __len__(self) -> int:
        """Return N."""
        return len(self.probabilities)

    @cached_property
    def best(self) -> npt.NDArray[np.intp]:
        """(N,) column of the most probable label."""
        return np.asarray(self.probabilities.argmax(axis=1), np.intp)

    @cached_property
    def scores(self) -> Floats:
        """(N,) probability of the most probable label."""
        return np.asarray(self.probabilities[np.arange(len(self)), self.best], np.float64)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Most probable label of each glyph, "none" included."""
        return tuple(self.columns[column] for column in self.best.tolist())

    @property
    def none(self) -> Floats:
        """(N,) probability of the reject class; 0 if the labels have none."""
        if NONE not in self.columns:
            return np.zeros(len(self))
        return np.asarray(self.probabilities[:, self.columns.index(NONE)], np.float64)

    def accepted(self, threshold: float) -> Flags:
        """(N,) bool: the best label is a digit with at least this probability."""
        digits = self.best != (self.columns.index(NONE) if NONE in self.columns else -1)
        return np.asarray(digits & (self.scores >= threshold), np.bool_)

    def surely_digits(self, max_none: float) -> Flags:
        """(N,) bool: "none" is at most this probable, whichever digit it is."""
        if NONE not in self.columns:
            return np.zeros(len(self), np.bool_)
        return np.asarray(self.none <= max_none, np.bool_)

    def with_prior(self, odds: Floats | float) -> "Predictions":
        """Multiply the odds of "none", (N,) or one factor for all, and normalise again."""
        if NONE not in self.columns or not len(self):
            return self
        weighted = self.probabilities.copy()
        weighted[:, self.columns.index(NONE)] *= odds
        return replace(self, probabilities=weighted / weighted.sum(axis=1, keepdims=True))

    def take(self, rows: Sequence[int]) -> "Predictions":
        """Return some rows in the given order."""
        embeddings = None if self.embeddings is None else self.embeddings[list(rows)]
        return replace(self, probabilities=self.probabilities[list(rows)], embeddings=embeddings)

    def joined(self, other: "Predictions") -> "Predictions":
        """Return the rows of both."""
        embeddings = None
        if self.embeddings is not None and other.embeddings is not None:
            embeddings = np.concatenate([self.embeddings, other.embeddings])
        probabilities = np.concatenate([self.probabilities, other.probabilities])
        return replace(self, probabilities=probabilities, embeddings=embeddings)


@dataclass(frozen=True, slots=True)
class Rejected:
    """One region that was classified and not reported."""

    box: Box
    label: str  # the most probable one, usually "none"
    score: float  # its probability


@dataclass(frozen=True, eq=False)
class Candidates:
    """Regions of one image with one prediction each.

    Raises:
        ValueError: there is not one prediction per region.
    """

    regions: tuple[Region, ...]
    predictions: Predictions

    def __post_init__(self) -> None:
        if len(self.regions) != len(self.predictions):
            raise ValueError(
                f"candidates: wanted one prediction per region, got {len(self.predictions)} "
                f"for {len(self.regions)} regions"
            )

    def __len__(self) -> int:
        """Return the number of candidates."""
        return len(self.regions)

    @cached_property
    def boxes(self) -> Floats:
        """(N, 4) float64 x, y, width, height of the regions."""
        return np.array([region.box for region in self.regions], np.float64).reshape(-1, 4)

    @property
    def labels(self) -> tuple[str, ...]:
        """Most probable label of each candidate, "none" included."""
        return self.predictions.labels

    @property
    def scores(self) -> Floats:
        """(N,) probability of these labels."""
        return self.predictions.scores

    def accepted(self, threshold: float) -> Flags:
        """(N,) bool: candidates that are a digit with at least this probability."""
        return self.predictions.accepted(threshold)

    def rejected(self, accepted: Flags) -> tuple[Rejected, ...]:
        """Return the candidates that are not accepted, (N,) bool."""
        rows = np.flatnonzero(~accepted).tolist()
        return tuple(
            Rejected(self.regions[row].box, self.labels[row], float(self.scores[row]))
            for row in rows
        )

    def with_prior(self, odds: Floats | float) -> "Candidates":
        """Multiply the odds of "none" of each candidate, or of all."""
        return replace(self, predictions=self.predictions.with_prior(odds))

    def replaced(self, rows: Sequence[int], new: "Candidates") -> "Candidates":
        """Return candidates in the order of `rows`; row len(self) + i is candidate i of `new`."""
        every = self.regions + new.regions
        regions = tuple(every[row] for row in rows)
        return Candidates(regions, self.predictions.joined(new.predictions).take(rows))

    def with_more(self, new: Sequence["Candidates"]) -> "Candidates":
        """Return these candidates, followed by others."""
        every = self
        for each in new:
            every = every.replaced(range(len(every) + len(each)), each)
        return every

    def split(self, parts: Mapping[int, "Candidates"]) -> "Candidates":
        """Return candidates in which some rows are replaced by their parts, in the same order."""
        if not parts:
            return self
        order: list[int] = []
        first, new = len(self), list[Candidates]()
        for row in range(len(self)):
            if row in parts:
                new.append(parts[row])
                order += range(first, first + len(parts[row]))
                first += len(parts[row])
            else:
                order.append(row)
        every = self.with_more(new)
        regions = tuple(every.regions[row] for row in order)
        return Candidates(regions, every.predictions.take(order))
