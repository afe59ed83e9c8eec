import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from camdigits.recognize.card import load_card
from camdigits.recognize.tflite import load_scorer
from train.data.alphabets import DIGIT_NONE, DIGITS, LETTERS, Alphabet
from train.data.sets import Glyphset
from train.errors import DataError
from train.fit import loop
from train.fit.export import PRIOR_NONE, export, fit_prior, page_mixture, sample, set_prior
from train.fit.nets import build
from train.fit.pool import Pool, none_share
from train.fit.run import CONFIG, WEIGHTS_FILE, load_model, save, scores_of
from train.fit.settings import Settings
from train.metrics import evaluate, measure
from train.metrics.evaluate import digit_row, reject_rows
from train.simulate.crops import save_crops

SETTINGS = Settings(net="tiny", sets=())


def noise(count: int, seed: int) -> Glyphset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Glyphset("noise", images, rng.integers(0, 11, count).astype(np.uint8))


POOL = Pool(((noise(50, 1), 1.0),), noise(200, 2))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose net has fresh weights."""
    pytest.importorskip("tensorflow")
    folder = tmp_path_factory.mktemp("run")
    (folder / CONFIG).write_text(json.dumps(asdict(SETTINGS)))
    learner = loop._learner(SETTINGS, total=1)
    save(learner.model.variables, folder / WEIGHTS_FILE)
    return folder


@pytest.fixture(scope="module")
def model(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That net, exported."""
    out = tmp_path_factory.mktemp("models") / "sub/some.tflite"
    export(run, out, POOL, report=lambda _: None)
    return out


def test_the_int8_model_answers_as_the_float_net(run: Path, model: Path) -> None:
    """Raw bytes in and logits out, within a few int8 steps."""
    glyphs = noise(30, 3).images

    scores = load_scorer(model, load_card(model)).logits(glyphs)

    net = load_model(run)
    set_prior(net, DIGITS.labels, none_share(POOL, DIGITS.labels))
    wanted = scores_of(net, glyphs)
    assert np.abs(scores - wanted).max() < 0.1 * np.ptp(wanted)


def test_none_is_moved_to_what_validation_says(run: Path) -> None:
    """A net that was told too little of "none" gets as much more; nothing else changes."""
    net = load_model(run)
    val = page_mixture(noise(2000, 6), PRIOR_NONE, DIGIT_NONE)
    fit_prior(net, DIGITS.labels, val)
    before = scores_of(net, val.images)
    weights, bias = net.get_layer("logits").get_weights()
    bias[DIGIT_NONE] -= 1.0
    net.get_layer("logits").set_weights([weights, bias])

    step = fit_prior(net, DIGITS.labels, val)

    assert step == pytest.approx(1.0, abs=0.15)
    np.testing.assert_allclose(scores_of(net, val.images), before, atol=0.15)
    assert fit_prior(net, DIGITS.labels[:10], val) == 0.0


@pytest.mark.parametrize(
    ("before", "mended"), [({}, 0), ({"start": "first"}, 1), ({"averaged": ("one", "other")}, 1)]
)
def test_only_a_net_that_learned_from_several_mixtures_is_mended(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, Any], mended: int
) -> None:
    """One mixture has one prior, and that is taken off."""
    (tmp_path / CONFIG).write_text(json.dumps(asdict(replace(SETTINGS, **before))))
    (tmp_path / WEIGHTS_FILE).write_bytes((run / WEIGHTS_FILE).read_bytes())
    asked: list[Glyphset] = []
    monkeypatch.setattr("train.fit.export.fit_prior", lambda _net, _labels, val: asked.append(val))

    export(tmp_path, tmp_path / "some.tflite", POOL, report=lambda _: None)

    assert asked == [POOL.val] * mended


def test_the_card_says_what_the_model_is(model: Path) -> None:
    """Checksum, size and origin belong to this very file."""
    card = load_card(model)

    assert card.labels == SETTINGS.labels
    assert card.sha256 == hashlib.sha256(model.read_bytes()).hexdigest()
    assert card.notes["bytes"] == model.stat().st_size
    assert card.notes["data"] == {"noise": 50}
    assert card.embedding == load_scorer(model, card).embedding == 16
    assert set(card.notes) >= {"command", "commit", "accuracies", "calibration_error"}
    assert sorted(path.name for path in model.parent.iterdir()) == ["some.json", "some.tflite"]


