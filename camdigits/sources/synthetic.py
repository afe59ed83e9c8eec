"""A clip that makes itself: numbers written on paper, filmed by a hand-held camera.

The page is rendered once; each frame is a view of it through a camera that pans, turns, tilts,
zooms and shakes. No file, camera or network, and the same seed gives the same clip. It knows what
it wrote and where, so that a reader can be checked against it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from camdigits.closeable import Closeable
from camdigits.errors import SourceError
from camdigits.image import cv2, frozen
from camdigits.sources.base import SourceInfo
from camdigits.synth.handwriting import Pen, Writing, make_hand, write
from camdigits.synth.paper import (
    BLACK,
    BLUE,
    LIGHT_BLUE,
    NOISE_MARGIN,
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

Outline: TypeAlias = tuple[str, npt.NDArray[np.float32]]  # a digit, and the (N, 2) hull of its ink
Matrix: TypeAlias = npt.NDArray[np.float64]  # (3, 3)

NUMBERS = ("3141592", "2718", "0577", "16180", "4690", "1973", "85")
FPS = 30.0
ROUND_S = 5.0  # the camera's slow way closes after so long
PENS: tuple[Colour, ...] = (BLUE, BLACK, LIGHT_BLUE)


class Truth(NamedTuple):
    """One digit that was written, and where it lies in a frame."""

    label: str
    box: Box


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A sheet with numbers on a desk, seen straight from above."""

    bgr: BgrImage  # (H, W, 3) uint8
    outlines: tuple[Outline, ...]  # in reading order


@dataclass(frozen=True, slots=True)
class Swing:
    """A slow circle and a quick shake of one of the camera's degrees of freedom."""

    slow: float  # how far it goes either way
    shake: float  # and how much it trembles about that
    phases: tuple[float, float, float]  # in radians

    def at(self, time_s: float, rounds: int = 1) -> float:
        """Where it is at a time."""
        turn = 2 * np.pi * time_s
        slow = np.sin(rounds * turn / ROUND_S + self.phases[0])
        shake = np.sin(3.1 * turn + self.phases[1]) + 0.6 * np.sin(6.7 * turn + self.phases[2])
        return float(self.slow * slow + self.shake * shake)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera in a hand: degrees of freedom in radians, or in shares of the picture's height."""

    right: Swing
    down: Swing
    closer: Swing
    roll: Swing
    pitch: Swing
    yaw: Swing

    def view(self, page_size: tuple[int, int], size: tuple[int, int], time_s: float) -> Matrix:
        """Make the homography from page pixels to frame pixels at a time."""
        focal = 1.3 * max(size)
        turn = rotation(self.roll.at(time_s), self.pitch.at(time_s), self.yaw.at(time_s))
        distance = focal * (1 + self.closer.at(time_s))
        shift = [size[1] * self.right.at(time_s), size[1] * self.down.at(time_s, 2), distance]
        plane = np.column_stack([turn[:, 0], turn[:, 1], np.array(shift)])
        lens = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
        centre = np.array([[1, 0, -page_size[0] / 2], [0, 1, -page_size[1] / 2], [0, 0, 1]])
        return np.asarray(lens @ plane @ centre, np.float64)


class DemoSource(Closeable):
    """Film a page of handwritten numbers.

    Args:
        frames: how many to give.
        size: width and height of a frame in pixels.
        seed: of everything left to chance; the same seed gives the same clip.
        numbers: what is written, in reading order; two to a line where they are short.

    Raises:
        SourceError: a clip of no frames, or smaller than 160 by 120 pixels, was asked for.
        CamdigitsError: a number holds something else than digits.
    """

    def __init__(
        self,
        frames: int = 150,
        size: tuple[int, int] = (1280, 720),
        seed: int = 1,
        numbers: Sequence[str] = NUMBERS,
    ) -> None:
        if frames < 1 or size[0] < 160 or size[1] < 120:
            raise SourceError(
                f"demo: wanted at least 1 frame of 160x120, got {frames} of {size[0]}x{size[1]}; "
                "ask for more"
            )
        rng = np.random.default_rng(seed)
        self.truth = tuple(numbers)
        self._size = size
        self._page = make_page(self.truth, size, rng)
        self._camera = make_camera(rng)
        self._noise = make_noise(size, rng)
        self._shifts = rng.integers(0, NOISE_MARGIN, (frames, 2))
        self._info = SourceInfo("demo", False, size[0], size[1], FPS, frames)
        self._closed = False

    @property
    def info(self) -> SourceInfo:
        """Facts known since the source was opened."""
        return self._info

    def truth_boxes(self, index: int) -> tuple[Truth, ...]:
        """Tell where each digit lies in a frame, in reading order."""
        view = self._view(index)
        return tuple(Truth(label, box_of(view, hull)) for label, hull in self._page.outlines)

    def __iter__(self) -> Iterator[Frame]:
        for index in range(len(self._shifts)):
            if self._closed:
                return
            yield Frame(index, index / FPS, frozen(self._shoot(index)), self._info.name)

    def close(self) -> None:
        """End the clip."""
        self._closed = True

    def _view(self, index: int) -> Matrix:
        height, width = self._page.bgr.shape[:2]
        return self._camera.view((width, height), self._size, index / FPS)

    def _shoot(self, index: int) -> BgrImage:
        """Take one frame: the view, a lens a little out of focus, and the sensor's noise."""
        seen = cv2.warpPerspective(
            self._page.bgr, self._view(index), self._size, borderMode=cv2.BORDER_REPLICATE
        )
        focus = 0.55 + 0.25 * np.sin(2 * np.pi * index / FPS / ROUND_S)
        blurred = cv2.GaussianBlur(seen, (5, 5), focus * max(self._size[1] / 720, 0.6))
        x, y = self._shifts[index].tolist()
        noise = self._noise[y : y + self._size[1], x : x + self._size[0]]
        # Noise lies around 128, so one saturating pass over bytes adds it: ten times as fast as
        # drawing normal numbers for each frame.
        return np.asarray(cv2.addWeighted(blurred, 1.0, noise, 1.0, -128.0), np.uint8)


