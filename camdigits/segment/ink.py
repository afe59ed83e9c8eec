"""Find the ink of a picture: strokes that differ from the paper around them.

The paper's brightness is estimated everywhere, so shadows and lamp light drop out; whether strokes
are darker (pen on paper) or lighter (chalk on a board) is found from the picture, for each part
of it where both occur. Nothing is said here about digits.
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
    clearly: float = 0.38  # the same where most of the picture says otherwise
    around: float = 0.25  # of the longer side: what has a say in whether a place is a board
    some: float = 0.1  # of the most edges anywhere: with fewer a place says nothing
    part: float = 0.08  # of the picture: a smaller board in it is a shadow


DEFAULT = InkConfig()
GRAIN_LAG = 4  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """Where ink is, and how strong."""

    mask: GrayImage  # (H, W) uint8, 255 on ink, 0 elsewhere
    contrast: GrayImage  # (H, W) uint8, grey levels darker (chalk: lighter) than the ground
    limits: GrayImage  # (H, W) uint8, the contrast from which a pixel is ink
    light: bool  # most strokes are lighter than the ground: chalk on a board


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
    light, elsewhere = _polarity(coarse, config)
    contrast, limits = _contrast(gray, coarse, light, config)
    if elsewhere is not None:
        there = cv2.resize(elsewhere, gray.shape[::-1], interpolation=cv2.INTER_NEAREST)
        other, other_limits = _contrast(gray, coarse, not light, config)
        cv2.copyTo(other, there, contrast)
        cv2.copyTo(other_limits, there, limits)
    mask = cv2.compare(contrast, limits, cv2.CMP_GT)
    return Ink(np.asarray(mask, np.uint8), contrast, limits, light)


def _contrast(
    gray: GrayImage, coarse: GrayImage, light: bool, config: InkConfig
) -> tuple[GrayImage, GrayImage]:
    """How much darker (light: brighter) each pixel is than its ground, and what makes it ink."""
    if light:
        # Turn the values over: from here on ink is dark.
        coarse, gray = np.asarray(255 - coarse, np.uint8), np.asarray(255 - gray, np.uint8)
    paper = cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, _square(config.stroke_px))
    # The darkest of the neighbours: where bright paper meets a dark desk the step would be ink.
    ground = np.asarray(cv2.erode(cv2.blur(paper, (3, 3)), _square(5)), np.uint8)
    contrast = np.asarray(cv2.subtract(_enlarge(ground, gray), gray), np.uint8)
    limits = _limits(coarse, ground, _least_part(gray, contrast, ground, config), config)
    return contrast, _enlarge(limits, gray)


def _coarse(gray: GrayImage, side: int) -> GrayImage:
    factor = max(1, round(max(gray.shape) / side))
    while factor % 2 == 0 and min(gray.shape) > 1:
        # Halving twice takes a seventh of the time that one step of four takes.
        gray, factor = _shrunk(gray, 2), factor // 2
    return _shrunk(gray, factor)


def _shrunk(gray: GrayImage, factor: int) -> GrayImage:
    height, width = gray.shape
    size = max(1, width // factor), max(1, height // factor)
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def _enlarge(coarse: GrayImage, like: GrayImage) -> GrayImage:
    height, width = like.shape
    full = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full, np.uint8)


def _square(side: int) -> GrayImage:
    return np.ones((side, side), np.uint8)


def _polarity(coarse: GrayImage, config: InkConfig) -> tuple[bool, GrayImage | None]:
    """Tell chalk from pen: strokes are thin, so most of what lies around an edge is ground.

    Where a stroke's width holds both bright and dark, the mean lies near the bright end on paper
    (0.66 to 0.90 of the range on 22 photos) and near the dark end on a board (0.15 to 0.42).

    Returns:
        Whether strokes are lighter than the ground in most of the picture, and a mask of where
        it is the other way round: a sheet on a board. None if that is nowhere.
    """
    kernel = _square(2 * config.stroke_px + 1)
    darkest = cv2.erode(coarse, kernel)
    _, edges = cv2.threshold(
        cv2.subtract(cv2.dilate(coarse, kernel), darkest),
        config.edge_levels,
        0,
        cv2.THRESH_TOZERO,
    )
    spread = np.asarray(edges, np.uint8)
    above = np.asarray(cv2.copyTo(cv2.subtract(coarse, darkest), spread), np.uint8)
    light = bool(cv2.sumElems(above)[0] < config.chalk * cv2.sumElems(spread)[0])
    return light, _elsewhere(above, spread, light, config)


def _elsewhere(
    above: GrayImage, spread: GrayImage, light: bool, config: InkConfig
) -> GrayImage | None:
    """Where the strokes around are clearly of the other kind, if that is a good part."""
    above, spread = _shrunk(above, 4), _shrunk(spread, 4)
    window = round(config.around * max(spread.shape)) | 1
    near, whole = (cv2.blur(each.astype(np.float32), (window, window)) for each in (above, spread))
    most = cv2.minMaxLoc(whole)[1]
    other = near > (1 - config.clearly) * whole if light else near < config.clearly * whole
    other &= whole > config.some * most
    if np.count_nonzero(other) < config.part * other.size:
        return None
    return np.asarray(other, np.uint8) * np.uint8(255)


def _least_part(
    gray: GrayImage, contrast: GrayImage, ground: GrayImage, config: InkConfig
) -> float:
    """Contrast, as a part of the ground's brightness, that the picture's grain does not reach.

    Grain is what pixels near each other differ by, far enough apart for a camera's own smoothing;
    strokes, shadows and blur hardly count in its median.
    """
    rows, lag = gray[::16], min(GRAIN_LAG, gray.shape[1] - 1)
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
