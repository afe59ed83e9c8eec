"""Page sections about a model's predictions; `train.report.model_sections` has the others."""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from camdigits.recognize.card import Card
from camdigits.values import NONE
from train.metrics import measure
from train.report import figures, page, pictures, predict
from train.report.page import Section
from train.report.predict import Mistake, SetPredictions

MAX_SHOWN = 24  # misclassified glyphs shown of each set (chosen)
NO_SETS = "No data set has glyphs with these labels, so nothing was measured."


@dataclass(frozen=True, slots=True)
class FigureFiles:
    """The figures by file name."""

    figures: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, png: bytes) -> bytes:
        """Store a figure and return it."""
        self.figures[name] = png
        return png


def noun(card: Card) -> str:
    """Return what the model reads, in the singular."""
    names = set(card.labels) - {NONE}
    if names <= set(string.digits):
        return "digit"
    return "letter" if names <= set(string.ascii_letters) else "glyph"


def accuracies(predictions: Sequence[SetPredictions], card: Card) -> Section:
    """Show the accuracy on each data set."""
    rows = [predict.read_row(one, card) for one in predictions if one.labelled]
    one = noun(card)
    text = (
        f"Each set is one that the model was not trained on (whole), or the held-out part of one "
        f"(test, val). A {one} is right when its label has the highest score of all, the reject "
        f"class included; it is reported when its probability reaches the card's threshold, "
        f"{card.threshold:g}."
    )
    html = page.missing(NO_SETS)
    if rows:
        html = page.paragraph(text) + page.table(
            ("set", f"{one}s", "accuracy", "reported", "right among reported"),
            [
                (row.name, f"{row.count:,}", *_percents(row.accuracy, row.reported),
                 _percent(row.reported_right))
                for row in rows
            ],
        )  # fmt: skip
    return Section("sets", "Accuracy per data set", html)


def confusion(predictions: Sequence[SetPredictions], card: Card, files: FigureFiles) -> Section:
    """Show the confusion matrix."""
    title = "Confusion matrix"
    counts = predict.confusion(predictions, len(card.labels))
    if not counts.sum():
        return Section("confusion", title, page.missing(NO_SETS))
    png = files.keep("confusion.png", figures.matrix(counts, card.labels))
    caption = (
        "All sets together. Rows are true labels, columns predicted ones; under each count is "
        f"its share of the row. {_commonest(counts, card)}"
    )
    return Section(
        "confusion", title, page.figure(png, "Confusion matrix", caption, min_width_px=700)
    )


def misread(predictions: Sequence[SetPredictions], card: Card, files: FigureFiles) -> Section:
    """Show the misclassified glyphs, and non-labels that were accepted."""
    one = noun(card)
    text = (
        "True label → predicted label, and its probability; the most confident first. Some of "
        "these have wrong labels, or would be misread by people too."
    )
    blocks = [page.paragraph(text)]
    for each in sorted(predictions, key=lambda each: not each.labelled):
        count, found = predict.mistakes(each, card, MAX_SHOWN)
        kind = "misread" if each.labelled else f"accepted as a {one}"
        share = count / max(len(each.truth), 1)
        blocks.append(page.subtitle(f"{each.name}: {count:,} {kind} ({_percent(share)})"))
        if found:
            name = f"misread-{re.sub(r'[^a-z0-9_]+', '-', each.name.lower())}.png"
            files.keep(name, pictures.contact_sheet(found))
            blocks.append(_gallery(found, count))
    html = "\n".join(blocks) if predictions else page.missing(NO_SETS)
    return Section("misread", "Misclassified glyphs", html)


