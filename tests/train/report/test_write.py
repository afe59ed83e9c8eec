import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from camdigits.errors import OutputError
from camdigits.recognize.card import sha256_of
from train.data.sets import Glyphset
from train.errors import NetError
from train.fit import run as trained
from train.fit.settings import Settings
from train.report import speed, write
from train.report.write import write_report

MODELS = Path(__file__).parent.parent.parent / "models"


LETTERS = (*"ABCDEFGHIJ", "none")


def noise(name: str, count: int, labels: int, seed: int = 1) -> Glyphset:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return Glyphset(name, images, rng.integers(0, labels, count).astype(np.uint8))


def carded(folder: Path, name: str = "mean_ink", **fields: object) -> Path:
    """Write a test model with a card of these fields."""
    model = folder / f"{name}.tflite"
    model.write_bytes((MODELS / f"{name}.tflite").read_bytes())
    known = {"labels": LETTERS, "temperature": 1.0, "threshold": 0.5, "sha256": sha256_of(model)}
    model.with_suffix(".json").write_text(json.dumps({**known, **fields}))
    return model


def write_run(folder: Path, losses: list[float], **settings: object) -> Path:
    """Write a run folder without weights."""
    folder.mkdir()
    fields = {**asdict(Settings(net="tiny")), **settings}
    (folder / trained.CONFIG).write_text(json.dumps(fields))
    rows = [{"epoch": 1, "loss": loss, "accuracy": 0.5, "val_accuracy": 0.4} for loss in losses]
    (folder / trained.HISTORY).write_text(json.dumps(rows))
    return folder


@pytest.fixture
def untimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove TensorFlow: there is no classic net and no float net."""

    def missing(*_: object) -> bytes:
        raise NetError("TensorFlow does not load")

    monkeypatch.setattr(speed, "classic_net", missing)
    monkeypatch.setattr(trained, "load_model", missing)
    monkeypatch.setattr(speed, "ROUNDS", 1)


@pytest.mark.usefixtures("untimed")
@pytest.mark.parametrize("labels", [LETTERS, tuple("ABCDEFGHIJK")], ids=["none", "letters only"])
def test_any_labels_are_reported(tmp_path: Path, labels: tuple[str, ...]) -> None:
    """Nothing depends on ten digits, on "none" or on convolutions."""
    model = carded(tmp_path, labels=labels)
    parts = [noise("fonts/val", 60, 10)]

    page = write_report(
        model, None, tmp_path / "out", report=lambda _: None, sets=parts
    ).read_text()

    assert "fonts/val" in page
    assert "multiply-adds a letter" in page
    assert "TensorFlow is not installed" in page
    assert "no feature maps" in page
    assert "There were no glyphs to reject" in page


@pytest.mark.usefixtures("untimed")
def test_without_data_the_rest_is_reported(tmp_path: Path) -> None:
    """Card, layers and latency need no data."""
    said: list[str] = []

    page = write_report(
        carded(tmp_path, labels=tuple("ABCDEFGHIJK")), None, tmp_path, report=said.append
    ).read_text()

    assert "No data set has glyphs with these labels" in page
    assert said[-1].startswith(f"{tmp_path}/report.html: 11 sections")


@pytest.mark.usefixtures("untimed")
def test_a_missing_float_net_is_noted_on_the_page(tmp_path: Path) -> None:
    """Without TensorFlow a run still has its curves."""
    run = write_run(tmp_path / "run", [1.0], labels=LETTERS)
    parts = [noise("fonts/val", 20, 10)]

    page = write_report(
        carded(tmp_path), run, tmp_path / "out", report=lambda _: None, sets=parts
    ).read_text()

    assert "The float net cannot be built here: TensorFlow does not load." in page
    assert (tmp_path / "out/training.png").read_bytes()[:4] == b"\x89PNG"


def test_a_report_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file has the name of the folder."""
    (tmp_path / "taken").write_text("")

    with pytest.raises(OutputError, match="taken: cannot write the report"):
        write.place(tmp_path / "taken", {"report.html": b""})
