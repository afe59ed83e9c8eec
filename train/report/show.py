"""Print the glyphs that the model sees in one picture, and its predictions.

    python -m train show DIGIT.png

The reader finds the regions. Each digit is drawn in characters as the glyph that the model gets,
in 80 columns with the label probabilities beside it. These are the model's alone; the reader also
considers the surroundings of a region, so its score may differ.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.errors import OutputError
from camdigits.geometry import to_frame
from camdigits.reader import Reader
from camdigits.recognize.card import Card, find_model, load_card
from camdigits.recognize.classify import probabilities
from camdigits.recognize.glyph import glyphs_of
from camdigits.recognize.tflite import load_scorer
from camdigits.sources.picture_file import read_picture
from camdigits.values import NONE, Box, GrayImage, Result
from train.metrics.measure import LogitScorer

WIDTH = 80  # characters per line
SHADES = " ░▒▓█"  # a pixel is two characters wide, since characters are twice as high as wide
BAR = 10  # characters of a probability of 1
SHOWN_LABELS = 5  # best labels shown; "none" is always shown
SHOWN_REJECTED = 10  # rejected regions listed


@dataclass(frozen=True, slots=True, eq=False)
class RegionView:
    """One region, the model's prediction for it, and the reader's decision."""

    box: Box
    glyph: GrayImage  # (28, 28) uint8
    label: str  # by the reader
    score: float  # by the reader
    read: bool  # True if it is among the digits of the result
    probs: npt.NDArray[np.float64]  # (L,) probabilities by the model alone


def show(
    picture: Path,
    model: str = "digits",
    out: Path | None = None,
    max_drawn: int = 4,
    report: Callable[[str], None] = print,
) -> None:
    """Print the regions of a picture with the model's predictions.

    Args:
        picture: a file with handwriting.
        model: a model's name or path.
        out: a .png for the enlarged glyphs with their probabilities as bars; None writes none.
        max_drawn: digits that are drawn; further ones get one line.
        report: receives the text.

    Raises:
        PictureError: the picture cannot be read.
        ModelError: the model cannot be used.
        OutputError: `out` cannot be written.
        FigureError: `out` is given and matplotlib is missing.
    """
    if out is not None and out.suffix.lower() != ".png":
        raise OutputError(f"{out}: wanted a name that ends with .png; name another --out")
    image = read_picture(picture)
    path = find_model(model)
    card = load_card(path)
    result = Reader(path).read(image, trace=True)
    views = region_views(result, load_scorer(path, card).logits, card)
    read = [view for view in views if view.read]
    if not read:
        report(f"{picture}: {nothing(views)}")
        return
    report("\n".join(text(picture, result, views, card, max_drawn)))
    if out is not None:
        _write(out, read[:max_drawn], card)
        report(f"\n{out}: enlarged glyphs: {len(read[:max_drawn])}")


def region_views(result: Result, scorer: LogitScorer, card: Card) -> tuple[RegionView, ...]:
    """Return every region of a traced reading, by left edge, then by top edge."""
    trace = result.trace
    if trace is None or not trace.split.regions:
        return ()
    glyphs = glyphs_of(trace.split.regions)
    probs = probabilities(scorer(glyphs), card.temperature)
    size = result.frame.bgr.shape[1], result.frame.bgr.shape[0]
    placed = [
        to_frame(region.box, trace.pose, trace.scale, size) for region in trace.split.regions
    ]
    last = trace.split
    boxes = {digit.box for digit in result.digits}
    views = (
        RegionView(box, glyph, label, score, box in boxes and label != NONE, row)
        for box, glyph, label, score, row in zip(
            placed, glyphs, last.labels, last.scores.tolist(), probs, strict=True
        )
    )
    return tuple(sorted(views, key=lambda view: (view.box.x, view.box.y)))


def nothing(views: Sequence[RegionView]) -> str:
    """Return one line that says why there is no digit."""
    if not views:
        return "no digit: no region has the size and shape of a digit"
    named = [view for view in views if view.label != NONE]
    if not named:
        return f"no digit: {_count(views)}, rejected as {NONE}"
    best = max(named, key=lambda view: view.score)
    return f"no digit: {_count(views)}, rejected, the best {best.label} at {best.score:.3f}"


def text(
    picture: Path, result: Result, views: Sequence[RegionView], card: Card, max_drawn: int
) -> list[str]:
    """Return all lines of the output, none longer than WIDTH except for long file names."""
    height, width = result.frame.bgr.shape[:2]
    read = [view for view in views if view.read]
    rejected = [view for view in views if not view.read]
    turned = f", turned by {result.rotation} degrees" if result.rotation else ""
    numbers = " ".join(number.text for number in result.numbers)
    lines = [
        f"{picture}  {width}×{height}{turned}",
        *textwrap.wrap(f"{_count(views)}, {len(read)} read: {numbers}", WIDTH),
    ]
    for view in read[:max_drawn]:
        lines += ["", headline(view, card), *drawn(view, card)]
    if read[max_drawn:]:
        lines += ["", "not drawn:", *(headline(view, card) for view in read[max_drawn:])]
    if rejected:
        lines += ["", "rejected:", *(headline(view, card) for view in rejected[:SHOWN_REJECTED])]
    if rejected[SHOWN_REJECTED:]:
        lines.append(f"and {len(rejected) - SHOWN_REJECTED} more")
    return lines


def headline(view: RegionView, card: Card) -> str:
    """Return label, score and place of a region, and why it was read or rejected."""
    box = f"{view.box.width}×{view.box.height} at {view.box.x},{view.box.y}"
    if view.read:
        status = "read"
    elif view.label == NONE:
        status = "reject class"
    elif view.score < card.threshold:
        status = f"below {card.threshold:g}"
    else:
        status = "rejected by its surroundings"
    return f"{view.label}  {view.score:.3f}  {box}  {status}"


def drawn(view: RegionView, card: Card) -> list[str]:
    """Return the glyph in characters, with the label probabilities on its right."""
    probs = ["the model alone:", *bars(view.probs, card.labels)]
    left = art(view.glyph)
    probs += [""] * (len(left) - len(probs))
    return [f"{row}  {bar}".rstrip() for row, bar in zip(left, probs, strict=True)]


def art(glyph: GrayImage) -> list[str]:
    """Draw a glyph in characters, one line per row.

    >>> art(np.uint8([[0, 100], [180, 255]]))
    ['  ▒▒', '▓▓██']
    """
    levels = np.rint(glyph / 255 * (len(SHADES) - 1)).astype(int)
    return ["".join(SHADES[level] * 2 for level in row) for row in levels]


def bars(probs: npt.NDArray[np.float64], labels: Sequence[str]) -> list[str]:
    """Return one line for each of the best labels, and for "none".

    >>> bars(np.array([0.2, 0.75, 0.05]), ("0", "1", "none"))
    ['   1 ████████   0.750', '   0 ██         0.200', 'none            0.050']
    """
    order = [int(place) for place in np.argsort(-probs, kind="stable")]
    shown = order[:SHOWN_LABELS]
    shown += [place for place in order[SHOWN_LABELS:] if labels[place] == NONE]
    wide = max(len(labels[place]) for place in shown)
    return [
        f"{labels[place]:>{wide}} {'█' * round(float(probs[place]) * BAR):<{BAR}} "
        f"{probs[place]:.3f}"
        for place in shown
    ]


def _count(views: Sequence[RegionView]) -> str:
    return "1 region" if len(views) == 1 else f"{len(views)} regions"


def _write(out: Path, views: Sequence[RegionView], card: Card) -> None:
    from train.report.glyph_chart import glyph_chart

    probs = np.stack([view.probs for view in views])
    titles = [f"{view.label} at {view.score:.3f}" for view in views]
    png = glyph_chart([view.glyph for view in views], probs, card.labels, titles)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(png)
    except OSError as error:
        raise OutputError(
            f"{out}: cannot write the picture: {error.strerror}; name another --out"
        ) from error
