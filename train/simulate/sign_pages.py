"""Make training windows for the sign net: people write numbers with signs, a camera films them.

    python -m train signs runs/signs.npz --count 200000

Components, digits and windows are found by the product's own code. A window is labelled with the
sign whose ink its candidate has; with "digit" for a whole digit, and with "none" for letters,
dirt, pieces of digits and pieces of printed lines.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.sign_windows import (
    WINDOW,
    SignCandidate,
    Windows,
    draw_windows,
    find_sign_candidates,
    singles,
)
from camdigits.segment.contours import Components, fill_components
from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import find_ink
from camdigits.segment.regions import digit_sized, join_regions
from camdigits.values import NONE, SIGNS, GrayImage, Region
from train.data.by_writer import Part
from train.data.folder import data_folder
from train.data.windows import WindowSet, save_windows
from train.simulate.camera import photograph
from train.simulate.crops import load_paper
from train.simulate.expressions import FIRST_SIGN, draw_text, write_text
from train.simulate.scenes import SceneConfig
from train.simulate.signs import SignWriters
from train.simulate.strings import StringStyle, Written, draw_style
from train.simulate.strips import Scribes, load_scribes, marked_share, moved
from train.simulate.words import write_other, write_word

DIGIT = "digit"
LABELS = (*SIGNS, DIGIT, NONE)
HEIGHTS_PX = 14.0, 90.0  # of digits (chosen)
OTHER_SHARE = 0.18  # of the strings of a row: words and symbols (chosen)
DIRT = 0, 40  # specks of a page (chosen)
REVIEWED_ONES, REVIEWED_OTHERS = 0.6, 0.2  # share of the digits that get a window (chosen)
MAX_LINE_ERROR = 1.6  # a line more wrong than this is that of other digits (chosen)
KEPT_NONE = 0.5  # share of the windows without a sign that are kept (chosen)
MIN_INSIDE, MAX_OUTSIDE = 0.75, 0.15  # share of a character's ink: in, or not in a candidate
Labelled: TypeAlias = tuple[Windows, npt.NDArray[np.uint8]]


def write_signs(
    out: Path, count: int, seed: int, part: Part = "train", report: Callable[[str], None] = print
) -> None:
    """Write `count` windows to `out`, an .npz: windows (N, 32, 40, 2) uint8, labels (N,) uint8.

    Raises:
        DataError: a data set is missing, or `out` cannot be written.
    """
    scribes, signs = load_scribes(part), SignWriters.of(part)
    config = SceneConfig(
        paper_photos=load_paper(data_folder() / "textures"), ruled_share=0.3, board_share=0.1
    )
    rng = np.random.default_rng([seed, 77, len(part)])
    found: list[Labelled] = []
    total = 0
    while total < count:
        windows, labels = film_signs(scribes, signs, rng, config)
        if total // 10000 != (total + len(labels)) // 10000:
            report(f"{total + len(labels)} of {count} windows")
        total += len(labels)
        found.append((windows, labels))
    whole = WindowSet.joined([WindowSet(windows, labels) for windows, labels in found])
    save_windows(out, WindowSet(whole.windows[:count], whole.labels[:count]))


def film_signs(
    scribes: Scribes, signs: SignWriters, rng: np.random.Generator, config: SceneConfig
) -> Labelled:
    """Write a page, film it, and return its labelled windows."""
    ink, strings = _write_page(scribes, signs, rng, config)
    shot = photograph(ink, rng, config)
    found = find_ink(shot.gray)
    components = find_components(found)
    regions = join_regions(digit_sized(components, found.mask.shape), found)
    truth = _Truth.of(strings, shot.view)
    own = np.stack([marked_share(region, truth.points) for region in regions]) if regions else None
    if own is None:
        return _empty()
    is_digits = (own[:, ~truth.is_digit] <= MAX_OUTSIDE).all(axis=1)
    is_digits &= (own[:, truth.is_digit] >= MIN_INSIDE).any(axis=1)
    digits = [regions[row] for row in np.flatnonzero(is_digits).tolist()]
    ones = own[is_digits][:, truth.labels == 1] >= MIN_INSIDE
    chance = np.where(ones.any(axis=1), REVIEWED_ONES, REVIEWED_OTHERS)
    reviewed = rng.random(len(digits)) < chance
    candidates = find_sign_candidates(components, digits, reviewed, shot.gray.shape)
    mask = fill_components(components, shot.gray.shape)
    return _labelled(candidates, components, digits, mask, truth, rng)


@dataclass(frozen=True, slots=True, eq=False)
class _Truth:
    """The characters of a filmed page."""

    points: npt.NDArray[np.float32]  # (M, P, 2) x y of their ink in the picture
    labels: npt.NDArray[np.int64]  # (M,)
    heights: npt.NDArray[np.float64]  # (M,) median height of the digits of its string

    @classmethod
    def of(cls, strings: Sequence[Written], view: npt.NDArray[np.float64]) -> "_Truth":
        marks = [mark for one in strings for mark in one.marks]
        points = np.stack([mark.points for mark in marks])
        moved = cv2.perspectiveTransform(points.reshape(1, -1, 2), view)
        seen = np.asarray(moved, np.float32).reshape(points.shape)
        labels = np.array([mark.label for mark in marks])
        owner = np.array([at for at, one in enumerate(strings) for _ in one.marks])
        high = np.ptp(seen[..., 1], axis=1)
        heights = np.zeros(len(labels))
        for string in np.unique(owner):
            digits = high[(owner == string) & (labels < 10)]
            heights[owner == string] = np.median(digits) if len(digits) else np.inf
        return cls(seen, labels, heights)

    @property
    def is_digit(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.labels < 10, np.bool_)


def _labelled(
    candidates: Sequence[SignCandidate],
    components: Components,
    digits: Sequence[Region],
    mask: GrayImage,
    truth: _Truth,
    rng: np.random.Generator,
) -> Labelled:
    """Label the candidates; the parts of a stack without a sign are labelled one by one."""
    kept: list[SignCandidate] = []
    labels: list[int] = []
    for candidate in candidates:
        label = _label(candidate, components, digits, truth)
        if label == LABELS.index(NONE) and len(candidate.members) > 1:
            for part in singles(candidate, components):
                own = _label(part, components, digits, truth)
                if own is not None and own != LABELS.index(NONE):
                    kept.append(part)
                    labels.append(own)
        if label is None or (label == LABELS.index(NONE) and rng.random() > KEPT_NONE):
            continue
        kept.append(candidate)
        labels.append(label)
    if not kept:
        return _empty()
    return draw_windows(kept, components, digits, mask), np.array(labels, np.uint8)


def _label(
    candidate: SignCandidate, components: Components, digits: Sequence[Region], truth: _Truth
) -> int | None:
    """Return the index of a candidate's label; None if it is not clear."""
    box = candidate.box
    own = np.zeros((box.height, box.width), np.uint8)
    for member in candidate.members:
        contours = components.component(member)
        cv2.drawContours(own, contours, -1, 255, cv2.FILLED, offset=(-box.x, -box.y))
    for region in (digits[index] for index in candidate.digits):
        x, y = region.box.x - box.x, region.box.y - box.y
        part = own[y : y + region.box.height, x : x + region.box.width]
        np.maximum(part, region.ink, out=part)
    shares = marked_share(Region(box, own), truth.points)
    inside = np.flatnonzero(shares >= MIN_INSIDE)
    partly = np.flatnonzero((shares > MAX_OUTSIDE) & (shares < MIN_INSIDE))
    if len(inside) == 1 and not len(partly):
        label = int(truth.labels[inside[0]])
        if label >= FIRST_SIGN:
            error = candidate.height / truth.heights[inside[0]]
            return label - FIRST_SIGN if 1 / MAX_LINE_ERROR < error < MAX_LINE_ERROR else None
        return LABELS.index(DIGIT) if label < 10 else LABELS.index(NONE)
    if (truth.labels[partly] >= FIRST_SIGN).any():
        return None  # a piece of a sign
    return LABELS.index(NONE)


