"""Render the synthetic demo clip: numbers written on paper, filmed by a hand-held camera.

The page is rendered once; each frame is a view of it from a camera that pans, rotates, tilts,
zooms and shakes. The same seed gives the same clip. The source has the ground truth: the numbers
and the box of each digit in each frame.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.closeable import Closeable
from camdigits.errors import SourceError
from camdigits.image import cv2, frozen
from camdigits.sources.base import SourceInfo
from camdigits.synth.handwriting import Pen, Writing, make_writer, write
from camdigits.synth.paper import (
    BLACK,
    BLUE,
    LIGHT_BLUE,
    NOISE_MARGIN_PX,
    Canvas,
    Colour,
    draw_rule,
    drop_shadow,
    lay_ink,
    make_desk,
    make_light,
    make_noise,
    make_paper,
)
from camdigits.values import BgrImage, Box, Frame

LabelledHull: TypeAlias = tuple[str, npt.NDArray[np.float32]]  # digit, (N, 2) hull of its ink
Matrix: TypeAlias = npt.NDArray[np.float64]  # (3, 3)

NUMBERS = ("3141592", "2718", "0577", "16180", "4690", "1973", "85")
FPS = 30.0  # chosen
NOISE_SHIFTS = 256  # chosen: different shifts of the noise in a clip without end
PAN_PERIOD_S = 5.0  # chosen: period of the camera's slow movement
PENS: tuple[Colour, ...] = (BLUE, BLACK, LIGHT_BLUE)


class LabelledBox(NamedTuple):
    """A digit that was written, and its box in a frame."""

    label: str
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A sheet with numbers on a desk, seen straight from above."""

    bgr: BgrImage  # (H, W, 3) uint8
    hulls: tuple[LabelledHull, ...]  # in reading order


@dataclass(frozen=True, slots=True)
class Swing:
    """Slow oscillation and fast shake of one of the camera's degrees of freedom."""

    slow: float  # amplitude of the slow oscillation
    shake: float  # amplitude of the shake that is added
    phases: tuple[float, float, float]  # in radians

    def at(self, time_s: float, cycles: int = 1) -> float:
        """Return the displacement at a time, with `cycles` slow oscillations per period."""
        turn = 2 * np.pi * time_s
        slow = np.sin(cycles * turn / PAN_PERIOD_S + self.phases[0])
        shake = np.sin(3.1 * turn + self.phases[1]) + 0.6 * np.sin(6.7 * turn + self.phases[2])
        return float(self.slow * slow + self.shake * shake)


@dataclass(frozen=True, slots=True)
class CameraPath:
    """Motion of a hand-held camera; angles in radians, shifts as fractions of picture height."""

    right: Swing
    down: Swing
    closer: Swing
    roll: Swing
    pitch: Swing
    yaw: Swing

    def view(self, page_size: tuple[int, int], size: tuple[int, int], time_s: float) -> Matrix:
        """Return the (3, 3) homography from page pixels to frame pixels at a time."""
        focal = 1.3 * max(size)
        turn = rotation(self.roll.at(time_s), self.pitch.at(time_s), self.yaw.at(time_s))
        distance = focal * (1 + self.closer.at(time_s))
        shift = [size[1] * self.right.at(time_s), size[1] * self.down.at(time_s, 2), distance]
        plane = np.column_stack([turn[:, 0], turn[:, 1], np.array(shift)])
        lens = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
        centre = np.array([[1, 0, -page_size[0] / 2], [0, 1, -page_size[1] / 2], [0, 0, 1]])
        return np.asarray(lens @ plane @ centre, np.float64)


class SyntheticSource(Closeable):
    """Synthetic clip of a page of handwritten numbers.

    Args:
        frames: number of frames; None for a clip without end.
        size: width and height of a frame in pixels.
        seed: of the random generator; the same seed gives the same clip.
        numbers: what is written, in reading order; two short ones share a line.

    Raises:
        SourceError: fewer than 1 frame, or frames smaller than 160 by 120 pixels.
        CamdigitsError: a number contains other characters than digits.
    """

    def __init__(
        self,
        frames: int | None = 150,
        size: tuple[int, int] = (1280, 720),
        seed: int = 1,
        numbers: Sequence[str] = NUMBERS,
    ) -> None:
        if (frames is not None and frames < 1) or size[0] < 160 or size[1] < 120:
            raise SourceError(
                f"demo: wanted at least 1 frame of 160x120, got {frames} of {size[0]}x{size[1]}; "
                "request more"
            )
        rng = np.random.default_rng(seed)
        self.truth = tuple(numbers)
        self._size = size
        self._page = make_page(self.truth, size, rng)
        self._camera = make_camera_path(rng)
        self._noise = make_noise(size, rng)
        self._shifts = rng.integers(0, NOISE_MARGIN_PX, (frames or NOISE_SHIFTS, 2))
        self._info = SourceInfo("demo", False, size[0], size[1], FPS, frames)
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        """Properties of the clip."""
        return self._info

    def truth_boxes(self, index: int) -> tuple[LabelledBox, ...]:
        """Return label and box of each digit in a frame, in reading order."""
        view = self._view(index)
        return tuple(LabelledBox(label, hull_box(view, hull)) for label, hull in self._page.hulls)

    def __iter__(self) -> Iterator[Frame]:
        frames = self._info.frame_count
        for index in count() if frames is None else range(frames):
            if self._closed:
                return
            yield Frame(index, index / FPS, frozen(self._render(index)), self._info.name)

    def close(self) -> None:
        """End the clip."""
        self._closed = True

    def _view(self, index: int) -> Matrix:
        height, width = self._page.bgr.shape[:2]
        return self._camera.view((width, height), self._size, index / FPS)

    def _render(self, index: int) -> BgrImage:
        """Render one frame: the view, slight defocus, and sensor noise."""
        seen = cv2.warpPerspective(
            self._page.bgr, self._view(index), self._size, borderMode=cv2.BORDER_REPLICATE
        )
        focus = 0.55 + 0.25 * np.sin(2 * np.pi * index / FPS / PAN_PERIOD_S)
        blurred = cv2.GaussianBlur(seen, (5, 5), focus * max(self._size[1] / 720, 0.6))
        x, y = self._shifts[index % len(self._shifts)].tolist()
        noise = self._noise[y : y + self._size[1], x : x + self._size[0]]
        # The noise has mean 128, so that one saturating uint8 operation adds it: ten times as
        # fast as drawing normal numbers for each frame.
        return np.asarray(cv2.addWeighted(blurred, 1.0, noise, 1.0, -128.0), np.uint8)


