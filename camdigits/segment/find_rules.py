"""Find printed rules and remove them: ruling lines, grids, form boxes, tables.

Components that may contain rules are found by their contours; `remove_rules` removes the lines.
Parts of broken lines are distinguished from bare strokes by their neighbours.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.segment.contours import Boxes, Components, trace_components
from camdigits.segment.form_boxes import FormBoxConfig, form_boxes
from camdigits.segment.page_rules import erase_page_rules
from camdigits.segment.remove_rules import LineConfig, remove_lines
from camdigits.segment.rule_paths import PageRuleConfig
from camdigits.values import Flags, GrayImage, Ink


@dataclass(frozen=True, slots=True)
class RuleConfig:
    """Limits in pixels of the searched image, or as fractions of the length given."""

    lines: LineConfig = field(default_factory=LineConfig)
    weak_divisor: int = 2  # chosen: ink limit over this; pale printed lines have no gaps then
    min_length_fraction: float = 0.25  # chosen: of the image's longer side; longer may be rules
    min_ruled_px: int = 120  # chosen: a shorter component is long only in a small picture
    max_ink_fraction: float = 0.35  # of the image: squared paper has 0.2, cloth and wood more
    max_holes: int = 80  # chosen: holes examined per component; squared paper has thousands
    min_side_px: int = 8  # chosen: a component with a smaller longer side is dust
    max_sliver_overlap: float = 0.6  # chosen: of a component, next to a line; more is its edge
    min_pitch_px: int = 30  # chosen: distance of the rules of narrow squares
    max_sliver_px: int = 5  # chosen: broadest sliver beside such a rule
    max_rung_aspect: float = 0.25  # chosen: width over length of a stroke between two rules
    rung_margin_px: int = 10  # chosen: where a rule that crosses such a stroke is looked for
    max_rung_gap_px: int = 3  # chosen: between the ends of such a stroke and the rules
    min_crossing: float = 0.5  # chosen: of that width that the rule covers
    max_broken_gap_lengths: float = 0.15  # chosen: gap in a line over its shorter part
    max_dash_aspect: float = 0.45  # chosen: width over length of a dash, which may slant
    max_dash_gap_lengths: float = 0.9  # chosen: the same in a long chain of strokes
    min_chained_dashes: int = 8  # chosen: strokes of such a chain; nobody writes so many ones
    max_strokes: int = 600  # chosen: bounds the pairwise comparison of strokes
    max_edge_px: int = 12  # chosen: strip along the edge of the image
    min_page_rule: float = 0.4  # chosen: of a side: ink so long may be a rule of the page
    min_dashes: int = 24  # chosen: bare strokes that may be the dashes of broken rules
    boxes: FormBoxConfig = field(default_factory=FormBoxConfig)
    page: PageRuleConfig = field(default_factory=PageRuleConfig)


DEFAULT = RuleConfig()


def find_components(ink: Ink, config: RuleConfig = DEFAULT) -> Components:
    """Trace the components of the ink without rules; strokes that touch rules are kept.

    Args:
        ink: mask, contrast and limits of an (H, W) image.
        config: limits for rules.

    Returns:
        Components without rules and parts of lines; `rules` is the mask of the removed lines.
    """
    mask, lines = ink.mask, None
    components = trace_components(mask)
    families = _may_be_ruled(components.boxes, mask.shape, config)
    if any(families):
        weak = cv2.compare(ink.contrast, ink.limits // config.weak_divisor, cv2.CMP_GT)
        erased = erase_page_rules(mask, np.asarray(weak, np.uint8), ink, families, config.page)
        if erased is not None:
            mask, lines = _without_form_boxes(components, ink, erased, config)
            components = trace_components(mask)
    if cv2.countNonZero(mask) <= config.max_ink_fraction * mask.size:
        components = _without_rules(components, ink, mask, lines, config)
    return components.without(_broken_lines(components.boxes, config))


def _may_be_ruled(boxes: Boxes, shape: tuple[int, ...], config: RuleConfig) -> tuple[bool, bool]:
    """Whether a page may have horizontal, and vertical rules: a long component, or many dashes.

    The edge of a sheet at the edge of the image is not a rule.
    """
    found = []
    for along, across in ((0, 1), (1, 0)):
        length, thickness = boxes[:, 2 + along], boxes[:, 2 + across]
        start, side = boxes[:, across], shape[1 - across]
        edge = config.max_edge_px
        at_edge = (start + thickness <= edge) | (start >= side - edge)
        long = length > max(config.min_page_rule * shape[1 - along], config.min_ruled_px)
        dashes = (length >= config.min_side_px) & (thickness <= config.max_rung_aspect * length)
        many = np.count_nonzero(dashes & ~at_edge) >= config.min_dashes
        found.append(bool((long & ~at_edge).any() or many))
    return found[0], found[1]


def _without_form_boxes(
    components: Components, ink: Ink, erased: tuple[GrayImage, GrayImage], config: RuleConfig
) -> tuple[GrayImage, GrayImage]:
    """Return a mask and the rules erased from it, without form boxes and with their lines.

    A rule of the page may take one side of the boxes in a row; the other sides would be strokes.
    So the boxes are looked for among the components of the whole ink.
    """
    shorter = components.boxes[:, 2:].max(axis=1, initial=0) < config.min_page_rule * min(
        ink.mask.shape
    )
    framed = form_boxes(components, np.flatnonzero(~shorter).tolist(), config.boxes)
    if not framed:
        return erased
    rest, lines = _removed(components, framed, framed, ink.mask, ink, config)
    return np.minimum(erased[0], rest), np.maximum(erased[1], lines)


def _without_rules(
    components: Components,
    ink: Ink,
    mask: GrayImage,
    erased: GrayImage | None,
    config: RuleConfig,
) -> Components:
    """Remove the rules of single components; `erased` are rules of the page, already removed."""
    ruled = _ruled(components, mask.shape, config)
    framed = form_boxes(components, ruled, config.boxes)
    if not ruled and not framed and erased is None:
        return components
    rest, own = _removed(components, {*ruled, *framed}, framed, mask, ink, config)
    if erased is None and not own.any():
        return components
    lines = own if erased is None else np.maximum(own, erased)
    freed = replace(trace_components(rest), rules=lines)
    dropped = slivers(freed, lines, config)
    if erased is not None and rule_pitch(erased) < config.min_pitch_px:
        # On narrow squares everything is near a rule; broad strokes are not slivers.
        dropped &= freed.boxes[:, 2:].min(axis=1, initial=1 << 30) <= config.max_sliver_px
    freed = freed.without(dropped)
    rungs = _rungs(freed.boxes, lines, config)
    for index in np.flatnonzero(rungs).tolist():
        cv2.drawContours(lines, freed.component(index), -1, 255, cv2.FILLED)
    return freed.without(rungs)


def _removed(
    components: Components,
    ruled: set[int],
    framed: set[int],
    mask: GrayImage,
    ink: Ink,
    config: RuleConfig,
) -> tuple[GrayImage, GrayImage]:
    """Remove the lines of some components from a mask.

    Args:
        components: of the mask.
        ruled: indexes of those that may have lines.
        framed: indexes of those that are form boxes.
        mask: (H, W) uint8.
        ink: of the image.
        config: limits.

    Returns:
        (H, W) uint8 mask without the lines, and the lines.
    """
    rest, lines = mask.copy(), np.zeros_like(mask)
    for index in sorted(ruled):
        x, y, width, height = components.boxes[index].tolist()
        here = np.s_[y : y + height, x : x + width]
        contours = [each - (x, y) for each in components.component(index, config.max_holes)]
        weak = cv2.compare(ink.contrast[here], ink.limits[here] // config.weak_divisor, cv2.CMP_GT)
        found = remove_lines(
            rest[here],
            np.asarray(weak, np.uint8),
            contours,
            max(mask.shape),
            config.lines,
            is_grid=index in framed,
        )
        if found is not None:
            rest[here] = found[0]
            np.maximum(lines[here], found[1], out=lines[here])
    return rest, lines


def _in_boxes(mask: GrayImage, boxes: Boxes) -> npt.NDArray[np.int32]:
    """Return (N,) the sum of a mask over each box."""
    sums = cv2.integral(mask)
    left, top = boxes[:, :2].T
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).T
    inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(inside, np.int32)


def _ruled(components: Components, shape: tuple[int, ...], config: RuleConfig) -> list[int]:
    """Return indexes of components that may contain rules: long ones.

    In a small picture a digit is long, so that a line has to cross the picture.
    """
    longest = components.boxes[:, 2:].max(axis=1, initial=0)
    long = longest > max(config.min_length_fraction * max(shape), config.min_ruled_px)
    return [int(index) for index in np.flatnonzero(long | _crosses(components.boxes, shape))]


def _crosses(boxes: Boxes, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    """(N,) bool: reaches from one edge of the picture to the opposite one."""
    low, high = boxes[:, :2] <= 1, boxes[:, :2] + boxes[:, 2:] >= np.array(shape[1::-1]) - 1
    return np.asarray((low & high).any(axis=1), np.bool_)


def rule_pitch(lines: GrayImage) -> float:
    """Return the mean distance in pixels of horizontal, or if they are closer vertical, rules."""
    distances = []
    for turned in (lines, lines.T):
        columns = turned[:, 4 :: max(8, turned.shape[1] // 40)] > 0
        starts = np.count_nonzero(columns[1:] & ~columns[:-1], axis=0)
        distances.append(len(turned) / max(float(np.median(starts)), 1.0))
    return min(distances)


def slivers(
    components: Components, lines: GrayImage, config: RuleConfig = DEFAULT
) -> npt.NDArray[np.bool_]:
    """Find components that are mostly next to lines: rough edges and parts of crossings.

    Args:
        components: of the ink without the lines.
        lines: (H, W) uint8, 255 on the lines that were removed.
        config: limits.

    Returns:
        (N,) bool.
    """
    near = np.asarray(cv2.dilate(lines, np.ones((5, 5), np.uint8)), np.uint8)
    boxes = components.boxes
    found = np.zeros(len(boxes), np.bool_)
    for index in np.flatnonzero(_in_boxes(near, boxes)).tolist():
        x, y, width, height = boxes[index].tolist()
        own = np.zeros((height, width), np.uint8)
        part = components.component(index)
        cv2.drawContours(own, part, -1, 255, cv2.FILLED, offset=(-x, -y))
        adjacent = cv2.bitwise_and(own, near[y : y + height, x : x + width])
        limit = config.max_sliver_overlap * cv2.countNonZero(own)
        found[index] = cv2.countNonZero(adjacent) > limit
    return found


def _rungs(boxes: Boxes, lines: GrayImage, config: RuleConfig) -> npt.NDArray[np.bool_]:
    """(N,) bool: bare strokes with a rule at both ends, the sides of table cells."""
    rungs = np.zeros(len(boxes), np.bool_)
    thin = boxes[:, 2:].min(axis=1) <= config.max_rung_aspect * boxes[:, 2:].max(axis=1)
    thin &= boxes[:, 2:].max(axis=1, initial=0) >= config.min_side_px
    for index in np.flatnonzero(thin).tolist():
        x, y, width, height = boxes[index].tolist()
        if height > width:
            rungs[index] = _is_rung(lines, (x, y, width, height), config)
        else:
            rungs[index] = _is_rung(lines.T, (y, x, height, width), config)
    return rungs


def _is_rung(lines: GrayImage, box: tuple[int, int, int, int], config: RuleConfig) -> bool:
    """Whether a vertical stroke has a rule at both ends, and none that crosses it.

    A written 1 on squared paper crosses rules.
    """
    x, y, width, height = box
    gap, margin = config.max_rung_gap_px, config.rung_margin_px
    around = lines[max(0, y - gap) : y + height + gap, max(0, x - gap) : x + width + gap]
    if not (around[: 2 * gap].any() and around[-2 * gap :].any()):
        return False
    middle = slice(y + height // 4, y + height - height // 4)
    left, right = lines[middle, max(0, x - margin) : x], lines[middle, x + width :][:, :margin]
    return not all(
        each.size and (each > 0).mean(axis=1).max() >= config.min_crossing
        for each in (left, right)
    )


def _broken_lines(boxes: Boxes, config: RuleConfig) -> Flags:
    """(N,) bool: bare strokes that another one continues, such as sheet edges and dashes.

    Written ones are next to each other, not end to end; at most a few are below each other.
    """
    broken = np.zeros(len(boxes), np.bool_)
    longest = boxes[:, 2:].max(axis=1, initial=0)
    aspect = boxes[:, 2:].min(axis=1, initial=1 << 30) / np.maximum(longest, 1)
    narrow = (aspect <= config.max_dash_aspect) & (longest >= config.min_side_px)
    strokes = np.flatnonzero(narrow)[: config.max_strokes]
    for along, across in ((0, 1), (1, 0)):
        aligned = strokes[boxes[strokes, 2 + along] > boxes[strokes, 2 + across]]
        start, length = boxes[aligned, along], boxes[aligned, 2 + along]
        thickness = boxes[aligned, 2 + across]
        middle = boxes[aligned, across] + thickness / 2
        gap = np.maximum(start[:, None], start) - np.minimum(
            (start + length)[:, None], start + length
        )
        gap = np.abs(gap) / np.minimum(length[:, None], length)
        near = np.abs(middle[:, None] - middle) <= np.maximum(thickness[:, None], thickness)
        np.fill_diagonal(near, False)
        is_bare = aspect[aligned] <= config.max_rung_aspect
        is_continued = near & (gap <= config.max_broken_gap_lengths) & is_bare[:, None] & is_bare
        is_dash = near & (gap <= config.max_dash_gap_lengths)
        chained = _in_chains(is_dash, config.min_chained_dashes)
        broken[aligned[is_continued.any(axis=1) | chained]] = True
    return broken


def _in_chains(follows: Flags, count: int) -> Flags:
    """(N,) bool: in a chain of at least `count` strokes; (N, N) `follows` is symmetric."""
    one, other = np.nonzero(follows)
    chains = np.arange(len(follows))
    if len(one) < 2 * (count - 1):
        return np.zeros(len(follows), np.bool_)
    while True:
        before = chains.copy()
        np.minimum.at(chains, one, before[other])
        if np.array_equal(before, chains):
            return np.asarray(np.bincount(chains, minlength=len(chains))[chains] >= count)
