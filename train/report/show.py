"""Print what the model sees and answers for one picture.

    python -m train show DIGIT.png

Regions come from the reader, as on the camera. Each digit is drawn in characters as the glyph that
the model gets, 80 columns with its chances beside it. These are the model's alone; the reader also
weighs what stands around a region, so its score may differ. Decides nothing itself.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.errors import OutputError
from camdigits.reader import Reader
from camdigits.recognize.card import Card, find_model, load_card
from camdigits.recognize.classify import probabilities
from camdigits.recognize.tflite import load_scorer
from camdigits.sources.picture_file import read_picture
from camdigits.values import NONE, Box, GrayImage, Result, Scorer

WIDTH = 80  # characters of a line
SHADES = " ░▒▓█"  # a pixel is two of them wide, as characters are twice as high as wide
BAR = 10  # characters
RIVALS = 5  # best labels whose chances are shown; that of "none" always is
REFUSED = 10  # refused regions that are listed


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One region as the model sees it, and what became of it."""

    box: Box
    glyph: GrayImage  # (28, 28) uint8
    label: str  # the reader's
    score: float  # the reader's
    read: bool  # it is among the digits of the picture
    chances: npt.NDArray[np.float64]  # (L,) by the model alone


def show(
    picture: Path,
    model: str = "digits",
    out: Path | None = None,
    most: int = 4,
    report: Callable[[str], None] = print,
) -> None:
    """Print what is seen in a picture.

    Args:
        picture: a file with handwriting.
        model: a model's name or path.
        out: a .png for the enlarged glyphs with their chances as bars; None writes none.
        most: digits that are drawn; further ones get a line.
        report: takes the text.

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
    looks = looks_of(result, load_scorer(path, card), card)
    read = [look for look in looks if look.read]
    if not read:
        report(f"{picture}: {nothing(looks)}")
        return
    report("\n".join(text(picture, result, looks, card, most)))
    if out is not None:
        _write(out, read[:most], card)
        report(f"\n{out}: {len(read[:most])} of the glyphs, enlarged")


def looks_of(result: Result, scorer: Scorer, card: Card) -> tuple[Look, ...]:
    """Every region of a traced reading, by left edge, then by top edge."""
    trace = result.trace
    if trace is None or not trace.regions:
        return ()
    chances = probabilities(scorer(trace.glyphs), card.temperature)
    boxes = {digit.box for digit in result.digits}
    looks = (
        Look(region.box, glyph, label, score, region.box in boxes and label != NONE, row)
        for region, glyph, label, score, row in zip(
            trace.regions, trace.glyphs, trace.labels, trace.scores, chances, strict=True
        )
    )
    return tuple(sorted(looks, key=lambda look: (look.box.x, look.box.y)))


def nothing(looks: Sequence[Look]) -> str:
    """Tell in a line that there is no digit."""
    if not looks:
        return "no digit: nothing in it has the size and look of one"
    named = [look for look in looks if look.label != NONE]
    if not named:
        return f"no digit: {_count(looks)}, refused as {NONE}"
    best = max(named, key=lambda look: look.score)
    return f"no digit: {_count(looks)}, refused, the likeliest {best.label} at {best.score:.3f}"


def text(picture: Path, result: Result, looks: Sequence[Look], card: Card, most: int) -> list[str]:
    """All that is printed, line by line, no line over WIDTH but for long names."""
    height, width = result.frame.bgr.shape[:2]
    read = [look for look in looks if look.read]
    refused = [look for look in looks if not look.read]
    turned = f", turned by {result.rotation} degrees" if result.rotation else ""
    numbers = " ".join(number.text for number in result.numbers)
    lines = [
        f"{picture}  {width}×{height}{turned}",
        *textwrap.wrap(f"{_count(looks)}, {len(read)} read: {numbers}", WIDTH),
    ]
    for look in read[:most]:
        lines += ["", headline(look, card), *drawn(look, card)]
    if read[most:]:
        lines += ["", "not drawn:", *(headline(look, card) for look in read[most:])]
    if refused:
        lines += ["", "refused:", *(headline(look, card) for look in refused[:REFUSED])]
    if refused[REFUSED:]:
        lines.append(f"and {len(refused) - REFUSED} more")
    return lines


def headline(look: Look, card: Card) -> str:
    """What was read where, or why it was not."""
    box = f"{look.box.width}×{look.box.height} at {look.box.x},{look.box.y}"
    if look.read:
        fate = "read"
    elif look.label == NONE:
        fate = "none of the labels"
    elif look.score < card.threshold:
        fate = f"less than {card.threshold:g}"
    else:
        fate = "left out for what stands around it"
    return f"{look.label}  {look.score:.3f}  {box}  {fate}"


def drawn(look: Look, card: Card) -> list[str]:
    """The glyph in characters, with the chances of the labels on its right."""
    chances = ["the model alone:", *bars(look.chances, card.labels)]
    left = art(look.glyph)
    chances += [""] * (len(left) - len(chances))
    return [f"{row}  {bar}".rstrip() for row, bar in zip(left, chances, strict=True)]


def art(glyph: GrayImage) -> list[str]:
    """Draw a glyph in characters, a line for each row.

    >>> art(np.uint8([[0, 100], [180, 255]]))
    ['  ▒▒', '▓▓██']
    """
    levels = np.rint(glyph / 255 * (len(SHADES) - 1)).astype(int)
    return ["".join(SHADES[level] * 2 for level in row) for row in levels]


def bars(chances: npt.NDArray[np.float64], labels: Sequence[str]) -> list[str]:
    """A line for each of the best labels, and for "none".

    >>> bars(np.array([0.2, 0.75, 0.05]), ("0", "1", "none"))
    ['   1 ████████   0.750', '   0 ██         0.200', 'none            0.050']
    """
    order = [int(place) for place in np.argsort(-chances, kind="stable")]
    shown = order[:RIVALS]
    shown += [place for place in order[RIVALS:] if labels[place] == NONE]
    wide = max(len(labels[place]) for place in shown)
    return [
        f"{labels[place]:>{wide}} {'█' * round(float(chances[place]) * BAR):<{BAR}} "
        f"{chances[place]:.3f}"
        for place in shown
    ]


def _count(looks: Sequence[Look]) -> str:
    return "1 region" if len(looks) == 1 else f"{len(looks)} regions"


def _write(out: Path, looks: Sequence[Look], card: Card) -> None:
    from train.report.looking import answers

    chances = np.stack([look.chances for look in looks])
    titles = [f"{look.label} at {look.score:.3f}" for look in looks]
    png = answers([look.glyph for look in looks], chances, card.labels, titles)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(png)
    except OSError as error:
        raise OutputError(
            f"{out}: cannot write the picture: {error.strerror}; name another --out"
        ) from error
