"""Average the weights of runs that started from one another.

    python -m train average runs/digits-4 runs/digits-5 --out runs/digits-6

Fine-tuned weights stay in one basin of the loss; their mean reads unseen data better than each
(Wortsman et al., "Model soups", ICML 2022). Nothing is trained.
"""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from train.errors import DataError
from train.fit.run import CONFIG, HISTORY, WEIGHTS_FILE, load_settings


def average(runs: Sequence[Path], out: Path) -> None:
    """Write the mean of the runs' averaged weights to `out`, with the last run's settings.

    Raises:
        DataError: a run is missing, the nets differ, or `out` holds a run.
    """
    settings = replace(load_settings(runs[-1]), averaged=tuple(str(run) for run in runs))
    if (out / WEIGHTS_FILE).exists():
        raise DataError(f"{out} holds a run; name another folder")
    weights = [_weights(run / WEIGHTS_FILE) for run in runs]
    if any([a.shape for a in one] != [a.shape for a in weights[0]] for one in weights):
        raise DataError(f"{', '.join(map(str, runs))}: different nets; give runs of one")
    out.mkdir(parents=True, exist_ok=True)
    (out / CONFIG).write_text(json.dumps(asdict(settings), indent=2) + "\n")
    shutil.copyfile(runs[-1] / HISTORY, out / HISTORY)
    np.savez(out / WEIGHTS_FILE, *[_mean(same) for same in zip(*weights, strict=True)])


def _mean(same: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Average weights; integers (the state of a dropout's generator) are taken from the last."""
    return np.mean(same, axis=0) if same[0].dtype.kind == "f" else same[-1]


def _weights(path: Path) -> list[npt.NDArray[Any]]:
    try:
        with np.load(path) as arrays:
            return [arrays[name] for name in arrays.files]
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: no weights of a run ({error}); fit it first") from error
