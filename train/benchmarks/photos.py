"""Measure the whole reader on labelled photos.

Figures are totals and means over sources; a source is about one writer. Pages without digits are
reported separately, by the number of false digits on them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from camdigits.reader import Reader
from camdigits.values import BgrImage, Result
from train.data.truth import Truth, load_truths, read_labelled
from train.metrics.marks import draw_marks, marks_of
from train.metrics.matching import Counts, Match, match_digits


@dataclass(frozen=True, slots=True, eq=False)
class PhotoScore:
    """One picture with its readings."""

    name: str
    source: str
    match: Match
    result: Result | None
    truth: Truth = field(repr=False, default_factory=dict)


def score_photos(folder: Path, reader: Reader) -> list[PhotoScore]:
    """Read every labelled photo of a folder.

    Args:
        folder: holds labels.json and the pictures it names.
        reader: reads them.

    Raises:
        LabelsError: labels.json is missing or invalid.
    """
    scores = []
    for truth in load_truths(folder / "labels.json", "digits"):
        result = read_labelled(folder, truth, reader)
        match = match_digits(truth, () if result is None else result.digits)
        source = str(truth.get("source", truth["file"])).split(":")[0]
        scores.append(PhotoScore(Path(truth["file"]).name, source, match, result, truth))
    return scores


def photo_report(scores: Sequence[PhotoScore]) -> str:
    """Format the results: worst pictures first, then totals and means."""
    worst = sorted(scores, key=lambda score: _lost(score.match.counts), reverse=True)
    lines = [f"{'picture':32} digits found  read false     F1"]
    lines += [_row(score.name, score.match.counts) for score in worst]
    total = sum((score.match.counts for score in scores), Counts())
    blank = [score.match.counts.false for score in scores if not score.match.counts.truth]
    lines.append(_row("all", total))
    lines.append(
        f"precision {total.precision:.4f}  recall {total.recall:.4f}  F1 {total.f1:.4f}  "
        f"found {total.found / max(total.truth, 1):.4f}  "
        f"right of found {total.read / max(total.found, 1):.4f}  false strict {total.strict}"
    )
    if per_source := by_source(scores):
        mean = np.mean([counts.f1 for counts in per_source.values()])
        lines.append(f"mean over {len(per_source)} sources: F1 {mean:.4f}")
    if blank:
        lines.append(f"pages without digits: {np.mean(blank):.2f} false digits a page")
    return "\n".join(lines)


def by_source(scores: Iterable[PhotoScore]) -> dict[str, Counts]:
    """Return the counts of each source, over its pictures that have digits."""
    total: dict[str, Counts] = {}
    for score in scores:
        if score.match.counts.truth:
            total[score.source] = total.get(score.source, Counts()) + score.match.counts
    return total


def _lost(counts: Counts) -> int:
    return counts.truth - counts.read + counts.false


def _row(name: str, counts: Counts) -> str:
    return (
        f"{name:32} {counts.truth:6} {counts.found:5} {counts.read:5} {counts.false:5} "
        f"{counts.f1:6.3f}"
    )


def mark_photo(score: PhotoScore) -> BgrImage | None:
    """Mark on a photo how each digit was read; None if it could not be decoded."""
    if score.result is None:
        return None
    marks = marks_of(score.truth, score.match, score.result.digits)
    return draw_marks(score.result.frame.bgr, marks)
