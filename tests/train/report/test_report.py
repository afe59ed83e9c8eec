import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from camdigits.errors import ModelError, OutputError
from camdigits.recognize.card import Card, find_model, load_card, sha256_of
from camdigits.recognize.tflite import load_scorer
from camdigits.values import Logits
from train.data import sets
from train.data.alphabets import DIGIT_NONE
from train.data.sets import Glyphset
from train.errors import DataError, NetError
from train.fit import nets
from train.fit import run as trained
from train.fit.settings import Settings
from train.metrics import measure
from train.metrics.evaluate import digit_row, reject_rows
from train.report import predict, runs, speed, tflite_layers, write
from train.report.predict import SetPredictions
from train.report.write import write_report

MODELS = Path(__file__).parent.parent.parent / "models"
CARD = Card(("0", "1", "none"), temperature=1.0, threshold=0.6, sha256="")
LETTERS = (*"ABCDEFGHIJ", "none")


def logits(*rows: tuple[float, ...]) -> Logits:
    """Logits of these probabilities."""
    return np.log(np.array(rows, np.float32))


def predictions(
    name: str, truth: list[int], scores: Logits, labelled: bool = True
) -> SetPredictions:
    images = np.zeros((len(truth), 28, 28), np.uint8)
    return SetPredictions(name, images, np.array(truth), scores, labelled)


def noise(name: str, count: int, labels: int, seed: int = 1) -> Glyphset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Glyphset(name, images, rng.integers(0, labels, count).astype(np.uint8))


def carded(folder: Path, name: str = "mean_ink", **fields: object) -> Path:
    """A model of the tests with a card that says what is wished."""
    model = folder / f"{name}.tflite"
    model.write_bytes((MODELS / f"{name}.tflite").read_bytes())
    known = {"labels": LETTERS, "temperature": 1.0, "threshold": 0.5, "sha256": sha256_of(model)}
    model.with_suffix(".json").write_text(json.dumps({**known, **fields}))
    return model


def test_the_rows_are_those_of_evaluate() -> None:
    """The page and `train evaluate` tell the same, to the last digit."""
    card = load_card(find_model("digits"))
    parts = [noise("mnist/test", 40, 10), noise("unipen/val", 30, 10, 2)]
    none = replace(noise("cats", 30, 1, 3), labels=np.full(30, DIGIT_NONE, np.uint8))
    scorer = load_scorer(find_model("digits"), card).logits

    predicted = [predict.predict_set(part, scorer, card) for part in parts]
    rejected = predict.predict_set(none, scorer, card)

    assert [predict.read_row(one, card) for one in predicted] == [
        digit_row(part, scorer, card) for part in parts
    ]
    rows = predict.reject_rows_of([*predicted, rejected], card)
    assert rows == reject_rows([none], parts, scorer, card)
    assert [one.labelled for one in (*predicted, rejected)] == [True, True, False]


def test_a_confusion_has_a_row_for_each_truth() -> None:
    """A 0 taken for a 1 stands in row 0, column 1."""
    scores = logits((0.1, 0.8, 0.1), (0.1, 0.8, 0.1), (0.1, 0.1, 0.8))

    counts = predict.confusion([predictions("x", [0, 1, 2], scores)], 3)

    assert counts.tolist() == [[0, 1, 0], [0, 1, 0], [0, 0, 1]]


def test_the_surest_mistake_comes_first() -> None:
    """All are counted, some shown."""
    scores = logits((0.3, 0.6, 0.1), (0.05, 0.9, 0.05), (0.8, 0.1, 0.1), (0.1, 0.1, 0.8))

    count, found = predict.mistakes(predictions("x", [0, 0, 0, 1], scores), CARD, 2)

    assert count == 3
    assert [(one.truth, one.predicted) for one in found] == [("0", "1"), ("1", "none")]
    assert [one.score for one in found] == pytest.approx([0.9, 0.8])


def test_a_curve_tells_what_passes_with_the_digits() -> None:
    """Digits at 0.9 and 0.7, others at 0.8 and 0.1: keeping both digits lets one in two pass."""
    others = predictions("x", [2, 2], logits((0.8, 0.1, 0.1), (0.1, 0.05, 0.85)), labelled=False)

    curve = predict.roc_curve(others, np.array([0.9, 0.7]), replace(CARD, threshold=0.85))

    assert (curve.kept[0], curve.accepted[0]) == (1.0, 0.5)
    assert curve.at_threshold == (0.5, 0.0)


