"""Photograph a draft: on a desk, in low light, shaken, from a screen."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import GrayImage
from train.simulate.kinds.draft import Draft, Plane

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture is taken."""

    level: tuple[float, float] = (0.8, 1.05)  # of the brightness
    falloff: float = 0.3  # largest loss across the picture
    blur_px: tuple[float, float] = (0.3, 1.0)
    noise: tuple[float, float] = (0.5, 4.0)  # grey levels
    shake_px: float = 0.0  # length of the camera's path during the exposure
    quality: tuple[int, int] = (70, 96)  # of the JPEG


def lay_on(
    surface: Plane, draft: Draft, rng: np.random.Generator, part: tuple[float, float] = (0.5, 0.85)
) -> tuple[Plane, Matrix]:
    """Lay a page on a surface, tilted, with a shadow at its edge.

    Args:
        surface: (H, W) brightness of the picture.
        draft: the page.
        rng: random generator.
        part: range of the page's share of the picture's width or height.

    Returns:
        The brightness of both, and the homography from the page to the picture.
    """
    height, width = surface.shape
    page_width, page_height = draft.size
    scale = rng.uniform(*part) * min(width / page_width, height / page_height)
    scale = min(scale, 0.97 * min(width / page_width, height / page_height))
    angle = np.deg2rad(rng.normal(0, 4))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * draft.size
    middle = np.array([page_width, page_height]) / 2
    room = np.array([width, height]) / 2 + rng.uniform(-0.06, 0.06, 2) * [width, height]
    moved = (corners - middle) @ turn.T * scale + room
    moved += rng.normal(0, 0.008, (4, 2)) * [width, height]
    view = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    ones = np.ones(draft.ground.shape, np.float32)
    inside = cv2.warpPerspective(ones, view, (width, height))
    shadow = cv2.GaussianBlur(np.roll(inside, rng.integers(1, 7, 2), (0, 1)), (0, 0), 4)
    lying = surface * (1 - 0.35 * shadow)
    page = cv2.warpPerspective(draft.seen(), view, (width, height), flags=cv2.INTER_AREA)
    return np.asarray(lying * (1 - inside) + page * inside, np.float32), np.asarray(view)


def look_at(draft: Draft, rng: np.random.Generator) -> tuple[Plane, Matrix]:
    """Hold the camera over a page that fills the picture."""
    width, height = draft.size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    angle = np.deg2rad(rng.normal(0, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = corners.mean(axis=0)
    moved = (corners - middle) @ turn.T * rng.uniform(0.96, 1.02) + middle
    moved += rng.normal(0, 0.006, (4, 2)) * middle
    view = cv2.getPerspectiveTransform(corners.astype(np.float32), moved.astype(np.float32))
    seen = cv2.warpPerspective(
        draft.seen(), view, draft.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(seen, np.float32), np.asarray(view)


def photograph(scene: Plane, rng: np.random.Generator, light: Light = Light()) -> GrayImage:
    """Light a scene and take its picture: blur, shake, noise, JPEG."""
    height, width = scene.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    away = rng.uniform(0, 2 * np.pi)
    along = x * np.float32(np.cos(away)) + y * np.float32(np.sin(away))
    lit = scene * (
        rng.uniform(*light.level) * (1 - rng.uniform(0, light.falloff) * (along + 1) / 2)
    )
    lit = cv2.GaussianBlur(lit.astype(np.float32), (0, 0), rng.uniform(*light.blur_px))
    if light.shake_px:
        lit = _shaken(np.asarray(lit, np.float32), light.shake_px, rng)
    lit = lit + rng.standard_normal(lit.shape, np.float32) * np.float32(rng.uniform(*light.noise))
    gray = np.clip(lit, 0, 255).astype(np.uint8)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*light.quality))]
    _, data = cv2.imencode(".jpg", gray, quality)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _shaken(lit: Plane, length: float, rng: np.random.Generator) -> Plane:
    """Blur along a straight path."""
    side = 2 * round(length) + 3
    kernel = np.zeros((side, side), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = np.rint((side // 2 + np.stack([-reach, reach])) * 8).astype(np.int32)
    cv2.polylines(kernel, [ends], False, 1.0, 1, cv2.LINE_AA, 3)
    return np.asarray(cv2.filter2D(lit, -1, kernel / max(kernel.sum(), 1e-6)), np.float32)


def on_screen(scene: Plane, rng: np.random.Generator) -> Plane:
    """Show a scene on a screen: its pixel rows beat with the camera's (moiré)."""
    height, width = scene.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    out = scene.copy()
    for _ in range(int(rng.integers(1, 4))):
        pitch, angle = rng.uniform(3, 14), rng.uniform(0, np.pi)
        wave = np.sin(2 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / pitch)
        out *= 1 + np.float32(rng.uniform(0.03, 0.18)) * wave
    return np.asarray(out, np.float32)
