"""Find the lines on which digits are."""

from collections.abc import Sequence

import numpy as np

from camdigits.recognize.lines.config import DEFAULT, LineConfig
from camdigits.recognize.lines.strip import REACH, Line, on_line
from camdigits.segment.contours import Components
from camdigits.values import Box, Digit, Floats

NEAR_CELL_PX = 16  # chosen: of the map of what is near digits
NOTHING = np.zeros((0, 4))

Found = list[tuple[tuple[int, ...], Line]]


def find_lines(
    boxes: Sequence[Box], others: Floats = NOTHING, config: LineConfig = DEFAULT
) -> Found:
    """Find the digits that are beside each other, and the line of each group.

    Args:
        boxes: of digits.
        others: (N, 4) regions that may be digits or signs; they link digits that are further
            apart.
        config: limits.

    Returns:
        The digits of each line, from left to right, as indexes.

    >>> boxes = [Box(0, 0, 20, 30), Box(40, 2, 20, 30), Box(300, 0, 20, 30)]
    >>> [own for own, _ in find_lines(boxes)]
    [(0, 1), (2,)]
    """
    if not boxes:
        return []
    x, y, width, height = np.array(boxes, np.float64).T
    tall = np.maximum(height[:, None], height)
    middle, at = y + height / 2, x + width / 2
    gap, step = x - (x + width)[:, None], np.abs(middle - middle[:, None])
    beside = (at > at[:, None]) & (gap <= config.max_gap * tall)
    beside &= step <= config.max_step * tall
    beside &= np.minimum(height[:, None], height) >= config.min_height_ratio * tall
    lefts, rights = np.nonzero(beside)
    nearest = np.argsort((np.maximum(gap, 0) + step)[beside], kind="stable")
    after: dict[int, int] = {}
    taken: set[int] = set()
    for left, right in zip(lefts[nearest].tolist(), rights[nearest].tolist(), strict=True):
        if left not in after and right not in taken:
            after[left] = right
            taken.add(right)
    found = []
    for first in range(len(boxes)):
        if first not in taken:
            own = [first]
            while own[-1] in after:
                own.append(after[own[-1]])
            found.append((tuple(own), _line([boxes[index] for index in own], config)))
    found = _without_low(found, boxes, config)
    return _linked(found, boxes, others, config) if len(others) else found


def _linked(lines: Found, boxes: Sequence[Box], others: Floats, config: LineConfig) -> Found:
    """Extend lines over what is beside them; join lines that meet there."""
    left, right = others[:, 0], others[:, 0] + others[:, 2]
    joined: Found = []
    for own, line in sorted(lines, key=lambda each: each[1].left):
        digits = [boxes[index] for index in own]
        first, last = min(box.x for box in digits), max(box.right for box in digits)
        beside = line.level(others, config.max_away)
        reach, most = config.max_link_gap * line.height, config.max_link * line.height
        start = _reached(-first, -right[beside], -left[beside], reach, most)
        stop = _reached(last, left[beside], right[beside], reach, most)
        wide = line.within(-start - config.reach * line.height, stop + config.reach * line.height)
        for place, (before, other) in enumerate(joined):
            ratio = min(line.height, other.height) / max(line.height, other.height)
            meets = other.right >= wide.left and ratio >= config.min_height_ratio
            if meets and abs(other.middle_at(first) - line.middle_at(first)) <= (
                config.max_step * line.height
            ):
                every = tuple(sorted((*before, *own), key=lambda index: boxes[index].x))
                whole = _line([boxes[index] for index in every], config)
                ends_at = max(other.right, wide.right)
                joined[place] = every, whole.within(min(other.left, wide.left), ends_at)
                break
        else:
            joined.append((own, wide))
    return joined


def _reached(edge: float, starts: Floats, stops: Floats, reach: float, most: float) -> float:
    """Return where a row of boxes ends that follow an edge without a gap wider than `reach`."""
    limit = edge + most
    for at in np.argsort(starts):
        if starts[at] - edge > reach:
            break
        edge = max(edge, float(stops[at]))
    return min(edge, limit)


def _without_low(lines: Found, boxes: Sequence[Box], config: LineConfig) -> Found:
    """Add what is much lower than a line that it is on to that line: commas, rings, exponents."""
    added: dict[int, list[int]] = {}
    for place, (own, line) in enumerate(lines):
        for other, (_, larger) in enumerate(lines):
            if line.height <= config.max_low_digit * larger.height and all(
                larger.has(boxes[index], REACH) for index in own
            ):
                added.setdefault(other, []).extend(own)
                added.setdefault(place, [])
                break
    kept = []
    for place, (own, line) in enumerate(lines):
        if added.get(place, True):
            every = sorted((*own, *added.get(place, ())), key=lambda index: boxes[index].x)
            kept.append((tuple(every), line))
    return kept


