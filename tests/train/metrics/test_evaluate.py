from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from camdigits.recognize.card import load_card
from camdigits.values import Glyphs, Logits
from train.data.alphabets import LETTERS, Alphabet
from train.data.sets import Glyphset
from train.metrics import evaluate
from train.metrics.evaluate import digit_row, load_unseen, reject_rows


def logits_of(*rows: tuple[int, float]) -> np.ndarray:
    """Return (N, 11) logits with the given label probabilities; the others share the rest."""
    scores = np.zeros((len(rows), 11), np.float32)
    for row, (label, chance) in zip(scores, rows, strict=True):
        row[:] = np.log((1 - chance) / 10)
        row[label] = np.log(chance)
    return scores


def test_a_row_counts_none_for_a_digit_as_wrong(model: Path) -> None:
    """Accuracy, reported and right among reported differ."""
    card = load_card(model)
    part = Glyphset("x", np.zeros((3, 28, 28), np.uint8), np.array([1, 1, 1], np.uint8))
    sure = logits_of((1, 0.9999), (10, 0.9999), (2, 0.9999)) * card.temperature
    sure[1, 1] += 0.1  # after "none" it is likeliest
    object.__setattr__(card, "threshold", 0.5)

    row = digit_row(part, lambda _: sure, card)

    assert (row.accuracy, row.reported, row.reported_right) == pytest.approx((1 / 3, 2 / 3, 1 / 2))
    assert row.named == pytest.approx(2 / 3)
    assert sure[1].argmax() == 10  # what was measured is as it was


def test_letters_are_measured_as_digits_are(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set with letters and others has a row of each; the labels come from the card."""
    card = replace(load_card(model), labels=LETTERS.labels)
    part = Glyphset("x", np.zeros((4, 28, 28), np.uint8), np.array([1, 2, 10, 10], np.uint8))
    monkeypatch.setattr(evaluate, "load_card", lambda _: card)
    monkeypatch.setattr(evaluate.sets, "load", lambda *_: part)

    report = evaluate.evaluate(model)

    sets = [f"{name}/whole" for name in LETTERS.sets]
    assert [(row.name, row.count) for row in report.digits] == [(name, 2) for name in sets]
    assert [(row.name, row.count) for row in report.rejects] == [(name, 2) for name in sets]


def test_a_model_without_none_rejects_nothing(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There are no rows of non-labels; only sets with its labels count."""
    card = replace(load_card(model), labels=LETTERS.labels[:10])

    def load(name: str, _: str, alphabet: Alphabet) -> Glyphset:
        labels = [3] if name == "notmnist" and alphabet.none is None else []
        return Glyphset(
            name, np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8)
        )

    def ones(glyphs: Glyphs) -> Logits:
        return np.ones((len(glyphs), 10), np.float32)

    monkeypatch.setattr(evaluate, "load_card", lambda _: card)
    monkeypatch.setattr(evaluate, "load_scorer", lambda *_: SimpleNamespace(logits=ones))
    monkeypatch.setattr(evaluate.sets, "load", load)

    report = evaluate.evaluate(model)

    assert [row.name for row in report.digits] == ["notmnist/whole"]
    assert report.digits[0].reported == (1.0 if card.threshold <= 0.1 else 0.0)
    assert report.rejects == ()


def test_recordings_drawn_anew_do_not_measure_who_learned_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model of UNIPEN's pictures knows the recordings that other pens draw, and vice versa."""
    monkeypatch.setattr(
        evaluate.sets,
        "load",
        lambda name, *_: Glyphset(name, np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)),
    )

    assert load_unseen("unipen_pens", frozenset({"unipen"})).name == "unipen_pens/val"
    assert load_unseen("unipen", frozenset({"unipen_pens"})).name == "unipen/val"
    assert load_unseen("unipen_pens", frozenset({"mnist"})).name == "unipen_pens/whole"


def test_rejects_are_measured_against_the_digits(model: Path) -> None:
    """If all digits score above the rest, the row is perfect."""
    card = load_card(model)
    digits = Glyphset("d", np.ones((4, 28, 28), np.uint8), np.array([1, 2, 3, 4], np.uint8))
    others = Glyphset("o", np.zeros((2, 28, 28), np.uint8), np.array([10, 10], np.uint8))

    def scorer(glyphs: np.ndarray) -> np.ndarray:
        rows = [(1, 0.9) if glyph.any() else (10, 0.9) for glyph in glyphs]
        return logits_of(*rows)

    (row,) = reject_rows([others], [digits], scorer, card)

    assert (row.auroc, row.false_accepts_at_95, row.reported) == (1.0, 0.0, 0.0)
