"""Measure a model on every data set of its alphabet: accuracy on labels, rejection of the rest.

    python -m train evaluate models/digits.tflite
    python -m train evaluate letters

A set that the model was trained on is measured on its held-out part, any other as a whole, MNIST
on its test set. A glyph is right when its label has the highest score of all, "none" included; the
column "ignoring none" takes the best label ignoring the reject class, for comparison with nets
that have none. The figures of UNIPEN and Kensanata are optimistic: their hardest samples were
removed when the sets were made. About 20 seconds.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
import numpy as np

from camdigits.recognize.card import Card, find_model, load_card
from camdigits.recognize.classify import probabilities
from camdigits.recognize.tflite import load_scorer
from train.data import sets
from train.data.alphabets import DIGITS, Alphabet, alphabet_of, none_of
from train.data.published import SAME_RECORDINGS
from train.data.sets import Glyphset, Part, thinned
from train.metrics import measure
from train.metrics.measure import LogitScorer


@dataclass(frozen=True, slots=True)
class DigitRow:
    """Accuracy on one set of labelled glyphs."""

    name: str
    count: int
    accuracy: float
    named: float  # accuracy ignoring the reject class: comparable with nets that have none
    reported: float  # share with a label at or above the card's threshold
    reported_right: float  # share of the reported glyphs that are right


@dataclass(frozen=True, slots=True)
class RejectRow:
    """Rejection of one kind of non-label, against the alphabet's typical sets."""

    name: str
    count: int
    auroc: float
    false_accepts_at_95: float  # share accepted where 95 % of the labelled glyphs are
    reported: float  # share reported with a label at the card's threshold


@dataclass(frozen=True, slots=True)
class Report:
    """All measurements of a model."""

    model: str
    sha256: str
    digits: tuple[DigitRow, ...]
    rejects: tuple[RejectRow, ...]


def evaluate(model: Path, limit: int | None = None) -> Report:
    """Measure a model.

    Args:
        model: a .tflite file with its card.
        limit: glyphs of each set; None uses all.

    Raises:
        ModelError: the model cannot be used.
        DataError: a data set is missing.
    """
    card = load_card(model)
    alphabet = alphabet_of(card.labels)
    trained = frozenset(str(name).split("/")[0] for name in card.notes.get("data", ()))
    parts = [load_unseen(name, trained, limit, alphabet) for name in alphabet.sets]
    rows = rows_of(parts, alphabet, load_scorer(model, card).logits, card)
    return Report(model.name, card.sha256, *rows)


def rows_of(
    parts: Sequence[Glyphset], alphabet: Alphabet, scorer: LogitScorer, card: Card
) -> tuple[tuple[DigitRow, ...], tuple[RejectRow, ...]]:
    """Measure a scorer on sets: accuracy of labelled glyphs, rejection of the others."""
    named = [one for part in parts if len((one := only(part, alphabet, labelled=True)).labels)]
    others = [one for part in parts if len((one := only(part, alphabet, labelled=False)).labels)]
    typical = [part for part in named if part.name.split("/")[0] in alphabet.typical]
    rows = tuple(digit_row(part, scorer, card) for part in named)
    return rows, reject_rows(others, typical, scorer, card)


def load_unseen(
    name: str, trained: frozenset[str], limit: int | None = None, alphabet: Alphabet = DIGITS
) -> Glyphset:
    """Load the part of a set that a model was not trained on."""
    tested = name == "mnist" and alphabet.first == name
    known = {SAME_RECORDINGS.get(one, one) for one in trained}
    is_known = SAME_RECORDINGS.get(name, name) in known
    part: Part = "test" if tested else "val" if is_known else "whole"
    return replace(thinned(sets.load(name, part, alphabet), limit), name=f"{name}/{part}")


def only(part: Glyphset, alphabet: Alphabet, labelled: bool) -> Glyphset:
    """Return the glyphs that have a label, or those that are "none"."""
    chosen = measure.labelled(part.labels, alphabet.none) == labelled
    return replace(part, images=part.images[chosen], labels=part.labels[chosen])


def digit_row(part: Glyphset, scorer: LogitScorer, card: Card) -> DigitRow:
    """Measure one set of labelled glyphs."""
    scores = scorer(part.images)
    best = scores.argmax(1)
    sure = probabilities(scores, card.temperature).max(1)
    reported = measure.labelled(best, none_of(card.labels)) & (sure >= card.threshold)
    right = (best == part.labels) & reported
    return DigitRow(
        part.name,
        len(part.labels),
        measure.accuracy(scores, part.labels),
        measure.accuracy_of_labels(scores, part.labels, none_of(card.labels)),
        float(reported.mean()),
        float(right.sum() / max(int(reported.sum()), 1)),
    )


def reject_rows(
    others: Sequence[Glyphset], named: Sequence[Glyphset], scorer: LogitScorer, card: Card
) -> tuple[RejectRow, ...]:
    """Measure each kind of non-label against all labelled glyphs."""
    if not others or not named:
        return ()
    none = none_of(card.labels)
    scores = np.concatenate([scorer(part.images) for part in named])
    known = measure.digit_score(scores, card.temperature, none)
    rows = []
    for part in others:
        scores = scorer(part.images)
        unknown = measure.digit_score(scores, card.temperature, none)
        passed = measure.labelled(scores.argmax(1), none) & (unknown >= card.threshold)
        rows.append(
            RejectRow(
                part.name,
                len(part.labels),
                measure.auroc(known, unknown),
                measure.false_accepts(known, unknown),
                float(passed.mean()),
            )
        )
    return tuple(rows)


def print_report(
    name: str,
    as_json: bool = False,
    limit: int | None = None,
    report: Callable[[str], None] = click.echo,
) -> None:
    """Measure the model of this name or path and report a table, or one JSON object."""
    found = evaluate(find_model(name), limit)
    report(json.dumps(asdict(found)) if as_json else table(found))


def table(report: Report) -> str:
    """Format the measurements as a table."""
    lines = [
        f"{report.model}  sha256 {report.sha256[:12]}",
        "",
        f"{'labelled':<24}{'glyphs':>8}{'accuracy':>10}{'ignoring none':>14}{'reported':>10}"
        f"{'right of these':>15}",
        *(
            f"{row.name:<24}{row.count:>8}{row.accuracy:>10.2%}{row.named:>14.2%}"
            f"{row.reported:>10.2%}{row.reported_right:>15.2%}"
            for row in report.digits
        ),
    ]
    if report.rejects:
        lines += [
            "",
            f"{'non-labels':<24}{'glyphs':>8}{'AUROC':>10}{'FPR95':>10}{'reported':>15}",
            *(
                f"{row.name:<24}{row.count:>8}{row.auroc:>10.4f}{row.false_accepts_at_95:>10.2%}"
                f"{row.reported:>15.2%}"
                for row in report.rejects
            ),
        ]
    return "\n".join(lines)
