"""Make the model: `python -m train COMMAND`.

Only names and options; each command imports what it needs when it runs.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from camdigits.errors import CamdigitsError
from camdigits.values import BgrImage

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
@click.option("--doubt", type=PATH, help="Run whose net leaves out what it surely contradicts.")
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
    doubt: Path | None,
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
        doubt=None if doubt is None else str(doubt),
        sets=tuple(name for name in fitting.WEIGHTS if name not in without),
        crops=tuple(str(path) for path in crops),
        crops_weight=crops_weight,
        limit=limit,
    )
    fitting.fit(settings, out, resume, say=click.echo)


@cli.command()
@click.argument("runs", nargs=-1, required=True, type=PATH)
@click.option("--out", required=True, type=PATH)
def average(runs: tuple[Path, ...], out: Path) -> None:
    """Average the weights of RUNS that began from one another."""
    from train.average import average as average_runs

    average_runs(runs, out)


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


@cli.command()
@click.argument("out", default=Path("runs/halves.npz"), type=PATH)
@click.option("--count", default=80000, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True)
def halves(out: Path, count: int, seed: int) -> None:
    """Write touching digits, cut them apart as the reader does, and keep COUNT parts in OUT."""
    from train.halves import write_halves

    write_halves(out, count, seed, say=click.echo)


@cli.group()
def score() -> None:
    """Score the whole reader on photos, sudokus, touching pairs and turned pages."""


MODEL = click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
THRESHOLD = click.option(
    "--threshold", type=click.FloatRange(0, 1), help="In place of the card's."
)
SHOW = click.option("--show", type=PATH, help="Write marked pictures into this folder.")
PAGES = click.option("--pages", default=40, show_default=True, type=click.IntRange(0))
SEED = click.option("--seed", default=1, show_default=True, help="Of the rendered pages.")


@score.command()
@click.argument("folder", required=False, type=PATH)
@MODEL
@THRESHOLD
@SHOW
def photos(folder: Path | None, model: str, threshold: float | None, show: Path | None) -> None:
    """Read the photos that FOLDER/labels.json describes (photos-dev of the data).

    In marked pictures green is read, blue missed, orange misread (wanted>read) and red false.
    """
    from camdigits.reader import Reader
    from train.score_photos import mark_photo, photo_report, score_photos

    scores = score_photos(_folder(folder, "photos-dev"), Reader(model, threshold=threshold))
    click.echo(photo_report(scores))
    _write(show, ((one.name, mark_photo(one)) for one in scores))


@score.command()
@click.argument("folder", required=False, type=PATH)
@click.option("--kind", type=click.Choice(("mixed", "printed")), default="mixed")
@MODEL
@THRESHOLD
@SHOW
def sudoku(
    folder: Path | None, kind: str, model: str, threshold: float | None, show: Path | None
) -> None:
    """Read the sudokus that FOLDER/cells-KIND.json describes (sudoku-dev of the data).

    In marked pictures a cell is blue where its digit is missed, orange where it is misread or
    read twice (wanted>read) and red where an empty one has a digit; what was read has a thin
    frame, green where its cell is right, gray outside the grid, where nothing counts.
    """
    from camdigits.reader import Reader
    from train.score_sudoku import mark_grid, score_sudoku, sudoku_report

    reader = Reader(model, threshold=threshold)
    scores = score_sudoku(_folder(folder, "sudoku-dev"), reader, kind)
    click.echo(sudoku_report(scores, kind))
    _write(show, ((one.name, mark_grid(one)) for one in scores))


@score.command()
@PAGES
@SEED
@MODEL
@THRESHOLD
@SHOW
def pairs(pages: int, seed: int, model: str, threshold: float | None, show: Path | None) -> None:
    """Read touching pairs of digits on pages rendered from held-out hands.

    In marked pictures green is read, blue missed, orange misread (wanted>read) and red false.
    """
    from camdigits.reader import Reader
    from train.held_out import held_out_writers
    from train.rendered import pair_pages
    from train.score_pairs import mark_pairs, pairs_report, score_pairs

    rendered = pair_pages(held_out_writers(), pages, seed)
    scores = score_pairs(rendered, Reader(model, threshold=threshold))
    click.echo(pairs_report(scores))
    _write(show, ((one.page.name, mark_pairs(one)) for one in scores))


@score.command()
@click.argument("folder", required=False, type=PATH)
@PAGES
@SEED
@MODEL
@THRESHOLD
@SHOW
def turned(
    folder: Path | None,
    pages: int,
    seed: int,
    model: str,
    threshold: float | None,
    show: Path | None,
) -> None:
    """Read pages upright and turned by 90, 180 and 270 degrees: do they read the same?

    The pages are the photos of FOLDER/labels.json (photos-dev of the data) with 4 digits or more,
    and pages rendered from held-out hands. What differs is marked side by side, the upright
    reading left or above, the other turned back right or below: green in both, blue upright only,
    orange with another label, red turned only.
    """
    from itertools import chain

    from camdigits.reader import Reader
    from train.held_out import held_out_writers
    from train.rendered import number_pages
    from train.score_turned import (
        mark_turned,
        page_sheets,
        photo_sheets,
        score_turned,
        turned_report,
    )

    rendered = page_sheets(number_pages(held_out_writers(), pages, seed))
    sheets = chain(photo_sheets(_folder(folder, "photos-dev")), rendered)
    scores = score_turned(sheets, Reader(model, threshold=threshold))
    click.echo(turned_report(scores))
    different = (one for one in scores if not one.equal)
    _write(show, ((f"{one.sheet.stem}-{one.turned}.png", mark_turned(one)) for one in different))


@score.command()
@MODEL
@THRESHOLD
@click.option("--rounds", default=2, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=1, show_default=True, help="Of the first round's clips.")
@click.option("--seconds", default=6.0, show_default=True, help="Length of each clip.")
@SHOW
def video(
    model: str,
    threshold: float | None,
    rounds: int,
    seed: int,
    seconds: float,
    show: Path | None,
) -> None:
    """Follow digits on clips in motion, filmed from sheets of held-out hands.

    Each round films ten clips: still, shaken, panned, zoomed, out of focus, flickering, a sheet
    that comes and goes, a hand that passes, digits being written, and a page without digits.
    """
    from camdigits.reader import Reader
    from train.score_video import MarkedFrames, score_clips, video_report

    frames = MarkedFrames()
    reader = Reader(model, threshold=threshold)
    scores = score_clips(reader, range(seed, seed + rounds), seconds=seconds, each=frames.add)
    click.echo(video_report(scores))
    _write(show, frames)


def _folder(given: Path | None, name: str) -> Path:
    """The folder that was given, or the data set of that name."""
    from train.data import folder

    return folder() / name if given is None else given


def _write(show: Path | None, marked: Iterable[tuple[str, BgrImage | None]]) -> None:
    """Write marked pictures, if that is wished."""
    if show is None:
        return
    from camdigits.sinks.pictures import PictureFolder

    with PictureFolder(show) as pictures:
        for name, picture in marked:
            if picture is not None:
                pictures.write(picture, name)


def main() -> None:
    """Run a command; an error of ours is one line and its exit status."""
    try:
        cli(prog_name="python -m train")
    except CamdigitsError as error:
        click.echo(f"{type(error).__name__}: {error}", err=True)
        sys.exit(error.exit_status)


if __name__ == "__main__":
    main()
