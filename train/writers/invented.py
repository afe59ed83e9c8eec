"""Generate random signs that belong to no alphabet: non-digits the net cannot know by heart.

A net trained on some letters rejects those, but reads characters of an unknown alphabet as the
nearest digit. These signs are digits rotated by 90 degrees, mirrored or upside down, and random
strokes. Excluded because they look like a digit: signs of two strokes, a 4 or 9 rotated by 90
degrees (5, 6), a mirrored 6 (2) and a 9 upside down (2, 8).
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from camdigits.synth.handwriting import Stroke, parse

Points = npt.NDArray[np.float64]  # (N, 2) x and y, in heights of the sign
TURNED, MIRRORED, FLIPPED = ("2", "3", "5", "7"), ("3", "4", "7"), ("4", "6", "7")
SHARES = 0.2, 0.1, 0.1, 0.6  # rotated, mirrored, upside down, random strokes (chosen)
STROKES = 3, 4  # strokes of a random sign, equally likely
GRID = 4  # strokes end on a grid of GRID by GRID points
WIDTH = 0.8  # of the height
SHORTEST = 0.4  # of the height: minimum distance between the ends of a stroke
BEND = 0.7  # of a stroke's length: maximum deflection of its middle
RING = 0.12, 0.3  # of the height: radius
RING_TURNS = 0.7, 1.05


def invent(forms: Mapping[str, Sequence[str]], rng: np.random.Generator) -> tuple[Stroke, ...]:
    """Generate one sign.

    Args:
        forms: the forms of each digit, strokes as in `camdigits.synth.handwriting.SHAPES`.
        rng: random generator.

    Returns:
        Its strokes, from 0 to 1 in the longer of width and height.
    """
    kind = rng.choice(len(SHARES), p=SHARES)
    if kind == len(_CHANGES):
        return _boxed([_stroke(rng) for _ in range(rng.choice(STROKES))])
    digits, change = _CHANGES[kind]
    form = rng.choice(forms[str(rng.choice(digits))])
    turn = change(rng)
    return _boxed([(points @ turn, corners) for points, corners in parse(str(form))])


def _turn(rng: np.random.Generator) -> Points:
    way = rng.choice((-1.0, 1.0))
    return np.array([[0.0, -way], [way, 0.0]])


_CHANGES: tuple[tuple[tuple[str, ...], Callable[[np.random.Generator], Points]], ...] = (
    (TURNED, _turn),
    (MIRRORED, lambda _: np.diag([-1.0, 1.0])),
    (FLIPPED, lambda _: np.diag([1.0, -1.0])),
)


def _stroke(rng: np.random.Generator) -> Stroke:
    """Draw a straight stroke, an arc, one or two corners, or a ring."""
    kind = rng.choice(("line", "bow", "corner", "corners", "ring"), p=(0.4, 0.25, 0.1, 0.1, 0.15))
    if kind == "ring":
        return _ring(rng), ()
    start, end = _ends(rng)
    if kind == "line":
        return np.array([start, end]), ()
    aside = np.array([start[1] - end[1], end[0] - start[0]]) * BEND
    middle = (start + end) / 2 + aside * rng.uniform(-1, 1)
    if kind == "bow":
        return np.array([start, middle, end]), ()
    if kind == "corner":
        return np.array([start, middle, end]), (1,)
    return np.array([start, middle, end, end + aside * rng.uniform(-1, 1)]), (1, 2)


def _ring(rng: np.random.Generator) -> Points:
    turns = rng.uniform() + np.linspace(0, rng.uniform(*RING_TURNS), 9)
    way = np.stack([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1)
    return np.asarray(rng.uniform(0.2, 0.8, 2) + rng.uniform(*RING) * way, np.float64)


def _ends(rng: np.random.Generator) -> tuple[Points, Points]:
    while True:
        start, end = rng.integers(0, GRID, (2, 2)) / (GRID - 1) * (WIDTH, 1.0)
        if np.hypot(*(end - start)) >= SHORTEST:
            return start, end


def _boxed(strokes: Sequence[Stroke]) -> tuple[Stroke, ...]:
    """Move and scale strokes so that the longer side spans 0 to 1."""
    points = np.concatenate([points for points, _ in strokes])
    low = points.min(axis=0)
    size = max(float((points.max(axis=0) - low).max()), 1e-6)
    return tuple(((points - low) / size, corners) for points, corners in strokes)
