"""Hold a page that is being drawn: ink with its labels, over the brightness of the paper."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from camdigits.image import cv2
from camdigits.values import Box, GrayImage
from train.simulate.rendered import INK_COVER, Page, Sheet

Plane = npt.NDArray[np.float32]  # (H, W), brightness 0 to 255, or a share 0 to 1
Size = tuple[int, int]  # width and height in pixels


@dataclass(slots=True, eq=False)
class Draft:
    """A page: ink (`sheet`) over paper (`ground`), which may have print and rules."""

    sheet: Sheet
    ground: Plane
    pen: float  # brightness of full ink

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        height, width = self.ground.shape
        return width, height

    def seen(self) -> Plane:
        """Return the brightness of the page with its ink."""
        ground = self.ground
        return np.asarray(ground + (self.pen - ground) * self.sheet.cover, np.float32)

    def write(self, label: int, shape: GrayImage, x: int, y: int) -> None:
        """Draw a digit with its top left corner at x, y; a drawing without ink is ignored."""
        if (shape > INK_COVER * 255).any():
            self.sheet.write(label, shape, x, y)

    def draw(self, shape: GrayImage, x: int, y: int) -> None:
        """Add ink without a label: a letter, a sign, a bracket; what is outside is cut off."""
        left, top = max(0, x), max(0, y)
        right = min(self.size[0], x + shape.shape[1])
        bottom = min(self.size[1], y + shape.shape[0])
        if left >= right or top >= bottom:
            return
        part = shape[top - y : bottom - y, left - x : right - x] / np.float32(255)
        here = self.sheet.cover[top:bottom, left:right]
        np.maximum(here, part, out=here)

    def fits(self, shape: GrayImage, x: float, y: float, margin: int = 4) -> bool:
        """Whether a drawing with this top left corner is inside the page."""
        right, bottom = x + shape.shape[1], y + shape.shape[0]
        width, height = self.size
        return margin <= x and margin <= y and right < width - margin and bottom < height - margin


def new_draft(size: Size, rng: np.random.Generator) -> Draft:
    """Return light paper with slow stains and a dark pen."""
    width, height = size
    paper = rng.uniform(175, 245)
    stains = rng.normal(0, rng.uniform(0.5, 3), (7, 9)).astype(np.float32)
    ground = paper + cv2.resize(stains, size, interpolation=cv2.INTER_CUBIC)
    pen = rng.uniform(15, 95)
    return Draft(Sheet(np.zeros((height, width), np.float32)), np.asarray(ground, np.float32), pen)


def labelled(
    name: str,
    kind: str,
    picture: GrayImage,
    draft: Draft,
    view: npt.NDArray[np.float64] | None = None,
) -> Page:
    """Return a picture of a draft with the boxes of its digits in the picture's pixels.

    Args:
        name: file name.
        kind: of the page.
        picture: (H, W) uint8.
        draft: what it shows.
        view: homography from the draft to the picture; None is the identity.
    """
    matrix = np.eye(3) if view is None else view
    digits = [
        {"label": str(label), "box": list(_box(cv2.perspectiveTransform(points, matrix)))}
        for label, points in draft.sheet.digits
    ]
    return Page(name, kind, picture, {"file": name, "digits": digits})


def _box(points: npt.NDArray[Any]) -> Box:
    return Box(*cv2.boundingRect(np.asarray(points, np.float32)))