def make_camera_path(rng: np.random.Generator) -> CameraPath:
    """Draw a random camera path that moves slowly over the page."""

    def swing(slow: float, shake: float) -> Swing:
        first, second, third = rng.uniform(0, 2 * np.pi, 3).tolist()
        return Swing(slow, shake, (first, second, third))

    return CameraPath(
        right=swing(0.045, 0.0008),
        down=swing(0.025, 0.0008),
        closer=swing(0.05, 0.0004),
        roll=swing(0.065, 0.0006),
        pitch=swing(0.12, 0.0005),
        yaw=swing(0.12, 0.0005),
    )


def rotation(roll: float, pitch: float, yaw: float) -> Matrix:
    """Return the (3, 3) rotation matrix for roll, then yaw, then pitch; angles in radians."""
    pitch_matrix, yaw_matrix, roll_matrix = (
        np.asarray(cv2.Rodrigues(axis)[0], np.float64) for axis in np.diag([pitch, yaw, roll])
    )
    return np.asarray(pitch_matrix @ yaw_matrix @ roll_matrix, np.float64)


def hull_box(view: Matrix, hull: npt.NDArray[np.float32]) -> Box:
    """Return the bounding box in a frame, in whole pixels, of (N, 2) points of the page."""
    seen = cv2.perspectiveTransform(hull[None], view)[0]
    left, top = np.floor(seen.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(seen.max(axis=0)).astype(int).tolist()
    return Box(left, top, right - left, bottom - top)


def make_page(numbers: Sequence[str], size: tuple[int, int], rng: np.random.Generator) -> Page:
    """Render numbers on a ruled sheet on a desk that is larger than a frame."""
    unit = min(size[0] / 1280, size[1] / 720)
    width, height = round(1.4 * size[0]), round(1.4 * size[1])
    sheet_width, sheet_height = round(820 * unit), round(650 * unit)
    sheet = Box(
        (width - sheet_width) // 2, (height - sheet_height) // 2, sheet_width, sheet_height
    )
    canvas = make_desk((width, height), rng)
    drop_shadow(canvas, sheet, 10 * unit)
    paper = make_paper((sheet.width, sheet.height), rng)
    canvas[sheet.y : sheet.bottom, sheet.x : sheet.right] = paper
    hulls = write_lines(canvas, sheet, line_up(numbers), rng)
    canvas *= make_light((width, height), rng)
    return Page(np.rint(canvas).clip(0, 255).astype(np.uint8), hulls)


def line_up(numbers: Sequence[str], max_characters: int = 8) -> tuple[str, ...]:
    """Put two numbers on a line if both fit, with three spaces between.

    >>> line_up(("314159", "27", "1973", "85034"))
    ('314159   27', '1973', '85034')
    """
    lines: list[str] = []
    for number in numbers:
        if lines and " " not in lines[-1] and len(lines[-1]) + len(number) <= max_characters:
            lines[-1] += "   " + number
        else:
            lines.append(number)
    return tuple(lines)


def write_lines(
    canvas: Canvas, sheet: Box, lines: Sequence[str], rng: np.random.Generator
) -> tuple[LabelledHull, ...]:
    """Draw rules and write a line above each, each by another writer; in place."""
    pitch = sheet.height / (len(lines) + 0.8)
    longest = max(map(len, lines), default=1)
    height_px = min(0.58 * pitch, 0.9 * sheet.width / longest)
    hulls: list[LabelledHull] = []
    for row, line in enumerate(lines):
        base = sheet.y + (row + 1.0) * pitch
        draw_rule(canvas, sheet, round(base + 0.17 * pitch))
        pen = Pen(width=rng.uniform(0.07, 0.1))
        writing = write(line, height_px, rng, pen, make_writer(rng))
        x = round(sheet.x + sheet.width * rng.uniform(0.09, 0.16))
        y = round(base) - writing.ink.shape[0]
        lay_ink(canvas, writing.ink, (x, y), PENS[row % len(PENS)], rng)
        hulls += digit_hulls(writing, (x, y))
    return tuple(hulls)


def digit_hulls(writing: Writing, corner: tuple[int, int]) -> list[LabelledHull]:
    """Return the convex hull of the ink of each digit, for a writing placed at `corner`."""
    found: list[LabelledHull] = []
    for label, box in zip(writing.text, writing.boxes, strict=True):
        ink = writing.ink[box.y : box.bottom, box.x : box.right]
        hull = cv2.convexHull(cv2.findNonZero(ink)).reshape(-1, 2).astype(np.float32)
        # Around the pixels' outer edges, not their centres.
        middle = np.array([box.width - 1, box.height - 1], np.float32) / 2
        hull += 0.5 + 0.5 * np.sign(hull - middle)
        found.append((label, hull + np.array([box.x + corner[0], box.y + corner[1]], np.float32)))
    return found