def test_the_bins_add_up_to_the_calibration_error() -> None:
    """The diagram shows what the figure sums."""
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, (500, 3)).astype(np.float32)
    truth = rng.integers(0, 3, 500)

    bins = predict.reliability(scores, truth, 0.8)

    gaps = np.nansum(np.abs(bins.confidence - bins.accuracy) * bins.counts) / 500
    assert gaps == pytest.approx(measure.calibration_error(scores, truth.astype(np.uint8), 0.8))


def test_none_is_thinned_to_its_share_on_pages() -> None:
    """As the export does before it sets the temperature."""
    card = replace(CARD, notes={"prior_none": 0.1})
    many = predictions("x", [0] * 18 + [2] * 50, np.zeros((68, 3), np.float32))

    _, truth = predict.page_mixture([many], card)

    assert np.bincount(truth).tolist() == [18, 0, 2]


def test_a_dense_layer_uses_each_weight_once(tmp_path: Path) -> None:
    """Mean ink times 0 to 10: eleven weights, eleven multiply-adds, no filters."""
    opened = tflite_layers.load(carded(tmp_path))

    layers = tflite_layers.layers_of(opened)

    assert [layer.kind for layer in layers] == ["MEAN", "FULLY_CONNECTED"]
    assert (layers[1].weights, layers[1].multiply_adds, layers[1].output) == (11, 11, (11,))
    assert tflite_layers.first_filters(opened) is None


