"""The complete recipe: make every file of the shipped models in order.

    python -m train all

Existing files are kept, and an interrupted run continues, so the same command ends with the same
result. Five to six hours on two cores, most of them for the net of single digits. The shipped
files are not touched: models are written to runs/models.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from train.data.by_writer import Part
from train.fit.average import average
from train.fit.export import export
from train.fit.export_sequence import export_sequence
from train.fit.loop import fit
from train.fit.run import WEIGHTS_FILE as WEIGHTS
from train.fit.run import finished
from train.fit.sequence import LINES, SequenceSettings, fit_sequence
from train.fit.settings import Settings, settings_for
from train.fit.steps import is_finished
from train.simulate.crops import write_crops
from train.simulate.halves import write_halves
from train.simulate.lines import write_lines
from train.simulate.strips import write_strips
from train.studies.leave_out import SPLITS, leave_out

Reporter = Callable[[str], None]
WriteStrips = Callable[[Path, int, int, Part, Reporter], None]
CROP_SEEDS, CROPS = (1, 2, 3, 4), 130_000  # one file per seed, camera crops per file
HALF_SEEDS, HALVES = (1, 2), 80_000  # one file per seed, parts of touching digits per file
STRIP_SEEDS, STRIPS = (
    (21, 22, 23, 24),
    130_000,
)  # one file per seed, strips of joined digits per file
LINE_SEEDS, LINE_COUNT = (31, 32), 100_000  # one file per seed, strips of lines per file
DEV_SEED, DEV_COUNT, TRIAL_STEPS = 9, 12_000, 20
CROPS_WEIGHT = 0.35  # how often each crop is seen per epoch (chosen)
EPOCHS = 28
# Twice, a wider net is trained from random weights as a teacher, and the net continues from its
# previous weights with two teachers (that net and itself) and fewer crops. Then follows a run with
# gentle warps: the first time from the result and with teachers, the second time from the previous
# weights and with labels alone. The mean of both is the next start; the second mean is shipped.
TEACHER_EPOCHS, TEACHER_SEED = (18, 28), 2
TAUGHT_EPOCHS, GENTLE_EPOCHS, LABELS_EPOCHS, AGAIN_SEED = 10, 12, 8, 3
TAUGHT_RATE, TAUGHT_CROPS_WEIGHT = 1.5e-3, 0.2


@dataclass(frozen=True, slots=True)
class Step:
    """One file or run, and the function that makes it."""

    out: Path
    make: Callable[[], object]
    done: Callable[[Path], bool] = Path.exists


def follow(steps: Iterable[Step], report: Reporter = print) -> None:
    """Make what is missing, in order."""
    for step in steps:
        if step.done(step.out):
            report(f"{step.out}: exists")
        else:
            report(f"{step.out}: begins")
            step.make()


def recipe(
    runs: Path = Path("runs"), limit: int | None = None, report: Reporter = print
) -> list[Step]:
    """Return all steps in order.

    Args:
        runs: folder of all files.
        limit: glyphs of each set, and crops of each file, for a quick trial.
        report: receives the lines of each step.
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
        *_sequence(runs, limit, report),
        *_lines(runs, limit, report),
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
    """Train from random weights, continue with teachers twice, average, and export."""
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
    # Teachers know seen data; for unseen data the labels alone work better.
    plain = replace(twice, epochs=LABELS_EPOCHS, teachers=(), gentle=True)
    yield _run(labels, plain, report)
    yield _mean((again, labels), last)
    yield Step(model, partial(export, last, model, report=report))


def _mean(of: tuple[Path, ...], out: Path) -> Step:
    return Step(out, partial(average, of, out), lambda run: (run / WEIGHTS).exists())


def _run(run: Path, settings: Settings, report: Reporter) -> Step:
    return Step(run, lambda: fit(settings, run, resume=run.exists(), report=report), finished)


def _model(name: str, settings: Settings, runs: Path, report: Reporter) -> tuple[Step, Step]:
    """Train and export a model."""
    run, model = runs / name, runs / "models" / f"{name}.tflite"
    return (
        _run(run, settings, report),
        Step(model, partial(export, run, model, report=report)),
    )


def _sequence(runs: Path, limit: int | None, report: Reporter) -> Iterator[Step]:
    """Write strips of joined digits, train the net that reads them, and export it."""
    strips = {seed: runs / f"strips-{seed}.npz" for seed in STRIP_SEEDS}
    yield from _strips(strips, write_strips, limit or STRIPS, report)
    settings = SequenceSettings(data=tuple(map(str, strips.values())))
    yield from _reading_net("sequence", settings, write_strips, runs, limit, report)


def _lines(runs: Path, limit: int | None, report: Reporter) -> Iterator[Step]:
    """Write strips of lines with signs, train the net that reads them, and export it."""
    strips = {seed: runs / f"lines-{seed}.npz" for seed in LINE_SEEDS}
    yield from _strips(strips, write_lines, limit or LINE_COUNT, report)
    settings = replace(LINES, data=tuple(map(str, strips.values())))
    yield from _reading_net("lines", settings, write_lines, runs, limit, report)


def _strips(
    outs: Mapping[int, Path], write: WriteStrips, count: int, report: Reporter
) -> Iterator[Step]:
    for seed, out in outs.items():
        yield Step(out, partial(write, out, count, seed, "train", report))


def _reading_net(
    name: str,
    settings: SequenceSettings,
    write: WriteStrips,
    runs: Path,
    limit: int | None,
    report: Reporter,
) -> Iterator[Step]:
    """Write strips by the writers of "dev", train, and export a model measured on them."""
    dev, count = runs / f"{name}-dev.npz", min(limit or DEV_COUNT, DEV_COUNT)
    yield Step(dev, partial(write, dev, count, DEV_SEED, "dev", report))
    if limit is not None:
        settings = replace(settings, steps=TRIAL_STEPS, epoch=TRIAL_STEPS)
    run, model = runs / name, runs / f"models/{name}.tflite"
    yield Step(
        run,
        lambda: fit_sequence(settings, run, resume=run.exists(), report=report),
        partial(is_finished, SequenceSettings),
    )
    yield Step(model, partial(export_sequence, run, dev, model, report))


def _left_out(name: str, runs: Path, limit: int | None, report: Reporter) -> Step:
    return Step(runs / f"without-{name}.tflite", partial(leave_out, name, runs, limit, report))
