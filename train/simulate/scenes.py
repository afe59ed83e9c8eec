"""Pages written from glyphs and filmed by a simulated camera.

A page is written by hands: each draws one of its glyphs at any size. The page gets paper, light, a
camera's view, blur, noise and JPEG, and comes back with the box of everything written on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, Glyphs, GrayImage

LEGIBLE_PX = 10.0  # a smaller digit is a guess, even in focus
LEGIBLE_BLURS = 7.0  # and grows with the blur: so many standard deviations more
UNSURE = -1  # nobody could tell: cut off by the frame, blurred away, a stroke that may be a 1
# Where the stem of a digit begins (6: ends), as part of its height.
STEMS = {4: (0.5, 0.75), 7: (0.25, 0.6), 9: (0.45, 0.75), 6: (0.2, 0.45)}
LONG_STEMS = 0.2  # part of these digits that get a longer one
Plane = npt.NDArray[np.float32]  # (H, W), 0 to 1
Labels = npt.NDArray[np.uint8]  # (N,)


@dataclass(frozen=True, slots=True)
class Hand:
    """Someone or something that writes: a data set seen as a pen."""

    name: str
    labels: Labels  # of its samples, DIGIT_NONE for everything that is not a digit
    draw: Callable[[int, int, np.random.Generator], GrayImage]
    """Sample index and longest side in pixels to (h, w) uint8 coverage, tight around the ink."""


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """One thing written on a page."""

    label: int  # 0 to 9, or DIGIT_NONE
    hull: npt.NDArray[np.float32]  # (points, 1, 2) x y, the convex hull of its ink


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing written on a page, where the camera sees it."""

    label: int  # 0 to 9, DIGIT_NONE or UNSURE
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One filmed page with its truth."""

    gray: GrayImage  # (H, W) uint8
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class SceneConfig:
    """Ranges of the simulation; sizes in pixels of the frame."""

    size: tuple[int, int] = (960, 720)
    heights: tuple[float, float] = (10.0, 150.0)
    negatives: float = 0.3  # part of the marks that are not digits
    touching: float = 0.06  # part of the gaps between marks that close
    board: float = 0.12  # part of the pages that are chalk on a board
    ruled: float = 0.35  # part of the pages with printed lines or a grid
    boxed: float = 0.1  # part of the rows that stand in the boxes of a form
    paper: tuple[GrayImage, ...] = field(default=())  # photographed paper, any size


def bitmap_hand(name: str, images: Glyphs, labels: Labels) -> Hand:
    """Write with the pictures of a data set, (N, 28, 28) uint8, bent and thickened a little."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        shape = _lengthen(_weigh(images[index], rng), int(labels[index]), rng)
        return _fit(_bend(shape, rng), side)

    return Hand(name, labels, draw)


def printed_hand(name: str, images: Sequence[GrayImage], labels: Labels) -> Hand:
    """Write with printed characters, each (h, w) uint8: upright, unbent, at most squeezed."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        shape = cv2.resize(images[index], None, fx=float(rng.uniform(0.75, 1.15)), fy=1.0)
        return _fit(np.asarray(shape, np.uint8), side)

    return Hand(name, labels, draw)


def stroke_hand(
    name: str, strokes: Sequence[Sequence[npt.NDArray[np.float32]]], labels: Labels
) -> Hand:
    """Write with recorded pen strokes, each (points, 2) x y, at any pen width."""

    def draw(index: int, side: int, rng: np.random.Generator) -> GrayImage:
        shape = _lengthen(_trace(strokes[index], rng), int(labels[index]), rng)
        return _fit(_bend(shape, rng), side)

    return Hand(name, labels, draw)


def _trace(strokes: Sequence[npt.NDArray[np.float32]], rng: np.random.Generator) -> GrayImage:
    """Draw strokes 96 pixels long with a round pen of 3 to 14 % of that."""
    side, margin = 96, 20
    points = np.concatenate(strokes)
    low, span = points.min(axis=0), max(float(np.ptp(points, axis=0).max()), 1.0)
    pen = max(2, round(side * rng.uniform(0.03, 0.14)))
    canvas = np.zeros((side + 2 * margin, side + 2 * margin), np.uint8)
    for stroke in strokes:
        path = np.rint(((stroke - low) / span * side + margin) * 16).astype(np.int32)
        cv2.polylines(canvas, [path], False, 255, pen, cv2.LINE_AA, 4)
    return canvas


def _weigh(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Double the resolution and make the pen a little broader or finer."""
    big = cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    big = cv2.copyMakeBorder(big, 8, 8, 8, 8, cv2.BORDER_CONSTANT, value=0)
    choice = rng.random()
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    if choice < 0.25:
        big = cv2.dilate(big, kernel)
    elif choice < 0.4:
        thin = cv2.erode(big, kernel)
        big = thin if thin.max() > 128 else big
    # The source is blurred by its own anti-aliasing: steepen the edge again.
    return np.asarray(np.clip((big.astype(np.float32) - 40) * (255 / 150), 0, 255), np.uint8)


