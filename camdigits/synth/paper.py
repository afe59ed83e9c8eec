"""Render random paper, desk, light, ink and sensor noise.

Independent of digits and cameras.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import BgrImage, Box, GrayImage

Canvas: TypeAlias = npt.NDArray[np.float32]  # (H, W, 3) BGR, 0 to 255
Light: TypeAlias = npt.NDArray[np.float32]  # (H, W)
Colour: TypeAlias = tuple[float, float, float]  # blue, green, red, 0 to 255

PAPER: Colour = (214, 224, 228)
DESK: Colour = (62, 84, 112)
RULE: Colour = (216, 190, 164)
BLUE, BLACK, LIGHT_BLUE = (112.0, 44.0, 30.0), (44.0, 38.0, 36.0), (128.0, 62.0, 40.0)
NOISE_MARGIN_PX = 64  # chosen: each frame takes another window of the same noise


def make_noise(size: tuple[int, int], rng: np.random.Generator, sigma: float = 3.0) -> BgrImage:
    """Make (H + margin, W + margin, 3) uint8 noise of mean 128, mostly gray like a sensor's."""
    shape = (size[1] + NOISE_MARGIN_PX, size[0] + NOISE_MARGIN_PX)
    luma = rng.standard_normal(shape, np.float32)
    tint = cv2.resize(
        rng.standard_normal((shape[0] // 2, shape[1] // 2, 3), np.float32), shape[::-1]
    )
    noise = 128 + sigma * (luma[..., None] + 0.8 * np.asarray(tint, np.float32))
    return np.rint(noise).clip(0, 255).astype(np.uint8)


def make_desk(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Make an (H, W, 3) wooden desk: long grain, coarser and paler than ink."""
    grain = stretched(rng, size, (size[0] // 160 + 2, size[1] // 3 + 2))
    stain = stretched(rng, size, (7, 5))
    tone = 1 + 0.07 * grain + 0.08 * stain
    return np.asarray(tone[..., None] * np.array(DESK, np.float32), np.float32)


def make_paper(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Make an (H, W, 3) sheet of off-white paper: fine grain and low-frequency variation."""
    fine = rng.standard_normal(size[::-1], np.float32)
    clouds = stretched(rng, size, (size[0] // 12 + 2, size[1] // 12 + 2))
    return np.asarray((1.3 * fine + clouds)[..., None] + np.array(PAPER, np.float32), np.float32)


def make_light(size: tuple[int, int], rng: np.random.Generator) -> Canvas:
    """Make the (H, W, 1) illumination of a lamp to one side with a soft shadow."""
    small = (size[0] // 8 + 1, size[1] // 8 + 1)
    y, x = np.mgrid[0 : small[1], 0 : small[0]].astype(np.float32) / small[1]
    lamp_x, lamp_y = rng.uniform(0.2, 0.6), rng.uniform(-0.2, 0.3)
    lamp = 1.06 - 0.2 * np.hypot(x - lamp_x, y - lamp_y)
    edge = 1.15 * x + y - rng.uniform(2.0, 2.3)
    shadow = 1 - 0.22 / (1 + np.exp(-14 * edge))
    light = cv2.resize(np.asarray(lamp * shadow, np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(light, np.float32)[..., None]


def stretched(rng: np.random.Generator, size: tuple[int, int], cells: tuple[int, int]) -> Light:
    """Make (H, W) smooth noise of standard deviation about 1 from a coarse random grid."""
    grid = rng.standard_normal(cells[::-1], np.float32)
    return np.asarray(cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC), np.float32)


def drop_shadow(canvas: Canvas, sheet: Box, reach_px: float) -> None:
    """Darken the desk around the sheet's lower right edges, in place."""
    shade = np.zeros(canvas.shape[:2], np.float32)
    shift = round(0.4 * reach_px)
    shade[sheet.y + shift : sheet.bottom + shift, sheet.x + shift : sheet.right + shift] = 0.5
    soft = np.asarray(cv2.blur(shade, (2 * round(reach_px) + 1, 2 * round(reach_px) + 1)))
    canvas *= (1 - soft)[..., None]


def draw_rule(canvas: Canvas, sheet: Box, y: int) -> None:
    """Draw one printed rule across the sheet, in place."""
    thickness = max(round(sheet.height / 400), 1)
    strip = canvas[y : y + thickness, sheet.x : sheet.right]
    strip += 0.8 * (np.array(RULE, np.float32) - np.array(PAPER, np.float32))


def lay_ink(
    canvas: Canvas,
    ink: GrayImage,
    corner: tuple[int, int],
    colour: Colour,
    rng: np.random.Generator,
) -> None:
    """Blend ink of (H, W) uint8 coverage onto the canvas with its top left at `corner`, in place.

    The ink's density varies below 1, so that the grain of the paper stays visible.
    """
    height, width = ink.shape
    cells = (width // 3 + 2, height // 3 + 2)
    density = (0.9 + 0.06 * stretched(rng, (width, height), cells)).clip(0, 1)
    share = (density * (ink / np.float32(255)))[..., None]
    strip = canvas[corner[1] : corner[1] + height, corner[0] : corner[0] + width]
    strip += share * (np.array(colour, np.float32) - strip)