def calibration(predictions: Sequence[SetPredictions], card: Card, files: FigureFiles) -> Section:
    """Show the reliability diagram and the calibration error."""
    title = "Reliability diagram"
    if not any(one.labelled for one in predictions):
        return Section("calibration", title, page.missing(NO_SETS))
    scores, truth = predict.page_mixture(predictions, card)
    error, raw = (
        measure.calibration_error(scores, truth.astype(np.uint8), t)
        for t in (card.temperature, 1.0)
    )
    bins = predict.reliability(scores, truth, card.temperature)
    png = files.keep("reliability.png", figures.reliability(bins))
    caption = (
        "Of the predictions with 80 % probability, 80 % should be right: blue bars should end at "
        "their red lines. Bars of few glyphs (gray counts below) are mostly chance. Expected "
        f"calibration error {error:.4f} at the card's temperature {card.temperature:g}; {raw:.4f} "
        "at 1. The temperature was fitted on the run's validation glyphs, which may be others. "
        f"{_thinned(card)}"
    )
    figure = page.figure(png, "Reliability diagram", caption, min_width_px=520)
    return Section("calibration", title, figure)


def rejects(predictions: Sequence[SetPredictions], card: Card, files: FigureFiles) -> Section:
    """Show the ROC curves: non-labels accepted against labelled glyphs kept."""
    one = noun(card)
    title = "ROC curve"
    others = [each for each in predictions if not each.labelled]
    if not others or len(others) == len(predictions):
        return Section("rejects", title, page.missing("There were no glyphs to reject."))
    known = predict.reference_sets(predictions, card)
    reference = predict.label_score(np.concatenate([each.scores for each in known]), card)
    curves = [predict.roc_curve(each, reference, card) for each in others]
    png = files.keep("rejects.png", figures.rejects(curves, card.threshold, one))
    caption = (
        f"A lower threshold keeps more {one}s and accepts more other glyphs. Each line is one "
        "kind of other glyph, over all thresholds; lower is better; grid lines are factors of 10. "
        f"Dots mark the card's threshold, which keeps {_percent(curves[0].at_threshold[0])} of "
        f"the {one}s of {' and '.join(each.name for each in known)}."
    )
    rows = predict.reject_rows_of(predictions, card)
    table = page.table(
        ("set", "glyphs", "AUROC", "false accepts at 95 % kept", "reported"),
        [
            (row.name, f"{row.count:,}", f"{row.auroc:.4f}",
             *_percents(row.false_accepts_at_95, row.reported))
            for row in rows
        ],
        f"AUROC: probability that a {one} scores higher than this glyph; 1 is best.",
    )  # fmt: skip
    return Section(
        "rejects", title, page.figure(png, "Reject curves", caption, min_width_px=620) + table
    )


def _commonest(counts: predict.Indexes, card: Card) -> str:
    beside = counts * ~np.eye(len(counts), dtype=bool)
    truth, answer = np.unravel_index(beside.argmax(), beside.shape)
    if not beside.any():
        return "There are no errors."
    own = [index for index, name in enumerate(card.labels) if name != NONE]
    among = beside[np.ix_(own, own)]
    text = (
        f"The most frequent error is {card.labels[truth]} read as {card.labels[answer]} "
        f"({counts[truth, answer]:,} times)"
    )
    if NONE not in (card.labels[truth], card.labels[answer]) or not among.any():
        return f"{text}."
    first, second = np.unravel_index(among.argmax(), among.shape)
    names = [card.labels[index] for index in own]
    return (
        f"{text}; among {noun(card)}s {names[first]} read as {names[second]} "
        f"({among.max():,} times)."
    )


def _gallery(found: Sequence[Mistake], count: int) -> str:
    shown = [
        (
            pictures.png(pictures.on_paper(mistake.image)),
            f"{mistake.truth} → {mistake.predicted}",
            f"{mistake.score:.3f}",
        )
        for mistake in found
    ]
    caption = f"{len(found)} of {count:,}, the most confident." if count > len(found) else "All."
    return page.gallery(shown, caption)


def _thinned(card: Card) -> str:
    share = card.notes.get("prior_none")
    if NONE not in card.labels or not share:
        return ""
    return f'"none" is thinned to its share on pages, {_percent(float(share))}.'


def _percents(*shares: float) -> list[str]:
    return [_percent(share) for share in shares]


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"