def _line(boxes: Sequence[Box], config: LineConfig) -> Line:
    x, y, width, height = np.array(boxes, np.float64).T
    high = float(np.median(height))
    beside = config.reach * high
    left, right = float(x.min()) - beside, float((x + width).max()) + beside
    at, middle = x + width / 2, y + height / 2
    slope = 0.0
    if len(boxes) > 2 and np.ptp(at) > config.min_span * high:
        off = at - at.mean()
        slope = float(off @ middle / (off @ off))
    return Line(left, right, float(np.mean(middle - slope * (at - left))), slope, high)


def components_near(
    components: Components,
    digits: Sequence[Box],
    shape: tuple[int, ...],
    config: LineConfig = DEFAULT,
) -> Components:
    """Return the components that may be on a line with a digit.

    Wood and cloth have thousands of components: a coarse map of the surroundings of all digits is
    looked up once for each.
    """
    cell = NEAR_CELL_PX
    near = np.zeros((shape[0] // cell + 1, shape[1] // cell + 1), np.bool_)
    for x, y, width, height in digits:
        across, up = (config.max_link + config.reach) * height, config.max_above * height
        left, top = max(0, int(x - across)) // cell, max(0, int(y - up)) // cell
        right, bottom = int(x + width + across) // cell + 1, int(y + height + up) // cell + 1
        near[top:bottom, left:right] = True
    boxes = components.boxes
    middle = (boxes[:, :2] + boxes[:, 2:] // 2) // cell
    fits = boxes[:, 2:].max(axis=1, initial=0) >= config.min_side_px
    return components.only(np.flatnonzero(fits & near[middle[:, 1], middle[:, 0]]))


def worth_reading(
    found: tuple[tuple[int, ...], Line],
    digits: Sequence[Digit],
    others: Floats,
    components: Components,
    config: LineConfig = DEFAULT,
) -> Found:
    """Return the parts of a line on which there may be a sign, or another digit than was read.

    Args:
        found: a line with its digits.
        digits: of the image.
        others: (N, 4) its other regions.
        components: of the image, without rules.
        config: limits.

    Returns:
        Parts of the line. Left out are digits that are sure, may not be a slash and have no other
        ink beside them; each part has `context` such digits on either side.
    """
    own, line = found
    boxes = np.array([digits[index].box for index in own], np.float64)
    left, right = boxes[:, 0], boxes[:, 0] + boxes[:, 2]
    open_ = np.array([_may_be_other(digits[index], line, config) for index in own])
    rows = on_line(components, line)
    x, y, width, height = components.boxes[rows].T.astype(np.float64)
    inside = (x[:, None] >= left) & (y[:, None] >= boxes[:, 1])
    inside &= (x + width)[:, None] <= right
    inside &= (y + height)[:, None] <= boxes[:, 1] + boxes[:, 3]
    free = ~inside.any(axis=1)
    spans = np.stack([x, x + width], axis=1)[free].tolist()
    level = others[line.has_each(others, config.max_away)]
    spans += np.stack([level[:, 0], level[:, 0] + level[:, 2]], axis=1).tolist()
    for start, stop in spans:
        reach = config.reach * line.height
        open_ |= (left <= stop + reach) & (right >= start - reach)
    if open_.all():
        return [found]
    near = np.convolve(open_, np.ones(2 * config.context + 1))[config.context :][: len(own)] > 0
    parts: Found = []
    for run in np.split(np.arange(len(own)), np.flatnonzero(np.diff(near)) + 1):
        if near[run[0]]:
            first, last = int(run[0]), int(run[-1])
            start = line.left if first == 0 else float(left[first]) - config.cut * line.height
            stop = (
                line.right
                if last == len(own) - 1
                else float(right[last]) + config.cut * line.height
            )
            parts.append((own[first : last + 1], line.within(start, stop)))
    return parts


def _may_be_other(digit: Digit, line: Line, config: LineConfig) -> bool:
    """Whether a digit may be a sign, may be another digit, or may have a comma joined to it."""
    depth = digit.box.bottom - line.middle_at(digit.box.centre[0])
    return (
        digit.label == "1"
        or digit.is_part
        or digit.score < config.min_sure_score
        or depth > config.max_sure_depth * line.height
    )
