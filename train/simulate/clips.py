"""Simulate a moving camera: clips of written sheets, with labels for every frame.

A sheet larger than the picture is written once; each frame moves, lights and blurs it and adds
noise and JPEG. A kind of motion is a set of curves over time (`train.simulate.paths`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.geometry import intersection
from camdigits.image import cv2, frozen
from camdigits.values import Box, Frame, GrayImage
from train.simulate.camera import LEGIBLE_PX_PER_BLUR, MIN_LEGIBLE_PX
from train.simulate.paths import PATHS, Curve, Outline, Path
from train.simulate.scenes import UNSURE, SceneMark
from train.simulate.sheet import Sheet, draw_until, write_sheet
from train.simulate.writers import Writer

Matrix: TypeAlias = npt.NDArray[np.float64]  # (3, 3)

MAX_COVERED = 0.08  # of a digit's box: more behind a hand and it may read as something else


@dataclass(frozen=True, slots=True)
class ClipConfig:
    """Size, frame rate and length of a clip."""

    size_px: tuple[int, int] = (640, 480)
    fps: float = 30.0
    duration_s: float = 6.0
    paper_photos: tuple[GrayImage, ...] = field(default=())
    desk_photos: tuple[GrayImage, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class VisibleItem:
    """One item of the sheet, in one frame."""

    item: int  # index of the item, the same in all frames
    mark: SceneMark  # its box, and its label or UNSURE if it is not legible
    label: int  # what is written, legible or not
    covered_share: float = 0.0  # part of its box behind the hand, 0 to 1


@dataclass(frozen=True, slots=True, eq=False)
class LabelledFrame:
    """One frame with its items; items outside the picture or not yet written are omitted."""

    frame: Frame
    items: tuple[VisibleItem, ...]


KINDS = tuple(PATHS)


def film_clip(
    kind: str,
    digits: Sequence[Writer],
    others: Sequence[Writer],
    rng: np.random.Generator,
    config: ClipConfig | None = None,
) -> Iterator[LabelledFrame]:
    """Film one clip, frame by frame.

    Args:
        kind: the kind of motion, one of KINDS.
        digits: writers of digits.
        others: writers of non-digits.
        rng: random generator.
        config: size, frame rate and length.

    Raises:
        ValueError: `kind` is not one of KINDS.
    """
    if kind not in KINDS:
        raise ValueError(f"no motion {kind!r}; kinds are {', '.join(KINDS)}")
    config = config or ClipConfig()
    time_s = np.arange(round(config.duration_s * config.fps)) / config.fps
    path = PATHS[kind](time_s, rng, config.size_px)
    sheet = write_sheet(
        () if kind == "empty" else digits,
        others,
        rng,
        config.size_px,
        broad=1.9 if kind == "pan" else 1.0,
        written_s=config.duration_s - 1.5 if kind == "writing" else 0.0,
        photos=config.paper_photos,
    )
    return _film(sheet, path, time_s, rng, config)


def _film(
    sheet: Sheet, path: Path, time_s: Curve, rng: np.random.Generator, config: ClipConfig
) -> Iterator[LabelledFrame]:
    desk = _desk(rng, config)
    tilt, light = _tilt(rng, config.size_px), _falloff(rng, config.size_px)
    noise, quality = rng.uniform(1, 5), int(rng.integers(50, 96))
    before: Matrix | None = None
    for index in range(len(time_s)):
        view = tilt @ _view(path, index, sheet.page.shape, config.size_px)
        page = draw_until(sheet, float(time_s[index]))
        lit = _lay(page, view, desk if path.sheet_x is not None else None, config.size_px)
        lit = _smear(lit, view if before is None else before, view, config.size_px)
        outline = _hand_at(path, index, config.size_px)
        lit = np.asarray(lit * _lamps(path, index, light), np.float32)
        gray = _sensor(_cover(lit, outline), float(path.blur[index]), noise, quality, rng)
        seen = _truth(sheet, float(time_s[index]), view, outline, float(path.blur[index]), config)
        bgr = frozen(np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8))
        yield LabelledFrame(Frame(index, float(time_s[index]), bgr, "motion"), seen)
        before = view


def _view(path: Path, index: int, page: tuple[int, ...], size: tuple[int, int]) -> Matrix:
    """Return the similarity that maps the sheet's middle to the picture's, moved by the path."""
    angle, zoom = np.deg2rad(path.turn[index]), path.zoom[index]
    cos, sin = zoom * np.cos(angle), zoom * np.sin(angle)
    slide = 0.0 if path.sheet_x is None else path.sheet_x[index]
    x, y = size[0] / 2 + path.x[index] + slide, size[1] / 2 + path.y[index]
    middle = np.array([page[1] / 2, page[0] / 2])
    linear = np.array([[cos, -sin], [sin, cos]])
    shift = np.array([x, y]) - linear @ middle
    return np.vstack([np.column_stack([linear, shift]), [0, 0, 1]])


def _tilt(rng: np.random.Generator, size: tuple[int, int]) -> Matrix:
    """Return a fixed slight perspective."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.normal(0, 0.012, (4, 2)).astype(np.float32) * np.float32(width)
    return np.asarray(cv2.getPerspectiveTransform(corners, moved.astype(np.float32)), np.float64)


def _falloff(rng: np.random.Generator, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    x, y = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]))
    away = rng.uniform(0, 2 * np.pi)
    along = x * np.cos(away) + y * np.sin(away)
    return np.asarray(1 - rng.uniform(0, 0.25) * (along + 1.4) / 2.8, np.float32)