def _empty() -> Labelled:
    return np.zeros((0, *WINDOW, 2), np.uint8), np.zeros(0, np.uint8)


def _write_page(
    scribes: Scribes, signs: SignWriters, rng: np.random.Generator, config: SceneConfig
) -> tuple[npt.NDArray[np.float32], list[Written]]:
    """Fill a page with rows of texts and words, each row of one size and one writer."""
    width, height = config.size_px
    ink = np.zeros((height, width), np.float32)
    strings: list[Written] = []
    top = float(rng.integers(2, 20))
    while True:
        style = draw_style(rng, HEIGHTS_PX)
        if top + 1.8 * style.height_px > height:
            if strings:
                _spill_dirt(ink, rng)
                return ink, strings
            continue
        lowest = 0
        for one, place in _row(scribes, signs, style, ink.shape, top, rng):
            high, wide = one.ink.shape
            here = ink[place[1] : place[1] + high, place[0] : place[0] + wide]
            np.maximum(here, one.ink / np.float32(255), out=here)
            strings.append(moved(one, place))
            lowest = max(lowest, high)
        top += max(lowest, style.height_px) + rng.uniform(0.1, 0.6) * style.height_px + 3


def _row(
    scribes: Scribes,
    signs: SignWriters,
    style: StringStyle,
    shape: tuple[int, ...],
    top: float,
    rng: np.random.Generator,
) -> Iterator[tuple[Written, tuple[int, int]]]:
    """Yield the strings of a row with their top left corners."""
    person = scribes.person(rng)
    x = float(rng.uniform(3, 3 + style.height_px))
    while True:
        if rng.random() < OTHER_SHARE:
            letters = scribes.letters[int(rng.integers(len(scribes.letters)))]
            one = write_word(letters, style, rng) if rng.random() < 0.7 else None
            one = one or write_other(scribes.others, style, rng)
        else:
            one = write_text(draw_text(rng), person, signs, style, rng)
        high, wide = one.ink.shape
        if x + wide + 3 > shape[1] or top + high + 3 > shape[0]:
            return
        yield one, (round(x), round(top))
        x += wide + rng.uniform(0.15, 1.6) * style.height_px + 3


def _spill_dirt(ink: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    """Add specks and hairs anywhere."""
    if rng.random() < 0.5:
        return
    for _ in range(int(rng.integers(*DIRT))):
        at = np.array([rng.uniform(0, ink.shape[1]), rng.uniform(0, ink.shape[0])])
        length = float(np.exp(rng.uniform(np.log(0.5), np.log(20))))
        step = rng.normal(0, length / 2, (3, 2)).cumsum(axis=0)
        path = np.rint((at + step) * 8).astype(np.int32)
        drawn = np.zeros(ink.shape, np.uint8)
        cv2.polylines(drawn, [path], False, 255, int(rng.integers(1, 5)), cv2.LINE_AA, 3)
        np.maximum(ink, drawn / np.float32(255) * np.float32(rng.uniform(0.3, 1)), out=ink)
