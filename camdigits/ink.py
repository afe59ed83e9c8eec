"""Find the ink of a picture: strokes that differ from the paper around them.

The paper's brightness is estimated everywhere, so shadows and lamp light drop out; whether strokes
are darker (pen on paper) or lighter (chalk on a board) is found from the picture. Nothing is said
here about digits.
"""

from dataclasses import dataclass

import numpy as np

from camdigits.image import check_gray, cv2
from camdigits.values import GrayImage


@dataclass(frozen=True, slots=True)
class InkConfig:
    """Limits; contrasts are parts of the paper's brightness."""

    coarse_px: int = 320  # long side of the copy on which the paper is estimated
    stroke_px: int = 9  # widest stroke on that copy: 36 px of a frame 1280 px wide
    least_contrast: float = 0.06  # fainter is grain, JPEG blocks and print shining through
    most_threshold: float = 0.25  # however grainy the picture, stronger marks are ink
    noise_factor: float = 4.0  # ink stands out by so many standard deviations of the grain
    halo: float = 0.35  # of the strongest ink near by: fainter is its blur, or a printed line
    least_levels: int = 3  # grey levels: in the dark a part of the brightness is less than noise
    edge_levels: int = 20  # a smaller step in brightness is no edge of a stroke
    chalk: float = 0.5  # part of the way from dark to bright below which strokes are light


DEFAULT = InkConfig()
GRAIN_LAG = 4  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """Where ink is, and how strong."""

    mask: GrayImage  # (H, W) uint8, 255 on ink, 0 elsewhere
    contrast: GrayImage  # (H, W) uint8, grey levels darker (chalk: lighter) than the ground
    light: bool  # the strokes are lighter than the ground: chalk on a board


def find_ink(gray: GrayImage, config: InkConfig = DEFAULT) -> Ink:
    """Separate ink from its ground.

    The ground is a grey closing of a coarse copy (of its negative for chalk): the brightest value
    within a stroke's width, so strokes vanish and light falloff stays. A pixel is ink where
    it differs from the ground by more than the grain does and more than the blur of the strokes
    near by.

    Args:
        gray: (H, W) uint8.
        config: limits.

    Returns:
        Mask and contrast of the same size.

    Raises:
        ArrayError: `gray` is not a non-empty 2-D uint8 image.

    >>> page = np.full((40, 40), 200, np.uint8)
    >>> page[10:30, 18:21] = 60
    >>> ink = find_ink(page)
    >>> int(ink.mask[20, 19]), int(ink.mask[5, 5]), int(ink.contrast[20, 19]), ink.light
    (255, 0, 140, False)
    """
    check_gray(gray, "gray")
    coarse = _coarse(gray, config.coarse_px)
    light = _strokes_are_light(coarse, config)
    if light:
        # Turn the values over: from here on ink is dark.
        coarse, gray = np.asarray(255 - coarse, np.uint8), np.asarray(255 - gray, np.uint8)
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, _square(config.stroke_px))
    # The darkest of the neighbours: where bright paper meets a dark desk the step would be ink.
    ground = np.asarray(cv2.erode(cv2.blur(paper, (3, 3)), _square(5)), np.uint8)
    contrast = np.asarray(cv2.subtract(_enlarge(ground, gray), gray), np.uint8)
    limits = _limits(coarse, ground, _least_part(gray, contrast, ground, config), config)
    mask = cv2.compare(contrast, _enlarge(limits, gray), cv2.CMP_GT)
    return Ink(np.asarray(mask, np.uint8), contrast, light)


def _coarse(gray: GrayImage, side: int) -> GrayImage:
    height, width = gray.shape
    factor = max(1, round(max(height, width) / side))
    size = max(1, width // factor), max(1, height // factor)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def _enlarge(coarse: GrayImage, like: GrayImage) -> GrayImage:
    height, width = like.shape
    full = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full, np.uint8)


def _square(side: int) -> GrayImage:
    return np.ones((side, side), np.uint8)


def _strokes_are_light(coarse: GrayImage, config: InkConfig) -> bool:
    """Tell chalk from pen: strokes are thin, so most of what lies around an edge is ground.

    Where a stroke's width holds both bright and dark, the mean lies near the bright end on paper
    (0.66 to 0.90 of the range on 22 photos) and near the dark end on a board (0.15 to 0.42).
    """
    kernel = _square(2 * config.stroke_px + 1)
    darkest = cv2.erode(coarse, kernel)
    spread = cv2.subtract(cv2.dilate(coarse, kernel), darkest)
    edges = np.asarray(spread > np.uint8(config.edge_levels), np.uint8)
    above = cv2.mean(cv2.subtract(coarse, darkest), edges)[0]
    return bool(above < config.chalk * cv2.mean(spread, edges)[0])


def _least_part(
    gray: GrayImage, contrast: GrayImage, ground: GrayImage, config: InkConfig
) -> float:
    """Contrast, as a part of the ground's brightness, that the picture's grain does not reach.

    Grain is what pixels near each other differ by, far enough apart for a camera's own smoothing;
    strokes, shadows and blur hardly count in its median.
    """
    rows, lag = gray[::8], min(GRAIN_LAG, gray.shape[1] - 1)
    steps = cv2.absdiff(rows[:, lag:], rows[:, : gray.shape[1] - lag])
    # Median of the difference of two normal values: 0.6745 times the square root of 2.
    sigma = (_quantile(np.asarray(steps, np.uint8), 0.5) + 0.5) / 0.954
    levels = _quantile(contrast[::8, ::8], 0.5) + config.noise_factor * sigma
    part = levels / max(float(cv2.mean(ground)[0]), 1.0)
    return float(min(max(part, config.least_contrast), config.most_threshold))


def _quantile(image: GrayImage, share: float) -> int:
    """Smallest value that `share` of the pixels do not exceed."""
    counts = np.bincount(image.ravel(), minlength=256).cumsum()
    return int(np.searchsorted(counts, share * counts[-1]))


def _limits(coarse: GrayImage, ground: GrayImage, part: float, config: InkConfig) -> GrayImage:
    """Contrast in grey levels above which a pixel is ink, on the coarse copy."""
    grain = cv2.convertScaleAbs(ground, alpha=part, beta=config.least_levels)
    strongest = cv2.dilate(cv2.subtract(ground, coarse), _square(config.stroke_px))
    return np.asarray(cv2.max(grain, cv2.convertScaleAbs(strongest, alpha=config.halo)), np.uint8)
