"""The folder of a run of training, and the net that it holds.

config.json tells what was asked for, history.json what happened; last.npz is to go on from, and
model.npz has the averaged weights that `export` takes. Trains nothing.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.values import Glyphs, Scores
from train.errors import DataError
from train.fit import nets
from train.fit.settings import Settings

STATE, WEIGHTS_FILE, CONFIG, HISTORY = "last.npz", "model.npz", "config.json", "history.json"


def folder_of(settings: Settings) -> Path:
    """Where a run is kept if nothing else is wished.

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
    """Read what happened in each epoch; nothing where none has ended."""
    if not (run / HISTORY).exists():
        return []
    rows: list[dict[str, float]] = json.loads((run / HISTORY).read_text())
    return rows


def lineage(run: Path) -> frozenset[Path]:
    """A run and those that it began from or was taught by; for a mean of runs, those instead.

    Raises:
        DataError: one of them is not there any more.
    """
    settings = load_settings(run)
    own = frozenset(() if settings.averaged else (run,))
    before = settings.averaged or (*filter(None, [settings.start]), *settings.teachers)
    return own.union(*(lineage(Path(one)) for one in before))


def finished(run: Path) -> bool:
    """Tell whether a run is there and has all its epochs, or steps."""
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


def scores_of(model: Any, glyphs: Glyphs) -> Scores:
    """Float logits of a Keras model for (N, 28, 28) uint8 glyphs, (N, labels)."""
    return np.asarray(model.predict(to_input(glyphs), batch_size=512, verbose=0), np.float32)


def to_input(glyphs: Glyphs) -> npt.NDArray[np.float32]:
    """(N, 28, 28) uint8 to the (N, 28, 28, 1) float32, 0 to 1, that nets take."""
    return glyphs[..., np.newaxis].astype(np.float32) / np.float32(255)


def save(variables: list[Any], path: Path) -> None:
    """Write variables; the file appears when it is whole."""
    unfinished = path.with_suffix(".part.npz")
    np.savez(unfinished, *[np.asarray(variable) for variable in variables])
    os.replace(unfinished, path)


def assign(variables: list[Any], path: Path) -> None:
    """Read variables back.

    Raises:
        DataError: the file is missing, or holds those of another net.
    """
    try:
        with np.load(path) as arrays:
            values = [arrays[name] for name in arrays.files]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not the weights of this net ({error}); fit it again") from error


def write(path: Path, text: str) -> None:
    """Write a text; the file appears when it is whole."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text + "\n")
    os.replace(unfinished, path)