def test_the_card_tells_what_was_held_out_and_how_sure_it_is_of_crops(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set that the run learned from and those that none does; the crops by themselves."""
    crops = tmp_path / "crops.npz"
    save_crops(crops, noise(200, 4).images, noise(200, 4).labels)
    settings = replace(SETTINGS, sets=("mnist", "omniglot"), crops=(str(crops),))
    other = tmp_path / "run"
    other.mkdir()
    (other / CONFIG).write_text(json.dumps(asdict(settings)))
    (other / WEIGHTS_FILE).write_bytes((run / WEIGHTS_FILE).read_bytes())
    asked = []

    def held_out(name: str, trained: frozenset[str], alphabet: Alphabet) -> Glyphset:
        asked.append((name, name in trained, alphabet.name))
        return replace(noise(60, 5), name=f"{name}/val")

    monkeypatch.setattr("train.fit.export.load_unseen", held_out)

    export(other, tmp_path / "some.tflite", POOL, report=lambda _: None)

    notes = load_card(tmp_path / "some.tflite").notes
    known = [(name, name != "mlia", "digits") for name in ("mnist", "omniglot", "mlia")]
    assert asked == known
    assert set(notes["accuracies"]) == {"val", *(f"{name}/val" for name, _, _ in known)}
    assert set(notes["rejects"]) == {f"{name}/val" for name, _, _ in known}
    assert set(notes["rejects"]["mnist/val"]) == {"auroc", "false_accepts_at_95"}
    assert 0 < notes["crops_calibration_error"] < 1


def test_exporting_nothing_is_told(tmp_path: Path) -> None:
    """There must be a run to export."""
    with pytest.raises(DataError, match="no run of `fit` in this folder"):
        export(tmp_path, tmp_path / "x.tflite")


def test_an_output_of_another_name_is_refused(tmp_path: Path) -> None:
    """The product looks for .tflite."""
    with pytest.raises(DataError, match=r"wanted a name that ends with \.tflite"):
        export(tmp_path, tmp_path / "x.onnx")


def test_scales_come_from_all_of_the_validation_glyphs() -> None:
    """The sample reaches from the first set to the last."""
    many = Glyphset("many", np.arange(5000 * 784).reshape(5000, 28, 28) % 251, np.zeros(5000))

    taken = sample(many)

    assert len(taken) == 1667
    np.testing.assert_array_equal(taken[-1], many.images[4998])


def logits_of(*rows: tuple[int, float]) -> np.ndarray:
    """Logits (N, 11) whose label and its probability are given; the rest share the remainder."""
    scores = np.zeros((len(rows), 11), np.float32)
    for row, (label, chance) in zip(scores, rows, strict=True):
        row[:] = np.log((1 - chance) / 10)
        row[label] = np.log(chance)
    return scores


def test_the_temperature_makes_an_overconfident_model_modest() -> None:
    """Sure at 99 % and right in 3 of 4: divided by about 2.2 it says 75 %."""
    scores = logits_of(*[(3, 0.99)] * 400)
    labels = np.array([3, 3, 3, 5] * 100, np.uint8)

    temperature = measure.best_temperature(scores, labels)

    assert measure.calibration_error(scores, labels, temperature) < 0.01
    assert measure.calibration_error(scores, labels, 1.0) == pytest.approx(0.24, abs=1e-3)


def test_the_threshold_keeps_99_of_100_right() -> None:
    """100 right digits above one wrong: it may stay; below two wrong ones it ends."""
    rows = [(1, 0.9)] * 100 + [(1, 0.8), (1, 0.7), (10, 0.95)]
    labels = np.array([1] * 100 + [2, 10, 4], np.uint8)

    threshold = measure.best_threshold(logits_of(*rows), labels, 1.0, DIGIT_NONE)

    assert threshold == pytest.approx(0.8)


def test_equals_pass_a_threshold_together() -> None:
    """int8 scores tie: right and wrong ones of the same score cannot be told apart."""
    rows = [(1, 0.9)] * 10 + [(1, 0.8)] * 10
    labels = np.array([1] * 15 + [2] * 5, np.uint8)

    assert measure.best_threshold(logits_of(*rows), labels, 1.0, DIGIT_NONE) == pytest.approx(0.9)


@pytest.mark.parametrize("rows", [[], [(10, 0.9)], [(1, 0.9)]])
def test_no_threshold_is_good_enough(rows: list[tuple[int, float]]) -> None:
    """Nothing reported, or nothing right: only certainty will do."""
    labels = np.full(len(rows), 2, np.uint8)

    assert measure.best_threshold(logits_of(*rows), labels, 1.0, DIGIT_NONE) == 1.0


def test_false_accepts_are_counted_where_most_digits_pass() -> None:
    """The lowest of 20 digits may be lost; a negative above the second lowest passes."""
    digits = np.arange(1, 21) / 20
    others = np.array([0.01, 0.04, 0.06, 0.5])

    assert measure.false_accepts(digits, others) == 0.5


def test_a_row_counts_none_for_a_digit_as_wrong(model: Path) -> None:
    """Read, reported and right are told apart."""
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
    """A set with letters and others makes a row of each; the labels come from the card."""
    card = replace(load_card(model), labels=LETTERS.labels)
    part = Glyphset("x", np.zeros((4, 28, 28), np.uint8), np.array([1, 2, 10, 10], np.uint8))
    monkeypatch.setattr(evaluate, "load_card", lambda _: card)
    monkeypatch.setattr(evaluate.sets, "load", lambda *_: part)

    report = evaluate.evaluate(model)

    sets = [f"{name}/whole" for name in LETTERS.sets]
    assert [(row.name, row.count) for row in report.digits] == [(name, 2) for name in sets]
    assert [(row.name, row.count) for row in report.rejects] == [(name, 2) for name in sets]


def test_a_model_without_none_refuses_nothing(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rows of others; only sets with its labels count."""
    card = replace(load_card(model), labels=LETTERS.labels[:10])

    def load(name: str, _: str, alphabet: Alphabet) -> Glyphset:
        labels = [3] if name == "notmnist" and alphabet.none is None else []
        return Glyphset(
            name, np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8)
        )

    monkeypatch.setattr(evaluate, "load_card", lambda _: card)
    monkeypatch.setattr(evaluate, "load_scorer", lambda *_: lambda g: np.ones((len(g), 10)))
    monkeypatch.setattr(evaluate.sets, "load", load)

    report = evaluate.evaluate(model)

    assert [row.name for row in report.digits] == ["notmnist/whole"]
    assert report.digits[0].reported == (1.0 if card.threshold <= 0.1 else 0.0)
    assert report.rejects == ()


