"""Write digits by hand on a draft: rows of numbers, loose strokes, one digit that fills the page.

Lengths are pixels; pens and gaps are fractions of the digit height.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.by_writer import Person
from train.simulate.kinds.draft import Draft
from train.simulate.strings import StringStyle, draw_digit, draw_style, tight, write
from train.simulate.words import Letters

PENS = 0.045, 0.11  # width of a pen (chosen)
GAPS = 0.14, 0.4  # between digits of one number
UNEVENNESS = 0.02, 0.06, 0.12, 0.3  # standard deviation of heights; some write tiny zeros
SPACES = 0.8, 1.8  # between numbers


def style_of(
    height: float, rng: np.random.Generator, pens: tuple[float, float] = PENS
) -> StringStyle:
    """Draw a style of clear writing at a height."""
    style = draw_style(rng, (height, height))
    return replace(
        style,
        pen=max(1.3 / height, float(rng.uniform(*pens))),
        shear=float(np.clip(style.shear, -0.3, 0.35)),
        ligatures=0.0,
        unevenness=float(rng.choice(UNEVENNESS)),
    )


def random_digit(
    person: Person, style: StringStyle, rng: np.random.Generator
) -> tuple[int, GrayImage]:
    """Draw a random digit; each label is as likely."""
    label = int(rng.choice(np.unique(person.labels)))
    index = int(rng.choice(np.flatnonzero(person.labels == label)))
    return label, draw_digit(person, index, style, rng)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a writer writes each digit, 0 to 9."""

    size: tuple[float, ...]  # height over that of the style; some write tiny zeros
    drop: tuple[float, ...]  # lower edge below the baseline, over the height: a long 7, a 9


def draw_habits(rng: np.random.Generator) -> Habits:
    """Draw the habits of a writer: even for most, very uneven for some."""
    spread, drop = rng.choice([0.0, 0.1, 0.3, 0.6]), rng.choice([0.0, 0.05, 0.25])
    sizes = np.clip(np.exp(rng.normal(0, spread, 10)), 0.3, 2.6)
    drops = np.abs(rng.normal(0, drop, 10)) * (rng.random(10) < 0.4)
    return Habits(tuple(sizes.tolist()), tuple(drops.tolist()))


EVEN = Habits((1.0,) * 10, (0.0,) * 10)


def write_number(
    draft: Draft,
    person: Person,
    style: StringStyle,
    at: tuple[float, float],
    length: int,
    rng: np.random.Generator,
    habits: Habits = EVEN,
) -> float:
    """Write a number with its upper left corner at x, y; return its right edge.

    Digits that do not fit on the page are omitted.
    """
    x, top = at
    for _ in range(length):
        label = int(rng.choice(np.unique(person.labels)))
        index = int(rng.choice(np.flatnonzero(person.labels == label)))
        own = replace(style, height_px=style.height_px * habits.size[label])
        shape = draw_digit(person, index, own, rng)
        base = style.height_px * (1 + rng.normal(0, style.wander) + habits.drop[label])
        low = top + base - shape.shape[0]
        if not draft.fits(shape, x, low):
            return x
        draft.write(label, shape, round(x), round(low))
        x += shape.shape[1] + rng.uniform(*GAPS) * style.height_px
    return x


def write_joined(
    draft: Draft,
    person: Person,
    style: StringStyle,
    at: tuple[float, float],
    rng: np.random.Generator,
) -> float:
    """Write a number of 2 to 6 digits as close as its style says; return its right edge."""
    known = np.unique(person.labels)
    glyphs = []
    for _ in range(int(rng.integers(2, 7))):
        label = int(rng.choice(known))
        index = int(rng.choice(np.flatnonzero(person.labels == label)))
        glyphs.append((label, partial(draw_digit, person, index)))
    line = write(glyphs, style, rng)
    if not draft.fits(line.ink, *at):
        return float(at[0] + line.ink.shape[1])
    x, y = round(at[0]), round(at[1])
    draft.draw(line.ink, x, y)
    for mark in line.marks:
        corners = np.array([mark.points.min(axis=0), mark.points.max(axis=0) + 1])
        moved = corners.astype(np.float32) + np.array([x, y], np.float32)
        draft.sheet.digits.append((mark.label, moved.reshape(-1, 1, 2)))
    return float(x + line.ink.shape[1])


