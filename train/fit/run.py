"""Read and write the folder of a training run, and load its net.

config.json holds the settings, history.json one entry per epoch, last.npz the checkpoint, and
model.npz the averaged weights that `export` uses.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.values import Glyphs, Logits
from train.errors import DataError
from train.fit import nets
from train.fit.settings import Settings

STATE, WEIGHTS_FILE, CONFIG, HISTORY = "last.npz", "model.npz", "config.json", "history.json"


def folder_of(settings: Settings) -> Path:
    """Return the default folder of a run.

    >>> folder_of(Settings(net="lenet5", alphabet="letters")).as_posix()
    'runs/lenet5-letters'
    """
    usual = Settings()
    names = [settings.net] * (settings.net != usual.net)
    names += [settings.alphabet] * (settings.alphabet != usual.alphabet or not names)
    return Path("runs") / "-".join(names)


def load_settings(run: Path) -> Settings:
    """Read the settings of a run.

    Raises:
        DataError: there is no run in this folder.
    """
    try:
        fields = json.loads((run / CONFIG).read_text())
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return Settings(**{**fields, **lists})
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{run}: no run of `fit` in this folder ({error})") from error


def load_history(run: Path) -> list[dict[str, float]]:
    """Read the entries of all epochs; empty if no epoch has ended."""
    if not (run / HISTORY).exists():
        return []
    rows: list[dict[str, float]] = json.loads((run / HISTORY).read_text())
    return rows


def lineage(run: Path) -> frozenset[Path]:
    """Return a run with the runs it started from or learned from; for a mean, those instead.

    A model that a run started from has a card of its own.

    Raises:
        DataError: one of the runs is missing.
    """
    settings = load_settings(run)
    own = frozenset(() if settings.averaged else (run,))
    first = [one for one in [settings.start] if one and not one.endswith(".tflite")]
    before = settings.averaged or (*first, *settings.teachers)
    return own.union(*(lineage(Path(one)) for one in before))


def finished(run: Path) -> bool:
    """Return whether a run exists and has completed all epochs or steps."""
    if not (run / CONFIG).exists():
        return False
    settings, history = load_settings(run), load_history(run)
    if settings.steps is not None:
        return sum(row.get("steps", 0) for row in history) >= settings.steps
    return len(history) >= settings.epochs


def load_model(run: Path) -> Any:
    """Return the net of a run with its averaged weights (a keras.Model)."""
    settings = load_settings(run)
    nets.load_tensorflow()
    model = nets.build(settings.net, len(settings.labels))
    assign(model.variables, run / WEIGHTS_FILE)
    return model


def scores_of(model: Any, glyphs: Glyphs) -> Logits:
    """Return the float logits, (N, labels), of a Keras model for (N, 28, 28) uint8 glyphs."""
    return np.asarray(model.predict(to_input(glyphs), batch_size=512, verbose=0), np.float32)


def to_input(glyphs: Glyphs) -> npt.NDArray[np.float32]:
    """Convert (N, 28, 28) uint8 to (N, 28, 28, 1) float32, 0 to 1, the input of the nets."""
    return glyphs[..., np.newaxis].astype(np.float32) / np.float32(255)


def save(variables: list[Any], path: Path) -> None:
    """Write variables; the file appears when it is complete."""
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, *[np.asarray(variable) for variable in variables])
    os.replace(unfinished, path)


def assign(variables: list[Any], path: Path) -> None:
    """Read variables back.

    Raises:
        DataError: the file is missing, or holds the weights of another net.
    """
    try:
        with np.load(path) as arrays:
            values = [arrays[name] for name in arrays.files]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not the weights of this net ({error}); fit it again") from error


def write(path: Path, text: str) -> None:
    """Write a text; the file appears when it is complete."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text + "\n")
    os.replace(unfinished, path)