def test_feature_maps_are_what_the_model_computes() -> None:
    """Shapes as the layers report; where the first filter sees no ink, paper's answer."""
    opened = tflite_layers.load(find_model("digits"))
    layers = tflite_layers.layers_of(opened)
    glyph = np.zeros((28, 28), np.uint8)
    glyph[4:10, 10:14] = 255

    (first, planes), *later = tflite_layers.feature_maps(opened, layers, glyph)

    weights = tflite_layers.first_filters(opened)
    assert weights is not None
    assert weights.shape == first.kernel
    assert first.multiply_adds == first.weights * planes.shape[0] * planes.shape[1]
    assert np.ptp(planes[len(planes) // 2 :], axis=(0, 1)).max() == 0  # no ink there
    assert np.ptp(planes[: len(planes) // 2], axis=(0, 1)).max() > 0
    assert all(each.shape == layer.output for layer, each in later)


def test_another_file_is_no_model() -> None:
    """One line, not a runtime's."""
    with pytest.raises(ModelError, match="wanted a TFLite model, got another"):
        tflite_layers.open_model(b"TFL3 no")


def write_run(folder: Path, losses: list[float], **settings: object) -> Path:
    """A folder as `fit` leaves it, without weights."""
    folder.mkdir()
    fields = {**asdict(Settings(net="tiny")), **settings}
    (folder / trained.CONFIG).write_text(json.dumps(fields))
    rows = [{"epoch": 1, "loss": loss, "accuracy": 0.5, "val_accuracy": 0.4} for loss in losses]
    (folder / trained.HISTORY).write_text(json.dumps(rows))
    return folder


def test_curves_begin_with_the_first_of_the_runs(tmp_path: Path) -> None:
    """A run begins from others, each told once; one that averages them learnt nothing itself."""
    write_run(tmp_path / "a", [3.0, 2.0])
    write_run(tmp_path / "b", [1.0], start="gone/a")
    mean = write_run(tmp_path / "c", [9.0], start="gone/a", averaged=["gone/a", "gone/b"])

    found = runs.histories(mean)

    assert [(one.name, [row["loss"] for row in one.rows]) for one in found] == [
        ("a", [3.0, 2.0]),
        ("b", [1.0]),
    ]


def test_the_card_tells_where_its_run_is(tmp_path: Path) -> None:
    """The command of the export names it; one that was trained otherwise is another's."""
    run = write_run(tmp_path / "run", [1.0])
    notes = {"command": f"python -m train export {run} --out x", "net": "tiny"}
    card = Card(sets.LABELS, 1.0, 0.5, "", notes=notes)
    model = tmp_path / "x.tflite"

    assert runs.find_run(model, card, None) == run
    assert runs.find_run(model, replace(card, notes={}), None) is None
    assert runs.find_run(model, replace(card, notes={**notes, "seed": 7}), None) is None


def test_a_run_with_other_labels_is_refused(tmp_path: Path) -> None:
    """It is another model's."""
    run = write_run(tmp_path / "run", [1.0])

    with pytest.raises(DataError, match="wanted the run of the model, with the labels 0 1 none"):
        runs.find_run(tmp_path / "x.tflite", CARD, run)


def test_a_damaged_history_is_told(tmp_path: Path) -> None:
    """Half a file is no history."""
    run = write_run(tmp_path / "run", [1.0])
    (run / trained.HISTORY).write_text('[{"loss": 1')

    with pytest.raises(DataError, match="wanted the epochs of a run"):
        runs.histories(run)


@pytest.fixture
def untimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No TensorFlow: nothing to hold the time against, and no float net."""

    def missing(*_: object) -> bytes:
        raise NetError("TensorFlow does not load")

    monkeypatch.setattr(speed, "classic_net", missing)
    monkeypatch.setattr(trained, "load_model", missing)
    monkeypatch.setattr(speed, "ROUNDS", 1)


@pytest.mark.usefixtures("untimed")
@pytest.mark.parametrize("labels", [LETTERS, tuple("ABCDEFGHIJK")], ids=["none", "letters only"])
def test_any_labels_are_reported(tmp_path: Path, labels: tuple[str, ...]) -> None:
    """Nothing counts on ten digits, on "none" or on convolutions."""
    model = carded(tmp_path, labels=labels)
    parts = [noise("fonts/val", 60, 10)]

    page = write_report(
        model, None, tmp_path / "out", report=lambda _: None, sets=parts
    ).read_text()

    assert "fonts/val" in page
    assert "multiply-adds a letter" in page
    assert "TensorFlow is not installed" in page
    assert "no feature maps" in page
    assert "No glyphs to be rejected were measured" in page


@pytest.mark.usefixtures("untimed")
def test_without_a_set_for_its_labels_the_rest_is_told(tmp_path: Path) -> None:
    """The card, the layers and the speed need no data."""
    said: list[str] = []

    page = write_report(
        carded(tmp_path, labels=tuple("ABCDEFGHIJK")), None, tmp_path, report=said.append
    ).read_text()

    assert "No data set has glyphs with these labels" in page
    assert said[-1].startswith(f"{tmp_path}/report.html: 11 sections")


@pytest.mark.usefixtures("untimed")
def test_a_float_net_that_cannot_be_built_is_told_on_the_page(tmp_path: Path) -> None:
    """A run without TensorFlow still has its curves."""
    run = write_run(tmp_path / "run", [1.0], labels=LETTERS)
    parts = [noise("fonts/val", 20, 10)]

    page = write_report(
        carded(tmp_path), run, tmp_path / "out", report=lambda _: None, sets=parts
    ).read_text()

    assert "The float net cannot be built here: TensorFlow does not load." in page
    assert (tmp_path / "out/training.png").read_bytes()[:4] == b"\x89PNG"


def test_a_report_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file stands where the folder should."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(OutputError, match="taken: cannot write the report"):
        write.place(tmp_path / "taken", {"report.html": b""})


def test_the_float_net_is_given_the_prior_of_the_export(tmp_path: Path) -> None:
    """A constant on the logit of "none" is no difference of int8."""
    pytest.importorskip("tensorflow")
    nets.load_tensorflow()
    run = write_run(tmp_path / "run", [1.0])
    trained.save(nets.build("tiny", 11).variables, run / trained.WEIGHTS_FILE)
    card = Card(sets.LABELS, 1.0, 0.5, "")
    part = noise("x", 20, 11)
    scores = trained.scores_of(trained.load_model(run), part.images)
    scores[:, DIGIT_NONE] -= 1.5

    predicted = SetPredictions("x", part.images, part.labels.astype(np.int64), scores, True)
    found = runs.compare(run, [predicted], card)

    assert found.shift == pytest.approx(-1.5, abs=1e-4)
    assert found.total.agreement == 1
    assert found.total.largest_gap == pytest.approx(0, abs=1e-4)


def test_the_model_and_the_classic_net_take_turns() -> None:
    """Both get a time on the same machine; the classic one is the slower by far."""
    pytest.importorskip("tensorflow")
    model = find_model("digits")

    timed = speed.measure_speed(model, load_card(model), speed.classic_net(), rounds=3)

    assert timed.classic_us is not None
    assert 0 < timed.batch_us < timed.classic_us
    assert 0 < timed.us < timed.classic_us
