"""Make labelled parts of touching digits, cut along the product's own cut paths.

    python -m train halves runs/halves.npz --count 60000

These are the glyphs the net sees when a region of two digits is split: a digit with a piece of
its neighbour, a digit without the end of a stroke, and pieces that are "none".
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from camdigits.image import cv2
from camdigits.recognize.glyph import normalize
from camdigits.segment.cut_paths import Span, cut_between, spans_of
from camdigits.values import Box, GrayImage, Region
from train.data.alphabets import DIGIT_NONE
from train.simulate.crops import DIGIT_ROWS, load_writers, save_crops
from train.simulate.cut import THIN_ASPECT
from train.simulate.rendered import MAX_PRESS, contact
from train.simulate.writers import Writer

HEIGHTS_PX = 14.0, 70.0  # range of digit heights (chosen)
MIN_WHOLE_SHARE = 0.92  # of a digit's ink: a part with at least this much is that digit (chosen)
MAX_SCRAP_SHARE = 0.18  # of a digit's ink: tolerated ink of the neighbour (chosen)
MAX_PIECE_SHARE = 0.6  # of a digit's ink: a part with less is "none" (chosen)
MISPLACED = 0.05, 0.1, 0.4, 0.6  # of the height: deviation of the middles in each cut (chosen)
KEPT_NONE_SHARE = 0.2  # share of the "none" parts that are kept (chosen)


def write_halves(out: Path, count: int, seed: int, report: Callable[[str], None] = print) -> None:
    """Write `count` parts to `out`, an .npz of images (N, 28, 28) uint8 and labels (N,) uint8.

    Raises:
        DataError: a data set is missing, or `out` cannot be written.
    """
    writers = load_writers(DIGIT_ROWS)
    rng = np.random.default_rng(seed)
    images = np.zeros((count, 28, 28), np.uint8)
    labels = np.zeros(count, np.uint8)
    done = 0
    while done < count:
        for glyph, label in cut_pair(writers[int(rng.integers(len(writers)))], rng):
            if done < count:
                images[done], labels[done] = glyph, label
                done += 1
    save_crops(out, images, labels)
    report(f"{out}: {count} parts, {np.mean(labels == DIGIT_NONE):.0%} of them non-digits")


def cut_pair(writer: Writer, rng: np.random.Generator) -> Iterator[tuple[GrayImage, int]]:
    """Write two touching digits, cut them apart and yield the parts with their labels."""
    first, second = rng.integers(len(writer.labels), size=2)
    names = int(writer.labels[first]), int(writer.labels[second])
    height = float(np.exp(rng.uniform(*np.log(HEIGHTS_PX))))
    pair = _touching(
        _written(writer, first, height, rng), _written(writer, second, height, rng), rng
    )
    if pair is None:
        return
    blob = _region(_seen(np.maximum(*pair), rng))
    alone = [_region(shape) for shape in pair]
    whole = [float(shape.sum()) for shape in pair]
    for span in _spans(blob, alone, rng):
        part = span.part(blob)
        if part is None:
            continue
        shares = [float(span.of(own.ink).sum()) for own in alone]
        label = _name(shares, whole, names, part)
        if label is not None and (label != DIGIT_NONE or rng.random() < KEPT_NONE_SHARE):
            yield normalize(part.ink), label


def _spans(blob: Region, alone: list[Region], rng: np.random.Generator) -> Iterator[Span]:
    """Cut a pair at the middles of its digits, and at wrong places: the net may misplace them."""
    columns = np.arange(blob.ink.shape[1])
    middles = [float(each.ink.sum(axis=0) @ columns / max(each.ink.sum(), 1)) for each in alone]
    for share in MISPLACED:
        moved = rng.normal(0, share * blob.box.height, 2)
        ((path,),) = cut_between(blob.ink, sorted(np.array(middles) + moved))
        yield from spans_of([path])


def _written(writer: Writer, index: int, height: float, rng: np.random.Generator) -> GrayImage:
    """Draw a digit of about this height in pixels."""
    shape = writer.draw(index, max(10, round(2 * height)), rng)
    high = max(8, round(height * rng.uniform(0.92, 1.08)))
    wide = max(2, round(shape.shape[1] * high / shape.shape[0]))
    return np.asarray(cv2.resize(shape, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)


def _touching(
    left: GrayImage, right: GrayImage, rng: np.random.Generator
) -> tuple[GrayImage, GrayImage] | None:
    """Push the right digit into the left one; return both on canvases of equal size."""
    height = left.shape[0]
    down = max(0, height - right.shape[0] + round(rng.normal(0, 0.03) * height))
    try:
        across = contact(left, right, down) - round(rng.uniform(0, MAX_PRESS) * height)
    except ValueError:  # no common row
        return None
    if across <= 0.3 * left.shape[1]:
        return None
    shape = max(height, down + right.shape[0]), max(left.shape[1], across + right.shape[1])
    one, two = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    one[:height, : left.shape[1]] = left
    two[down : down + right.shape[0], across : across + right.shape[1]] = right
    return one, two


def _seen(ink: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Blur ink as a camera does, and remove what is too faint to be found."""
    soft = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.3, 1.1)).astype(np.float32)
    noisy = soft + rng.standard_normal(ink.shape, np.float32) * np.float32(rng.uniform(0, 12))
    noisy[noisy < 255 * rng.uniform(0.15, 0.4)] = 0
    return np.asarray(np.clip(noisy * 1.15, 0, 255), np.uint8)


def _region(ink: GrayImage) -> Region:
    return Region(Box(0, 0, ink.shape[1], ink.shape[0]), ink)


def _name(
    shares: list[float], whole: list[float], names: tuple[int, int], part: Region
) -> int | None:
    """Return the digit that a part mostly is, DIGIT_NONE, or None if it is ambiguous."""
    for own, other in ((0, 1), (1, 0)):
        if (
            shares[own] >= MIN_WHOLE_SHARE * whole[own]
            and shares[other] <= MAX_SCRAP_SHARE * whole[own]
        ):
            return names[own]
    kept = [share / max(all_, 1.0) for share, all_ in zip(shares, whole, strict=True)]
    if max(part.box[2:]) > THIN_ASPECT * min(part.box[2:]):
        return None  # looks like a 1
    return DIGIT_NONE if max(kept) < MAX_PIECE_SHARE or min(kept) > 1 - MAX_PIECE_SHARE else None