def _lengthen(image: GrayImage, label: int, rng: np.random.Generator) -> GrayImage:
    """Give some digits a long stem: people in a hurry do, downwards at 4, 7, 9, upwards at 6."""
    if label not in STEMS or rng.random() >= LONG_STEMS:
        return image
    x, y, width, height = cv2.boundingRect(np.asarray(image > 60, np.uint8))
    ink = image[y : y + height, x : x + width]
    place = round(height * rng.uniform(*STEMS[label]))
    factor = float(rng.uniform(1.2, 2.8))
    if not 0 < place < height:
        return image
    head, foot = ink[:place], ink[place:]
    stem = head if label == 6 else foot
    long = cv2.resize(stem, None, fx=1.0, fy=factor, interpolation=cv2.INTER_LINEAR)
    parts = (long, foot) if label == 6 else (head, long)
    return np.asarray(cv2.copyMakeBorder(np.concatenate(parts), 8, 8, 8, 8, 0), np.uint8)


def _bend(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Slant, turn, stretch and wobble a drawing about its middle."""
    height, width = image.shape
    angle, slant = np.deg2rad(rng.normal(0, 5)), rng.normal(0, 0.12)
    across, down = np.exp(rng.normal(0, 0.1, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[across, slant], [0, down]])
    middle = np.array([width / 2, height / 2])
    out = np.ceil(np.abs(linear) @ np.array([width, height])).astype(int) + 2
    matrix = np.column_stack([linear, out / 2 - linear @ middle])
    flat = np.asarray(cv2.warpAffine(image, matrix, (int(out[0]), int(out[1]))), np.uint8)
    return flat if rng.random() < 0.5 else _wobble(flat, rng)


def _wobble(image: GrayImage, rng: np.random.Generator) -> GrayImage:
    """Shift pixels by smooth noise of up to a few per cent, as a shaky hand does."""
    height, width = image.shape
    coarse = rng.normal(0, 0.03, (2, 4, 4)).astype(np.float32) * max(height, width)
    shift = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC) for plane in coarse]
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    moved = cv2.remap(image, grid_x + shift[0], grid_y + shift[1], cv2.INTER_LINEAR)
    return np.asarray(moved, np.uint8)


def _fit(drawing: GrayImage, side: int) -> GrayImage:
    """Cut to the ink and scale its longest side to `side` pixels."""
    x, y, width, height = cv2.boundingRect(np.asarray(drawing > 60, np.uint8))
    if width == 0:
        return np.zeros((side, side), np.uint8)
    tight = drawing[y : y + height, x : x + width]
    scale = side / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(tight, size, interpolation=how), np.uint8)


def write_page(
    digits: Sequence[Hand],
    others: Sequence[Hand],
    rng: np.random.Generator,
    config: SceneConfig,
) -> tuple[Plane, list[Writing]]:
    """Fill a page with rows of marks; each row has its own size, hand and spacing.

    Returns:
        (H, W) float32 ink coverage, and what was written where.
    """
    width, height = config.size
    ink = np.zeros((height, width), np.float32)
    marks: list[Writing] = []
    low, high = np.log(config.heights)
    top = float(rng.integers(4, 30))
    while True:
        row = float(np.exp(rng.uniform(low, high)))
        if top + row * 1.3 > height:
            return ink, marks
        marks += _write_row(ink, int(top), row, digits, others, rng, config)
        top += row * rng.uniform(1.35, 2.2) + 3


def _write_row(
    ink: Plane,
    top: int,
    row: float,
    digits: Sequence[Hand],
    others: Sequence[Hand],
    rng: np.random.Generator,
    config: SceneConfig,
) -> list[Writing]:
    marks: list[Writing] = []
    own = digits[int(rng.integers(len(digits)))]
    spacing = rng.uniform(0.15, 1.0)
    x = float(rng.uniform(3, 3 + 2 * row))
    while True:
        is_other = bool(others) and rng.random() < config.negatives
        hand = others[int(rng.integers(len(others)))] if is_other else own
        index = int(rng.integers(len(hand.labels)))
        shape = hand.draw(index, max(6, round(row * rng.uniform(0.8, 1.2))), rng)
        h, w = shape.shape
        y = max(0, round(top + rng.normal(0, 0.06) * row))
        if x + w + 3 > ink.shape[1] or y + h + 3 > ink.shape[0]:
            if marks and rng.random() < config.boxed:
                _box(ink, marks, row, rng)
            return marks
        part = ink[y : y + h, round(x) : round(x) + w]
        np.maximum(part, shape[:, : part.shape[1]] / np.float32(255), out=part)
        marks.append(Writing(int(hand.labels[index]), _hull(shape, round(x), y)))
        close = rng.random() < config.touching
        x += w + (-rng.uniform(0.0, 0.15) * row if close else spacing * row + 3)


def _box(ink: Plane, marks: Sequence[Writing], row: float, rng: np.random.Generator) -> None:
    """Print the boxes of a form around the marks of a row, now and then through them."""
    boxes = np.array([cv2.boundingRect(mark.hull) for mark in marks])
    margin = round(row * rng.uniform(0.02, 0.35)) + 1
    top, bottom = int(boxes[:, 1].min()) - margin, int((boxes[:, 1] + boxes[:, 3]).max()) + margin
    ends = [
        boxes[0, 0] - margin,
        *((boxes[:-1, 0] + boxes[:-1, 2] + boxes[1:, 0]) // 2),
        boxes[-1, 0] + boxes[-1, 2] + margin,
    ]
    lines = np.zeros(ink.shape, np.uint8)
    thick = int(rng.integers(1, max(2, min(5, round(row / 12)))))
    for left, right in pairwise(map(int, ends)):
        cv2.rectangle(lines, (left, top), (right, bottom), 255, thick)
    np.maximum(ink, lines / np.float32(255) * np.float32(rng.uniform(0.4, 1.0)), out=ink)


def _hull(shape: GrayImage, x: int, y: int) -> npt.NDArray[np.float32]:
    """Convex hull of a drawing's ink, placed with its corner at x, y."""
    points = cv2.findNonZero(np.asarray(shape > 60, np.uint8))
    if points is None:
        points = np.zeros((1, 1, 2), np.int32)
    # The far edge of a pixel, not its corner: a box of one pixel is one pixel wide.
    corners = np.concatenate([points, points + 1])
    return np.asarray(cv2.convexHull(corners), np.float32) + np.array([x, y], np.float32)


def film(
    ink: Plane, marks: Sequence[Writing], rng: np.random.Generator, config: SceneConfig
) -> Scene:
    """Take a picture of a page: ground, light, view, focus, noise, JPEG.

    Args:
        ink: (H, W) float32 coverage.
        marks: what is written where.
        rng: chooses everything.
        config: ranges.

    Returns:
        A scene of the page's size; marks that the frame cuts or the blur eats are UNSURE.
    """
    height, width = ink.shape
    board = rng.random() < config.board
    ground = _ground(height, width, board, rng, config)
    pen = rng.uniform(150, 245) if board else rng.uniform(10, 110)
    cover = np.clip(ink * rng.uniform(0.55, 1.0), 0, 1)
    if rng.random() < config.ruled:
        ground = _rule(ground, rng)
    page = ground * (1 - cover) + pen * cover
    view = _view(width, height, rng)
    edge = float(np.median(ground))
    seen = cv2.warpPerspective(page, view, (width, height), borderValue=edge)
    lit = np.asarray(seen, np.float32) * _light(height, width, rng)
    gray, blur = _sensor(lit, rng)
    least = LEGIBLE_PX + LEGIBLE_BLURS * blur
    seen_marks = [_see(mark, view, (width, height), least) for mark in marks]
    return Scene(gray, tuple(mark for mark in seen_marks if mark is not None))


def _ground(
    height: int, width: int, board: bool, rng: np.random.Generator, config: SceneConfig
) -> Plane:
    """Paper or board: a photograph of one, or grain over slow stains."""
    if config.paper and not board and rng.random() < 0.5:
        photo = config.paper[rng.integers(len(config.paper))]
        return _crop_photo(photo, height, width, rng)
    level = rng.uniform(25, 80) if board else rng.uniform(140, 250)
    stains = cv2.resize(
        rng.normal(0, rng.uniform(1, 6), (9, 12)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    return np.asarray(level + stains, np.float32)


def _crop_photo(photo: GrayImage, height: int, width: int, rng: np.random.Generator) -> Plane:
    scale = max(height / photo.shape[0], width / photo.shape[1]) * rng.uniform(1.0, 1.6)
    big = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    y = int(rng.integers(big.shape[0] - height + 1))
    x = int(rng.integers(big.shape[1] - width + 1))
    return np.asarray(big[y : y + height, x : x + width], np.float32)


def _rule(ground: Plane, rng: np.random.Generator) -> Plane:
    """Print lines, or a grid, paler than ink or as strong."""
    height, width = ground.shape
    lines = np.zeros((height, width), np.uint8)
    pitch = int(rng.integers(24, 120))
    thick = int(rng.integers(1, 4))
    for y in range(int(rng.integers(pitch)), height, pitch):
        cv2.line(lines, (0, y), (width, y), 255, thick, cv2.LINE_AA)
    if rng.random() < 0.5:
        for x in range(int(rng.integers(pitch)), width, pitch):
            cv2.line(lines, (x, 0), (x, height), 255, thick, cv2.LINE_AA)
    strength = rng.uniform(0.05, 0.6) / 255
    return np.asarray(ground * (1 - lines.astype(np.float32) * strength), np.float32)


def _view(width: int, height: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """Homography of a camera held over the page by hand."""
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    angle = np.deg2rad(rng.normal(0, 4))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width / 2, height / 2])
    tilt = rng.normal(0, 0.02, (4, 2)) * middle
    moved = (corners - middle) @ turn.T * rng.uniform(0.9, 1.08) + middle + tilt
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)


def _light(height: int, width: int, rng: np.random.Generator) -> Plane:
    """Light falling off across the page, and sometimes the soft edge of a shadow."""
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    away = rng.uniform(0, 2 * np.pi)
    along = x * np.float32(np.cos(away)) + y * np.float32(np.sin(away))
    light = 1 - rng.uniform(0, 0.3) * (along + 1) / 2
    if rng.random() < 0.3:
        place, soft = rng.uniform(-0.8, 0.8), rng.uniform(0.02, 0.2)
        away = rng.uniform(0, 2 * np.pi)
        across = x * np.float32(np.cos(away)) + y * np.float32(np.sin(away))
        light *= 1 - rng.uniform(0.1, 0.5) / (
            1 + np.exp(np.clip((place - across) / soft, -50, 50))
        )
    return np.asarray(light, np.float32)


def _sensor(lit: Plane, rng: np.random.Generator) -> tuple[GrayImage, float]:
    """Focus, motion, noise and compression; with the standard deviation of the blur in pixels."""
    soft = [0.0, rng.uniform(0.3, 1.0), rng.uniform(0.8, 1.8), rng.uniform(1.8, 3.5)]
    blur = rng.choice(soft, p=[0.25, 0.42, 0.21, 0.12])
    if blur > 0:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), blur), np.float32)
    if rng.random() < 0.15:
        length = int(rng.integers(2, 5))
        shape = (1, length) if rng.random() < 0.5 else (length, 1)
        kernel = np.full(shape, 1 / length, np.float32)
        lit = np.asarray(cv2.filter2D(lit, -1, kernel), np.float32)
    noise = rng.standard_normal(lit.shape, np.float32) * np.float32(rng.uniform(0.3, 7))
    gray = np.asarray(np.clip(lit + noise, 0, 255), np.uint8)
    if rng.random() < 0.6:
        quality = int(rng.integers(35, 96))
        _, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])
        gray = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
    return gray, float(blur)


def _see(
    mark: Writing, view: npt.NDArray[np.float64], size: tuple[int, int], least_px: float
) -> Mark | None:
    """Where the camera sees a mark; None if it lies outside the picture."""
    box = Box(*cv2.boundingRect(cv2.perspectiveTransform(mark.hull, view)))
    if box.right <= 0 or box.bottom <= 0 or box.x >= size[0] or box.y >= size[1]:
        return None
    whole = box.x >= 1 and box.y >= 1 and box.right < size[0] and box.bottom < size[1]
    legible = max(box.width, box.height) >= least_px
    return Mark(mark.label if whole and legible else UNSURE, box)
