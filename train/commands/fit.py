"""The commands that make a model: crops, halves and fit, strips and fit-sequence, export, all.

Only argument parsing; each command imports its module when it runs.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from train.commands.options import LIMIT, PART, PATH, RUNS

if TYPE_CHECKING:
    from train.fit.steps import Settings


def step_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of a run of steps."""
    for option in (
        click.option("--resume", is_flag=True, help="Continue OUT with its own settings."),
        click.option("--seed", type=int),
        click.option("--start", help="Run, or .tflite model, whose weights are the start."),
        click.option("--rate", type=click.FloatRange(0, min_open=True), help="Peak rate."),
        click.option("--steps", type=click.IntRange(1), help="Total batches."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--alphabet", default="digits", show_default=True, help="digits or letters.")
@click.option("--net", default="camdigits", show_default=True, help="A net of train/fit/nets.py.")
@click.option("--epochs", type=click.IntRange(1), help="Replaces the recipe's epochs.")
@click.option("--steps", type=click.IntRange(1), help="Total batches, instead of epochs.")
@click.option("--batch", type=click.IntRange(1))
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Peak learning rate.")
@click.option("--warps/--no-warps", default=None, help="Random warps, new ones in every epoch.")
@click.option("--gentle/--not-gentle", default=None, help="Smaller warps.")
@click.option("--seed", type=int)
@click.option("--out", type=PATH, help="Folder of the run; default runs/digits, runs/lenet5, ...")
@click.option("--start", type=PATH, help="Run, or .tflite model, whose weights are the start.")
@click.option("--teachers", multiple=True, type=PATH, help="Run whose predictions to learn too.")
@click.option("--doubt", type=PATH, help="Run whose net filters glyphs it clearly contradicts.")
@click.option("--resume", is_flag=True, help="Continue the run in OUT with its own settings.")
@click.option("--crops", multiple=True, type=PATH, help="Camera crops (.npz) to train on too.")
@click.option("--parts", multiple=True, type=PATH, help="Cut digits (.npz) to train on too.")
@click.option("--crops-weight", type=float, help="How often each crop is seen per epoch.")
@click.option("--without", multiple=True, help="A data set to leave out and measure on.")
@LIMIT
def fit(
    alphabet: str,
    net: str,
    out: Path | None,
    start: Path | None,
    doubt: Path | None,
    teachers: tuple[Path, ...],
    resume: bool,
    crops: tuple[Path, ...],
    parts: tuple[Path, ...],
    without: tuple[str, ...],
    **chosen: float | None,
) -> None:
    """Train a net by its recipe; interrupt it at any time and continue with --resume."""
    from train.fit.loop import fit as fit_run
    from train.fit.run import folder_of
    from train.fit.settings import settings_for

    settings = settings_for(
        alphabet,
        net,
        without,
        start=None if start is None else str(start),
        doubt=None if doubt is None else str(doubt),
        teachers=tuple(map(str, teachers)),
        crops=tuple(map(str, crops)),
        parts=tuple(map(str, parts)),
        **chosen,
    )
    fit_run(settings, out or folder_of(settings), resume, report=click.echo)


@click.command()
@click.argument("runs", nargs=-1, required=True, type=PATH)
@click.option("--out", required=True, type=PATH)
def average(runs: tuple[Path, ...], out: Path) -> None:
    """Average the weights of RUNS that started from one another."""
    from train.fit.average import average as average_runs

    average_runs(runs, out)


@click.command()
@click.argument("run", type=PATH)
@click.option("--out", default=Path("models/digits.tflite"), show_default=True, type=PATH)
def export(run: Path, out: Path) -> None:
    """Convert RUN (a folder of `fit`) to a full-int8 model and its card."""
    from train.fit.export import export as export_run

    export_run(run, out, report=click.echo)


@click.command()
@click.argument("out", default=Path("runs/crops.npz"), type=PATH)
@click.option("--count", default=60000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
def crops(out: Path, count: int, seed: int) -> None:
    """Film written pages and cut COUNT training glyphs from them into OUT."""
    from train.simulate.crops import write_crops

    write_crops(out, count, seed, report=click.echo)


@click.command()
@click.argument("out", default=Path("runs/halves.npz"), type=PATH)
@click.option("--count", default=80000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
def halves(out: Path, count: int, seed: int) -> None:
    """Write touching digits, split them as the reader does, and store COUNT parts in OUT."""
    from train.simulate.halves import write_halves

    write_halves(out, count, seed, report=click.echo)


@click.command()
@click.argument("out", default=Path("runs/strips.npz"), type=PATH)
@click.option("--count", default=130000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
@PART
def strips(out: Path, count: int, seed: int, part: Literal["train", "dev"]) -> None:
    """Write numbers and words, film them, and store COUNT labelled strips of ink in OUT."""
    from train.simulate.strips import write_strips

    write_strips(out, count, seed, part, report=click.echo)


@click.command()
@click.argument("out", default=Path("runs/lines.npz"), type=PATH)
@click.option("--count", default=100000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
@PART
def lines(out: Path, count: int, seed: int, part: Literal["train", "dev"]) -> None:
    """Write lines of numbers with signs, film them, and store COUNT labelled strips in OUT."""
    from train.simulate.lines import write_lines

    write_lines(out, count, seed, part, report=click.echo)


def _changed(usual: "Settings", data: tuple[Path, ...], changed: Mapping[str, Any]) -> "Settings":
    """Return settings with the data and the options that were given."""
    given = {name: value for name, value in changed.items() if value is not None}
    return replace(usual, data=tuple(map(str, data)), **given)


@click.command("fit-sequence")
@click.argument("strips", nargs=-1, type=PATH)
@click.option("--out", default=Path("runs/sequence"), show_default=True, type=PATH)
@click.option("--lines", is_flag=True, help="STRIPS are those of `lines`: numbers with signs.")
@step_options
def fit_sequence(
    strips: tuple[Path, ...], out: Path, lines: bool, resume: bool, **changed: object
) -> None:
    """Train the sequence net on files of STRIPS; interrupt it at any time and --resume."""
    from train.fit.sequence import LINES, SequenceSettings
    from train.fit.sequence import fit_sequence as fit_run

    settings = _changed(LINES if lines else SequenceSettings(), strips, changed)
    fit_run(settings, out, resume, report=click.echo)


@click.command("export-sequence")
@click.argument("run", type=PATH)
@click.argument("dev", type=PATH)
@click.option("--out", default=Path("models/sequence.tflite"), show_default=True, type=PATH)
def export_sequence(run: Path, dev: Path, out: Path) -> None:
    """Convert RUN (a folder of `fit-sequence`) to an int8 model, measured on the strips DEV."""
    from train.fit.export_sequence import export_sequence as export_run

    export_run(run, dev, out, report=click.echo)


@click.command("all")
@RUNS
@LIMIT
def make_all(runs: Path, limit: int | None) -> None:
    """Make every file of the shipped models; existing files are kept.

    Hours on two cores. If interrupted, the same command continues.
    """
    from train.studies.recipe import follow, recipe

    follow(recipe(runs, limit, click.echo), click.echo)


@click.command("leave-out")
@click.argument("name", type=click.Choice(("unipen", "bhmsds", "kensanata", "pendigits")))
@RUNS
@LIMIT
def leave_out(name: str, runs: Path, limit: int | None) -> None:
    """Train without the writers of NAME and some kinds of non-digits, and measure on them."""
    from train.studies.leave_out import leave_out as leave_one_out

    leave_one_out(name, runs, limit, click.echo)


@click.command()
@click.argument("out", default=Path("runs/graphs-1.npz"), type=PATH)
@click.option("--count", default=100, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
@click.option("--turned", is_flag=True, help="Rotate every page by 90, 180 or 270 degrees.")
@PART
def graphs(out: Path, count: int, seed: int, turned: bool, part: Literal["train", "dev"]) -> None:
    """Render COUNT pages of each kind and store what is around each region in OUT."""
    from train.simulate.graphs import write_graphs

    write_graphs(out, count, seed, part, turned, report=click.echo)


@click.command("fit-context")
@click.argument("files", nargs=-1, required=True, type=PATH)
@click.option("--dev", default=Path("runs/graphs-dev.npz"), show_default=True, type=PATH)
@click.option("--out", default=Path("models/context.npz"), show_default=True, type=PATH)
@click.option("--epochs", default=24, show_default=True, type=click.IntRange(1))
def fit_context(files: tuple[Path, ...], dev: Path, out: Path, epochs: int) -> None:
    """Train the context net on FILES of `graphs`; DEV has pages by other writers."""
    from train.fit.context_net import ContextSettings
    from train.fit.context_net import fit_context as fit

    fit(files, dev, out, ContextSettings(epochs=epochs), report=click.echo)


COMMANDS = (
    fit,
    average,
    export,
    crops,
    halves,
    strips,
    lines,
    fit_sequence,
    export_sequence,
    graphs,
    fit_context,
    make_all,
    leave_out,
)
