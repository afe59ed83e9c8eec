from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdigits.recognize.card import load_card
from camdigits.recognize.sign_net import load_sign_net
from camdigits.recognize.sign_windows import WINDOW
from train.data.windows import WindowSet, load_windows, save_windows
from train.errors import DataError

pytest.importorskip("tensorflow")

from train.fit.export_signs import export_signs
from train.fit.signs import SignSettings, distorted, fit_signs
from train.fit.signs import load_sign_net as load_net
from train.simulate.sign_pages import LABELS

TINY = SignSettings(steps=4, epoch=2, batch=8, average=2, channels=(4, 4, 4, 8))


def windows_file(folder: Path, count: int = 60) -> Path:
    """Write windows of noise with any label."""
    rng = np.random.default_rng(1)
    windows = (rng.random((count, *WINDOW, 2)) > 0.8).astype(np.uint8) * 255
    labels = (np.arange(count) % len(LABELS)).astype(np.uint8)
    path = folder / "signs.npz"
    save_windows(path, WindowSet(windows, labels))
    return path


def test_windows_are_kept_in_a_file(tmp_path: Path) -> None:
    """What was written is read; another file is reported in one line."""
    path = windows_file(tmp_path)

    assert load_windows(path).windows.shape == (60, *WINDOW, 2)
    (tmp_path / "other.npz").write_bytes(b"no archive")
    with pytest.raises(DataError, match="no windows"):
        load_windows(tmp_path / "other.npz")


def test_distorted_windows_keep_their_signs() -> None:
    """A block in the middle stays near the middle, in both planes."""
    window = np.zeros((1, *WINDOW, 2), np.uint8)
    window[0, 14:18, 18:22] = 255
    rng = np.random.default_rng(2)

    for _ in range(20):
        moved = distorted(window, rng)
        assert moved.dtype == np.float32
        assert 0.6 < moved[0, 10:22, 14:26].sum() / (window / 255).sum() < 1.5


def test_a_trained_net_becomes_an_int8_model(tmp_path: Path) -> None:
    """It agrees with the float net, and the card names what it was trained on."""
    data = windows_file(tmp_path)
    run, out = tmp_path / "run", tmp_path / "signs.tflite"
    fit_signs(replace(TINY, data=(str(data),)), run, report=lambda _: None)

    export_signs(run, data, out, report=lambda _: None)

    card = load_card(out)
    windows = load_windows(data).windows[:9]
    wanted = np.asarray(load_net(run)(windows.astype(np.float32) / 255))
    found = load_sign_net(out, card)(windows)
    assert card.labels == LABELS
    assert card.notes["windows"] == [str(data)]
    assert found.shape == (9, len(LABELS))
    assert np.abs(found - wanted).max() < 0.15 * np.ptp(wanted)
