"""Make what a sheet may lie on, or what a camera sees without a sheet, (H, W) brightness."""

from collections.abc import Callable, Mapping

import numpy as np

from camdigits.image import cv2
from train.simulate.kinds.draft import Plane, Size


def carpet(size: Size, rng: np.random.Generator) -> Plane:
    """Short tufts in random directions."""
    base = _clouds(size, rng, 40, 8) + rng.uniform(60, 150)
    step = int(rng.integers(3, 8))
    noise = _soft_noise(size, step / 2.5, rng)
    return np.asarray(base + rng.uniform(10, 30) * noise, np.float32)


def stone(size: Size, rng: np.random.Generator) -> Plane:
    """Speckles of many sizes."""
    plane = _clouds(size, rng, 30, 10) + rng.uniform(80, 190)
    for scale in (1.2, 2.5, 5.0):
        noise = _soft_noise(size, scale, rng)
        depth = rng.uniform(15, 60)
        plane -= depth * (noise > rng.uniform(1.2, 2.0)) - 0.4 * depth * (noise < -1.6)
    return np.asarray(plane, np.float32)


def wood(size: Size, rng: np.random.Generator) -> Plane:
    """Long grain with dark lines."""
    width, height = size
    base = rng.uniform(70, 180)
    plane = np.full((height, width), base, np.float32)
    for across, weight in ((3, 6.0), (9, 9.0), (30, 12.0)):
        grid = rng.normal(0, weight, (height // across + 2, width // (60 * across) + 2))
        plane += cv2.resize(grid.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.integers(0, 12))):
        y = rng.uniform(0, height)
        x = np.linspace(-10, width + 10, 40)
        path = np.stack([x, y + np.cumsum(rng.normal(0, 1.5, 40))], axis=1)
        level = base * rng.uniform(0.4, 0.8)
        ends = np.rint(path * 8).astype(np.int32)
        cv2.polylines(plane, [ends], False, level, int(rng.integers(1, 4)), cv2.LINE_AA, 3)
    return plane if rng.random() < 0.7 else np.ascontiguousarray(_sideways(plane, size))


def cloth(size: Size, rng: np.random.Generator) -> Plane:
    """Woven cloth with checks, stripes, dots or flowers."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    weave = rng.uniform(2.5, 7)
    plane = rng.uniform(70, 200) + rng.uniform(2, 12) * np.sin(2 * np.pi * x / weave) * np.sin(
        2 * np.pi * y / weave
    )
    pitch, strength = rng.uniform(14, 90), rng.uniform(20, 90)
    kind = rng.integers(4)
    if kind == 0:
        plane -= strength * ((x % pitch < pitch / 3) | (y % pitch < pitch / 3))
    elif kind == 1:
        plane -= strength * ((x + rng.uniform(-1, 1) * y) % pitch < pitch / 4)
    elif kind == 2:
        shift = (np.floor(y / pitch) % 2) * pitch / 2
        away = np.hypot((x + shift) % pitch - pitch / 2, y % pitch - pitch / 2)
        plane -= strength * (away < pitch * rng.uniform(0.15, 0.35))
    else:
        waves = sum(
            np.sin(2 * np.pi * (x * np.cos(a) + y * np.sin(a)) / pitch)
            for a in rng.uniform(0, np.pi, 4)
        )
        plane -= strength * (np.abs(waves) > 1.8)
    return np.asarray(plane + 3 * _noise(size, rng), np.float32)


def plain(size: Size, rng: np.random.Generator) -> Plane:
    """A table of one colour, with an edge or a cable."""
    width, height = size
    plane = _clouds(size, rng, 12, 6) + rng.uniform(30, 230)
    for _ in range(int(rng.integers(0, 4))):
        points = np.cumsum(rng.normal(0, 0.2 * width, (12, 2)), axis=0)
        points += rng.uniform(0, 1, 2) * [width, height]
        path = np.rint(cv2.resize(points, (2, 120), interpolation=cv2.INTER_CUBIC) * 8)
        level = float(rng.uniform(10, 240))
        thick = int(rng.integers(2, 9))
        cv2.polylines(plane, [path.astype(np.int32)], False, level, thick, cv2.LINE_AA, 3)
    return np.asarray(plane, np.float32)


def leaves(size: Size, rng: np.random.Generator) -> Plane:
    """Overlapping leaves and blades."""
    width, height = size
    plane = np.full((height, width), rng.uniform(30, 90), np.float32)
    for _ in range(int(rng.integers(150, 900))):
        centre = (round(rng.uniform(0, width)), round(rng.uniform(0, height)))
        long = rng.uniform(8, 60)
        axes = round(long), max(1, round(long * rng.uniform(0.1, 0.5)))
        level, angle = float(rng.uniform(40, 210)), rng.uniform(0, 180)
        cv2.ellipse(plane, centre, axes, angle, 0, 360, level, cv2.FILLED, cv2.LINE_AA)
    return plane


SURFACES: Mapping[str, Callable[[Size, np.random.Generator], Plane]] = {
    "carpet": carpet,
    "stone": stone,
    "wood": wood,
    "cloth": cloth,
    "plain": plain,
    "leaves": leaves,
}


def any_surface(size: Size, rng: np.random.Generator) -> Plane:
    """Make a random surface."""
    names = list(SURFACES)
    return np.clip(SURFACES[names[int(rng.integers(len(names)))]](size, rng), 0, 255)


def _noise(size: Size, rng: np.random.Generator) -> Plane:
    return np.asarray(rng.standard_normal(size[::-1], np.float32), np.float32)


def _soft_noise(size: Size, blur_px: float, rng: np.random.Generator) -> Plane:
    """Return blurred noise with a standard deviation of 1."""
    soft = np.asarray(cv2.GaussianBlur(_noise(size, rng), (0, 0), blur_px), np.float32)
    return soft / np.float32(max(float(soft.std()), 1e-6))


def _clouds(size: Size, rng: np.random.Generator, cells: int, strength: float) -> Plane:
    grid = rng.normal(0, strength, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC), np.float32)


def _sideways(plane: Plane, size: Size) -> Plane:
    return np.asarray(cv2.resize(np.rot90(plane).copy(), size), np.float32)
