import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.recognize.glyph import normalize
from train.baselines import mlp, numpy_net, plots, runs
from train.baselines.digits32 import TextDigits, text_digits_of
from train.baselines.registry import BASELINES, LABELS, load_baseline, train_baseline
from train.baselines.runs import load_records
from train.data.sets import Glyphset
from train.errors import BaselineError, DataError

SYSTEMS = {
    "knn": ["knn", "knn-simple"],
    "svm": ["svm"],
    "mlp": ["mlp", "mlp-8x8"],
    "numpy": ["numpy"],
}


def quiet(_: str) -> None:
    """Discard a line."""


def drawn(count: int, seed: int) -> Glyphset:
    """Draw digits in a Hershey font, with many slants and pens; label n % 10."""
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 10
    glyphs = []
    for label in labels:
        page = np.zeros((80, 80), np.uint8)
        pen = int(rng.integers(3, 7))
        cv2.putText(page, str(label), (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 2, 255, pen)
        lean = np.array([[1, rng.uniform(-0.3, 0.3), 0], [0, 1, 0]])
        glyphs.append(normalize(cv2.warpAffine(page, lean, (80, 80))))
    return Glyphset("drawn", np.stack(glyphs), labels.astype(np.uint8))


@pytest.fixture
def small_world(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace MNIST and the text digits by a hundred digits, and use few epochs."""
    pytest.importorskip("sklearn")
    sets = {"train": drawn(100, 1), "val": drawn(20, 2), "test": drawn(20, 3)}
    text = [
        TextDigits(text_digits_of(sets[part].images), sets[part].labels)
        for part in ("train", "test")
    ]
    monkeypatch.setattr(runs, "mnist", lambda part, _: sets[part])
    monkeypatch.setattr(numpy_net, "load_text_digits", lambda: text)
    monkeypatch.setattr(numpy_net, "EPOCHS", 3)
    plan = mlp.Plan(mlp.pixels, 3, 1e-4), mlp.Plan(mlp.counts, 3, 1e-4)
    monkeypatch.setattr(mlp, "PLANS", dict(zip(("mlp", "mlp-8x8"), plan, strict=True)))


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Disable plots: drawing takes longer than training."""
    for name in ("inits", "learning", "first_digits", "edges"):
        monkeypatch.setattr(plots, name, lambda *_: None)


def stop_after(steps: int) -> Callable[..., Iterator[object]]:
    """Return a progress bar that is interrupted after this number of steps in total."""
    left = iter(range(steps))

    def bar(todo: Iterable[object], *_: object, **__: object) -> Iterator[object]:
        for one in todo:
            if next(left, None) is None:
                raise KeyboardInterrupt
            yield one

    return bar


def kept_arrays(out: Path) -> dict[str, np.ndarray]:
    arrays = {}
    for path in sorted(out.glob("*.npz")):
        with np.load(path) as found:
            arrays.update({f"{path.stem}/{name}": found[name] for name in found.files})
    return arrays


@pytest.mark.usefixtures("small_world")
@pytest.mark.parametrize("name", BASELINES)
def test_each_baseline_writes_records_and_plots(name: str, tmp_path: Path) -> None:
    """Each system has accuracies, seconds and bytes; checkpoints are deleted."""
    records = train_baseline(name, tmp_path, report=quiet)

    assert [record.name for record in records] == SYSTEMS[name]
    for record in records:
        assert all(0 <= share <= 1 for share in record.accuracy.values())
        assert "mnist/test" in record.accuracy
        assert record.train_s > 0
        assert record.size_bytes == (tmp_path / record.file).stat().st_size
    assert load_records(tmp_path) == records
    assert not list(tmp_path.glob("last*"))
    assert all(path.stat().st_size > 5000 for path in tmp_path.glob("*.png"))
    assert bool(list(tmp_path.glob("*.png"))) == (name != "knn")


@pytest.mark.usefixtures("small_world", "undrawn")
@pytest.mark.parametrize("name", ["knn", "svm"])
def test_a_baseline_reads_a_page_in_place_of_the_model(name: str, tmp_path: Path) -> None:
    """Its scorer works in Reader, with its own labels."""
    page = np.full((200, 400), 235, np.uint8)
    cv2.putText(page, "4735", (100, 130), cv2.FONT_HERSHEY_SIMPLEX, 1, 40, 2)
    train_baseline(name, tmp_path, report=quiet)

    reader = Reader(scorer=load_baseline(tmp_path), labels=LABELS, rotate=0)

    assert [digit.label for digit in reader.read(page).digits] == ["4", "7", "3", "5"]


@pytest.mark.usefixtures("small_world", "undrawn")
@pytest.mark.parametrize("name", BASELINES)
def test_scores_are_one_row_per_glyph(name: str, tmp_path: Path) -> None:
    """Each row has ten float32 logits; no glyphs give no rows."""
    train_baseline(name, tmp_path, report=quiet)
    glyphs = drawn(4, 9).images

    for system in SYSTEMS[name]:
        score = load_baseline(tmp_path, system)

        assert (score(glyphs).shape, score(glyphs).dtype) == ((4, 10), np.float32)
        assert np.isfinite(score(np.zeros((1, 28, 28), np.uint8))).all()
        assert score(glyphs[:0]).shape == (0, 10)


@pytest.mark.usefixtures("small_world", "undrawn")
@pytest.mark.parametrize("name", BASELINES)
def test_a_resumed_baseline_ends_with_the_same_arrays(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted and resumed, or not interrupted: bit-identical."""
    train_baseline(name, tmp_path / "through", report=quiet)
    with monkeypatch.context() as patch:
        patch.setattr(runs, "progress", stop_after(2 if name != "knn" else 1))
        with pytest.raises(KeyboardInterrupt):
            train_baseline(name, tmp_path / "stopped", report=quiet)
    train_baseline(name, tmp_path / "stopped", resume=True, report=quiet)

    through, stopped = (kept_arrays(tmp_path / run) for run in ("through", "stopped"))
    assert list(through) == list(stopped)
    assert all(np.array_equal(through[one], stopped[one]) for one in through)


@pytest.mark.usefixtures("small_world", "undrawn")
def test_a_complete_run_is_not_trained_again(tmp_path: Path) -> None:
    """Resumed, it returns its records at once."""
    first = train_baseline("numpy", tmp_path, report=quiet)

    again = train_baseline("numpy", tmp_path, resume=True, report=pytest.fail)

    assert again == first


def test_an_unknown_baseline_is_rejected(tmp_path: Path) -> None:
    """The error lists the baselines."""
    with pytest.raises(BaselineError, match="no baseline knnn; baselines are knn, svm, mlp, num"):
        train_baseline("knnn", tmp_path)


def test_a_run_is_not_overwritten(tmp_path: Path) -> None:
    """Forgetting --resume loses nothing."""
    runs.open_run("svm", tmp_path, False, None, quiet)
    (tmp_path / "last.npz").touch()

    with pytest.raises(DataError, match="holds a run; add --resume, or name another folder"):
        train_baseline("svm", tmp_path)


def test_resuming_a_missing_baseline_is_rejected(tmp_path: Path) -> None:
    """There must be a run to continue."""
    with pytest.raises(DataError, match=r"no whole run of a baseline in this folder"):
        train_baseline("svm", tmp_path / "nowhere", resume=True)


def test_resuming_another_baseline_is_rejected(tmp_path: Path) -> None:
    """The folder's own settings count."""
    runs.open_run("svm", tmp_path, False, None, quiet)

    with pytest.raises(DataError, match="holds no run of the baseline knn"):
        train_baseline("knn", tmp_path, resume=True)


def test_a_missing_system_is_rejected(tmp_path: Path) -> None:
    """The error lists the systems of the run."""
    row = {"name": "svm", "accuracy": {}, "train_s": 1.0, "size_bytes": 1, "file": "svm.npz"}
    (tmp_path / runs.RECORDS).write_text(json.dumps([{**row, "chosen": {}}]))

    with pytest.raises(DataError, match="no system knn; it holds svm"):
        load_baseline(tmp_path, "knn")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"no zip at all"])
def test_damaged_arrays_are_rejected(tmp_path: Path, content: bytes) -> None:
    """A truncated file is not a model."""
    (tmp_path / "svm.npz").write_bytes(content)

    with pytest.raises(DataError, match=r"svm.npz: not the arrays of a baseline"):
        BASELINES["svm"].load(tmp_path / "svm.npz")


def test_a_missing_array_is_named(tmp_path: Path) -> None:
    """An .npz of something else is rejected."""
    np.savez(tmp_path / "mlp.npz", hidden=np.zeros(3))

    with pytest.raises(DataError, match=r"wanted an array hidden_bias, got \['hidden'\]"):
        BASELINES["mlp"].load(tmp_path / "mlp.npz")
