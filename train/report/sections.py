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

MAX_SHOWN = 24  # misread glyphs shown of each set
NO_SETS = "No data set has glyphs with these labels, so nothing was measured."


@dataclass(frozen=True, slots=True)
class Album:
    """The figures by the name of their file."""

    figures: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, png: bytes) -> bytes:
        """Remember a figure, and give it back."""
        self.figures[name] = png
        return png


def noun(card: Card) -> str:
    """What the model reads, in the singular."""
    names = set(card.labels) - {NONE}
    if names <= set(string.digits):
        return "digit"
    return "letter" if names <= set(string.ascii_letters) else "glyph"


def accuracies(predictions: Sequence[SetPredictions], card: Card) -> Section:
    """Per data set, how it is read."""
    rows = [predict.read_row(one, card) for one in predictions if one.labelled]
    one = noun(card)
    text = (
        f"Each set is one the model has not learnt from (whole), or the part of it that was "
        f"held out (test, val). A {one} is right when its label is the best of all; it "
        f"is reported when its probability reaches the card's threshold, {card.threshold:g}."
    )
    html = page.missing(NO_SETS)
    if rows:
        html = page.paragraph(text) + page.table(
            ("set", f"{one}s", "right", "reported", "right among reported"),
            [
                (row.name, f"{row.count:,}", *_percents(row.accuracy, row.reported),
                 _percent(row.reported_right))
                for row in rows
            ],
        )  # fmt: skip
    return Section("sets", "How well it reads", html)


def confusion(predictions: Sequence[SetPredictions], card: Card, album: Album) -> Section:
    """Which label is taken for which."""
    title = "What it takes for what"
    counts = predict.confusion(predictions, len(card.labels))
    if not counts.sum():
        return Section("confusion", title, page.missing(NO_SETS))
    png = album.keep("confusion.png", figures.matrix(counts, card.labels))
    caption = (
        "All sets together. A row is what a glyph is, a column what the model predicts; under "
        f"each count its share of the row. {_commonest(counts, card)}"
    )
    return Section(
        "confusion", title, page.figure(png, "Confusion matrix", caption, min_width_px=700)
    )


def misread(predictions: Sequence[SetPredictions], card: Card, album: Album) -> Section:
    """The misread glyphs themselves, and non-glyphs that pass."""
    one = noun(card)
    text = (
        "Truth → answer, and how probable the model found its answer; the surest first. Look at "
        "those: some are wrong labels, or glyphs that people would misread too."
    )
    blocks = [page.paragraph(text)]
    for each in sorted(predictions, key=lambda each: not each.labelled):
        count, found = predict.mistakes(each, card, MAX_SHOWN)
        kind = "misread" if each.labelled else f"taken for a {one}"
        share = count / max(len(each.truth), 1)
        blocks.append(page.subtitle(f"{each.name}: {count:,} {kind} ({_percent(share)})"))
        if found:
            name = f"misread-{re.sub(r'[^a-z0-9_]+', '-', each.name.lower())}.png"
            album.keep(name, pictures.contact_sheet(found))
            blocks.append(_gallery(found, count))
    html = "\n".join(blocks) if predictions else page.missing(NO_SETS)
    return Section("misread", "What it misreads", html)


def calibration(predictions: Sequence[SetPredictions], card: Card, album: Album) -> Section:
    """Whether it is right as often as it says."""
    title = "What its probabilities are worth"
    if not any(one.labelled for one in predictions):
        return Section("calibration", title, page.missing(NO_SETS))
    scores, truth = predict.page_mixture(predictions, card)
    error, raw = (
        measure.calibration_error(scores, truth.astype(np.uint8), t)
        for t in (card.temperature, 1.0)
    )
    bins = predict.reliability(scores, truth, card.temperature)
    png = album.keep("reliability.png", figures.reliability(bins))
    caption = (
        "Of the predictions with 80 % probability, 80 % should be right: blue bars should end "
        "at their red lines. Bars of few glyphs, in gray below, are mostly chance. "
        f"Calibration error {error:.4f} at the card's temperature {card.temperature:g}; {raw:.4f} "
        "at 1. It was set on the validation glyphs of training, which may be others than these. "
        f"{_thinned(card)}"
    )
    figure = page.figure(png, "Reliability diagram", caption, min_width_px=520)
    return Section("calibration", title, figure)


def rejects(predictions: Sequence[SetPredictions], card: Card, album: Album) -> Section:
    """What passes that is nothing to read."""
    one = noun(card)
    title = f"What it lets pass that is no {one}"
    others = [each for each in predictions if not each.labelled]
    if not others or len(others) == len(predictions):
        return Section("rejects", title, page.missing("No glyphs to be refused were measured."))
    known = predict.reference_sets(predictions, card)
    reference = predict.label_score(np.concatenate([each.scores for each in known]), card)
    curves = [predict.roc_curve(each, reference, card) for each in others]
    png = album.keep("rejects.png", figures.rejects(curves, card.threshold, one))
    caption = (
        f"A threshold that keeps more {one}s lets more else pass. Each line is one kind of "
        "other glyph, from all thresholds; lower is better, and each line of the "
        "grid is ten times less. "
        f"Dots mark the card's threshold, which keeps {_percent(curves[0].at_threshold[0])} of "
        f"the {one}s of {' and '.join(each.name for each in known)}."
    )
    rows = predict.reject_rows_of(predictions, card)
    table = page.table(
        ("set", "glyphs", "AUROC", "accepted, 95 % kept", "reported"),
        [
            (row.name, f"{row.count:,}", f"{row.auroc:.4f}",
             *_percents(row.false_accepts_at_95, row.reported))
            for row in rows
        ],
        f"AUROC: how probably a {one} reference more like one than this does; 1 is best.",
    )  # fmt: skip
    return Section(
        "rejects", title, page.figure(png, "Reject curves", caption, min_width_px=620) + table
    )


def _commonest(counts: predict.Indexes, card: Card) -> str:
    beside = counts * ~np.eye(len(counts), dtype=bool)
    truth, answer = np.unravel_index(beside.argmax(), beside.shape)
    if not beside.any():
        return "Nothing was misread."
    own = [index for index, name in enumerate(card.labels) if name != NONE]
    among = beside[np.ix_(own, own)]
    text = (
        f"Most often {card.labels[truth]} is taken for {card.labels[answer]} "
        f"({counts[truth, answer]:,} times)"
    )
    if NONE not in (card.labels[truth], card.labels[answer]) or not among.any():
        return f"{text}."
    first, second = np.unravel_index(among.argmax(), among.shape)
    names = [card.labels[index] for index in own]
    return (
        f"{text}; among {noun(card)}s {names[first]} for {names[second]} ({among.max():,} times)."
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
    caption = f"The surest {len(found)} of {count:,}." if count > len(found) else "All of them."
    return page.gallery(shown, caption)


def _thinned(card: Card) -> str:
    share = card.notes.get("prior_none")
    if NONE not in card.labels or not share:
        return ""
    return (
        f"What is none of the labels is thinned out to the {_percent(float(share))} that it is "
        "on pages."
    )


def _percents(*shares: float) -> list[str]:
    return [_percent(share) for share in shares]


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"
