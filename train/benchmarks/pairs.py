"""Measure how many touching pairs are read: both digits found, and both labels right."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from camdigits.reader import Reader
from camdigits.values import BgrImage, Result
from train.metrics.marks import draw_marks, marks_of
from train.metrics.matching import Counts, Match, match_digits
from train.simulate.rendered import MAX_PRESS, Page, Pair

OUTCOMES = ("right", "misread", "one missed", "both missed")
PRESS_STEP = 0.03  # of the height
HEIGHTS = (36, 54)  # pixels: limits between small, medium and large pairs (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class PairsScore:
    """One page with its readings."""

    page: Page
    match: Match
    result: Result

    def outcome(self, pair: Pair) -> str:
        """Return the outcome of a pair, one of OUTCOMES."""
        ends = {pair.left, pair.right}
        if ends <= self.match.read:
            return "right"
        missed = ends - {index for index, _ in self.match.pairs}
        return ("misread", "one missed", "both missed")[len(missed)]

    @property
    def right(self) -> int:
        """Return the number of pairs whose digits were both read."""
        return sum(self.outcome(pair) == "right" for pair in self.page.pairs)


def score_pairs(pages: Iterable[Page], reader: Reader) -> list[PairsScore]:
    """Read every page."""
    results = ((page, reader.read(page.picture)) for page in pages)
    return [
        PairsScore(page, match_digits(page.truth, result.digits), result)
        for page, result in results
    ]


def pairs_report(scores: Sequence[PairsScore]) -> str:
    """Format the results: worst pages first, then shares by data set, height and overlap."""
    worst = sorted(scores, key=lambda score: score.right - len(score.page.pairs))
    lines = [f"{'page':32} pairs right false rotation"]
    lines += [_row(score) for score in worst]
    for title, name_of in (("data set", _data_set), ("height", _height), ("pressed", _pressed)):
        lines += [f"by {title}", *_shares(scores, name_of)]
    outcomes = Counter(score.outcome(pair) for score, pair in _all(scores))
    total = sum((score.match.counts for score in scores), Counts())
    pairs = sum(outcomes.values())
    lines.append("  ".join(f"{name} {outcomes[name]}" for name in OUTCOMES))
    lines.append(
        f"pairs with both right {outcomes['right'] / max(pairs, 1):.4f} of {pairs}  "
        f"all digits: F1 {total.f1:.4f}, false {total.false}  "
        f"pages read rotated {sum(score.result.rotation != 0 for score in scores)}"
    )
    return "\n".join(lines)


def _row(score: PairsScore) -> str:
    return (
        f"{score.page.name:32} {len(score.page.pairs):5} {score.right:5} "
        f"{score.match.counts.false:5} {score.result.rotation:6}"
    )


def mark_pairs(score: PairsScore) -> BgrImage:
    """Mark on a page how each digit was read."""
    marks = marks_of(score.page.truth, score.match, score.result.digits)
    return draw_marks(score.result.frame.bgr, marks)


def _all(scores: Iterable[PairsScore]) -> Iterator[tuple[PairsScore, Pair]]:
    return ((score, pair) for score in scores for pair in score.page.pairs)


def _shares(scores: Sequence[PairsScore], name_of: Callable[[PairsScore, Pair], str]) -> list[str]:
    """Return lines with the share of right pairs in each group."""
    pairs: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for score, pair in _all(scores):
        pairs[name_of(score, pair)] += 1
        right[name_of(score, pair)] += score.outcome(pair) == "right"
    return [
        f"  {name:30} {pairs[name]:5} {right[name] / pairs[name]:.4f}" for name in sorted(pairs)
    ]


def _data_set(score: PairsScore, pair: Pair) -> str:  # noqa: ARG001
    return score.page.kind


def _height(score: PairsScore, pair: Pair) -> str:  # noqa: ARG001
    """Return the height class of a pair.

    >>> from types import SimpleNamespace as Any
    >>> [_height(Any(), Any(height=height)) for height in (24, 36, 90)]
    ['under 36 px', '36 to 53 px', 'from 54 px']
    """
    small, large = HEIGHTS
    if pair.height < small:
        return f"under {small} px"
    return f"{small} to {large - 1} px" if pair.height < large else f"from {large} px"


def _pressed(score: PairsScore, pair: Pair) -> str:  # noqa: ARG001
    """Return the overlap class of a pair, in per cent of its height."""
    step = round(100 * PRESS_STEP)
    low = min(int(pair.press / PRESS_STEP), round(MAX_PRESS / PRESS_STEP) - 1) * step
    return f"{low:2} to {low + step:2} % of the height"
