"""Find rules that cross the page, also bent, dashed or broken ones, and erase them.

The mask is divided into narrow strips. In each strip a rule is a thin row with ink in most
columns; rows of neighbouring strips that continue each other form a path. A path over a large
part of the page is a rule: writing does not continue at the same height, strip after strip.
Squared paper is two families of rules; the vertical one is found in the transposed mask.
"""

import numpy as np

from camdigits.image import cv2
from camdigits.segment.rule_paths import PageRuleConfig, find_paths
from camdigits.values import Floats, GrayImage, Ink

DEFAULT = PageRuleConfig()


def erase_page_rules(
    mask: GrayImage,
    weak: GrayImage,
    ink: Ink,
    families: tuple[bool, bool] = (True, True),
    config: PageRuleConfig = DEFAULT,
) -> tuple[GrayImage, GrayImage] | None:
    """Erase the rules that cross a page.

    Args:
        mask: (H, W) uint8, 255 on ink.
        weak: the same at a lower limit, at which pale rules have no gaps.
        ink: contrast of the image that both masks show.
        families: whether to look for horizontal, and for vertical rules.
        config: limits.

    Returns:
        The mask without rules and the mask of the rules; None if there are none.
    """
    rest, lines = mask, np.zeros_like(mask)
    found = False
    for turned in (False, True):
        if not families[turned]:
            continue
        level = np.ascontiguousarray(weak.T) if turned else weak
        paths = find_paths(level, config)
        paths = None if paths is None else _only_lines(level, paths, config)
        if paths is None:
            continue
        found = True
        own, contrast = (
            np.ascontiguousarray(each.T) if turned else each for each in (rest, ink.contrast)
        )
        left, erased = _erase(own, level, contrast, paths, config)
        rest = np.ascontiguousarray(left.T) if turned else left
        lines = np.maximum(lines, erased.T if turned else erased)
    return (rest, lines) if found else None


def _only_lines(weak: GrayImage, paths: Floats, config: PageRuleConfig) -> Floats | None:
    """Return the paths with much more ink than beside them; None if most have not.

    The strokes of digits in a row, or below each other, are as often beside the path.
    """
    on, beside = np.array([_ink_along(weak, path, config) for path in paths]).T
    if np.median(on) >= config.min_solid_ink:
        return paths
    ratio = beside / np.maximum(on, 0.01)
    return None if np.median(ratio) > config.max_family_beside else paths


def _ink_along(weak: GrayImage, path: Floats, config: PageRuleConfig) -> tuple[float, float]:
    """Return the share of ink on a path, and beside it on the fuller side."""
    height, reach = len(weak), config.max_thickness_px // 2 + 2
    x = np.flatnonzero(~np.isnan(path))[::3]
    y = np.rint(path[x]).astype(np.int64)
    inside = (y >= reach) & (y < height - reach)
    if not inside.any():
        return 0.0, 0.0
    x, y = x[inside], y[inside]
    on = float(np.any([weak[y + d, x] > 0 for d in (-1, 0, 1)], axis=0).mean())
    beside = max(float((weak[y + d, x] > 0).mean()) for d in (-reach, reach))
    return on, beside


def _erase(
    mask: GrayImage,
    weak: GrayImage,
    contrast: GrayImage,
    paths: Floats,
    config: PageRuleConfig,
) -> tuple[GrayImage, GrayImage]:
    """Erase horizontal rules from a mask, thin ones and thick ones by themselves."""
    measured = [_thickness(weak, contrast, path) for path in paths]
    thickness = np.array([each[0] for each in measured])
    is_thick = thickness > config.thick * np.median(thickness)
    rest = mask
    for group in (~is_thick, is_thick):
        if group.any():
            usual = round(float(np.median(thickness[group])))
            strength = float(np.median([measured[row][1] for row in np.flatnonzero(group)]))
            rest = _without(rest, contrast, paths[group], usual, strength, config)
    return rest, np.asarray(cv2.subtract(mask, rest), np.uint8)


def _without(
    mask: GrayImage,
    contrast: GrayImage,
    paths: Floats,
    thickness: int,
    strength: float,
    config: PageRuleConfig,
) -> GrayImage:
    """Erase rules of one thickness, without the strokes that cross or cover them."""
    tall = round(config.tall * thickness) + 2
    first = max(0, int(np.nanmin(paths)) - 2 * tall)
    last = min(len(mask), int(np.nanmax(paths)) + 2 * tall + 1)
    whole, mask, contrast, paths = mask, mask[first:last], contrast[first:last], paths - first
    height = len(mask)
    rule, column = np.nonzero(~np.isnan(paths))
    y = np.rint(paths[rule, column]).astype(np.int64)
    band = np.zeros_like(mask)
    reach = thickness // 2 + 1
    for shift in range(-reach, reach + 1):
        row = y + shift
        fits = (row >= 0) & (row < height)
        band[row[fits], column[fits]] = 255
    lines = cv2.bitwise_and(mask, band)
    strokes = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8))
    limit = np.uint8(min(254.0, config.strong * strength))
    strong = np.asarray(contrast > limit, np.uint8) * np.uint8(255)
    kept = cv2.bitwise_or(strokes, strong)
    rest = cv2.subtract(mask, cv2.subtract(lines, kept))
    bridged = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((thickness + 6, 3), np.uint8))
    left = whole.copy()
    left[first:last] = cv2.bitwise_or(rest, cv2.bitwise_and(bridged, lines))
    return left


def _thickness(weak: GrayImage, contrast: GrayImage, path: Floats) -> tuple[int, float]:
    """Return the median thickness of a rule in pixels, and its median contrast."""
    height, reach = len(weak), 12
    x = np.flatnonzero(~np.isnan(path))[::8]
    y = np.rint(path[x]).astype(np.int64)
    rows = np.clip(y[:, None] + np.arange(-reach, reach + 1), 0, height - 1)
    runs = weak[rows, x[:, None]] > 0
    near = runs[:, reach - 1 : reach + 2].any(axis=1)
    if not near.any():
        return 1, 255.0
    runs, rows, x = runs[near], rows[near], x[near]
    runs[:, reach] = True
    up = np.argmin(np.pad(runs[:, reach::-1], ((0, 0), (0, 1))), axis=1)
    down = np.argmin(np.pad(runs[:, reach:], ((0, 0), (0, 1))), axis=1)
    strongest = contrast[rows[:, reach - 2 : reach + 3], x[:, None]].max(axis=1)
    return int(np.median(up + down - 1)), float(np.median(strongest))
