"""Cut out what may be a sign beside digits, at the scale of its line.

Size and place distinguish a point from a minus, the slant of the neighbours a slash from a 1. So a
sign is not normalised by itself: its window is as high as two digits of its line and centred on
the line, and shows the ink of the sign and the other ink around it as two planes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.geometry import union
from camdigits.image import cv2
from camdigits.segment.contours import Components
from camdigits.values import Box, Flags, Floats, GrayImage, Region

WINDOW = 32, 40  # rows and columns of a window
SAMPLES = 3  # chosen: pixels of the image per pixel of a window, and side
NEAR_CELL_PX = 16  # chosen: of the map of what is near digits
UNIT = 16  # pixels of a window per height of a digit
Windows = npt.NDArray[np.uint8]  # (N, 32, 40, 2), 255 = ink: own, other


@dataclass(frozen=True, slots=True)
class SignWindowConfig:
    """Limits for what may be a sign; lengths are fractions of the height of digits nearby."""

    min_side_px: int = 2  # chosen: longer side of a point
    min_side: float = 0.06  # chosen: the same; smaller is dust
    max_height: float = 1.8  # chosen: of a bracket
    max_width: float = 1.6  # chosen: of an equals sign
    max_gap: float = 1.0  # chosen: between a sign and the nearest digit
    max_above: float = 0.35  # chosen: of a sign's centre, above the digits
    max_below: float = 0.45  # chosen: the same below them: a comma
    min_stacked: float = 0.5  # chosen: of the narrower part's width, that another one covers
    max_dot: float = 0.3  # chosen: longer side of a dot
    max_ring: float = 0.65  # chosen: longer side of a ring of a percent sign; width of its stroke
    max_lean: float = 0.12  # chosen: by which two dots may be beside each other
    max_stack: float = 1.5  # chosen: height of all parts together
    max_piece: float = 0.75  # chosen: of a digit's longer side; a longer stroke is the digit
    max_owned: float = 0.5  # chosen: share of an outline on the ink of a digit; more is its stroke
    neighbours: int = 4  # digits that give height and middle of the line
    max_candidates: int = 150  # chosen: in one image, those nearest to a digit


DEFAULT = SignWindowConfig()


@dataclass(frozen=True, slots=True, eq=False)
class SignCandidate:
    """Components that are one sign, if they are a sign."""

    box: Box
    members: tuple[int, ...]  # components, as indexes
    digits: tuple[int, ...]  # digits that it replaces; () if its ink is not part of a digit
    pieces_of: tuple[int, ...]  # digits that contain it, such as a 9 with a comma joined to it
    height: float  # of the digits on its line
    middle: float  # y of the line


def find_sign_candidates(
    components: Components,
    digits: Sequence[Region],
    reviewed: Flags,
    shape: tuple[int, ...],
    config: SignWindowConfig = DEFAULT,
) -> list[SignCandidate]:
    """Find the components beside digits that are not part of one, and digits to be reviewed.

    Args:
        components: of an upright (H, W) image, without rules.
        digits: accepted regions of the same image.
        reviewed: (N,) bool: digits that may be signs.
        shape: of the image.
        config: limits.

    Returns:
        Candidates; components above each other, such as the dots of a colon, are one. A small
        stroke of a digit is a candidate, too.
    """
    if not digits:
        return []
    lines = _Lines.of([digit.box for digit in digits], config)
    free, pieces = _free(components, digits, lines, shape, config)
    loose = [_Part(Box(*components.boxes[row].tolist()), row) for row in free]
    strokes = [_Part(Box(*components.boxes[r].tolist()), r, piece_of=d) for r, d in pieces]
    whole = [
        _Part(digits[index].box, digit=index)
        for index in np.flatnonzero(reviewed).tolist()
        if lines.near(digits[index].box, but=(index,))
    ]
    groups = _stacks([*loose, *whole], lines, config)
    if strokes:
        stacks = _stacks([*strokes, *loose], lines, config)
        groups += [group for group in stacks if any(part.piece_of is not None for part in group)]
    found = [_candidate(group, lines) for group in groups]
    return [each for each in found if each is not None][: config.max_candidates]


@dataclass(frozen=True, slots=True)
class _Part:
    """A component, or a whole digit, that may be a sign or a part of one."""

    box: Box
    component: int | None = None
    digit: int | None = None
    piece_of: int | None = None  # the digit to which it was joined


def _candidate(group: Sequence[_Part], lines: "_Lines") -> SignCandidate | None:
    """Return parts above each other as one candidate; None if no digit is beside them."""
    own = tuple(part.digit for part in group if part.digit is not None)
    box = union(part.box for part in group)
    if not lines.near(box, but=own):
        return None
    height, middle = lines.at(box, but=own)
    members = tuple(part.component for part in group if part.component is not None)
    pieces_of = tuple(part.piece_of for part in group if part.piece_of is not None)
    return SignCandidate(box, members, own, pieces_of, height, middle)


def components_near(
    components: Components,
    digits: Sequence[Region],
    shape: tuple[int, ...],
    config: SignWindowConfig = DEFAULT,
) -> Components:
    """Return the components that may be beside a digit or a part of one.

    Wood and cloth have thousands of components: a coarse map of the surroundings of all digits is
    looked up once for each.
    """
    cell = NEAR_CELL_PX
    near = np.zeros((shape[0] // cell + 1, shape[1] // cell + 1), np.bool_)
    for x, y, width, height in (digit.box for digit in digits):
        across, up = (config.max_gap + config.max_width) * height, config.max_above * height
        down = (1 + config.max_below) * height
        left, top = max(0, int(x - across)) // cell, max(0, int(y - up)) // cell
        right, bottom = int(x + width + across) // cell + 1, int(y + down) // cell + 1
        near[top:bottom, left:right] = True
    boxes = components.boxes
    middle = (boxes[:, :2] + boxes[:, 2:] // 2) // cell
    fits = boxes[:, 2:].max(axis=1, initial=0) >= config.min_side_px
    return components.only(np.flatnonzero(fits & near[middle[:, 1], middle[:, 0]]))


def singles(candidate: SignCandidate, components: Components) -> list[SignCandidate]:
    """Return each part of a candidate as a candidate of its own."""
    parts = [(Box(*components.boxes[row].tolist()), (row,)) for row in candidate.members]
    return [
        SignCandidate(box, members, (), (), candidate.height, candidate.middle)
        for box, members in parts
    ]


def draw_windows(
    candidates: Sequence[SignCandidate],
    components: Components,
    digits: Sequence[Region],
    mask: GrayImage,
) -> Windows:
    """Draw the window of each candidate.

    Args:
        candidates: of `find_sign_candidates`.
        components: of the same image.
        digits: accepted regions.
        mask: (H, W) uint8, 255 on ink without rules.

    Returns:
        (N, 32, 40, 2) uint8: the ink of the candidate, and all other ink.
    """
    windows = np.zeros((len(candidates), *WINDOW, 2), np.uint8)
    for row, each in enumerate(candidates):
        side = max(each.height, 1.0) / UNIT  # pixels of the image per pixel of the window
        wide, high = round(WINDOW[1] * side), round(WINDOW[0] * side)
        left = round(each.box.centre[0] - wide / 2)
        top = round(each.middle - high / 2)
        own = np.zeros((high, wide), np.uint8)
        for member in each.members:
            contours = components.component(member)
            cv2.drawContours(own, contours, -1, 255, cv2.FILLED, offset=(-left, -top))
        for region in (digits[index] for index in each.digits):
            _paint(own, region.box.x - left, region.box.y - top, region.ink)
        step = max(1, int(side / SAMPLES))  # large digits have more pixels than needed
        every = np.zeros((high, wide), np.uint8)
        _paint(every, -left, -top, mask)
        other = cv2.subtract(every, own)
        planes = cv2.merge((own[::step, ::step].copy(), other[::step, ::step].copy()))
        windows[row] = cv2.resize(planes, WINDOW[::-1], interpolation=cv2.INTER_AREA)
    return windows


def _paint(canvas: npt.NDArray[Any], x: int, y: int, ink: GrayImage, value: int = 255) -> None:
    """Paint the ink of an image, with its corner at x, y, where it is on the canvas."""
    left, top = max(x, 0), max(y, 0)
    right = min(x + ink.shape[1], canvas.shape[1])
    bottom = min(y + ink.shape[0], canvas.shape[0])
    if left < right and top < bottom:
        part = ink[top - y : bottom - y, left - x : right - x]
        canvas[top:bottom, left:right][part > 0] = value


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Boxes of the digits, to find height and middle of the line at a place."""

    boxes: Floats  # (N, 4)
    config: SignWindowConfig

    @classmethod
    def of(cls, boxes: Sequence[Box], config: SignWindowConfig) -> "_Lines":
        return cls(np.array(boxes, np.float64).reshape(-1, 4), config)

    def gaps(self, boxes: Floats) -> Floats:
        """(M, N) gap between boxes and digits over the digit's height; inf on another line."""
        x, y, width, height = self.boxes.T
        left, right = boxes[:, :1], boxes[:, :1] + boxes[:, 2:3]
        middle = boxes[:, 1:2] + boxes[:, 3:] / 2
        gap = np.maximum(np.maximum(x - right, left - (x + width)), 0) / height
        fits = middle >= y - self.config.max_above * height
        fits &= middle <= y + (1 + self.config.max_below) * height
        return np.asarray(np.where(fits, gap, np.inf), np.float64)

    def distances(self, boxes: Floats) -> Floats:
        """(M, N) gap to each digit, larger for digits that are higher or lower."""
        _, y, _, height = self.boxes.T
        middle = boxes[:, 1:2] + boxes[:, 3:] / 2
        away = np.abs(middle - (y + height / 2)) / height
        return np.asarray(self.gaps(boxes) + away, np.float64)

    def near(self, box: Box, but: Sequence[int]) -> bool:
        """Whether another digit than `but` is beside a box."""
        gaps = self.gaps(np.array([box], np.float64))[0]
        gaps[list(but)] = np.inf
        return bool(gaps.min() <= self.config.max_gap)

    def at(self, box: Box, but: Sequence[int]) -> tuple[float, float]:
        """Return height and middle of the line of a box, from the digits beside it."""
        gaps = self.distances(np.array([box], np.float64))[0]
        gaps[list(but)] = np.inf
        nearest = np.argsort(gaps, kind="stable")[: self.config.neighbours]
        nearest = nearest[gaps[nearest] <= gaps[nearest[0]] + 2 * self.config.max_gap]
        height = float(np.median(self.boxes[nearest, 3]))
        beside = nearest[:2]
        return height, float(np.mean(self.boxes[beside, 1] + self.boxes[beside, 3] / 2))