def _desk(rng: np.random.Generator, config: ClipConfig) -> GrayImage:
    """Return what surrounds the sheet: a photographed desk, or uniform grey."""
    width, height = config.size_px
    if config.desk_photos:
        photo = config.desk_photos[int(rng.integers(len(config.desk_photos)))]
        return np.asarray(cv2.resize(photo, (width, height)), np.uint8)
    return np.full((height, width), int(rng.integers(40, 110)), np.uint8)


def _lay(
    page: GrayImage, view: Matrix, desk: GrayImage | None, size: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Warp the sheet into the picture; one that fills the picture continues beyond its edge."""
    if desk is None:
        return np.asarray(
            cv2.warpPerspective(page, view, size, borderMode=cv2.BORDER_REPLICATE), np.float32
        )
    seen = cv2.warpPerspective(page, view, size)
    there = cv2.warpPerspective(np.full_like(page, 255), view, size).astype(np.float32) / 255
    return np.asarray(seen + desk * (1 - there), np.float32)


def _smear(
    lit: npt.NDArray[np.float32], before: Matrix, now: Matrix, size: tuple[int, int]
) -> npt.NDArray[np.float32]:
    """Blur along the motion of the picture's middle while the shutter is open."""
    inverse = now @ np.linalg.inv(before)
    middle = np.array([size[0] / 2, size[1] / 2, 1.0])
    moved = inverse @ middle
    way = 0.4 * (moved[:2] / moved[2] - middle[:2])  # shutter open for 0.4 of the frame time
    length = float(np.hypot(*way))
    if length < 1:
        return lit
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.float32)
    half = way / 2 * 16
    centre = np.array([side // 2, side // 2]) * 16
    start, end = np.rint(centre - half).astype(int), np.rint(centre + half).astype(int)
    cv2.line(kernel, tuple(start.tolist()), tuple(end.tolist()), 1.0, 1, cv2.LINE_8, 4)
    return np.asarray(cv2.filter2D(lit, -1, kernel / kernel.sum()), np.float32)


def _lamps(path: Path, index: int, light: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if not path.bands:
        return np.asarray(light * np.float32(path.gain[index]), np.float32)
    row = np.arange(light.shape[0])[:, None]
    wave = np.sin(2 * np.pi * (row / light.shape[0] * 2.3 + index * 0.31))
    return np.asarray(light * (path.gain[index] * (1 + path.bands * wave)), np.float32)


def _hand_at(path: Path, index: int, size: tuple[int, int]) -> Outline | None:
    """Return the outline of a hand with its arm, coming from below; None without a hand."""
    if path.hand is None or np.isnan(path.hand[index, 0]):
        return None
    x, y = path.hand[index]
    wide = 0.46 * size[0]
    fingers = [(-0.5, 0.35), (-0.36, 0.05), (-0.2, 0.02), (0.0, -0.05), (0.18, 0.0), (0.34, 0.12)]
    arm = [(0.5, 0.5), (0.42, 4.0), (-0.42, 4.0)]
    return np.array([(x + a * wide, y + b * wide) for a, b in fingers + arm], np.float64)


def _cover(lit: npt.NDArray[np.float32], outline: Outline | None) -> npt.NDArray[np.float32]:
    if outline is None:
        return lit
    mask = _filled(outline, lit.shape)
    soft = cv2.GaussianBlur(mask, (0, 0), 2.0).astype(np.float32) / 255
    shade = cv2.GaussianBlur(mask, (0, 0), 18.0).astype(np.float32) / 255
    skin = 135 + 30 * shade
    return np.asarray(lit * (1 - 0.25 * shade) * (1 - soft) + skin * soft, np.float32)


def _filled(outline: Outline, shape: tuple[int, ...]) -> GrayImage:
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.rint(outline).astype(np.int32)], 255)
    return mask


def _sensor(
    lit: npt.NDArray[np.float32],
    blur: float,
    noise: float,
    quality: int,
    rng: np.random.Generator,
) -> GrayImage:
    if blur > 0.2:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), blur), np.float32)
    grain = rng.standard_normal(lit.shape, np.float32) * np.float32(noise)
    gray = np.asarray(np.clip(lit + grain, 0, 255), np.uint8)
    _, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def _truth(
    sheet: Sheet,
    time_s: float,
    view: Matrix,
    outline: Outline | None,
    blur: float,
    config: ClipConfig,
) -> tuple[VisibleItem, ...]:
    mask = None if outline is None else _filled(outline, (config.size_px[1], config.size_px[0]))
    min_side_px = MIN_LEGIBLE_PX + LEGIBLE_PX_PER_BLUR * blur
    seen = []
    for number, item in enumerate(sheet.items):
        if time_s < item.begun_s:
            continue
        box = Box(*cv2.boundingRect(cv2.perspectiveTransform(item.hull, view.astype(np.float32))))
        if (
            box.right <= 0
            or box.bottom <= 0
            or box.x >= config.size_px[0]
            or box.y >= config.size_px[1]
        ):
            continue
        behind = 0.0 if mask is None else _share(mask, box)
        whole = box.x >= 1 and box.y >= 1
        whole = whole and box.right < config.size_px[0] and box.bottom < config.size_px[1]
        legible = max(box.width, box.height) >= min_side_px and time_s >= item.done_s
        sure = whole and legible and behind < MAX_COVERED
        mark = SceneMark(item.label if sure else UNSURE, _clipped(box, config.size_px))
        seen.append(VisibleItem(number, mark, item.label, behind))
    return tuple(seen)


def _clipped(box: Box, size: tuple[int, int]) -> Box:
    """Return the part of a box inside the picture."""
    part = intersection(box, Box(0, 0, *size))
    assert part is not None  # items outside the picture are omitted
    return part


def _share(mask: GrayImage, box: Box) -> float:
    part = mask[max(box.y, 0) : max(box.bottom, 0), max(box.x, 0) : max(box.right, 0)]
    return float(part.mean()) / 255 if part.size else 0.0
