import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from camdigits.recognize.card import Card
from train.data import sets
from train.data.alphabets import DIGIT_NONE
from train.data.sets import Glyphset
from train.errors import DataError
from train.fit import nets
from train.fit import run as trained
from train.fit.settings import Settings
from train.report import runs
from train.report.predict import SetPredictions

CARD = Card(("0", "1", "none"), temperature=1.0, threshold=0.6, sha256="")


def noise(name: str, count: int, labels: int, seed: int = 1) -> Glyphset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Glyphset(name, images, rng.integers(0, labels, count).astype(np.uint8))


def write_run(folder: Path, losses: list[float], **settings: object) -> Path:
    """Write a run folder without weights."""
    folder.mkdir()
    fields = {**asdict(Settings(net="tiny")), **settings}
    (folder / trained.CONFIG).write_text(json.dumps(fields))
    rows = [{"epoch": 1, "loss": loss, "accuracy": 0.5, "val_accuracy": 0.4} for loss in losses]
    (folder / trained.HISTORY).write_text(json.dumps(rows))
    return folder


def test_curves_start_with_the_first_run(tmp_path: Path) -> None:
    """Each run is listed once; a run that averages others has no epochs of its own."""
    write_run(tmp_path / "a", [3.0, 2.0])
    write_run(tmp_path / "b", [1.0], start="gone/a")
    mean = write_run(tmp_path / "c", [9.0], start="gone/a", averaged=["gone/a", "gone/b"])

    found = runs.histories(mean)

    assert [(one.name, [row["loss"] for row in one.rows]) for one in found] == [
        ("a", [3.0, 2.0]),
        ("b", [1.0]),
    ]


def test_the_card_names_its_run(tmp_path: Path) -> None:
    """The export command has its path; a run with other settings is ignored."""
    run = write_run(tmp_path / "run", [1.0])
    notes = {"command": f"python -m train export {run} --out x", "net": "tiny"}
    card = Card(sets.LABELS, 1.0, 0.5, "", notes=notes)
    model = tmp_path / "x.tflite"

    assert runs.find_run(model, card, None) == run
    assert runs.find_run(model, replace(card, notes={}), None) is None
    assert runs.find_run(model, replace(card, notes={**notes, "seed": 7}), None) is None


def test_a_run_with_other_labels_is_rejected(tmp_path: Path) -> None:
    """It belongs to another model."""
    run = write_run(tmp_path / "run", [1.0])

    with pytest.raises(DataError, match="wanted the run of the model, with the labels 0 1 none"):
        runs.find_run(tmp_path / "x.tflite", CARD, run)


def test_a_damaged_history_is_rejected(tmp_path: Path) -> None:
    """A truncated file is an error."""
    run = write_run(tmp_path / "run", [1.0])
    (run / trained.HISTORY).write_text('[{"loss": 1')

    with pytest.raises(DataError, match="wanted the epochs of a run"):
        runs.histories(run)


def test_the_float_net_gets_the_prior_of_the_export(tmp_path: Path) -> None:
    """A constant on the logit of "none" is not a difference of int8."""
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
