"""Make training crops: data sets write pages, a simulated camera films them, the product cuts.

    python -m train crops runs/crops.npz --count 200000

About 400 glyphs a second on one core. Only the "train" parts of the data sets are written, so
that the "val" parts stay unseen.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from camdigits.image import cv2
from camdigits.values import Glyphs, GrayImage
from train.data import sets
from train.data.alphabets import DIGIT_NONE, Labels
from train.data.folder import data_folder
from train.data.strokes import unipen_strokes
from train.errors import DataError
from train.simulate.camera import film
from train.simulate.cut import cut
from train.simulate.scenes import SceneConfig, write_page
from train.simulate.writers import Writer, bitmap_writer, printed_writer, stroke_writer
from train.writers.fonts import DIGITS, OTHERS, printed

# Rows written per set, as weights. UNIPEN has the most writers, and strokes of any pen width.
DIGIT_ROWS = {
    "mnist": 3,
    "unipen": 4,
    "kensanata": 2,
    "bhmsds": 1,
    "sudoku_printed": 1,
    "fonts": 1,
    "allographs": 2,
}
OTHER_MARKS = {
    "font_letters": 2,
    "unipen_letters": 3,
    "unipen_symbols": 2,
    "omniglot": 2,
    "bhmsds_symbols": 1,
    "mdas": 1,
    "quickdraw": 1,
    "notmnist": 1,
}
SYNTHETIC = "allographs"  # writes training pages only, never validation pages
PRINTED = {"fonts": DIGITS, "font_letters": OTHERS}
EMPTY = 0.08  # share of the pages without writing: paper, desks, printed lines (chosen)


def write_crops(
    out: Path,
    count: int,
    seed: int,
    without: Sequence[str] = (),
    report: Callable[[str], None] = print,
) -> None:
    """Write `count` crops to `out`, an .npz of images (N, 28, 28) uint8 and labels (N,) uint8.

    The last tenth is for validation (`train.data.sets.learned`) and has no synthetic writers.

    Raises:
        DataError: a data set is missing, or `out` cannot be written.
    """
    config = SceneConfig(paper_photos=load_paper(data_folder() / "textures"))
    others = load_writers(OTHER_MARKS, without)
    learned = sets.learned(count)
    parts = (
        (learned, without, np.random.default_rng(seed)),
        (count - learned, (*without, SYNTHETIC), np.random.default_rng([seed, 1])),
    )
    made = []
    for wanted, left_out, rng in parts:
        pages = film_pages(load_writers(DIGIT_ROWS, left_out), others, rng, config)
        made.append(_gather(pages, wanted, report))
    images, labels = (np.concatenate(arrays) for arrays in zip(*made, strict=True))
    save_crops(out, images, labels)
    report(f"{out}: {count} crops, {np.mean(labels == DIGIT_NONE):.0%} of them non-digits")


def _gather(
    pages: Iterator[tuple[Glyphs, Labels]], count: int, report: Callable[[str], None]
) -> tuple[Glyphs, Labels]:
    """Collect the first `count` crops of the pages."""
    images, labels = np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8)
    done = 0
    while done < count:
        glyphs, named = next(pages)
        room = min(count - done, len(named))
        images[done : done + room], labels[done : done + room] = glyphs[:room], named[:room]
        if done // 20000 != (done + room) // 20000:
            report(f"{done + room} of {count} crops")
        done += room
    return images, labels


def film_pages(
    digits: Sequence[Writer],
    others: Sequence[Writer],
    rng: np.random.Generator,
    config: SceneConfig,
) -> Iterator[tuple[Glyphs, Labels]]:
    """Yield the crops of page after page, without end."""
    while True:
        ink, marks = write_page(digits, others, rng, config)
        if rng.random() < EMPTY:
            ink, marks = np.zeros_like(ink), []
        yield cut(film(ink, marks, rng, config))


def load_writers(rows: dict[str, int], without: Sequence[str] = ()) -> list[Writer]:
    """Return a writer for each set, repeated as often as `rows` says."""
    return [
        writer
        for name, n in rows.items()
        if name not in without
        for writer in [_load_writer(name)] * n
    ]


def load_paper(folder: Path) -> tuple[GrayImage, ...]:
    """Read the photographs of paper and desks, in grey.

    Raises:
        DataError: the folder has no photographs.
    """
    files = [*sorted((folder / "paper").glob("*.jpg")), *sorted((folder / "desk").glob("*.jpg"))]
    if not files:
        raise DataError(f"{folder}: wanted paper/*.jpg and desk/*.jpg; see the data's README")
    return tuple(np.asarray(cv2.imread(str(f), cv2.IMREAD_GRAYSCALE), np.uint8) for f in files)


def _load_writer(name: str) -> Writer:
    if name in PRINTED:
        shapes, characters = printed(PRINTED[name])
        named = [int(c) if c in DIGITS else DIGIT_NONE for c in characters]
        return printed_writer(name, shapes, np.array(named, np.uint8))
    images, labels, val = sets.raw(name)
    if name != "unipen":
        return bitmap_writer(name, images[~val], labels[~val])
    strokes, _ = unipen_strokes()
    own = [stroke for stroke, held_out in zip(strokes, val, strict=True) if not held_out]
    return stroke_writer(name, own, labels[~val])


def save_crops(out: Path, images: Glyphs, labels: Labels) -> None:
    """Write glyphs with their labels; the file appears when it is complete.

    Raises:
        DataError: `out` cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = out.with_suffix(".part.npz")
        np.savez_compressed(unfinished, images=images, labels=labels)
        os.replace(unfinished, out)
    except OSError as error:
        raise DataError(f"{out}: cannot be written ({error.strerror}); name another") from error
