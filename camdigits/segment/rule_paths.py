"""Find the paths of rules that cross a page in a mask of ink, strip by strip."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Flags, Floats, GrayImage


@dataclass(frozen=True, slots=True)
class PageRuleConfig:
    """Limits in pixels of the searched image, or as fractions of the length given."""

    strip_px: int = 32  # chosen: width of a strip; a rule climbs little in it
    max_strips: int = 60  # chosen: bounds the steps in a large image
    edge_px: int = 12  # chosen: rules nearer to the edge of the image are the edge of a sheet
    max_slant: float = 0.18  # chosen: rise over run of the page's rules, 10 degrees
    min_cover: float = 0.35  # chosen: of a strip's columns that have ink; dashes have about half
    min_prominence: float = 0.25  # chosen: cover above that of the rows beside it
    max_thickness_px: int = 9  # chosen: a thicker band is a stroke or a shadow
    max_step_px: float = 2.5  # chosen: from a path's expected height in the next strip
    max_gap_strips: int = 6  # chosen: strips without the rule, where digits stand on it
    min_length_fraction: float = 0.5  # chosen: of the page's width
    min_hit_fraction: float = 0.55  # chosen: of the strips from end to end
    min_solid_cover: float = 0.7  # chosen: of a rule that is not dashed
    max_beside: float = 0.3  # chosen: cover beside a rule, over its own
    min_alike: float = 0.75  # chosen: cover over that of the page's rules
    min_sequence: int = 5  # chosen: rules at even distances, among which missing ones are added
    max_missing: int = 3  # chosen: next to each other
    min_missing_cover: float = 0.25  # chosen: ink along a missing one
    min_solid_ink: float = 0.75  # of a solid rule's pixels; digits in a row have up to 0.7
    max_family_beside: float = 0.4  # ink beside over on a path, median; rules 0.1, digits 0.5
    thick: float = 1.5  # chosen: thickness over the median; such rules are erased by themselves
    tall: float = 1.7  # chosen: a run of ink this many times as thick as the rule is a stroke
    strong: float = 1.6  # chosen: ink this many times as strong as the rule is a stroke


_Chain = tuple[npt.NDArray[np.intp], Floats]  # strips of a path, and its height in each


def find_paths(weak: GrayImage, config: PageRuleConfig) -> Floats | None:
    """Return (rules, W) heights of the horizontal rules at each column; NaN outside them."""
    height, width = weak.shape
    count = int(np.clip(width // config.strip_px, 4, config.max_strips))
    thick = cv2.dilate(weak, np.ones((3, 1), np.uint8))
    size = 2 * count, height
    cover = np.asarray(cv2.resize(thick, size, interpolation=cv2.INTER_AREA), np.float32) / 255
    centres = (np.arange(2 * count) + 0.5) * width / (2 * count)
    slant = _slant(cover, width / (2 * count), config)
    level = _sheared(cover, np.rint(slant * (centres - width / 2)).astype(np.int64))
    strips = np.ascontiguousarray(level.reshape(height, count, 2).mean(axis=2))
    peaks = _peaks(strips, config)
    least = config.min_length_fraction * config.min_hit_fraction
    if sum(len(each) > 0 for each in peaks) < least * count:
        return None
    chains = _chains(peaks, count, config)
    edge = config.edge_px  # of a sheet that ends with the image
    inner = (each for each in chains if edge <= np.median(each[1]) < height - edge)
    kept = _rules([each for each in inner if _is_long(each, count, config)], strips, config)
    if not kept:
        return None
    middle = centres.reshape(count, 2).mean(axis=1)
    paths = np.array([_path(*chain, middle, width, config) for chain in kept])
    paths = _with_missing(_completed(paths, strips, config), strips, config)
    return np.asarray(paths + slant * (np.arange(width) - width / 2), np.float64)


def _slant(cover: Floats, step_px: float, config: PageRuleConfig) -> float:
    """Return the rise over run at which neighbouring columns of the cover agree best.

    The sum of their cross-correlations has its maximum at the rise from one to the next.
    """
    spectrum = np.fft.rfft(cover - cover.mean(axis=0), axis=0)
    product = (np.conj(spectrum[:, :-2]) * spectrum[:, 2:]).sum(axis=1)
    agreement = np.fft.irfft(product, len(cover))
    reach = min(max(1, round(2 * config.max_slant * step_px)), len(cover) // 2 - 1)
    shifts = np.arange(-reach, reach + 1)
    near = agreement[shifts]
    best = int(near.argmax())
    shift = float(shifts[best])
    if 0 < best < 2 * reach:  # the vertex of the parabola through three points
        low, top, high = near[best - 1 : best + 2].tolist()
        shift += 0.5 * (low - high) / min(low - 2 * top + high, -1e-9)
    return shift / (2 * step_px)


def _sheared(cover: Floats, shifts: npt.NDArray[np.int64]) -> Floats:
    """Move each column up by its shift; what comes from outside is 0."""
    if not shifts.any():
        return cover
    height = len(cover)
    rows = np.arange(height)[:, None] + shifts
    inside = (rows >= 0) & (rows < height)
    return np.where(inside, np.take_along_axis(cover, np.clip(rows, 0, height - 1), 0), 0)


def _peaks(strips: Floats, config: PageRuleConfig) -> list[Floats]:
    """Return per strip the heights of thin rows with much ink."""
    reach, height = config.max_thickness_px, len(strips)
    room = cv2.copyMakeBorder(strips, reach, reach, 0, 0, cv2.BORDER_CONSTANT, value=0)
    best = np.asarray(cv2.dilate(room, np.ones((5, 1), np.uint8)))[reach : reach + height]
    # Beside the row, on both sides, is less ink: the minimum nearby counts.
    least = np.asarray(cv2.erode(room, np.ones((reach - 2, 1), np.uint8)))
    away = 2 + (reach - 2) // 2
    above = least[reach - away : reach - away + height]
    below = least[reach + away : reach + away + height]
    is_peak = (strips >= best) & (strips >= config.min_cover)
    is_peak &= strips - np.maximum(above, below) >= config.min_prominence
    columns, rows = np.nonzero(is_peak.T)
    if not len(rows):
        return [np.zeros(0)] * strips.shape[1]
    # A flat top is one peak: neighbouring rows of one column are a group.
    starts = np.flatnonzero((np.diff(rows, prepend=-9) > 2) | (np.diff(columns, prepend=-1) != 0))
    sizes = np.diff(starts, append=len(rows))
    middles = np.add.reduceat(rows, starts) / sizes
    ends = np.searchsorted(columns[starts], np.arange(1, strips.shape[1]))
    return list(np.split(middles, ends))


def _path(
    strips: npt.NDArray[np.intp],
    heights: Floats,
    middle: Floats,
    width: int,
    config: PageRuleConfig,
) -> Floats:
    """Return the (W,) heights of one rule; NaN outside it. It goes on to an edge nearby."""
    step, count = width / len(middle), len(middle)
    first = 0 if strips[0] <= config.max_gap_strips else round(strips[0] * step)
    is_last = strips[-1] >= count - 1 - config.max_gap_strips
    last = width if is_last else round((strips[-1] + 1) * step)
    path = np.full(width, np.nan)
    path[first:last] = _smooth(middle[strips], heights, np.arange(first, last))
    return path


def _completed(paths: Floats, strips: Floats, config: PageRuleConfig) -> Floats:
    """Continue rules that end on the page beside their nearest neighbour, if there is ink."""
    missing = np.isnan(paths)
    for row in np.flatnonzero(missing.any(axis=1)).tolist():
        own, whole = ~missing[row], np.flatnonzero(~missing.any(axis=1))
        if not len(whole):
            break
        apart = (paths[row] - paths[whole])[:, own].mean(axis=1)
        nearest = int(np.abs(apart).argmin())
        beside = paths[whole[nearest]] + apart[nearest]
        rest = np.where(missing[row], beside, np.nan)
        if _is_inked(rest, strips, 1, config):
            paths[row] = np.where(missing[row], beside, paths[row])
    return paths


def _with_missing(paths: Floats, strips: Floats, config: PageRuleConfig) -> Floats:
    """Add the rules that are missing in an even sequence, if there is some ink along them."""
    paths = paths[np.argsort(np.nanmean(paths, axis=1))]
    if len(paths) < config.min_sequence:
        return paths
    steps = np.diff(np.nanmean(paths, axis=1))
    pitch = float(np.median(steps))
    more = []
    for index, step in enumerate(steps.tolist()):
        between = round(step / pitch)
        if 2 <= between <= config.max_missing + 1 and abs(step / pitch - between) <= 0.2:
            shares = np.arange(1, between)[:, None] / between
            more += list(paths[index] + (paths[index + 1] - paths[index]) * shares)
    for end, way in ((0, -1), (-1, 1)):
        more += [paths[end] + way * pitch * k for k in range(1, config.max_missing + 1)]
    half = strips.shape[1] // 2
    inked = [each for each in more if _is_inked(each, strips, half, config)]
    return np.array([*paths, *inked])


def _is_inked(path: Floats, strips: Floats, min_strips: int, config: PageRuleConfig) -> bool:
    """Whether strips have ink along a path, and less on both sides: a rule, not writing."""
    height, count = strips.shape
    away = config.max_thickness_px // 2 + 1
    at = path[((np.arange(count) + 0.5) * len(path) / count).astype(np.int64)]
    inside = (at >= away) & (at < height - away - 1)  # NaN is outside
    if inside.sum() < min_strips:
        return False
    rows, columns = np.rint(at[inside]).astype(np.int64), np.flatnonzero(inside)
    cover = float(np.max([strips[rows + d, columns] for d in (-1, 0, 1)], axis=0).mean())
    beside = max(float(strips[rows + d, columns].mean()) for d in (-away, away))
    return cover >= config.min_missing_cover and cover - beside >= config.min_prominence


def _chains(peaks: list[Floats], count: int, config: PageRuleConfig) -> list[_Chain]:
    """Link peaks from strip to strip; return strips and heights of each path."""
    places: list[list[int]] = []
    heights: list[list[float]] = []
    last = np.zeros(0, np.int64)  # strip of the last peak of each path
    y = np.zeros(0)
    slope = np.zeros(0)
    for strip in range(count):
        rows = peaks[strip]
        if not len(rows):
            continue
        taken = np.zeros(len(rows), np.bool_)
        alive = np.flatnonzero(strip - last <= config.max_gap_strips + 1) if len(last) else last
        if len(alive):
            steps = strip - last[alive]
            expected = y[alive] + slope[alive] * steps
            away = np.abs(expected[:, None] - rows)
            nearest = away.argmin(axis=1)
            distance = away[np.arange(len(alive)), nearest]
            for index in np.argsort(distance - 0.02 * steps, kind="stable"):
                row = int(nearest[index])
                if taken[row] or distance[index] > config.max_step_px + 0.3 * steps[index]:
                    continue
                taken[row] = True
                path = int(alive[index])
                change = (rows[row] - y[path]) / steps[index]
                slope[path] += 0.3 * (change - slope[path])
                places[path].append(strip)
                heights[path].append(float(rows[row]))
                last[path], y[path] = strip, rows[row]
        new = rows[~taken]
        places += [[strip] for _ in new]
        heights += [[float(row)] for row in new]
        last = np.concatenate([last, np.full(len(new), strip)])
        y, slope = np.concatenate([y, new]), np.concatenate([slope, np.zeros(len(new))])
    return [(np.array(a), np.array(b)) for a, b in zip(places, heights, strict=True)]


def _is_long(chain: _Chain, count: int, config: PageRuleConfig) -> bool:
    """Whether a path is long and seen in most strips between its ends."""
    strips = chain[0]
    span = int(strips[-1] - strips[0]) + 1
    return bool(
        span >= config.min_length_fraction * count
        and len(strips) >= config.min_hit_fraction * span
    )


def _rules(chains: list[_Chain], strips: Floats, config: PageRuleConfig) -> list[_Chain]:
    """Return the paths that have as much ink as rules of one page: printed alike.

    The stems of digits below each other have less. Dashes have less, too, but all the same.
    """
    if not chains:
        return []
    covers = np.array([_median_cover(chain, strips) for chain in chains])
    usual = float(np.quantile(covers, 0.75))
    alike = covers >= config.min_alike * usual
    kept = [chain for chain, fits in zip(chains, alike.tolist(), strict=True) if fits]
    if usual >= config.min_solid_cover:
        return kept
    dashed = [chain for chain in kept if _is_thin(chain, strips, config)]
    return dashed if len(dashed) >= config.min_sequence else []


def _is_thin(chain: _Chain, strips: Floats, config: PageRuleConfig) -> bool:
    """Whether one side of a path has little ink: a rule is thin, a column of digits broad."""
    places, heights = chain
    away = config.max_thickness_px // 2 + 1
    rows = np.rint(heights).astype(np.int64)
    last = len(strips) - 1
    beside = sum(strips[np.clip(rows + d, 0, last), places].mean() for d in (-away, away)) / 2
    return bool(beside <= config.max_beside * strips[rows, places].mean())


def _median_cover(chain: _Chain, strips: Floats) -> float:
    """Return the median cover of the strips from end to end; 0 where the path was not seen."""
    places, heights = chain
    seen = strips[np.rint(heights).astype(np.int64), places]
    covers = np.zeros(int(places[-1] - places[0]) + 1)
    covers[places - places[0]] = seen
    return float(np.median(covers))


def _smooth(x: Floats, y: Floats, at: npt.NDArray[np.int64]) -> Floats:
    """Return a cubic polynomial through the points, robustly fitted."""
    middle, half = (x[0] + x[-1]) / 2, max((x[-1] - x[0]) / 2, 1.0)
    degree = min(3, len(x) - 1)
    powers = np.vander((x - middle) / half, degree + 1)
    near: Flags = np.ones(len(x), np.bool_)
    for _ in range(2):
        own = powers[near]
        normal = own.T @ own + 1e-9 * np.eye(degree + 1)
        weights = np.linalg.solve(normal, own.T @ y[near])
        away = np.abs(powers @ weights - y)
        near = away <= max(2.5 * float(np.sort(away)[len(away) // 2]), 0.7)
    inside = np.clip((at - middle) / half, -1.15, 1.15)
    return np.asarray(np.polyval(weights, inside), np.float64)
