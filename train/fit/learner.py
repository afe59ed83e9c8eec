"""A net in training: its optimizer, its averaged weights and its checkpoints."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from train.errors import DataError
from train.fit.run import HISTORY, STATE, WEIGHTS_FILE, save, write


class OptimizerSettings(Protocol):
    """Settings of a run that concern the optimizer."""

    @property
    def optimizer(self) -> str:
        """Name: "adamw" or "adam"."""

    @property
    def rate(self) -> float:
        """Peak learning rate."""

    @property
    def decay(self) -> float:
        """Weight decay, on kernels only."""

    @property
    def average(self) -> int:
        """Steps over which weights are averaged."""

    @property
    def schedule(self) -> str:
        """Schedule of the rate: "cosine" or "constant"."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A net, its optimizer, and the compiled training step."""

    model: Any
    optimizer: Any
    step: Callable[[Any, Any], tuple[Any, Any]]  # images, targets -> loss, another figure

    @property
    def variables(self) -> list[Any]:
        """Return all variables of a checkpoint."""
        return [*self.model.variables, *self.optimizer.variables]


def make_optimizer(settings: OptimizerSettings, total: int) -> Any:
    """Return the optimizer of a run of `total` steps.

    Raises:
        DataError: there is no optimizer of this name.
    """
    from keras import optimizers

    kept = 1 - 1 / max(min(settings.average, total // 20), 1)
    average = {"use_ema": settings.average > 1, "ema_momentum": kept}
    if settings.optimizer == "adam":
        return optimizers.Adam(_rate(settings, total), **average)
    if settings.optimizer != "adamw":
        raise DataError(f"no optimizer {settings.optimizer}; optimizers are adamw, adam")
    optimizer = optimizers.AdamW(_rate(settings, total), weight_decay=settings.decay, **average)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def _rate(settings: OptimizerSettings, total: int) -> Any:
    """Return a constant rate, or a warm-up with cosine decay."""
    from keras.optimizers.schedules import CosineDecay

    if settings.schedule == "constant":
        return settings.rate
    warm = min(total // 10, 500)
    return CosineDecay(
        settings.rate / 100, max(total - warm, 1), warmup_target=settings.rate, warmup_steps=warm
    )


@contextmanager
def averaged(learner: Learner) -> Iterator[None]:
    """Assign the averaged weights to the net for the duration of the context."""
    weights = learner.model.trainable_variables
    live = [weight.numpy() for weight in weights]
    learner.optimizer.finalize_variable_values(weights)
    try:
        yield
    finally:
        for weight, value in zip(weights, live, strict=True):
            weight.assign(value)


def keep(learner: Learner, out: Path, history: list[dict[str, float]]) -> None:
    """Write a checkpoint. The history is written last: an epoch counts when it is listed there."""
    with averaged(learner):
        save(learner.model.variables, out / WEIGHTS_FILE)
    save(learner.variables, out / STATE)
    write(out / HISTORY, json.dumps(history, indent=2))
