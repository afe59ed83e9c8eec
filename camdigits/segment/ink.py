"""Find the ink of an image: strokes that are darker or lighter than the ground around them.

The ground's brightness is estimated at each pixel, so shadows and uneven light have no effect.
The polarity (pen on paper or chalk on a board) is estimated from the image, locally if both
occur.
"""

from dataclasses import dataclass, replace

import numpy as np

from camdigits.image import check_gray, cv2
from camdigits.values import GrayImage, Ink


@dataclass(frozen=True, slots=True)
class InkConfig:
    """Limits for ink; contrasts are fractions of the paper's brightness."""

    coarse_side_px: int = 320  # chosen: long side of the copy on which the paper is estimated
    max_stroke_coarse_px: int = 9  # chosen: on that copy; 36 px of a frame 1280 px wide
    border_coarse_px: int = 0  # edge pixels are repeated so far outside the image
    bridge_fraction: float = 0.0  # of the shorter side: gaps in the ink that are closed
    line_aspect: float = 2.2  # chosen: length over height of a picture of one line
    line_stroke_fraction: float = 0.18  # chosen: broadest stroke in it, of its height
    min_contrast: float = 0.06  # chosen: grain, JPEG blocks and print showing through have less
    max_contrast_limit: float = 0.25  # chosen: stronger marks are ink in any grain
    noise_sigmas: float = 4.0  # chosen: contrast of ink in standard deviations of the grain
    halo_fraction: float = 0.35  # chosen: of the strongest nearby ink; weaker is blur or a rule
    min_contrast_levels: int = 3  # chosen: added to it; in dark areas noise exceeds a fraction
    min_edge_levels: int = 20  # chosen: a smaller step in brightness is not the edge of a stroke
    max_chalk_mean: float = 0.5  # chalk is below; 22 photos: paper 0.66-0.90, boards 0.15-0.42
    max_other_polarity_mean: float = 0.38  # chosen: stricter, for a part unlike the rest
    polarity_window_fraction: float = 0.25  # chosen: side of the local window, of the longer side
    min_edge_fraction: float = 0.1  # chosen: of the maximum over windows; fewer edges are ignored
    min_other_area_fraction: float = 0.08  # chosen: of the image; a smaller part is a shadow
    grain_lag_px: int = 4  # chosen: distance of compared pixels; beyond a camera's denoising


DEFAULT = InkConfig()


def find_ink(gray: GrayImage, config: InkConfig = DEFAULT) -> Ink:
    """Separate ink from its ground.

    The ground is a grey-scale closing of a coarse copy (of its negative for chalk) with a square
    larger than a stroke's width: strokes are removed and the falloff of light is kept. A pixel is
    ink if it differs from the ground by more than the grain and the blur of nearby strokes.

    Args:
        gray: (H, W) uint8.
        config: limits.

    Returns:
        Mask, contrast and limits, each (H, W) uint8, and the polarity.

    Raises:
        ArrayError: `gray` is not a non-empty 2-D uint8 image.

    >>> page = np.full((40, 40), 200, np.uint8)
    >>> page[10:30, 18:21] = 60
    >>> ink = find_ink(page)
    >>> int(ink.mask[20, 19]), int(ink.mask[5, 5]), int(ink.contrast[20, 19]), ink.light
    (255, 0, 140, False)
    """
    check_gray(gray, "gray")
    coarse = _coarse(gray, config.coarse_side_px)
    config = _for_line(config, coarse.shape)
    light, elsewhere = _polarity(_framed(coarse, config), config)
    contrast, limits = _contrast(gray, coarse, light, config)
    if elsewhere is not None:
        inner = _unframed(elsewhere, config, 4)
        part = cv2.resize(inner, gray.shape[::-1], interpolation=cv2.INTER_NEAREST)
        other, other_limits = _contrast(gray, coarse, not light, config)
        cv2.copyTo(other, part, contrast)
        cv2.copyTo(other_limits, part, limits)
    mask = cv2.compare(contrast, limits, cv2.CMP_GT)
    if config.bridge_fraction:
        kernel = _square(max(3, round(config.bridge_fraction * min(gray.shape))))
        mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel)
    return Ink(np.asarray(mask, np.uint8), contrast, limits, light)


def _for_line(config: InkConfig, shape: tuple[int, ...]) -> InkConfig:
    """Allow broader strokes in a small picture of one line, whose digits are as high as it."""
    if max(shape) < config.line_aspect * min(shape):
        return config
    stroke_px = round(config.line_stroke_fraction * min(shape))
    return replace(config, max_stroke_coarse_px=max(config.max_stroke_coarse_px, stroke_px))


def _contrast(
    gray: GrayImage, coarse: GrayImage, light: bool, config: InkConfig
) -> tuple[GrayImage, GrayImage]:
    """Return how much darker (light: brighter) each pixel is than its ground, and its limit."""
    if light:
        # Invert, so that ink is dark.
        coarse, gray = np.asarray(255 - coarse, np.uint8), np.asarray(255 - gray, np.uint8)
    framed, kernel = _framed(coarse, config), _square(config.max_stroke_coarse_px)
    closed = np.asarray(cv2.morphologyEx(framed, cv2.MORPH_CLOSE, kernel), np.uint8)
    paper = _unframed(closed, config)
    # Take the darkest neighbour: otherwise the step from paper to a dark desk would be ink.
    ground = np.asarray(cv2.erode(cv2.blur(paper, (3, 3)), _square(5)), np.uint8)
    contrast = np.asarray(cv2.subtract(_enlarge(ground, gray), gray), np.uint8)
    limits = _limits(coarse, ground, _min_fraction(gray, contrast, ground, config), config)
    return contrast, _enlarge(limits, gray)


