"""The commands of `python -m train score`: the whole reader against labels.

Only argument parsing; each command imports its module when it runs.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import click

from camdigits.values import BgrImage
from train.commands.options import PATH


@click.group()
def score() -> None:
    """Score the whole reader on photos, sudokus, touching pairs, rotated pages and clips."""


MODEL = click.option("--model", default="digits", show_default=True, help="A name or a .tflite.")
THRESHOLD = click.option(
    "--threshold", type=click.FloatRange(0, 1), help="Replaces the card's threshold."
)
SHOW = click.option("--show", type=PATH, help="Write marked pictures into this folder.")
PAGES = click.option("--pages", default=40, show_default=True, type=click.IntRange(0))
SEED = click.option("--seed", default=1, show_default=True, help="Seed of the rendered pages.")


@score.command()
@click.argument("folder", required=False, type=PATH)
@MODEL
@THRESHOLD
@SHOW
def photos(folder: Path | None, model: str, threshold: float | None, show: Path | None) -> None:
    """Read the photos that FOLDER/labels.json describes (photos-dev of the data).

    In marked pictures green is read, blue missed, orange misread (label>reading) and red false.
    """
    from camdigits.reader import Reader
    from train.benchmarks.photos import mark_photo, photo_report, score_photos

    scores = score_photos(_folder(folder, "photos-dev"), Reader(model, threshold=threshold))
    click.echo(photo_report(scores))
    _write(show, ((one.name, mark_photo(one)) for one in scores))


@score.command()
@click.argument("folder", required=False, type=PATH)
@click.option("--kind", type=click.Choice(("mixed", "printed", "phone")), default="mixed")
@MODEL
@THRESHOLD
@SHOW
def sudoku(
    folder: Path | None, kind: str, model: str, threshold: float | None, show: Path | None
) -> None:
    """Read the sudokus that FOLDER/cells-KIND.json describes (sudoku-dev of the data).

    Of kind phone, those that FOLDER/labels.json describes (sudoku_phone of the data).

    In marked pictures a cell is blue if its digit is missed, orange if it is misread or read
    twice (label>reading) and red if it is empty and has a digit. Each digit read has a thin
    frame: green if its cell is right, gray outside the grid, where nothing counts.
    """
    from camdigits.reader import Reader
    from train.benchmarks.sudoku import mark_grid, score_sudoku, sudoku_report

    reader = Reader(model, threshold=threshold)
    default = "sudoku_phone" if kind == "phone" else "sudoku-dev"
    scores = score_sudoku(_folder(folder, default), reader, kind)
    click.echo(sudoku_report(scores, kind))
    _write(show, ((one.name, mark_grid(one)) for one in scores))


@score.command()
@PAGES
@SEED
@MODEL
@THRESHOLD
@SHOW
def pairs(pages: int, seed: int, model: str, threshold: float | None, show: Path | None) -> None:
    """Read touching pairs of digits on pages rendered from held-out writers.

    In marked pictures green is read, blue missed, orange misread (label>reading) and red false.
    """
    from camdigits.reader import Reader
    from train.benchmarks.pairs import mark_pairs, pairs_report, score_pairs
    from train.data.held_out import held_out_writers
    from train.simulate.rendered import pair_pages

    rendered = pair_pages(held_out_writers(), pages, seed)
    scores = score_pairs(rendered, Reader(model, threshold=threshold))
    click.echo(pairs_report(scores))
    _write(show, ((one.page.name, mark_pairs(one)) for one in scores))


@score.command()
@PAGES
@SEED
@MODEL
@THRESHOLD
@SHOW
def strings(pages: int, seed: int, model: str, threshold: float | None, show: Path | None) -> None:
    """Read numbers of 2 to 7 digits, joined and apart, by writers that no net has seen.

    In marked pictures green is read, blue missed, orange misread (label>reading) and red false.
    """
    from camdigits.reader import Reader
    from train.benchmarks.strings import mark_strings, score_strings, strings_report
    from train.data.by_writer import people
    from train.simulate.rendered_strings import string_pages, string_writers

    rendered = string_pages(string_writers(people("test")), pages, seed)
    scores = score_strings(rendered, Reader(model, threshold=threshold))
    click.echo(strings_report(scores))
    _write(show, ((one.page.page.name, mark_strings(one)) for one in scores))


@score.command()
@click.argument("folder", type=PATH)
@MODEL
@THRESHOLD
def field(folder: Path, model: str, threshold: float | None) -> None:
    """Read the pictures of FOLDER, whose README.md is a table with their right answers."""
    from camdigits.reader import Reader
    from train.benchmarks.field import field_report, score_field

    click.echo(field_report(score_field(folder, Reader(model, threshold=threshold))))


@score.command()
@click.option(
    "--pages", default=8, show_default=True, type=click.IntRange(1), help="Of each kind."
)
@click.option("--kind", multiple=True, help="Only this kind; may be repeated.")
@click.option(
    "--part",
    type=click.Choice(("dev", "test")),
    default="test",
    show_default=True,
    help="Writers to choose settings with, or others that no net has seen.",
)
@SEED
@MODEL
@THRESHOLD
@SHOW
def kinds(
    pages: int,
    kind: tuple[str, ...],
    part: Literal["dev", "test"],
    seed: int,
    model: str,
    threshold: float | None,
    show: Path | None,
) -> None:
    """Read rendered pages of the kinds that people have: notebooks, desks, forms, print."""
    from camdigits.reader import Reader
    from train.benchmarks.kinds import kinds_report, mark_kind, score_kinds
    from train.simulate.kinds.load import load_material
    from train.simulate.kinds.pages import KINDS, kind_pages

    unknown = [each for each in kind if each not in KINDS]
    if unknown:
        raise click.BadParameter(f"{unknown[0]}: wanted one of {', '.join(KINDS)}")
    rendered = kind_pages(load_material(part), pages, seed, kind or tuple(KINDS))
    scores = score_kinds(rendered, Reader(model, threshold=threshold))
    click.echo(kinds_report(scores))
    _write(show, ((one.page.page.name, mark_kind(one)) for one in scores))


@score.command()
@PAGES
@SEED
@MODEL
@THRESHOLD
@SHOW
def numbers(pages: int, seed: int, model: str, threshold: float | None, show: Path | None) -> None:
    """Read decimals, dates, times and sums by writers that no net has seen."""
    from camdigits.reader import Reader
    from train.benchmarks.numbers import mark_numbers, numbers_report, score_numbers
    from train.data.by_writer import people
    from train.simulate.rendered_numbers import number_sign_pages
    from train.simulate.signs import SignWriters

    rendered = number_sign_pages(people("test"), SignWriters.of("test"), pages, seed)
    scores = score_numbers(rendered, Reader(model, threshold=threshold))
    click.echo(numbers_report(scores))
    _write(show, ((one.page.page.name, mark_numbers(one)) for one in scores))


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
    """Read pages upright and rotated by 90, 180 and 270 degrees and compare the readings.

    The pages are the photos of FOLDER/labels.json (photos-dev of the data) with 4 digits or more,
    and pages rendered from held-out writers. Different readings are marked side by side, the
    upright one left or above, the other, rotated back, right or below: green in both, blue
    upright only, orange with another label, red rotated only.
    """
    from itertools import chain

    from camdigits.reader import Reader
    from train.benchmarks.turned import (
        mark_turned,
        page_sheets,
        photo_sheets,
        score_turned,
        turned_report,
    )
    from train.data.held_out import held_out_writers
    from train.simulate.rendered import number_pages

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
@click.option("--seed", default=1, show_default=True, help="Seed of the first round's clips.")
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
    """Follow digits on clips in motion, filmed from sheets of held-out writers.

    Each round films ten clips: still, shaken, panned, zoomed, out of focus, flickering, a sheet
    that slides in and out, a passing hand, digits being written, and a page without digits.
    """
    from camdigits.reader import Reader
    from train.benchmarks.video import MarkedFrames, score_clips, video_report

    frames = MarkedFrames()
    reader = Reader(model, threshold=threshold)
    scores = score_clips(reader, range(seed, seed + rounds), seconds=seconds, each=frames.add)
    click.echo(video_report(scores))
    _write(show, frames)


def _folder(given: Path | None, name: str) -> Path:
    """Return the given folder, or the data set of this name."""
    from train.data.folder import data_folder

    return data_folder() / name if given is None else given


def _write(show: Path | None, marked: Iterable[tuple[str, BgrImage | None]]) -> None:
    """Write marked pictures into the folder `show`, if given."""
    if show is None:
        return
    from camdigits.sinks.pictures import PictureFolder

    with PictureFolder(show) as pictures:
        for name, picture in marked:
            if picture is not None:
                pictures.save(picture, name)
