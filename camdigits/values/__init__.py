"""Define the frozen values that the stages of the pipeline exchange.

source -> Frame -> Ink -> Region -> Candidates -> Digit, Mark -> Number -> Result

- `basic`: arrays, boxes, frames, ink, regions
- `predictions`: scores of a model, candidates
- `digits`: digits, signs, numbers, expressions, events
- `trace`: intermediate steps
- `result`: everything of one frame
"""

from camdigits.values.basic import (
    BgrImage,
    Box,
    Embeddings,
    Flags,
    Floats,
    Frame,
    Glyphs,
    GrayImage,
    Ink,
    Logits,
    Region,
)
from camdigits.values.digits import SIGNS, Digit, Event, Expression, Kind, Mark, Number, rounded
from camdigits.values.predictions import NONE, Candidates, Predictions, Rejected, Scored, Scorer
from camdigits.values.result import EMPTY_MS, Result
from camdigits.values.trace import Pose, Trace

__all__ = [
    "EMPTY_MS",
    "NONE",
    "SIGNS",
    "BgrImage",
    "Box",
    "Candidates",
    "Digit",
    "Embeddings",
    "Event",
    "Expression",
    "Flags",
    "Floats",
    "Frame",
    "Glyphs",
    "GrayImage",
    "Ink",
    "Kind",
    "Logits",
    "Mark",
    "Number",
    "Pose",
    "Predictions",
    "Region",
    "Rejected",
    "Result",
    "Scored",
    "Scorer",
    "Trace",
    "rounded",
]
