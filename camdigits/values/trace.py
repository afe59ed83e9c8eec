"""Define the intermediate steps of reading one image."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from camdigits.values.basic import Box, Floats, Glyphs, GrayImage, Ink
from camdigits.values.digits import Digit
from camdigits.values.predictions import Candidates, Rejected


@dataclass(frozen=True, slots=True)
class Pose:
    """How an image was rotated to make its page upright; see `geometry` for its functions."""

    size: tuple[int, int]  # width and height of the image before rotation
    rotation: int = 0  # degrees clockwise: 0, 90, 180 or 270
    skew: int = 0  # degrees clockwise on top of that


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Every intermediate step of the pass that gave the result.

    Boxes and masks are in pixels of the upright image at working size; `pose` and `scale` map
    them to the frame (`geometry.to_frame`).
    """

    pose: Pose
    scale: float  # working size to frame size
    ink: Ink
    components: GrayImage  # (H, W) uint8, 255 on components after rules were removed
    rules: GrayImage | None  # (H, W) uint8, 255 on printed lines that were removed
    component_boxes: npt.NDArray[np.int32]  # (N, 4) x, y, width, height of digit-sized ones
    is_textured: bool  # parts of the image are texture and were not read
    found: Candidates  # regions as found, with the model's own predictions
    glyphs: Glyphs  # (len(found), 28, 28)
    prior_odds: Floats  # (len(found),) factor on the odds of "none"
    with_prior: Candidates  # the same regions, prior applied
    merged: Candidates  # after strokes were merged or separated
    split: Candidates  # after joined digits were cut apart: the last candidates
    rejected: tuple[Rejected, ...]
    accepted: tuple[Digit, ...]  # candidates above the threshold
    digits: tuple[Digit, ...]  # plausible ones, as in the result
    passes: int = 1  # how often the stages ran, for other orientations and scales
    postponed: tuple[Box, ...] = ()  # regions whose reading as a sequence was left for later
