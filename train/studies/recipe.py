"""The whole recipe: every file that the shipped models come from, one after the other.

    python -m train all

What is there already is not made again, and a run of training goes on where it was stopped, so
the same command, given again, ends in the same place. Four to five hours on two cores, most of
them for the net that is shipped. Nothing that is shipped is touched: the models go to
runs/models.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from train.fit.average import average
from train.fit.export import export
from train.fit.loop import fit
from train.fit.run import WEIGHTS_FILE as WEIGHTS
from train.fit.run import finished
from train.fit.settings import Settings, settings_for
from train.simulate.crops import write_crops
from train.simulate.halves import write_halves
from train.studies.leave_out import SPLITS, leave_out

Reporter = Callable[[str], None]
CROP_SEEDS, CROPS = (1, 2, 3, 4), 130_000  # files of so many camera crops
HALF_SEEDS, HALVES = (1, 2), 80_000  # files of so many parts of touching digits
CROPS_WEIGHT = 0.35  # times each is seen per epoch
EPOCHS = 28
# Twice a wider net learns from chance, and the net goes on from where it was, taught by that one
# and by itself, with fewer crops, and once more with gentle warps: taught from there, the second
# time by labels alone from where it was. The mean of both goes on; the second one is shipped.
TEACHER_EPOCHS, TEACHER_SEED = (18, 28), 2
TAUGHT_EPOCHS, GENTLE_EPOCHS, LABELS_EPOCHS, AGAIN_SEED = 10, 12, 8, 3
TAUGHT_RATE, TAUGHT_CROPS_WEIGHT = 1.5e-3, 0.2


@dataclass(frozen=True, slots=True)
class Step:
    """One file or run, and what makes it."""

    out: Path
    make: Callable[[], object]
    done: Callable[[Path], bool] = Path.exists


def follow(steps: Iterable[Step], report: Reporter = print) -> None:
    """Make what is missing, in order."""
    for step in steps:
        if step.done(step.out):
            report(f"{step.out}: there already")
        else:
            report(f"{step.out}: begins")
            step.make()


def recipe(
    runs: Path = Path("runs"), limit: int | None = None, report: Reporter = print
) -> list[Step]:
    """All steps, in order.

    Args:
        runs: folder that takes everything.
        limit: glyphs of each set, and crops of each file, for a quick look.
        report: takes the lines of each step.
    """
    crops, parts = _crops(runs, limit or CROPS, report), _halves(runs, limit or HALVES, report)
    first = settings_for(
        epochs=EPOCHS,
        crops=tuple(str(step.out) for step in crops),
        parts=tuple(str(step.out) for step in parts),
        crops_weight=CROPS_WEIGHT,
        limit=limit,
    )
    return [
        *crops,
        *parts,
        *_digits(first, runs, report),
        *_model("letters", settings_for("letters", limit=limit), runs, report),
        *(_left_out(name, runs, limit, report) for name in SPLITS),
    ]


def _crops(runs: Path, count: int, report: Reporter) -> list[Step]:
    outs = {seed: runs / f"crops-{seed}.npz" for seed in CROP_SEEDS}
    return [
        Step(o, partial(write_crops, o, count, seed, report=report)) for seed, o in outs.items()
    ]


def _halves(runs: Path, count: int, report: Reporter) -> list[Step]:
    outs = {seed: runs / f"halves-{seed}.npz" for seed in HALF_SEEDS}
    return [Step(o, partial(write_halves, o, count, seed, report)) for seed, o in outs.items()]


def _digits(first: Settings, runs: Path, report: Reporter) -> Iterator[Step]:
    """Train from chance, learn on from teachers twice, take means, and export."""
    names = ("first", "mean-1", "teacher-1", "teacher-2", "taught-1", "taught-2")
    begun, mean, teacher, other, taught, again = (runs / f"digits-{name}" for name in names)
    gentle, labels = runs / "digits-gentle-1", runs / "digits-labels-2"
    last, model = runs / "digits", runs / "models/digits.tflite"
    wide = [replace(first, net="wide", epochs=n, seed=TEACHER_SEED) for n in TEACHER_EPOCHS]
    more = replace(first, epochs=TAUGHT_EPOCHS, rate=TAUGHT_RATE, crops_weight=TAUGHT_CROPS_WEIGHT)
    yield _run(begun, first, report)
    yield _run(teacher, wide[0], report)
    once = replace(more, start=str(begun), teachers=(str(begun), str(teacher)))
    yield _run(taught, once, report)
    mild = replace(once, epochs=GENTLE_EPOCHS, start=str(taught), gentle=True)
    yield _run(gentle, mild, report)
    yield _mean((taught, gentle), mean)
    yield _run(other, wide[1], report)
    twice = replace(more, start=str(mean), teachers=(str(mean), str(other)), seed=AGAIN_SEED)
    yield _run(again, twice, report)
    # Teachers answer for what they know; what nobody has seen, labels alone report.
    plain = replace(twice, epochs=LABELS_EPOCHS, teachers=(), gentle=True)
    yield _run(labels, plain, report)
    yield _mean((again, labels), last)
    yield Step(model, partial(export, last, model, report=report))


def _mean(of: tuple[Path, ...], out: Path) -> Step:
    return Step(out, partial(average, of, out), lambda run: (run / WEIGHTS).exists())


def _run(run: Path, settings: Settings, report: Reporter) -> Step:
    return Step(run, lambda: fit(settings, run, resume=run.exists(), report=report), finished)


def _model(name: str, settings: Settings, runs: Path, report: Reporter) -> tuple[Step, Step]:
    """Train, and export."""
    run, model = runs / name, runs / "models" / f"{name}.tflite"
    return (
        _run(run, settings, report),
        Step(model, partial(export, run, model, report=report)),
    )


def _left_out(name: str, runs: Path, limit: int | None, report: Reporter) -> Step:
    return Step(runs / f"without-{name}.tflite", partial(leave_out, name, runs, limit, report))
