"""Measure the reader on rendered pages of every kind, and how far its scores can be trusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from camdigits.reader import Reader
from camdigits.values import BgrImage, Result
from train.metrics.marks import draw_marks, marks_of
from train.metrics.matching import Counts, Match, match_digits
from train.simulate.kinds.pages import WITHOUT_DIGITS, KindPage

BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)  # of scores, for the calibration


@dataclass(frozen=True, slots=True, eq=False)
class KindScore:
    """One page with its reading."""

    page: KindPage
    match: Match
    result: Result


def score_kinds(pages: Iterable[KindPage], reader: Reader) -> list[KindScore]:
    """Read every page."""
    scores = []
    for page in pages:
        result = reader.read(page.page.picture)
        scores.append(KindScore(page, match_digits(page.page.truth, result.digits), result))
    return scores


def kinds_report(scores: Sequence[KindScore]) -> str:
    """Format the results: one line per kind, totals, and the calibration of the scores."""
    lines = [f"{'kind':12} pages digits  found  right of found  false a page  worst     F1"]
    for kind in dict.fromkeys(score.page.kind for score in scores):
        own = [score.match.counts for score in scores if score.page.kind == kind]
        lines.append(_row(kind, own))
    written = [s.match.counts for s in scores if s.page.kind not in WITHOUT_DIGITS]
    blank = [s.match.counts for s in scores if s.page.kind in WITHOUT_DIGITS]
    lines.append(_row("with digits", written))
    lines.append(_row("without", blank))
    error, rows = calibration(scores)
    lines.append(f"expected calibration error of reported digits {error:.4f}")
    lines += [
        f"  score {low:.2f} to {high:.2f}: right {right:.3f} of {n}"
        for low, high, right, n in rows
    ]
    return "\n".join(lines)


def _row(name: str, own: Sequence[Counts]) -> str:
    total = sum(own, Counts())
    return (
        f"{name:12} {len(own):5} {total.truth:6}  {total.found / max(total.truth, 1):.3f}  "
        f"{total.read / max(total.found, 1):14.3f}  {total.false / max(len(own), 1):12.2f}  "
        f"{max((each.false for each in own), default=0):5}  {total.f1:.3f}"
    )


def calibration(
    scores: Sequence[KindScore],
) -> tuple[float, list[tuple[float, float, float, int]]]:
    """Compare the scores of reported digits with how often they are right.

    Returns:
        The expected calibration error, and per bin its limits, the share of right digits and
        their number. A digit is right if it matches a labelled one and has its label.
    """
    sure: list[float] = []
    right: list[bool] = []
    for score in scores:
        read = {j for i, j in score.match.pairs if i in score.match.read}
        sure += [digit.score for digit in score.result.digits]
        right += [j in read for j in range(len(score.result.digits))]
    values: npt.NDArray[np.float64] = np.array(sure)
    hits = np.array(right, np.float64)
    error, rows = 0.0, []
    for low, high in pairwise(BINS):
        own = (values > low) & (values <= high)
        if own.any():
            share = float(hits[own].mean())
            error += float(abs(share - values[own].mean()) * own.mean())
            rows.append((low, high, share, int(own.sum())))
    return error, rows


def mark_kind(score: KindScore) -> BgrImage:
    """Mark on a page how each digit was read."""
    marks = marks_of(score.page.page.truth, score.match, score.result.digits)
    return draw_marks(score.result.frame.bgr, marks)
