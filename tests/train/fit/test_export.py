import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.random_run import POOL, SETTINGS, noise

from camdigits.recognize.card import load_card
from camdigits.recognize.tflite import load_scorer
from train.data.alphabets import DIGIT_NONE, DIGITS, Alphabet
from train.data.sets import Glyphset
from train.errors import DataError
from train.fit.export import PRIOR_NONE, export, fit_prior, page_mixture, sample, set_prior
from train.fit.nets import build
from train.fit.pool import Pool, none_share
from train.fit.run import CONFIG, WEIGHTS_FILE, load_model, scores_of
from train.simulate.crops import save_crops


def test_the_int8_model_agrees_with_the_float_net(run: Path, model: Path) -> None:
    """Logits differ by a few int8 steps."""
    glyphs = noise(30, 3).images

    scores = load_scorer(model, load_card(model)).logits(glyphs)

    net = load_model(run)
    set_prior(net, DIGITS.labels, none_share(POOL, DIGITS.labels))
    wanted = scores_of(net, glyphs)
    assert np.abs(scores - wanted).max() < 0.1 * np.ptp(wanted)


def test_the_prior_is_fitted_to_validation(run: Path) -> None:
    """A net with too small a logit of "none" is corrected; other logits do not change."""
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
def test_only_a_net_trained_on_several_mixtures_is_fitted(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: dict[str, Any], mended: int
) -> None:
    """A single mixture has a known prior."""
    (tmp_path / CONFIG).write_text(json.dumps(asdict(replace(SETTINGS, **before))))
    (tmp_path / WEIGHTS_FILE).write_bytes((run / WEIGHTS_FILE).read_bytes())
    calls: list[Glyphset] = []
    monkeypatch.setattr("train.fit.export.fit_prior", lambda _net, _labels, val: calls.append(val))

    export(tmp_path, tmp_path / "some.tflite", POOL, report=lambda _: None)

    assert calls == [POOL.val] * mended


def test_the_card_describes_the_model(model: Path) -> None:
    """It has the checksum, size and origin of the file."""
    card = load_card(model)

    assert card.labels == SETTINGS.labels
    assert card.sha256 == hashlib.sha256(model.read_bytes()).hexdigest()
    assert card.notes["bytes"] == model.stat().st_size
    assert card.notes["data"] == {"noise": 50}
    assert card.embedding == load_scorer(model, card).embedding == 16
    assert set(card.notes) >= {"command", "commit", "accuracies", "calibration_error"}
    assert sorted(path.name for path in model.parent.iterdir()) == ["some.json", "some.tflite"]


def test_the_card_has_held_out_accuracies(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each training set and each unseen set has a row; crops have their own calibration error."""
    crops = tmp_path / "crops.npz"
    save_crops(crops, noise(200, 4).images, noise(200, 4).labels)
    settings = replace(SETTINGS, sets=("mnist", "omniglot"), crops=(str(crops),))
    other = tmp_path / "run"
    other.mkdir()
    (other / CONFIG).write_text(json.dumps(asdict(settings)))
    (other / WEIGHTS_FILE).write_bytes((run / WEIGHTS_FILE).read_bytes())
    calls = []

    def held_out(name: str, trained: frozenset[str], alphabet: Alphabet) -> Glyphset:
        calls.append((name, name in trained, alphabet.name))
        return replace(noise(60, 5), name=f"{name}/val")

    monkeypatch.setattr("train.fit.export.load_unseen", held_out)

    export(other, tmp_path / "some.tflite", POOL, report=lambda _: None)

    notes = load_card(tmp_path / "some.tflite").notes
    rows = ("mnist", "omniglot", *DIGITS.unseen)
    known = [(name, name not in DIGITS.unseen, "digits") for name in rows]
    assert calls == known
    assert set(notes["accuracies"]) == {"val", *(f"{name}/val" for name, _, _ in known)}
    assert set(notes["rejects"]) == {f"{name}/val" for name, _, _ in known}
    assert set(notes["rejects"]["mnist/val"]) == {"auroc", "false_accepts_at_95"}
    assert 0 < notes["crops_calibration_error"] < 1


def test_exporting_a_missing_run_is_rejected(tmp_path: Path) -> None:
    """There must be a run to export."""
    with pytest.raises(DataError, match="no run of `fit` in this folder"):
        export(tmp_path, tmp_path / "x.tflite")


def test_an_output_of_another_type_is_rejected(tmp_path: Path) -> None:
    """The product loads .tflite files."""
    with pytest.raises(DataError, match=r"wanted a name that ends with \.tflite"):
        export(tmp_path, tmp_path / "x.onnx")


def test_scales_come_from_all_of_the_validation_glyphs() -> None:
    """The sample covers all sets."""
    many = Glyphset("many", np.arange(5000 * 784).reshape(5000, 28, 28) % 251, np.zeros(5000))

    taken = sample(many)

    assert len(taken) == 1667
    np.testing.assert_array_equal(taken[-1], many.images[4998])


def test_the_prior_of_none_lowers_its_logit_by_the_log_odds() -> None:
    """From half in training to a tenth on pages: log 9 less."""
    pytest.importorskip("tensorflow")
    model = build("tiny", 11)
    before = model.get_layer("logits").get_weights()[1]

    set_prior(model, DIGITS.labels, 0.5)

    after = model.get_layer("logits").get_weights()[1]
    np.testing.assert_allclose(after[:10], before[:10])
    np.testing.assert_allclose(after[10], before[10] - np.log(9), rtol=1e-6)


def test_validation_has_the_page_mixture() -> None:
    """All digits stay; non-digits are thinned evenly to a quarter as many."""
    labels = np.repeat(np.uint8([3, DIGIT_NONE]), 100)
    images = np.arange(200, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)

    seen = page_mixture(Glyphset("some", images, labels), 0.2, DIGIT_NONE)

    assert (seen.labels == 3).sum() == 100
    assert (seen.labels == DIGIT_NONE).sum() == 25
    assert {100, 199} <= set(seen.images[:, 0, 0].tolist())


def test_the_share_of_none_counts_how_often_glyphs_are_seen() -> None:
    """A set with weight 2 counts twice."""
    blank = np.zeros((10, 28, 28), np.uint8)
    digits = Glyphset("digits", blank, np.zeros(10, np.uint8))
    others = Glyphset("others", blank, np.full(10, DIGIT_NONE, np.uint8))

    pool = Pool(((digits, 2.0), (others, 1.0)), digits)

    assert none_share(pool, DIGITS.labels) == pytest.approx(1 / 3)
    assert none_share(pool, DIGITS.labels[:10]) == 0