def write_rows(
    draft: Draft,
    person: Person,
    rng: np.random.Generator,
    heights: tuple[float, float],
    *,
    letters: Letters | None = None,
    pitch: float | None = None,
    margin: float = 0.05,
    max_rows: int = 8,
) -> None:
    """Write rows of numbers down the page.

    Args:
        draft: the page.
        person: who writes.
        rng: random generator.
        heights: range of the digit height, one for the page.
        letters: a writer of letters: one word in three is a word; None writes numbers only.
        pitch: distance of the rows in pixels; None draws it.
        margin: empty border, as a share of the page's width and height.
        max_rows: rows at most.
    """
    width, height = draft.size
    size = float(np.exp(rng.uniform(*np.log(heights))))
    style = style_of(size, rng)
    step = pitch or size * rng.uniform(1.45, 2.4)
    top = height * margin + rng.uniform(0, 0.6) * step
    habits = draw_habits(rng)
    if pitch is None:
        step *= max(1.0, 0.8 * max(habits.size))
    changing = rng.random() < 0.25  # each row has its own size
    for _ in range(int(rng.integers(2, max_rows + 1))):
        if changing and pitch is None:
            size = float(np.clip(size * np.exp(rng.normal(0, 0.35)), *heights))
            style, step = replace(style, height_px=size), size * rng.uniform(1.45, 2.4)
        x = width * margin + rng.uniform(0, 0.15) * width
        while x < width * (1 - margin) - size and top + size < height * (1 - margin):
            if letters is not None and rng.random() < 0.33:
                x = write_word(draft, letters, style, (x, top), rng)
            else:
                length = int(rng.integers(1, 6))
                x = write_number(draft, person, style, (x, top), length, rng, habits)
            x += rng.uniform(*SPACES) * size
            if rng.random() < 0.12:
                break
        top += step


def write_word(
    draft: Draft,
    letters: Letters,
    style: StringStyle,
    at: tuple[float, float],
    rng: np.random.Generator,
) -> float:
    """Write a word of handwritten letters that do not look like digits; return its right edge."""
    known = [each for each in letters.draws if each in CLEAR]
    x, top = at
    for character in rng.choice(known, int(rng.integers(1, 6))) if known else ():
        draws = letters.draws[character]
        shape = draws[int(rng.integers(len(draws)))](style, rng)
        low = top + style.height_px - shape.shape[0]
        if not draft.fits(shape, x, low):
            return x
        draft.draw(shape, round(x), round(low))
        x += shape.shape[1] + rng.uniform(0.03, 0.25) * style.height_px
    return x


CLEAR = frozenset("ACEFHKMNPRVWXacdefhkmnprtvwx")  # letters that are not read as digits


def loose(person: Person, index: int, height: float, rng: np.random.Generator) -> GrayImage | None:
    """Draw a digit whose strokes do not quite meet; None if it was written in one stroke."""
    strokes = [np.asarray(stroke, np.float64) for stroke in person.strokes[index]]
    if len(strokes) < 2:
        return None
    points = np.concatenate(strokes)
    span = np.ptp(points, axis=0)
    scale = height / max(float(span[1]), 0.6 * float(span[0]), 1.0)
    pen = max(1.5, height * rng.uniform(0.05, 0.09))
    main = max(range(len(strokes)), key=lambda i: len(strokes[i]))
    middle = strokes[main].mean(axis=0)
    paths = []
    for place, stroke in enumerate(strokes):
        path = (stroke - points.min(axis=0)) * scale
        if place != main:
            away = stroke.mean(axis=0) - middle
            away /= max(float(np.hypot(*away)), 1e-6)
            path = path + away * (pen + height * rng.uniform(0.03, 0.11))
        paths.append(path)
    every = np.concatenate(paths)
    corner = every.min(axis=0) - pen
    wide, high = np.ceil(np.ptp(every, axis=0) + 2 * pen).astype(int) + 2
    canvas = np.zeros((high, wide), np.uint8)
    for path in paths:
        ends = np.rint((path - corner) * 8).astype(np.int32)
        cv2.polylines(canvas, [ends], False, 255, round(pen), cv2.LINE_AA, 3)
    return tight(canvas)


