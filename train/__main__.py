"""Make the model: `python -m train COMMAND`.

Only names and options; each command imports what it needs when it runs.
"""

import sys
from pathlib import Path

import click

from camdigits.errors import CamdigitsError

PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Train, export and measure the models of camdigits.

    CAMDIGITS_DATA names the folder of the data sets.
    """


@cli.command()
@click.option("--net", default="small", show_default=True, help="Which net of train/nets.py.")
@click.option("--epochs", default=20, show_default=True, type=click.IntRange(1))
@click.option("--batch", default=128, show_default=True, type=click.IntRange(1))
@click.option("--rate", default=2e-3, show_default=True, help="Highest learning rate.")
@click.option("--seed", default=1, show_default=True)
@click.option("--out", default=Path("runs/digits"), show_default=True, type=PATH)
@click.option("--start", type=PATH, help="Run whose weights to begin with.")
@click.option("--resume", is_flag=True, help="Go on with the run in OUT; its settings count.")
@click.option("--crops", multiple=True, type=PATH, help="Camera crops (.npz) to train on too.")
@click.option("--crops-weight", default=1.0, show_default=True, help="Times seen per epoch.")
@click.option("--without", multiple=True, help="A data set to leave out, to be measured on.")
@click.option("--limit", type=click.IntRange(1), help="Glyphs of each set, for a quick look.")
def fit(
    net: str,
    epochs: int,
    batch: int,
    rate: float,
    seed: int,
    out: Path,
    start: Path | None,
    resume: bool,
    crops: tuple[Path, ...],
    crops_weight: float,
    without: tuple[str, ...],
    limit: int | None,
) -> None:
    """Train a net; stop it at any time and go on with --resume."""
    from train import fit as fitting

    unknown = sorted(set(without) - set(fitting.WEIGHTS))
    if unknown:
        raise click.BadParameter(f"no set {unknown[0]}; sets are {', '.join(fitting.WEIGHTS)}")
    settings = fitting.Settings(
        net=net,
        epochs=epochs,
        batch=batch,
        rate=rate,
        seed=seed,
        start=None if start is None else str(start),
        sets=tuple(name for name in fitting.WEIGHTS if name not in without),
        crops=tuple(str(path) for path in crops),
        crops_weight=crops_weight,
        limit=limit,
    )
    fitting.fit(settings, out, resume, say=click.echo)


@cli.command()
@click.argument("run", type=PATH)
@click.option("--out", default=Path("models/digits.tflite"), show_default=True, type=PATH)
def export(run: Path, out: Path) -> None:
    """Turn RUN (a folder of `fit`) into a full-int8 model and its card."""
    from train.export import export as export_run

    export_run(run, out, say=click.echo)


@cli.command()
@click.argument("model", default="digits")
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of a table.")
@click.option("--limit", type=click.IntRange(1), help="Glyphs of each set, for a quick look.")
def evaluate(model: str, as_json: bool, limit: int | None) -> None:
    """Measure MODEL (a name or a .tflite) on every data set."""
    from train.evaluate import print_report

    print_report(model, as_json, limit)


@cli.command()
@click.argument("out", default=Path("runs/crops.npz"), type=PATH)
@click.option("--count", default=60000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
def crops(out: Path, count: int, seed: int) -> None:
    """Film written pages and cut COUNT training glyphs from them into OUT."""
    from train.crops import write_crops

    write_crops(out, count, seed, say=click.echo)


@cli.group()
def score() -> None:
    """Score the whole reader on labelled photos or sudokus."""


@score.command()
@click.argument("folder", type=PATH)
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite file.")
@click.option("--threshold", type=click.FloatRange(0, 1), help="In place of the card's.")
@click.option("--show", type=PATH, help="Write marked pictures into this folder.")
def photos(folder: Path, model: str, threshold: float | None, show: Path | None) -> None:
    """Read the photos that FOLDER/labels.json describes.

    In marked pictures green is read, orange misread, blue missed and red false.
    """
    from camdigits.reader import Reader
    from train.score import mark_photo, photo_report, score_photos

    scores = score_photos(folder, Reader(model, threshold=threshold))
    click.echo(photo_report(scores))
    if show is not None:
        from camdigits.sinks.pictures import PictureFolder

        with PictureFolder(show) as pictures:
            for photo in scores:
                marked = mark_photo(photo)
                if marked is not None:
                    pictures.write(marked, photo.name)


@score.command()
@click.argument("folder", type=PATH)
@click.option("--kind", type=click.Choice(("mixed", "printed")), default="mixed")
@click.option("--model", default="digits", show_default=True, help="A name or a .tflite file.")
def sudoku(folder: Path, kind: str, model: str) -> None:
    """Read the sudokus that FOLDER/cells-KIND.json describes."""
    from camdigits.reader import Reader
    from train.score import score_sudoku, sudoku_report

    click.echo(sudoku_report(score_sudoku(folder, Reader(model), kind)))


def main() -> None:
    """Run a command; an error of ours is one line and its exit status."""
    try:
        cli(prog_name="python -m train")
    except CamdigitsError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
