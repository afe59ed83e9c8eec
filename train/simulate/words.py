"""Write non-digits: words in print and handwriting, signatures, scribbles, brackets."""

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.data.checksums import MD5
from train.data.folder import data_file
from train.data.idx import read_images, read_labels
from train.data.strokes import LETTERS, load_strokes
from train.simulate.strings import (
    AMBIGUOUS,
    NONE_LABEL,
    StringStyle,
    Written,
    redraw,
    trace,
    write,
)
from train.simulate.writers import Writer
from train.writers.fonts import printed

LOOK_ALIKE = frozenset("OoQDIliJLSsZzqgbB|!/\\()")  # letters that may be read as digits
# Letters by their frequency in text, capitals as often.
FREQUENT = "eeeeettttaaaaooooiiinnnnssshhhrrrddllucmfwypvbgk"
# Letters of a word that are surely not digits, as a share: in print an O differs from a 0.
MIN_CLEAR, MIN_CLEAR_PRINT = 0.5, 0.25
EMNIST = (
    "emnist/emnist-letters-images-idx3-ubyte.gz",
    "emnist/emnist-letters-labels-idx1-ubyte.gz",
)
NAMES = string.digits + string.ascii_uppercase + string.ascii_lowercase
Draw = Callable[[StringStyle, np.random.Generator], GrayImage]


@dataclass(frozen=True, slots=True, eq=False)
class Letters:
    """The letters of one writer or face: how to draw each."""

    kind: str
    draws: Mapping[str, Sequence[Draw]]  # samples of each letter

    def word(self, text: str, rng: np.random.Generator) -> list[tuple[int, Draw]]:
        """Return the characters of a text, as far as this writer has them."""
        known = [character for character in text if character in self.draws]
        return [
            (
                AMBIGUOUS if character in LOOK_ALIKE else NONE_LABEL,
                self.draws[character][int(rng.integers(len(self.draws[character])))],
            )
            for character in known
        ]


def _letters(kind: str, characters: Sequence[str], draws: Sequence[Draw]) -> Letters:
    samples: dict[str, list[Draw]] = {}
    for character, draw in zip(characters, draws, strict=True):
        samples.setdefault(character, []).append(_sized(character, draw))
    return Letters(kind, samples)


def load_letters() -> list[Letters]:
    """Return faces, writers of UNIPEN, and EMNIST's letters.

    Raises:
        DataError: a data set is missing or damaged.
    """
    return [*_faces(), *_unipen(), *[_emnist()] * 150]


def write_word(letters: Letters, style: StringStyle, rng: np.random.Generator) -> Written | None:
    """Write a random word of 2 to 9 letters; None if it may be read as a number."""
    length = int(rng.integers(2, 10))
    text = "".join(rng.choice(list(FREQUENT), length))
    text = text.upper() if rng.random() < 0.4 else text
    text = text.capitalize() if rng.random() < 0.3 else text
    glyphs = letters.word(text, rng)
    clear = sum(character not in LOOK_ALIKE for character in text)
    plain = letters.kind == "print"
    if len(glyphs) < 2 or clear < (MIN_CLEAR_PRINT if plain else MIN_CLEAR) * len(text):
        return None
    return write(glyphs, _even(style, rng) if plain else style, rng)


def write_other(
    writers: Sequence[Writer], style: StringStyle, rng: np.random.Generator
) -> Written:
    """Write 1 to 3 symbols, or a scribble."""
    if rng.random() < 0.35:
        draws: list[tuple[int, Draw]] = [(NONE_LABEL, scribble)]
    else:
        draws = []
        for _ in range(int(rng.integers(1, 4))):
            writer = writers[int(rng.integers(len(writers)))]
            draws.append((NONE_LABEL, _symbol(writer, int(rng.integers(len(writer.labels))))))
    return write(draws, style, rng)


def scribble(style: StringStyle, rng: np.random.Generator) -> GrayImage:
    """Draw loops and waves that run to the right, as in a signature, or a tangle."""
    turns, count = rng.uniform(2, 9), 90
    t = np.linspace(0, 1, count)
    size = style.height_px * rng.uniform(0.3, 0.6)
    phase = np.cumsum(rng.normal(1, 0.5, count)) / count * 2 * np.pi * turns
    envelope = np.interp(t, np.linspace(0, 1, 6), rng.uniform(0.15, 1.0, 6))
    length = style.height_px * rng.uniform(0.3, 3.5)
    x = length * t + size * rng.uniform(0.1, 0.9) * envelope * np.cos(phase)
    y = (
        size * envelope * np.sin(phase * rng.uniform(0.8, 1.3))
        + rng.normal(0, 0.02, count).cumsum()
    )
    pen = max(1, round(style.pen * style.height_px))
    path = np.stack([x, y], axis=1)
    path -= path.min(axis=0) - pen - 1
    wide, high = np.ceil(path.max(axis=0)).astype(int) + pen + 2
    canvas = np.zeros((min(high, round(2 * style.height_px)), wide), np.uint8)
    cv2.polylines(canvas, [np.rint(path * 8).astype(np.int32)], False, 255, pen, cv2.LINE_AA, 3)
    return canvas


def _even(style: StringStyle, rng: np.random.Generator) -> StringStyle:
    """Return the style of print: upright, even, letters touching only by blur, or spaced."""
    spacing = 0.0 if rng.random() < 0.6 else rng.uniform(0.05, 0.5)
    return replace(
        style,
        pen=0.08,
        shear=0.0,
        wideness=float(rng.uniform(0.8, 1.1)),
        unevenness=0.0,
        drift=0.0,
        wander=0.0,
        closeness=(float(spacing), float(spacing + rng.uniform(0.02, 0.1))),
        ligatures=0.0,
    )


def _symbol(writer: Writer, index: int) -> Draw:
    def draw(style: StringStyle, rng: np.random.Generator) -> GrayImage:
        return writer.draw(index, max(6, round(style.height_px * rng.uniform(0.6, 1.2))), rng)

    return draw


def _image(image: GrayImage) -> Draw:
    return lambda style, rng: redraw(image, style, rng)


def _strokes(strokes: Sequence[np.ndarray]) -> Draw:
    return lambda style, rng: trace(strokes, style, rng)


_LOW = frozenset("acemnorsuvwxz")


def _sized(character: str, draw: Draw) -> Draw:
    """Draw lower-case letters without ascenders lower than the others."""
    if character not in _LOW:
        return draw
    return lambda style, rng: draw(replace(style, height_px=0.68 * style.height_px), rng)


def _faces() -> list[Letters]:
    shapes, characters = printed(string.ascii_letters)
    each = len(string.ascii_letters)
    found = []
    for start in range(0, len(shapes), each):
        own = range(start, min(start + each, len(shapes)))
        draws = [_image(shapes[i]) for i in own]
        found += [_letters("print", [characters[i] for i in own], draws)] * 12
    return found


def _unipen() -> list[Letters]:
    data = load_strokes(LETTERS)
    found = []
    for writer in np.unique(data.writers):
        own = np.flatnonzero(data.writers == writer)
        if len(own) >= 20:
            draws = [_strokes(data.strokes[i]) for i in own]
            found.append(_letters("unipen", list(map(str, data.labels[own])), draws))
    return found


def _emnist() -> Letters:
    images = read_images(data_file(EMNIST[0]), MD5[EMNIST[0]])
    labels = read_labels(data_file(EMNIST[1]), MD5[EMNIST[1]])
    return _letters("emnist", [NAMES[label] for label in labels], [_image(one) for one in images])