def _free(
    components: Components,
    digits: Sequence[Region],
    lines: _Lines,
    shape: tuple[int, ...],
    config: SignWindowConfig,
) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the components beside digits, nearest first, as indexes.

    Returns:
        Those whose ink is not a digit's; and the small strokes of digits, each with its digit.
    """
    boxes = components.boxes
    longest = boxes[:, 2:].max(axis=1, initial=0)
    high = float(lines.boxes[:, 3].max())
    fits = (longest >= config.min_side_px) & (longest >= config.min_side * lines.boxes[:, 3].min())
    fits &= (boxes[:, 3] <= config.max_height * high) & (boxes[:, 2] <= config.max_width * high)
    rows = np.flatnonzero(fits)
    gaps = lines.gaps(boxes[rows].astype(np.float64))
    high_of = lines.boxes[:, 3]
    own = boxes[rows]
    allowed = longest[rows, None] >= config.min_side * high_of
    allowed &= own[:, 3:] <= config.max_height * high_of
    allowed &= own[:, 2:3] <= config.max_width * high_of
    nearest = np.where(allowed, gaps, np.inf).min(axis=1, initial=np.inf)
    order = np.argsort(nearest, kind="stable")
    rows = rows[order[nearest[order] <= config.max_gap]]
    whole = {tuple(digit.box) for digit in digits}  # digits of one component
    rows = np.array([row for row in rows.tolist() if tuple(boxes[row].tolist()) not in whole], int)
    owned = np.zeros(shape[:2] if len(rows) else (0, 0), np.uint16)
    for index, digit in enumerate(digits if len(rows) else (), 1):
        _paint(owned, digit.box.x, digit.box.y, digit.ink, index)
    free: list[int] = []
    pieces: list[tuple[int, int]] = []
    for row in rows.tolist():
        x, y = components.component(row)[0][:, 0].T
        owners = owned[y, x]
        if (owners > 0).mean() <= config.max_owned:
            free.append(row)
        else:
            owner = int(np.bincount(owners)[1:].argmax())
            side = max(digits[owner].box.width, digits[owner].box.height)
            if longest[row] <= config.max_piece * side:
                pieces.append((row, owner))
        if len(free) == config.max_candidates:
            break
    return free, pieces


def _stacks(parts: Sequence[_Part], lines: _Lines, config: SignWindowConfig) -> list[list[_Part]]:
    """Group parts above each other: colon, equals, divided by, percent."""
    if not parts:
        return []
    x, y, width, height = np.array([part.box for part in parts], np.float64).T
    distances = lines.distances(np.stack([x, y, width, height], axis=1))
    for row, part in enumerate(parts):
        if part.digit is not None:
            distances[row, part.digit] = np.inf
    line = lines.boxes[distances.argmin(axis=1), 3]
    # The dots of a slanted colon are not exactly above each other, nor are the rings of a
    # percent sign above its stroke.
    is_dot = np.array([part.component is not None for part in parts])
    is_dot &= np.maximum(width, height) <= config.max_dot * line
    is_ring = (height <= config.max_ring * line) & (width <= config.max_ring * line)
    is_stroke = (height > config.max_ring * line) & (width <= config.max_ring * line)
    leans = is_dot[:, None] & is_dot
    leans |= (is_ring[:, None] & is_stroke) | (is_stroke[:, None] & is_ring)
    leans &= ~is_dot | ~is_stroke[:, None]
    leans &= ~is_dot[:, None] | ~is_stroke
    pad = np.where(leans, config.max_lean * line, 0.0)
    shared = np.minimum((x + width)[:, None], x + width) - np.maximum(x[:, None], x) + 2 * pad
    narrow = np.minimum(width[:, None], width) + 2 * pad
    over = shared >= config.min_stacked * narrow
    both = np.maximum((y + height)[:, None], y + height) - np.minimum(y[:, None], y)
    over &= both <= config.max_stack * np.minimum(line[:, None], line)
    group = np.arange(len(parts))
    one, other = np.nonzero(over)
    for _ in range(3):
        np.minimum.at(group, one, group[other])
    stacks: dict[int, list[_Part]] = {}
    for part, first in zip(parts, group.tolist(), strict=True):
        stacks.setdefault(first, []).append(part)
    return list(stacks.values())
