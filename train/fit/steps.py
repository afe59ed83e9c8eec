"""Train for a number of steps, with a checkpoint every so many steps.

The nets that read strips (`train.fit.sequence`) are trained by this: settings are kept in the
run's folder, an interrupted run continues where it stopped.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from train.errors import DataError
from train.fit.learner import Learner, keep
from train.fit.run import CONFIG, STATE, assign, load_history, write


@dataclass(frozen=True, slots=True)
class StepSettings:
    """Settings that all such runs share; the names are the keys of config.json."""

    data: tuple[str, ...] = ()  # files to learn from
    steps: int = 60_000
    epoch: int = 1000  # steps between two checkpoints
    batch: int = 64
    rate: float = 2e-3  # peak learning rate
    decay: float = 0.01  # weight decay of AdamW, on kernels only
    average: int = 1000  # steps of the weight average
    seed: int = 1
    optimizer: str = "adamw"
    schedule: str = "cosine"
    channels: tuple[int, ...] = ()
    start: str | None = None  # folder of a run whose weights are the first ones


Settings = TypeVar("Settings", bound=StepSettings)
Batch = tuple[Any, Any]  # images, targets


def begin(settings: Settings, out: Path, resume: bool) -> Settings:
    """Prepare the folder of a run; with `resume`, return its own settings.

    Raises:
        DataError: `out` holds a run (with `resume`: holds none), or no data are named.
    """
    if resume:
        return load_settings(type(settings), out)
    if (out / STATE).exists():
        raise DataError(f"{out} holds a run; add --resume, or name another folder")
    if not settings.data:
        raise DataError("wanted files to learn from; `python -m train` lists what writes them")
    out.mkdir(parents=True, exist_ok=True)
    write(out / CONFIG, json.dumps(asdict(settings), indent=2))
    return settings


def load_settings(kind: type[Settings], run: Path) -> Settings:
    """Read the settings of a run.

    Raises:
        DataError: there is no run of this kind in the folder.
    """
    try:
        fields = json.loads((run / CONFIG).read_text())
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return kind(**{**fields, **lists})
    except (OSError, ValueError, TypeError) as error:
        raise DataError(f"{run}: no such run in this folder ({error})") from error


def is_finished(kind: type[StepSettings], run: Path) -> bool:
    """Return whether a run exists and has completed all steps."""
    if not (run / CONFIG).exists():
        return False
    settings = load_settings(kind, run)
    return len(load_history(run)) * settings.epoch >= settings.steps


def train_steps(
    settings: StepSettings,
    out: Path,
    learner: Learner,
    batches: Callable[[int], Iterator[Batch]],
    resume: bool,
    report: Callable[[str], None],
) -> None:
    """Run the steps that are left, and write model.npz to `out`.

    Args:
        settings: of the run.
        out: its folder.
        learner: net, optimizer and step, which returns two losses.
        batches: returns the batches of an epoch.
        resume: whether to continue from the last checkpoint.
        report: receives one line per epoch.
    """
    history = load_history(out) if resume else []
    if history:
        assign(learner.variables, out / STATE)
    for done in range(len(history) * settings.epoch, settings.steps, settings.epoch):
        started = time.perf_counter()
        epoch = islice(batches(len(history)), settings.epoch)
        losses = [learner.step(images, targets) for images, targets in epoch]
        loss, other = np.mean(losses, axis=0)
        row = {
            "epoch": len(history) + 1,
            "steps": settings.epoch,
            "loss": float(loss),
            "other_loss": float(other),
            "seconds": time.perf_counter() - started,
        }
        history.append(row)
        keep(learner, out, history)
        left_min = row["seconds"] * (settings.steps - done - settings.epoch) / settings.epoch / 60
        report(
            f"step {done + settings.epoch} of {settings.steps}  loss {loss:.4f}  {other:.4f}  "
            f"{settings.epoch * settings.batch / row['seconds']:.0f} images/s  "
            f"{left_min:.0f} min left"
        )
