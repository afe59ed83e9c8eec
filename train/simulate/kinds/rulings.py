"""Draw rules on paper: ruled, squared, dashed, bent by the page, and tables drawn by hand."""

import numpy as np

from camdigits.image import cv2
from train.simulate.kinds.draft import Draft, Plane


def rule_lines(draft: Draft, pitch: float, rng: np.random.Generator, bend: float = 0.0) -> None:
    """Print horizontal rules.

    Args:
        draft: the page.
        pitch: distance of the rules in pixels.
        rng: random generator.
        bend: how far a rule is from straight in its middle, over the page's width.
    """
    width, height = draft.size
    mask = np.zeros((height, width), np.uint8)
    x = np.linspace(0, width, 60)
    wave = bend * width * (4 * (x / width - 0.5) ** 2 + 0.25 * np.sin(2 * np.pi * x / width))
    thick = int(rng.choice([1, 1, 2, 3]))
    dashed = rng.random() < 0.2
    for y in np.arange(rng.uniform(0.3, 1) * pitch, height + bend * width, pitch):
        _line(mask, np.stack([x, y - wave], axis=1), thick, dashed)
    _print(draft, mask, rng)


def square_grid(draft: Draft, pitch: float, rng: np.random.Generator, faint: bool) -> None:
    """Print squares."""
    width, height = draft.size
    mask = np.zeros((height, width), np.uint8)
    thick = int(rng.choice([1, 1, 2]))
    shift = rng.uniform(0, pitch, 2)
    for y in np.arange(shift[1], height, pitch):
        cv2.line(mask, (0, round(y)), (width, round(y)), 255, thick, cv2.LINE_AA)
    for x in np.arange(shift[0], width, pitch):
        cv2.line(mask, (round(x), 0), (round(x), height), 255, thick, cv2.LINE_AA)
    _print(draft, mask, rng, (0.04, 0.12) if faint else (0.1, 0.45))


def ruled_box(
    draft: Draft,
    box: tuple[float, float, float, float],
    cells: int,
    rng: np.random.Generator,
) -> None:
    """Print a square grid in a box (x, y, width, height) with thicker lines in places."""
    x, y, width, height = box
    mask = np.zeros(draft.ground.shape, np.uint8)
    thin = int(rng.integers(1, 3))
    bold = thin + int(rng.integers(1, 4))
    every = 3 if cells % 3 == 0 else 2
    for index in range(cells + 1):
        thick = bold if index % every == 0 else thin
        across, down = round(x + width * index / cells), round(y + height * index / cells)
        ends = (round(x), round(y)), (round(x + width), round(y + height))
        cv2.line(mask, (across, ends[0][1]), (across, ends[1][1]), 255, thick, cv2.LINE_AA)
        cv2.line(mask, (ends[0][0], down), (ends[1][0], down), 255, thick, cv2.LINE_AA)
    _print(draft, mask, rng, (0.3, 0.9))


def frame_box(
    draft: Draft,
    box: tuple[float, float, float, float],
    cells: int,
    rng: np.random.Generator,
) -> None:
    """Print a field (x, y, width and height) divided into cells."""
    x, y, width, height = box
    mask = np.zeros(draft.ground.shape, np.uint8)
    corners = (round(x), round(y)), (round(x + width), round(y + height))
    thick = int(rng.integers(1, 3))
    cv2.rectangle(mask, *corners, 255, thick, cv2.LINE_AA)
    for index in range(1, cells):
        at = round(x + width * index / cells)
        cv2.line(mask, (at, corners[0][1]), (at, corners[1][1]), 255, thick, cv2.LINE_AA)
    _print(draft, mask, rng, (0.25, 0.9))


def rule_table(draft: Draft, xs: np.ndarray, ys: np.ndarray, rng: np.random.Generator) -> None:
    """Print the lines of a table at these x and y."""
    mask = np.zeros(draft.ground.shape, np.uint8)
    thick = int(rng.integers(1, 3))
    for x in np.rint(xs).astype(int).tolist():
        cv2.line(mask, (x, round(ys[0])), (x, round(ys[-1])), 255, thick, cv2.LINE_AA)
    for y in np.rint(ys).astype(int).tolist():
        cv2.line(mask, (round(xs[0]), y), (round(xs[-1]), y), 255, thick, cv2.LINE_AA)
    _print(draft, mask, rng, (0.25, 0.9))


def drawn_table(
    draft: Draft, box: tuple[int, int, int, int], cells: tuple[int, int], rng: np.random.Generator
) -> None:
    """Draw a table by hand: wavy lines that overshoot or end too early.

    Args:
        draft: the page.
        box: x, y, width and height.
        cells: columns and rows.
        rng: random generator.
    """
    x, y, width, height = box
    mask = np.zeros(draft.ground.shape, np.uint8)
    thick = int(rng.integers(2, 5))
    for column in range(cells[0] + 1):
        at = x + width * column / cells[0]
        _drawn(mask, (at, y), (at, y + height), thick, rng)
    for row in range(cells[1] + 1):
        at = y + height * row / cells[1]
        _drawn(mask, (x, at), (x + width, at), thick, rng)
    draft.draw(mask, 0, 0)


def _drawn(
    mask: np.ndarray,
    start: tuple[float, float],
    end: tuple[float, float],
    thick: int,
    rng: np.random.Generator,
) -> None:
    """Draw one line of a hand-drawn table."""
    first, last = np.array(start), np.array(end)
    along = (last - first) / max(float(np.hypot(*(last - first))), 1)
    first = first + along * rng.normal(-4, 8)
    last = last + along * rng.normal(4, 8)
    t = np.linspace(0, 1, 30)[:, None]
    across = np.array([-along[1], along[0]])
    wave = rng.normal(0, 2.0) * np.sin(np.pi * t * rng.uniform(0.7, 2.5) + rng.uniform(0, 6))
    path = first + (last - first) * t + across * wave
    cv2.polylines(mask, [np.rint(path * 8).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 3)


def _line(mask: np.ndarray, path: np.ndarray, thick: int, dashed: bool) -> None:
    ends = np.rint(path * 8).astype(np.int32)
    if not dashed:
        cv2.polylines(mask, [ends], False, 255, thick, cv2.LINE_AA, 3)
        return
    for start in range(0, len(ends) - 1, 2):
        cv2.polylines(mask, [ends[start : start + 2]], False, 255, thick, cv2.LINE_AA, 3)


def _print(
    draft: Draft,
    mask: np.ndarray,
    rng: np.random.Generator,
    strengths: tuple[float, float] = (0.06, 0.5),
) -> None:
    """Darken the paper where the mask is set."""
    strength = np.float32(rng.uniform(*strengths))
    draft.ground *= 1 - strength * (mask.astype(np.float32) / 255)


def fold(draft: Draft, rng: np.random.Generator) -> None:
    """Draw a crease: a step in brightness across the page."""
    width, height = draft.size
    shade: Plane = np.zeros((height, width), np.float32)
    a, b = rng.uniform(0, width, 2)
    side = np.fromfunction(lambda y, x: x - (a + (b - a) * y / height), (height, width))
    shade = 1 / (1 + np.exp(np.clip(-side / rng.uniform(0.7, 3), -40, 40)))
    ridge = np.exp(-((side / rng.uniform(1, 3)) ** 2))
    draft.ground *= (1 - rng.uniform(0.02, 0.12) * shade - rng.uniform(0, 0.15) * ridge).astype(
        np.float32
    )
