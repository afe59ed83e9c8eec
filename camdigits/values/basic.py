"""Define arrays, boxes, frames, ink and regions."""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

BgrImage: TypeAlias = npt.NDArray[np.uint8]  # (H, W, 3), blue green red
GrayImage: TypeAlias = npt.NDArray[np.uint8]  # (H, W)
Glyphs: TypeAlias = npt.NDArray[np.uint8]  # (N, 28, 28), 255 = ink
Logits: TypeAlias = npt.NDArray[np.float32]  # (N, labels), any real numbers
Embeddings: TypeAlias = npt.NDArray[np.float32]  # (N, E), input of the model's last layer
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]


class Box(NamedTuple):
    """Integer pixel rectangle; image[y : y + height, x : x + width] is its content."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column to the right of the box."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row below the box."""
        return self.y + self.height

    @property
    def centre(self) -> tuple[float, float]:
        """Centre of the box as (x, y)."""
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True, eq=False)  # eq=False: comparing arrays is ambiguous
class Frame:
    """One image of a source."""

    index: int  # number of earlier frames of the source; a gap means dropped frames
    time_s: float  # seconds since the source was opened, never decreasing
    bgr: BgrImage  # (H, W, 3) uint8, read-only
    source: str = ""  # name of the source as the user gave it


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """Mask, contrast and polarity of the ink of an image."""

    mask: GrayImage  # (H, W) uint8, 255 on ink, 0 elsewhere
    contrast: GrayImage  # (H, W) uint8, grey levels darker (chalk: lighter) than the ground
    limits: GrayImage  # (H, W) uint8, contrast above which a pixel is ink
    light: bool  # most strokes are lighter than the ground: chalk on a board


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One or more components of ink that may be a digit."""

    box: Box  # tight around the ink, in pixels of the searched image
    ink: GrayImage  # (box.height, box.width) uint8, 255 = full ink; other regions' ink is 0
    strength: float = 0.0  # grey levels between full ink and its ground; 0 is unknown
