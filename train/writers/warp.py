"""Warp glyphs as different writers and cameras would: training data augmentation.

Each glyph is rotated, sheared, stretched, bent and shifted a little, its pen made thicker or
finer, its focus softer. The warps are small: a 1 stays a 1, and 6 and 9 keep their orientation. A
few glyphs are made broad, or coarse as from an old scanner or a small sensor. The same generator
gives the same warps.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.recognize.glyph import BODY, SIDE
from camdigits.values import Glyphs, GrayImage


@dataclass(frozen=True, slots=True)
class Amounts:
    """Standard deviations of the warps."""

    turn_degrees: float = 7.0
    shear: float = 0.13
    stretch: float = 0.08
    shift_px: float = 0.6
    bend_px: float = 0.5  # of each point of the bending grid


USUAL, GENTLE = Amounts(), Amounts(4.5, 0.08, 0.05, 0.6, 0.25)
BEND_GRID = 4  # points per row and column that move independently; pixels between interpolate
LIMIT = 2.2  # standard deviations: no extreme warps (chosen)
PEN_SHARE = 0.35  # share of the glyphs with another pen width (chosen)
SOFT_SHARE = 0.15  # share of the glyphs that are blurred (chosen)
BROAD_SHARE = 0.08  # share stretched sideways, by up to BROAD, within the body (chosen)
BROAD = 2.2
COARSE_SHARE = 0.12  # share resampled on a grid of COARSE_PX pixels, half of them bilevel (chosen)
COARSE_PX = (14, 24)
INK = 64  # of 255: weaker pixels do not count for the width (chosen)
# (28, BEND_GRID) weight of each grid point at each pixel.
BETWEEN = np.asarray(
    cv2.resize(np.eye(BEND_GRID), (BEND_GRID, SIDE), interpolation=cv2.INTER_CUBIC), np.float32
)
PIXELS = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), -1).reshape(-1, 2)  # x, y
CROSS = np.asarray(cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3)), np.uint8)


def warp(glyphs: Glyphs, rng: np.random.Generator, amounts: Amounts = USUAL) -> Glyphs:
    """Warp every glyph independently; (N, 28, 28) uint8 to the same; the input is not changed."""
    warped = np.empty_like(glyphs)
    kinds = rng.random((len(glyphs), 4))
    pens = rng.uniform(0.15, 0.8, len(glyphs))
    broader = np.where(kinds[:, 2] < BROAD_SHARE, _broader(glyphs, rng), 1.0)
    maps = _matrices(len(glyphs), rng, broader, amounts)
    for index, source in enumerate(_sources(maps, rng, amounts.bend_px)):
        x, y = source[..., 0], source[..., 1]
        glyph = np.asarray(cv2.remap(glyphs[index], x, y, cv2.INTER_LINEAR), np.uint8)
        glyph = _weigh(glyph, kinds[index], float(pens[index]))
        warped[index] = _coarse(glyph, rng) if kinds[index, 3] < COARSE_SHARE else glyph
    return warped


def _broader(glyphs: Glyphs, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return (N,) factors, 1 to BROAD, that keep the ink within the body."""
    columns = np.any(glyphs > INK, axis=1)
    width = SIDE - columns.argmax(1) - columns[:, ::-1].argmax(1)
    room = np.where(columns.any(1), BODY / width, 1.0)
    return np.clip(rng.uniform(1, BROAD, len(glyphs)), 1, np.maximum(room, 1))


def _coarse(glyph: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Resample the glyph on a coarse grid; every second time on a bilevel one."""
    side = int(rng.integers(*COARSE_PX, endpoint=True))
    small = cv2.resize(glyph, (side, side), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        _, small = cv2.threshold(small, rng.uniform(60, 150), 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


def _matrices(
    count: int,
    rng: np.random.Generator,
    broader: npt.NDArray[np.float64],
    amounts: Amounts,
) -> npt.NDArray[np.float64]:
    """Return (count, 2, 3) affine maps about the middle of the glyph."""
    draws = np.clip(rng.standard_normal((count, 6)), -LIMIT, LIMIT)
    turn = np.deg2rad(draws[:, 0] * amounts.turn_degrees)
    shear = draws[:, 1] * amounts.shear
    wide, high = 1 + draws[:, 2] * amounts.stretch, 1 + draws[:, 3] * amounts.stretch
    maps = np.empty((count, 2, 3))
    maps[:, 0, 0] = np.cos(turn) * wide
    maps[:, 0, 1] = np.cos(turn) * shear - np.sin(turn) * high
    maps[:, 1, 0] = np.sin(turn) * wide
    maps[:, 1, 1] = np.sin(turn) * shear + np.cos(turn) * high
    maps[:, 0, :2] *= broader[:, np.newaxis]
    middle = (SIDE - 1) / 2
    maps[:, :, 2] = middle + draws[:, 4:] * amounts.shift_px - maps[:, :, :2].sum(2) * middle
    return maps


def _sources(
    maps: npt.NDArray[np.float64], rng: np.random.Generator, bend_px: float
) -> npt.NDArray[np.float32]:
    """Return (N, 28, 28, 2) source x, y of each pixel: inverse affine maps plus bends."""
    count = len(maps)
    back = np.linalg.inv(maps[:, :, :2]).astype(np.float32)
    away = PIXELS - maps[:, np.newaxis, :, 2].astype(np.float32)
    moved = rng.standard_normal((count, BEND_GRID, BEND_GRID * 2), np.float32)
    moved = np.clip(moved, -LIMIT, LIMIT) * np.float32(bend_px)
    rows = (BETWEEN @ moved).reshape(count, SIDE, BEND_GRID, 2)
    sources = BETWEEN @ rows
    sources += (away @ back.transpose(0, 2, 1)).reshape(sources.shape)
    return np.asarray(sources, np.float32)


def _weigh(glyph: GrayImage, kind: npt.NDArray[np.float64], amount: float) -> GrayImage:
    """Make the pen of some glyphs thicker or finer, and blur some."""
    if kind[0] < PEN_SHARE:
        # Full erosion would remove a two-pixel stroke, so the finer pen is blended in by half.
        thick = kind[0] < PEN_SHARE / 2
        other = cv2.dilate(glyph, CROSS) if thick else cv2.erode(glyph, CROSS)
        share = amount if thick else amount / 2
        glyph = np.asarray(cv2.addWeighted(glyph, 1 - share, other, share, 0), np.uint8)
    if kind[1] < SOFT_SHARE:
        glyph = np.asarray(cv2.GaussianBlur(glyph, (3, 3), 0.4 + amount), np.uint8)
    return glyph