def tally(style: StringStyle, rng: np.random.Generator) -> GrayImage:
    """Draw a cross, a tick, or two to five strokes; a fifth one crosses the others."""
    size = style.height_px
    kind = rng.random()
    if kind < 0.4:
        paths = [np.array([[0, 0], [0.8, 1]]), np.array([[0.8, 0], [0, 1]])]
    elif kind < 0.55:
        paths = [np.array([[0, 0.5], [0.3, 1], [0.9, 0]])]
    else:
        count = int(rng.integers(2, 6))
        paths = [np.array([[0.25 * i, 0.0], [0.25 * i, 1.0]]) for i in range(min(count, 4))]
        if count == 5:
            paths.append(np.array([[-0.1, 0.9], [0.9, 0.1]]))
    pen = max(1, round(style.pen * size))
    drawn = [
        (path + rng.normal(0, 0.05, path.shape)) * size + 3 * pen + 0.3 * size for path in paths
    ]
    wide, high = np.ceil(np.concatenate(drawn).max(axis=0)).astype(int) + 4 * pen
    canvas = np.zeros((high, wide), np.uint8)
    for path in drawn:
        ends = np.rint(path * 8).astype(np.int32)
        cv2.polylines(canvas, [ends], False, 255, pen, cv2.LINE_AA, 3)
    return tight(canvas)


def bracket(height: float, pen: float, kind: str, rng: np.random.Generator) -> GrayImage:
    """Draw a left bracket, brace, parenthesis, bar or root sign as (h, w) coverage."""
    t = np.linspace(0, 1, 40)
    width = height * {"[": 0.1, "{": 0.16, "(": 0.15, "|": 0.01, "√": 0.35}[kind]
    width *= rng.uniform(0.7, 1.4)
    if kind == "(":
        path = np.stack([width * (1 - np.sin(np.pi * t)), height * t], axis=1)
    elif kind == "{":
        bend = 0.5 * (np.cos(2 * np.pi * t) + 1) * 0.6 + 0.4 * (np.abs(t - 0.5) < 0.03) * -1
        path = np.stack([width * (0.4 + bend * 0.6), height * t], axis=1)
    elif kind == "[":
        path = np.array([[width, 0], [0, 0], [0, height], [width, height]], float)
    elif kind == "√":
        path = np.array(
            [[0, 0.6 * height], [0.3 * width, height], [width, 0], [3.5 * width, 0]], float
        )
    else:
        path = np.array([[0, 0], [rng.normal(0, 0.02) * height, height]])
    path = path + rng.normal(0, 0.006, path.shape) * height
    path -= path.min(axis=0) - pen - 1
    wide, high = np.ceil(path.max(axis=0)).astype(int) + round(pen) + 2
    canvas = np.zeros((high, wide), np.uint8)
    cv2.polylines(
        canvas,
        [np.rint(path * 8).astype(np.int32)],
        False,
        255,
        max(1, round(pen)),
        cv2.LINE_AA,
        3,
    )
    return canvas


def write_matrix(
    draft: Draft,
    person: Person,
    style: StringStyle,
    at: tuple[float, float],
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Write rows and columns of digits inside tall brackets; return its right and lower edge."""
    size = style.height_px
    rows, columns = shape
    kind = str(rng.choice(["[", "(", "{", "|"]))
    step = size * rng.uniform(1.25, 1.7)
    tall = rows * step * rng.uniform(0.95, 1.1)
    pen = style.pen * size
    left = bracket(tall, pen, kind, rng)
    x, top = at
    draft.draw(left, round(x), round(top - 0.1 * size))
    x += left.shape[1] + rng.uniform(0.08, 0.4) * size
    right = x
    gap = size * rng.uniform(0.5, 1.2)
    for _column in range(columns):
        for row in range(rows):
            signed = 2 if rng.random() < 0.2 else 1
            end = write_number(draft, person, style, (x, top + row * step), signed, rng)
            right = max(right, end)
        x = right + gap
    if kind != "{":
        closing = np.ascontiguousarray(left[:, ::-1])
        draft.draw(closing, round(right + 0.05 * size), round(top - 0.1 * size))
    return right + left.shape[1] + size, top + tall


def pick(people: Sequence[Person], rng: np.random.Generator) -> Person:
    """Draw a writer; the data sets are as likely as each other."""
    kinds = sorted({person.kind for person in people})
    kind = kinds[int(rng.integers(len(kinds)))]
    own = [person for person in people if person.kind == kind]
    return own[int(rng.integers(len(own)))]
