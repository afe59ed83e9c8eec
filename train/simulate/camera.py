"""Film a written page: ground, light, perspective, focus, noise and JPEG of a camera."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, GrayImage
from train.simulate.scenes import UNSURE, PageMark, Plane, Scene, SceneConfig, SceneMark

MIN_LEGIBLE_PX = 10.0  # smaller digits are UNSURE even in focus (chosen)
LEGIBLE_PX_PER_BLUR = 7.0  # added to it per pixel of the blur's standard deviation (chosen)


def film(
    ink: Plane, marks: Sequence[PageMark], rng: np.random.Generator, config: SceneConfig
) -> Scene:
    """Photograph a page, and find its marks in the picture.

    Args:
        ink: (H, W) float32 coverage.
        marks: what is written, with the hull of its ink.
        rng: random generator.
        config: ranges of the simulation.

    Returns:
        A scene of the page's size; marks cut off by the frame or illegibly blurred are UNSURE.
    """
    height, width = ink.shape
    shot = photograph(ink, rng, config)
    seen_marks = [_see(mark, shot.view, (width, height), shot.min_side_px) for mark in marks]
    return Scene(shot.gray, tuple(mark for mark in seen_marks if mark is not None))


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A photograph of a page."""

    gray: GrayImage  # (H, W) uint8
    view: npt.NDArray[np.float64]  # (3, 3) from pixels of the page to those of the picture
    min_side_px: float  # longer side of the smallest legible mark


def photograph(ink: Plane, rng: np.random.Generator, config: SceneConfig) -> Shot:
    """Photograph a page: ground, light, perspective, focus, noise, JPEG.

    Args:
        ink: (H, W) float32 coverage.
        rng: random generator.
        config: ranges of the simulation.
    """
    height, width = ink.shape
    board = rng.random() < config.board_share
    ground = _ground(height, width, board, rng, config)
    pen = rng.uniform(150, 245) if board else rng.uniform(10, 110)
    cover = np.clip(ink * rng.uniform(0.55, 1.0), 0, 1)
    if rng.random() < config.ruled_share:
        ground = _rule(ground, rng)
    page = ground * (1 - cover) + pen * cover
    view = _view(width, height, rng)
    edge = float(np.median(ground))
    seen = cv2.warpPerspective(page, view, (width, height), borderValue=edge)
    lit = np.asarray(seen, np.float32) * _light(height, width, rng)
    gray, blur = _sensor(lit, rng)
    return Shot(gray, view, MIN_LEGIBLE_PX + LEGIBLE_PX_PER_BLUR * blur)


def _ground(
    height: int, width: int, board: bool, rng: np.random.Generator, config: SceneConfig
) -> Plane:
    """Return paper or board: a photograph of one, or uniform grey with slow stains."""
    if config.paper_photos and not board and rng.random() < 0.5:
        photo = config.paper_photos[rng.integers(len(config.paper_photos))]
        return _crop_photo(photo, height, width, rng)
    level = rng.uniform(25, 80) if board else rng.uniform(140, 250)
    stains = cv2.resize(
        rng.normal(0, rng.uniform(1, 6), (9, 12)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    return np.asarray(level + stains, np.float32)


def _crop_photo(photo: GrayImage, height: int, width: int, rng: np.random.Generator) -> Plane:
    scale = max(height / photo.shape[0], width / photo.shape[1]) * rng.uniform(1.0, 1.6)
    big = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    y = int(rng.integers(big.shape[0] - height + 1))
    x = int(rng.integers(big.shape[1] - width + 1))
    return np.asarray(big[y : y + height, x : x + width], np.float32)


def _rule(ground: Plane, rng: np.random.Generator) -> Plane:
    """Print lines, or a grid, on the ground, as dark as ink or paler."""
    height, width = ground.shape
    lines = np.zeros((height, width), np.uint8)
    pitch = int(rng.integers(24, 120))
    thick = int(rng.integers(1, 4))
    for y in range(int(rng.integers(pitch)), height, pitch):
        cv2.line(lines, (0, y), (width, y), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        for x in range(int(rng.integers(pitch)), width, pitch):
            cv2.line(lines, (x, 0), (x, height), 255, thick, cv2.LINE_AA)
    strength = rng.uniform(0.05, 0.6) / 255
    return np.asarray(ground * (1 - lines.astype(np.float32) * strength), np.float32)


def _view(width: int, height: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Return the homography of a hand-held camera over the page."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(rng.normal(0, 4))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    tilt = rng.normal(0, 0.02, (4, 2)) * middle
    moved = (corners - middle) @ turn.T * rng.uniform(0.9, 1.08) + middle + tilt
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)


def _light(height: int, width: int, rng: np.random.Generator) -> Plane:
    """Return light that falls off across the page, sometimes with the soft edge of a shadow."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    away = rng.uniform(0, 2 * np.pi)
    along = x * np.float32(np.cos(away)) + y * np.float32(np.sin(away))
    light = 1 - rng.uniform(0, 0.3) * (along + 1) / 2
    if rng.random() < 0.3:
        place, soft = rng.uniform(-0.8, 0.8), rng.uniform(0.02, 0.2)
        away = rng.uniform(0, 2 * np.pi)
        across = x * np.float32(np.cos(away)) + y * np.float32(np.sin(away))
        light *= 1 - rng.uniform(0.1, 0.5) / (
            1 + np.exp(np.clip((place - across) / soft, -50, 50))
        )
    return np.asarray(light, np.float32)


def _sensor(lit: Plane, rng: np.random.Generator) -> tuple[GrayImage, float]:
    """Apply focus, motion, noise and JPEG; return also the blur's standard deviation in pixels."""
    soft = [0.0, rng.uniform(0.3, 1.0), rng.uniform(0.8, 1.8), rng.uniform(1.8, 3.5)]
    blur = rng.choice(soft, p=[0.25, 0.42, 0.21, 0.12])
    if blur > 0:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), blur), np.float32)
    if rng.random() < 0.15:
        length = int(rng.integers(2, 5))
        shape = (1, length) if rng.random() < 0.5 else (length, 1)
        kernel = np.full(shape, 1 / length, np.float32)
        lit = np.asarray(cv2.filter2D(lit, -1, kernel), np.float32)
    noise = rng.standard_normal(lit.shape, np.float32) * np.float32(rng.uniform(0.3, 7))
    gray = np.asarray(np.clip(lit + noise, 0, 255), np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.integers(35, 96))
        _, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])
        gray = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return gray, float(blur)


def _see(
    mark: PageMark, view: npt.NDArray[np.float64], size: tuple[int, int], min_side_px: float
) -> SceneMark | None:
    """Return the mark in the picture; None if it is outside."""
    box = Box(*cv2.boundingRect(cv2.perspectiveTransform(mark.hull, view)))
    if box.right <= 0 or box.bottom <= 0 or box.x >= size[0] or box.y >= size[1]:
        return None
    whole = box.x >= 1 and box.y >= 1 and box.right < size[0] and box.bottom < size[1]
    legible = max(box.width, box.height) >= min_side_px
    return SceneMark(mark.label if whole and legible else UNSURE, box)
