"""Make training strips for the sequence net: people write strings, a camera films them, we cut.

    python -m train strips runs/strips.npz --count 100000

The regions are found by the product's own ink and regions, and scaled by its `strip_of`. A strip
is labelled with the characters that are in the region: non-digits next to each other are one
"none". Regions that contain parts of characters, or illegible ones, are left out.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.strip import BODY, MARGIN, STRETCH, strip_of
from camdigits.segment.ink import find_ink
from camdigits.segment.regions import find_regions, joined
from camdigits.values import Box, GrayImage, Region
from train.data.by_writer import Part, Person, people
from train.data.folder import data_folder
from train.data.strips import MAX_LABELS, WIDTHS, Strip, save_strips
from train.errors import DataError
from train.simulate.camera import photograph
from train.simulate.crops import OTHER_MARKS, load_paper, load_writers
from train.simulate.scenes import SceneConfig
from train.simulate.strings import (
    AMBIGUOUS,
    NONE_LABEL,
    SEPARATOR_LABEL,
    StringMark,
    StringStyle,
    Written,
    draw_style,
    write_number,
)
from train.simulate.words import Letters, load_letters, write_other, write_word
from train.simulate.writers import Writer

HEIGHTS_PX = 13.0, 100.0  # of digits (chosen)
SHARES = {"number": 0.7, "word": 0.21, "other": 0.09}  # of the strings on a page (chosen)
JOINED_SIDE = 1.2  # of the side from which a single mark is legible: joined ones (chosen)
MIN_CLEAR = 0.4  # letters that are surely not digits, over the others (chosen)
KEPT_SINGLES = 0.22  # share of the strips of one digit that are kept (chosen)
KEPT_SINGLE_NONES = 0.3  # share of the strips of one non-digit that are kept (chosen)
MIN_INSIDE, MAX_OUTSIDE = 0.8, 0.12  # share of a character's ink: in, or not in the region
KEPT_BACKGROUND = 0.3  # share of the regions without writing that are kept (chosen)
MIN_HEIGHT_PX, MAX_ASPECT = 8, 5.0  # of such regions: others are never joined digits (chosen)
PHOTO_STRIPS = 25  # regions taken of a photo
PHOTO_SHARE = 0.06  # share of the pages that are photos without writing (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Scribes:
    """Everybody who writes on a page."""

    people: Sequence[Person]
    letters: Sequence[Letters]
    others: Sequence[Writer]
    weights: npt.NDArray[np.float64]  # of the people

    def person(self, rng: np.random.Generator) -> Person:
        """Choose who writes a number."""
        return self.people[int(rng.choice(len(self.people), p=self.weights))]


def load_scribes(part: Part) -> Scribes:
    """Load the writers of a part; letters and symbols are the same for all.

    Raises:
        DataError: a data set is missing or damaged.
    """
    own = people(part)
    weights = np.array([one.weight for one in own])
    return Scribes(own, load_letters(), load_writers(OTHER_MARKS), weights / weights.sum())


def write_strips(
    out: Path,
    count: int,
    seed: int,
    part: Part = "train",
    report: Callable[[str], None] = print,
) -> None:
    """Write `count` strips to `out`, an .npz with a `StripSet` of each width.

    Raises:
        DataError: a data set is missing, or `out` cannot be written.
    """
    scribes = load_scribes(part)
    config = SceneConfig(
        paper_photos=load_paper(data_folder() / "textures"), ruled_share=0.2, board_share=0.1
    )
    photos = _photos(data_folder() / "photos_cc0")
    rng = np.random.default_rng([seed, len(part)])
    strips: list[Strip] = []
    while len(strips) < count:
        before = len(strips)
        strips += film_page(scribes, rng, config, photos)
        if before // 10000 != len(strips) // 10000:
            report(f"{len(strips)} of {count} strips")
    save_strips(out, strips[:count])


def film_page(
    scribes: Scribes,
    rng: np.random.Generator,
    config: SceneConfig,
    photos: Sequence[GrayImage] = (),
) -> Iterator[Strip]:
    """Write a page, film it, and yield the strips of its regions."""
    if photos and rng.random() < PHOTO_SHARE:
        yield from _photo_strips(photos[int(rng.integers(len(photos)))], rng)
        return
    ink, strings = _write_page(scribes, rng, config)
    shot = photograph(ink, rng, config)
    regions = find_regions(find_ink(shot.gray))
    yield from label_regions(regions, strings, shot.view, shot.min_side_px, rng)


def _write_page(
    scribes: Scribes, rng: np.random.Generator, config: SceneConfig
) -> tuple[npt.NDArray[np.float32], list[Written]]:
    """Fill a page with rows of strings; each row has its own size, each string its writer."""
    width, height = config.size_px
    ink = np.zeros((height, width), np.float32)
    strings: list[Written] = []
    top = float(rng.integers(4, 30))
    while True:
        style = draw_style(rng, HEIGHTS_PX)
        if top + 1.8 * style.height_px > height:
            return ink, strings
        x, lowest = float(rng.uniform(3, 3 + style.height_px)), 0
        person = scribes.person(rng)
        while True:
            written = _string(scribes, person, style, rng)
            if written is None:
                continue
            high, wide = written.ink.shape
            if x + wide + 3 > width or top + high + 3 > height:
                break
            place = round(x), round(top)
            here = ink[place[1] : place[1] + high, place[0] : place[0] + wide]
            np.maximum(here, written.ink / np.float32(255), out=here)
            strings.append(moved(written, place))
            lowest = max(lowest, high)
            x += wide + rng.uniform(0.5, 2.0) * style.height_px + 3
        top += max(lowest, style.height_px) + rng.uniform(0.15, 0.6) * style.height_px + 3


def _string(
    scribes: Scribes, person: Person, style: StringStyle, rng: np.random.Generator
) -> Written | None:
    kind = rng.choice(list(SHARES), p=list(SHARES.values()))
    if kind == "number":
        return write_number(person, style, rng)
    if kind == "word":
        letters = scribes.letters[int(rng.integers(len(scribes.letters)))]
        return write_word(letters, style, rng)
    return write_other(scribes.others, style, rng)


def moved(written: Written, place: tuple[int, int]) -> Written:
    """Return a string with its marks at a place on the page."""
    marks = [
        StringMark(mark.label, mark.points + np.array([place], np.float32))
        for mark in written.marks
    ]
    return Written(written.ink, marks, written.right)


def label_regions(
    regions: Sequence[Region],
    strings: Sequence[Written],
    view: npt.NDArray[np.float64],
    min_side_px: float,
    rng: np.random.Generator,
) -> Iterator[Strip]:
    """Yield a strip for each region, and for each string of several regions."""
    marks = [(at, mark) for at, one in enumerate(strings) for mark in one.marks]
    if not marks:
        return
    points = np.stack([mark.points for _, mark in marks])
    moved = cv2.perspectiveTransform(points.reshape(1, -1, 2), view)
    seen = np.asarray(moved, np.float32).reshape(points.shape)
    high = np.ptp(seen[..., 1], axis=1)
    longest = np.maximum(high, np.ptp(seen[..., 0], axis=1))
    labels = np.array([mark.label for _, mark in marks])
    owner = np.array([at for at, _ in marks])
    legible = (longest >= JOINED_SIDE * min_side_px) | (labels == SEPARATOR_LABEL)
    inside = np.stack([marked_share(region, seen) for region in regions]) if regions else None
    if inside is None:
        return
    for region, shares in zip(regions, inside, strict=True):
        own = shares >= MIN_INSIDE
        if ((shares > MAX_OUTSIDE) & ~own).any() or not legible[own].all():
            continue
        if own.any():
            strip = _strip(region, labels[own], seen[own], rng)
            if strip is not None:
                yield strip
        elif _is_possible(region.box) and rng.random() < KEPT_BACKGROUND:
            yield _none_strip(region)
    yield from _whole_strings(regions, inside, labels, owner, legible, seen, rng)


def _whole_strings(
    regions: Sequence[Region],
    inside: npt.NDArray[np.float64],
    labels: npt.NDArray[np.int64],
    owner: npt.NDArray[np.int64],
    legible: npt.NDArray[np.bool_],
    seen: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> Iterator[Strip]:
    """Yield a strip of all regions of a string, if these contain nothing else."""
    for string in np.unique(owner):
        own = owner == string
        rows = np.flatnonzero((inside[:, own] > MAX_OUTSIDE).any(axis=1))
        whole = inside[rows][:, own].sum(axis=0) >= MIN_INSIDE
        alone = (inside[rows][:, ~own] <= MAX_OUTSIDE).all()
        if len(rows) > 1 and whole.all() and alone and legible[own].all():
            strip = _strip(
                joined([regions[row] for row in rows.tolist()]), labels[own], seen[own], rng
            )
            if strip is not None:
                yield strip


def marked_share(region: Region, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return (M,) the share of each mark's points that are ink of a region."""
    return ink_share(region.ink > 0, points - np.array([region.box.x, region.box.y]))