def test_rejects_are_measured_against_the_digits(model: Path) -> None:
    """Digits that all look more like digits than the rest: a perfect row."""
    card = load_card(model)
    digits = Glyphset("d", np.ones((4, 28, 28), np.uint8), np.array([1, 2, 3, 4], np.uint8))
    others = Glyphset("o", np.zeros((2, 28, 28), np.uint8), np.array([10, 10], np.uint8))

    def scorer(glyphs: np.ndarray) -> np.ndarray:
        rows = [(1, 0.9) if glyph.any() else (10, 0.9) for glyph in glyphs]
        return logits_of(*rows)

    (row,) = reject_rows([others], [digits], scorer, card)

    assert (row.auroc, row.false_accepts_at_95, row.reported) == (1.0, 0.0, 0.0)


def test_the_prior_of_none_lowers_its_logit_by_the_log_odds() -> None:
    """From half of what was trained on to a tenth of what pages hold: log 9 less."""
    pytest.importorskip("tensorflow")
    model = build("tiny", 11)
    before = model.get_layer("logits").get_weights()[1]

    set_prior(model, DIGITS.labels, 0.5)

    after = model.get_layer("logits").get_weights()[1]
    np.testing.assert_allclose(after[:10], before[:10])
    np.testing.assert_allclose(after[10], before[10] - np.log(9), rtol=1e-6)


def test_what_is_measured_holds_as_much_none_as_pages_do() -> None:
    """Digits all stay; of the others a quarter as many, from everywhere in the set."""
    labels = np.repeat(np.uint8([3, DIGIT_NONE]), 100)
    images = np.arange(200, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)

    seen = page_mixture(Glyphset("some", images, labels), 0.2, DIGIT_NONE)

    assert (seen.labels == 3).sum() == 100
    assert (seen.labels == DIGIT_NONE).sum() == 25
    assert {100, 199} <= set(seen.images[:, 0, 0].tolist())


def test_the_share_of_none_counts_how_often_glyphs_are_seen() -> None:
    """A set that is seen twice counts twice."""
    blank = np.zeros((10, 28, 28), np.uint8)
    digits = Glyphset("digits", blank, np.zeros(10, np.uint8))
    others = Glyphset("others", blank, np.full(10, DIGIT_NONE, np.uint8))

    pool = Pool(((digits, 2.0), (others, 1.0)), digits)

    assert none_share(pool, DIGITS.labels) == pytest.approx(1 / 3)
    assert none_share(pool, DIGITS.labels[:10]) == 0