def make_camera(rng: np.random.Generator) -> Camera:
    """Make a camera in a hand that follows the page slowly."""

    def swing(slow: float, shake: float) -> Swing:
        first, second, third = rng.uniform(0, 2 * np.pi, 3).tolist()
        return Swing(slow, shake, (first, second, third))

    return Camera(
        right=swing(0.045, 0.0008),
        down=swing(0.025, 0.0008),
        closer=swing(0.05, 0.0004),
        roll=swing(0.065, 0.0006),
        pitch=swing(0.12, 0.0005),
        yaw=swing(0.12, 0.0005),
    )


def rotation(roll: float, pitch: float, yaw: float) -> Matrix:
    """Make the (3, 3) rotation of a page that turns, then nods, then looks aside; in radians."""
    nod, look, turn = (
        np.asarray(cv2.Rodrigues(axis)[0], np.float64) for axis in np.diag([pitch, yaw, roll])
    )
    return np.asarray(nod @ look @ turn, np.float64)


def box_of(view: Matrix, hull: npt.NDArray[np.float32]) -> Box:
    """Find the whole pixels around (N, 2) page points as the camera sees them."""
    seen = cv2.perspectiveTransform(hull[None], view)[0]
    left, top = np.floor(seen.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(seen.max(axis=0)).astype(int).tolist()
    return Box(left, top, right - left, bottom - top)


def make_page(numbers: Sequence[str], size: tuple[int, int], rng: np.random.Generator) -> Page:
    """Write numbers on a ruled sheet that lies on a desk larger than a frame."""
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
    outlines = write_lines(canvas, sheet, line_up(numbers), rng)
    canvas *= make_light((width, height), rng)
    return Page(np.rint(canvas).clip(0, 255).astype(np.uint8), outlines)


def line_up(numbers: Sequence[str], longest: int = 8) -> tuple[str, ...]:
    """Put two numbers on a line where both fit, far enough apart to be two.

    >>> line_up(("314159", "27", "1973", "85034"))
    ('314159   27', '1973', '85034')
    """
    lines: list[str] = []
    for number in numbers:
        if lines and " " not in lines[-1] and len(lines[-1]) + len(number) <= longest:
            lines[-1] += "   " + number
        else:
            lines.append(number)
    return tuple(lines)


def write_lines(
    canvas: Canvas, sheet: Box, lines: Sequence[str], rng: np.random.Generator
) -> tuple[Outline, ...]:
    """Rule the sheet and write a line above each rule, each by another hand; in place."""
    pitch = sheet.height / (len(lines) + 0.8)
    longest = max(map(len, lines), default=1)
    height_px = min(0.58 * pitch, 0.9 * sheet.width / longest)
    outlines: list[Outline] = []
    for row, line in enumerate(lines):
        base = sheet.y + (row + 1.0) * pitch
        draw_rule(canvas, sheet, round(base + 0.17 * pitch))
        pen = Pen(width=rng.uniform(0.07, 0.1))
        writing = write(line, height_px, rng, pen, make_hand(rng))
        x = round(sheet.x + sheet.width * rng.uniform(0.09, 0.16))
        y = round(base) - writing.ink.shape[0]
        lay_ink(canvas, writing.ink, (x, y), PENS[row % len(PENS)], rng)
        outlines += outline(writing, (x, y))
    return tuple(outlines)


def outline(writing: Writing, corner: tuple[int, int]) -> list[Outline]:
    """Find the hull of each digit's ink, for a writing laid down at `corner`."""
    found: list[Outline] = []
    for label, box in zip(writing.text, writing.boxes, strict=True):
        ink = writing.ink[box.y : box.bottom, box.x : box.right]
        hull = cv2.convexHull(cv2.findNonZero(ink)).reshape(-1, 2).astype(np.float32)
        # Tight around pixels, not around their centres: the far edge of the last one counts.
        middle = np.array([box.width - 1, box.height - 1], np.float32) / 2
        hull += 0.5 + 0.5 * np.sign(hull - middle)
        found.append((label, hull + np.array([box.x + corner[0], box.y + corner[1]], np.float32)))
    return found