def ink_share(
    ink: npt.NDArray[np.bool_], points: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """Return (M,) the share of each mark's points, (M, P, 2) x y, that are ink or beside it."""
    solid = cv2.dilate(np.asarray(ink, np.uint8), np.ones((3, 3), np.uint8))
    x, y = np.rint(points).astype(np.int64).transpose(2, 0, 1)
    within = (x >= 0) & (y >= 0) & (x < ink.shape[1]) & (y < ink.shape[0])
    hit = np.zeros(x.shape, np.bool_)
    hit[within] = solid[y[within], x[within]] > 0
    return np.asarray(hit.mean(axis=1), np.float64)


def _strip(
    region: Region,
    labels: npt.NDArray[np.int64],
    points: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> Strip | None:
    unclear = labels == AMBIGUOUS
    clear = np.count_nonzero(labels == NONE_LABEL)
    if unclear.any() and (not clear or clear < MIN_CLEAR * np.count_nonzero(unclear)):
        return None
    labels = np.where(unclear, NONE_LABEL, labels)
    if len(labels) == 1:
        kept = KEPT_SINGLE_NONES if labels[0] == NONE_LABEL else KEPT_SINGLES
        if rng.random() > kept or labels[0] > NONE_LABEL:
            return None
    image = strip_of(region.ink)
    middle = (points[..., 0].min(axis=1) + points[..., 0].max(axis=1)) / 2
    at = (middle - region.box.x) * STRETCH * BODY / region.box.height + MARGIN
    named, centres = with_joined_nones(labels.tolist(), at.tolist())
    if image.shape[1] > WIDTHS[-1] or len(named) > MAX_LABELS or _out_of_order(centres):
        return None
    return Strip(image, tuple(named), tuple(centres))


def with_joined_nones(
    labels: Sequence[int], middles: Sequence[float]
) -> tuple[list[int], list[float]]:
    """Return labels and middles of characters; non-digits next to each other are one, at -1.

    >>> with_joined_nones([4, NONE_LABEL, NONE_LABEL, 7], [8.0, 20.0, 30.0, 40.0])
    ([4, 10, 7], [8.0, -1.0, 40.0])
    """
    named: list[int] = []
    centres: list[float] = []
    for label, group in groupby(zip(labels, middles, strict=True), lambda pair: pair[0]):
        own = list(group)
        if label == NONE_LABEL:
            named.append(label)
            centres.append(-1.0)
        else:
            named += [label] * len(own)
            centres += [x for _, x in own]
    return named, centres


def _out_of_order(centres: Sequence[float]) -> bool:
    """Whether the characters are not from left to right."""
    return any(b < a - 2 for a, b in pairwise(x for x in centres if x >= 0))


def _none_strip(region: Region) -> Strip:
    image = strip_of(region.ink)[:, : WIDTHS[-1]]
    return Strip(image, (NONE_LABEL,), (-1.0,))


def _is_possible(box: Box) -> bool:
    """Whether a region without writing is of the size and shape of joined digits."""
    return box.height >= MIN_HEIGHT_PX and 0.45 < box.width / box.height < MAX_ASPECT


def _photo_strips(photo: GrayImage, rng: np.random.Generator) -> Iterator[Strip]:
    """Yield the regions of a photo without writing."""
    scale = rng.uniform(0.6, 2.0)
    shrunk = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    big = np.asarray(shrunk, np.uint8)
    height, width = (min(side, limit) for side, limit in zip(big.shape, (720, 960), strict=True))
    y = int(rng.integers(big.shape[0] - height + 1))
    x = int(rng.integers(big.shape[1] - width + 1))
    part = np.ascontiguousarray(big[y : y + height, x : x + width])
    regions = [region for region in find_regions(find_ink(part)) if _is_possible(region.box)]
    for index in rng.permutation(len(regions))[:PHOTO_STRIPS]:
        yield _none_strip(regions[int(index)])


def _photos(folder: Path) -> list[GrayImage]:
    files = [*sorted(folder.glob("*.png")), *sorted(folder.glob("*.jpg"))]
    if not files:
        raise DataError(f"{folder}: wanted photos; see the data's README")
    return [np.asarray(cv2.imread(str(file), cv2.IMREAD_GRAYSCALE), np.uint8) for file in files]