def _framed(coarse: GrayImage, config: InkConfig) -> GrayImage:
    """Repeat the edge pixels around the coarse copy: ground for a digit that fills the image."""
    if not config.border_coarse_px:
        return coarse
    sides = (config.border_coarse_px,) * 4
    return np.asarray(cv2.copyMakeBorder(coarse, *sides, cv2.BORDER_REPLICATE), np.uint8)


def _unframed(framed: GrayImage, config: InkConfig, divisor: int = 1) -> GrayImage:
    """Cut the repeated edge pixels off; `divisor` is by how much the copy was shrunk since."""
    border = config.border_coarse_px // divisor
    return framed[border : framed.shape[0] - border, border : framed.shape[1] - border]


def _coarse(gray: GrayImage, side: int) -> GrayImage:
    factor = max(1, round(max(gray.shape) / side))
    while factor % 2 == 0 and min(gray.shape) > 1:
        # Two steps by 2 take a seventh of the time of one step by 4.
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
    """Distinguish chalk from pen: strokes are thin, so most pixels around an edge are ground.

    In windows that contain both bright and dark pixels, the mean is near the bright end on paper
    (0.66 to 0.90 of the range on 22 photos) and near the dark end on a board (0.15 to 0.42).

    Returns:
        Whether strokes are lighter than the ground in most of the image, and a mask of the part
        with the other polarity (a sheet on a board); None if there is no such part.
    """
    kernel = _square(2 * config.max_stroke_coarse_px + 1)
    darkest = cv2.erode(coarse, kernel)
    _, edges = cv2.threshold(
        cv2.subtract(cv2.dilate(coarse, kernel), darkest),
        config.min_edge_levels,
        0,
        cv2.THRESH_TOZERO,
    )
    spread = np.asarray(edges, np.uint8)
    above = np.asarray(cv2.copyTo(cv2.subtract(coarse, darkest), spread), np.uint8)
    light = bool(cv2.sumElems(above)[0] < config.max_chalk_mean * cv2.sumElems(spread)[0])
    return light, _elsewhere(above, spread, light, config)


def _elsewhere(
    above: GrayImage, spread: GrayImage, light: bool, config: InkConfig
) -> GrayImage | None:
    """Return a (h, w) mask of the part with the other polarity; None if it is too small."""
    above, spread = _shrunk(above, 4), _shrunk(spread, 4)
    window = round(config.polarity_window_fraction * max(spread.shape)) | 1
    near, whole = (cv2.blur(each.astype(np.float32), (window, window)) for each in (above, spread))
    maximum = cv2.minMaxLoc(whole)[1]
    mean = config.max_other_polarity_mean
    other = near > (1 - mean) * whole if light else near < mean * whole
    other &= whole > config.min_edge_fraction * maximum
    if np.count_nonzero(other) < config.min_other_area_fraction * other.size:
        return None
    return np.asarray(other, np.uint8) * np.uint8(255)


def _min_fraction(
    gray: GrayImage, contrast: GrayImage, ground: GrayImage, config: InkConfig
) -> float:
    """Return the contrast above the grain, as a fraction of the ground's brightness.

    The grain is estimated as the median difference of pixels `grain_lag_px` apart, which strokes,
    shadows and blur hardly affect.
    """
    rows, lag = gray[::16], min(config.grain_lag_px, gray.shape[1] - 1)
    steps = cv2.absdiff(rows[:, lag:], rows[:, : gray.shape[1] - lag])
    # Median of the difference of two normal values: 0.6745 times the square root of 2.
    sigma = (_quantile(np.asarray(steps, np.uint8), 0.5) + 0.5) / 0.954
    levels = _quantile(contrast[::8, ::8], 0.5) + config.noise_sigmas * sigma
    fraction = levels / max(float(cv2.mean(ground)[0]), 1.0)
    return float(min(max(fraction, config.min_contrast), config.max_contrast_limit))


def _quantile(image: GrayImage, share: float) -> int:
    """Return the smallest value that a fraction `share` of the pixels do not exceed."""
    counts = np.bincount(image.ravel(), minlength=256).cumsum()
    return int(np.searchsorted(counts, share * counts[-1]))


def _limits(coarse: GrayImage, ground: GrayImage, fraction: float, config: InkConfig) -> GrayImage:
    """Return the contrast in grey levels above which a pixel is ink, on the coarse copy."""
    grain = cv2.convertScaleAbs(ground, alpha=fraction, beta=config.min_contrast_levels)
    strongest = cv2.dilate(cv2.subtract(ground, coarse), _square(config.max_stroke_coarse_px))
    halo = cv2.convertScaleAbs(strongest, alpha=config.halo_fraction)
    return np.asarray(cv2.max(grain, halo), np.uint8)
