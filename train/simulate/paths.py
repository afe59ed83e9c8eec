"""Motion of camera, light and sheet over time: one function per kind of clip.

These are curves only; `train.simulate.clips` films with them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from train.simulate.sheet import MARGIN_PX

Curve: TypeAlias = npt.NDArray[np.float64]  # (frames,)
Outline: TypeAlias = npt.NDArray[np.float64]  # (points, 2) x y

WITHIN_S = 0.5  # half the time that a sheet takes to slide in (chosen)


@dataclass(slots=True)
class Path:
    """Camera and light, one value per frame; starts as a camera on a tripod."""

    x: Curve  # pixels that the sheet moves to the right
    y: Curve
    turn: Curve  # degrees, clockwise
    zoom: Curve
    blur: Curve  # standard deviation of the focus blur, pixels
    gain: Curve  # brightness factor
    bands: float = 0.0  # amplitude of the dark bands of lamps on mains current
    sheet_x: Curve | None = None  # offset of the sheet on the desk, pixels; None: no desk visible
    hand: Outline | None = None  # (frames, 2) x y of a hand's tip; NaN without a hand


def _tripod(time_s: Curve) -> Path:
    zero = np.zeros_like(time_s)
    return Path(zero, zero, zero, zero + 1, zero + 0.4, zero + 1)


def _still(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    path = _tripod(time_s)
    path.blur = path.blur + rng.uniform(0, 0.6)
    return path


def _shake(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    return _held(_tripod(time_s), time_s, rng, rng.uniform(5, 9))


def _held(path: Path, time_s: Curve, rng: np.random.Generator, reach_px: float) -> Path:
    """Add a hand-held camera: slow sway, tremor of up to 9 Hz, slight rotation."""
    path.x = path.x + _sway(time_s, rng) * reach_px
    path.y = path.y + _sway(time_s, rng) * reach_px
    path.turn = path.turn + _sway(time_s, rng) * reach_px / 6
    path.zoom = path.zoom * (1 + _sway(time_s, rng) * reach_px / 400)
    return path


def _sway(time_s: Curve, rng: np.random.Generator) -> Curve:
    """Return smooth noise of standard deviation 1; faster components are smaller."""
    hertz = np.geomspace(0.3, 9, 12)
    phase = rng.uniform(0, 2 * np.pi, 12)
    waves = np.sin(2 * np.pi * hertz * time_s[:, None] + phase) / np.sqrt(hertz) ** 1.6
    sway = waves.sum(axis=1)
    return np.asarray(sway / max(float(sway.std()), 1e-9), np.float64)


def _pan(time_s: Curve, rng: np.random.Generator, size: tuple[int, int]) -> Path:
    path = _tripod(time_s)
    there_and_back = np.sin(2 * np.pi * time_s / rng.uniform(5, 7) + rng.uniform(0, 6))
    path.x = there_and_back * size[0] * 0.4
    return _held(path, time_s, rng, 3.0)


def _zoom(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    path = _tripod(time_s)
    path.zoom = 1.1 + 0.28 * np.sin(2 * np.pi * time_s / rng.uniform(3, 5) + rng.uniform(0, 6))
    return _held(path, time_s, rng, 3.0)


def _focus(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    """Lose the focus every 1.7 s, by 2 to 5 pixels for a third of a second."""
    path = _held(_tripod(time_s), time_s, rng, 2.0)
    for start in np.arange(rng.uniform(0.8, 1.5), time_s[-1], 1.7):
        hunt = np.exp(-0.5 * ((time_s - start) / 0.12) ** 2)
        path.blur = path.blur + hunt * rng.uniform(2, 5)
    return path


def _flicker(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    """Simulate lamps of 100 Hz that beat with the camera, and an unstable exposure."""
    path = _tripod(time_s)
    path.bands = rng.uniform(0.1, 0.25)
    path.gain = 0.9 + 0.12 * np.sin(2 * np.pi * 9.7 * time_s) + 0.08 * _sway(time_s, rng)
    return path


def _sheet(time_s: Curve, rng: np.random.Generator, size: tuple[int, int]) -> Path:
    """Slide the sheet onto the desk, and away at the end."""
    path = _held(_tripod(time_s), time_s, rng, 1.0)
    away = (size[0] + 2 * MARGIN_PX) * rng.choice([-1.0, 1.0])
    start, end = rng.uniform(0.7, 1.1), time_s[-1] - 0.9
    coming = np.clip((time_s - start) / (2 * WITHIN_S), 0, 1)
    going = np.clip((time_s - end) / (2 * WITHIN_S), 0, 1)
    path.sheet_x = away * ((1 - coming) ** 2 + going**2)
    return path


def _hand(time_s: Curve, rng: np.random.Generator, size: tuple[int, int]) -> Path:
    """Move a hand across the sheet twice; it covers each digit for half a second."""
    path = _held(_tripod(time_s), time_s, rng, 2.0)
    tip = np.full((len(time_s), 2), np.nan)
    for start in (rng.uniform(0.9, 1.1), rng.uniform(3.4, 3.6)):
        part = (time_s - start) / 2.3
        now = (part >= 0) & (part <= 1)
        # The hand is wider than high in the picture and comes in from one side.
        tip[now, 0] = -0.45 * size[0] + part[now] * 1.9 * size[0]
        tip[now, 1] = size[1] * (0.1 + 0.1 * np.sin(5 * part[now]))
    path.hand = tip
    return path


def _writing(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    return _held(_tripod(time_s), time_s, rng, 1.0)


def _empty(time_s: Curve, rng: np.random.Generator, _size: tuple[int, int]) -> Path:
    return _held(_tripod(time_s), time_s, rng, rng.uniform(2, 6))


PATHS: dict[str, Callable[[Curve, np.random.Generator, tuple[int, int]], Path]] = {
    "still": _still,
    "shake": _shake,
    "pan": _pan,
    "zoom": _zoom,
    "focus": _focus,
    "flicker": _flicker,
    "sheet": _sheet,
    "hand": _hand,
    "writing": _writing,
    "empty": _empty,
}
"""Kinds of motion: functions of the frame times, a generator, and width and height."""
