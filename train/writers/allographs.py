"""Draw digits and signs by synthetic writers, from stroke skeletons of our own.

Most data sets come from one country or a few pens, so a net trained on them reads a slashed zero
as an 8 and rejects a one with a long upstroke. `train.writers.shapes` holds forms of digits that
people write and the data sets hardly contain; each synthetic writer picks one form per digit. The
strokes are drawn by `camdigits.synth.handwriting`; the forms of its demo clip are not used here,
so that the demo is not part of the training data.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.synth.handwriting import Pen, Stroke, WriterStyle, draw_shape, parse
from camdigits.values import GrayImage
from train.writers.invented import invent
from train.writers.shapes import SHAPES
from train.writers.signs import SIGNS

PLAIN_SHARE = 0.2  # share of drawings that are upright and even (chosen)
WRITERS = 1500  # synthetic writers; each writes every digit COPIES times
COPIES = 2
SIGNS_EACH, INVENTED_EACH = 14, 8  # known signs and random signs of each writer
SIGN_NAMES = (*SIGNS, "invented")
HEIGHTS_PX = 24.0, 48.0
OFFSET = 0.025  # of the height: standard deviation of a stroke's displacement (chosen)
CUT = -0.25, 0.4  # of a stroke's end segment: range that is cut off; negative extends it (chosen)
MAX_CUT = 0.1  # of the height: most that is cut off an end (chosen)
MAX_NIB_PEN = 0.09  # of the height: only finer pens may be drawn with a broad nib (chosen)
NIB_SHARE = 0.4  # share of these fine pens that get a nib (chosen)
NIB = 0.06, 0.16  # of the height: length of the nib's edge
NIB_DEGREES = -10.0, 70.0  # angle of the nib's edge, rising to the right
SEED = 20


def write_digits(
    writers: int = WRITERS, seed: int = SEED
) -> tuple[list[GrayImage], npt.NDArray[np.uint8]]:
    """Draw all digits by synthetic writers.

    Args:
        writers: number of writers.
        seed: the same seed gives the same ink.

    Returns:
        Tight (h, w) uint8 ink of each digit, 255 = full, and its label, (N,) uint8.
    """
    shapes, labels = [], []
    for writer in range(writers):
        rng = np.random.default_rng([seed, writer])
        for digit, shape in _habits(rng) * COPIES:
            shapes.append(_draw(_parsed(shape), rng))
            labels.append(digit)
    return shapes, np.array(labels, np.uint8)


def write_signs(
    writers: int = WRITERS, seed: int = SEED
) -> tuple[list[GrayImage], npt.NDArray[np.uint8]]:
    """Draw letters, signs and random signs by synthetic writers: non-digits.

    Args:
        writers: number of writers.
        seed: the same seed gives the same ink.

    Returns:
        Tight (h, w) uint8 ink of each, 255 = full, and its index in SIGN_NAMES, (N,) uint8.
    """
    forms = [(index, form) for index, name in enumerate(SIGNS) for form in SIGNS[name]]
    shapes, labels = [], []
    for writer in range(writers):
        rng = np.random.default_rng([seed, writer, 1])
        for chosen in rng.choice(len(forms), SIGNS_EACH, replace=False):
            index, form = forms[chosen]
            shapes.append(_draw(_parsed(form), rng))
            labels.append(index)
        shapes += [_draw(invent(SHAPES, rng), rng) for _ in range(INVENTED_EACH)]
        labels += [len(SIGNS)] * INVENTED_EACH
    return shapes, np.array(labels, np.uint8)


def _draw(strokes: Sequence[Stroke], rng: np.random.Generator) -> GrayImage:
    """Draw one form with a random pen and a random hand."""
    pen, hand = _today(rng)
    hasty = [_hasty(stroke, rng) for stroke in strokes]
    ink, _ = draw_shape(hasty, rng.uniform(*HEIGHTS_PX), rng, pen, hand)
    broad = pen.width < MAX_NIB_PEN and rng.random() < NIB_SHARE
    return _with_nib(ink, rng) if broad else ink


def _habits(rng: np.random.Generator) -> list[tuple[int, str]]:
    """Choose the form in which a writer writes each digit."""
    return [(int(digit), str(rng.choice(forms))) for digit, forms in SHAPES.items()]


_parsed = cache(parse)


def _hasty(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """Displace a stroke a little, and begin and end it too early or too late."""
    points, corners = stroke
    moved = points + rng.normal(0, OFFSET, 2)
    for end, inner in ((0, 1), (-1, -2)):
        way = points[inner] - points[end]
        moved[end] += way * min(rng.uniform(*CUT), MAX_CUT / max(np.hypot(*way), 1e-6))
    return moved, corners


def _with_nib(ink: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Draw with a broad nib: strokes across its edge become broad, strokes along it stay fine."""
    half_px = ink.shape[0] * rng.uniform(*NIB) / 2
    turn = np.deg2rad(rng.uniform(*NIB_DEGREES))
    right, up = round(half_px * np.cos(turn)), round(half_px * np.sin(turn))
    nib = np.zeros((2 * abs(up) + 1, 2 * right + 1), np.uint8)
    cv2.line(nib, (0, abs(up) + up), (2 * right, abs(up) - up), 1)
    room = cv2.copyMakeBorder(ink, *2 * (abs(up),), *2 * (right,), cv2.BORDER_CONSTANT, value=0)
    broad = cv2.dilate(room, nib)
    x, y, width, height = cv2.boundingRect(broad)
    return np.asarray(broad[y : y + height, x : x + width], np.uint8)


def _today(rng: np.random.Generator) -> tuple[Pen, WriterStyle]:
    """Draw a random pen and random motion of the hand."""
    pen = Pen(width=rng.uniform(0.04, 0.16), pressure=rng.uniform(0.05, 0.3))
    plain = rng.random() < PLAIN_SHARE
    return pen, WriterStyle(
        slant=rng.normal(0.1, 0.05 if plain else 0.16),
        wobble=rng.uniform(0.01, 0.02 if plain else 0.045),
        wideness=np.exp(rng.normal(0, 0.08 if plain else 0.25)),
    )
