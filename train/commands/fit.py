"""The commands that make a model: fit, average, export, crops, halves, all, leave-out.

Only argument parsing; each command imports its module when it runs.
"""

from pathlib import Path

import click

from train.commands.options import LIMIT, PATH, RUNS


@click.command()
@click.option("--alphabet", default="digits", show_default=True, help="What is read: or letters.")
@click.option(
    "--net", default="camdigits", show_default=True, help="Which net of train/fit/nets.py."
)
@click.option("--epochs", type=click.IntRange(1), help="In place of the recipe's, as below.")
@click.option("--steps", type=click.IntRange(1), help="Batches in all, in place of epochs.")
@click.option("--batch", type=click.IntRange(1))
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Highest learning rate.")
@click.option("--warps/--no-warps", default=None, help="Another glyph each time it is seen.")
@click.option("--gentle/--not-gentle", default=None, help="Warps that change less.")
@click.option("--seed", type=int)
@click.option("--out", type=PATH, help="Folder of the run; runs/digits, runs/lenet5 and so on.")
@click.option("--start", type=PATH, help="Run whose weights to begin with.")
@click.option("--teachers", multiple=True, type=PATH, help="Run whose answers to learn too.")
@click.option("--doubt", type=PATH, help="Run whose net leaves out what it surely contradicts.")
@click.option("--resume", is_flag=True, help="Go on with the run in OUT; its settings count.")
@click.option("--crops", multiple=True, type=PATH, help="Camera crops (.npz) to train on too.")
@click.option("--parts", multiple=True, type=PATH, help="Parts of cut digits (.npz), likewise.")
@click.option("--crops-weight", type=float, help="Times each is seen per epoch.")
@click.option("--without", multiple=True, help="A data set to leave out, to be measured on.")
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
    """Train a net by its recipe; stop it at any time and go on with --resume."""
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
    """Average the weights of RUNS that began from one another."""
    from train.fit.average import average as average_runs

    average_runs(runs, out)


@click.command()
@click.argument("run", type=PATH)
@click.option("--out", default=Path("models/digits.tflite"), show_default=True, type=PATH)
def export(run: Path, out: Path) -> None:
    """Turn RUN (a folder of `fit`) into a full-int8 model and its card."""
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
    """Write touching digits, cut them apart as the reader does, and keep COUNT parts in OUT."""
    from train.simulate.halves import write_halves

    write_halves(out, count, seed, report=click.echo)


@click.command("all")
@RUNS
@LIMIT
def make_all(runs: Path, limit: int | None) -> None:
    """Make every file that the shipped models come from; what is there is not made again.

    Hours on two cores. Stopped at any time, the same command goes on.
    """
    from train.studies.recipe import follow, recipe

    follow(recipe(runs, limit, click.echo), click.echo)


@click.command("leave-out")
@click.argument("name", type=click.Choice(("unipen", "bhmsds", "kensanata")))
@RUNS
@LIMIT
def leave_out(name: str, runs: Path, limit: int | None) -> None:
    """Train without the hands of NAME and some kinds of negatives, and measure on them."""
    from train.studies.leave_out import leave_out as leave_one_out

    leave_one_out(name, runs, limit, click.echo)


COMMANDS = (fit, average, export, crops, halves, make_all, leave_out)
