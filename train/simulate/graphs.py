"""Render pages, find their regions as the reader does, and store what is around each region.

The training data of the context net. A region is a digit, joined digits (also a digit stuck to
something), a piece of a digit, or neither; a region that is half a digit is not labelled.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from camdigits.config import DEFAULT
from camdigits.image import working_size
from camdigits.meter import StageClock
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.classify import Classifier, OutputSpec
from camdigits.recognize.context_features import Graph, graph_of
from camdigits.recognize.tflite import load_scorer
from camdigits.stages import Stages
from camdigits.values import Box, Floats, Pose
from train.data.by_writer import Part
from train.data.truth import Truth
from train.errors import DataError
from train.simulate.kinds.load import load_material
from train.simulate.kinds.pages import KindPage, kind_pages

OTHER, DIGIT, JOINED, PIECE, UNKNOWN = 0, 1, 2, 3, -1
DIGIT_IOU, OTHER_IOU = 0.55, 0.3  # overlap with a labelled digit (chosen)
INSIDE = 0.7  # share of a digit that is inside a region (chosen)
# Pages without a layout that shows which way is up: they do not teach the rotation.
NO_LAYOUT = frozenset({"surface", "filled", "thin", "panel", "pixels"})
UPRIGHT, TURNED, NO_SIDE = 0, 1, -1
ARRAYS = "nodes", "neighbours", "present", "edges", "kinds", "pages", "sides"


@dataclass(frozen=True, slots=True, eq=False)
class LabelledGraph:
    """The regions of one page with their kinds."""

    graph: Graph
    kinds: npt.NDArray[np.int8]  # (N,) OTHER, DIGIT, JOINED, PIECE or UNKNOWN
    side: int  # UPRIGHT, TURNED, or NO_SIDE if the page does not show it


def write_graphs(
    out: Path,
    count: int,
    seed: int,
    part: Part,
    turned: bool = False,
    report: Callable[[str], None] = print,
) -> None:
    """Render `count` pages of each kind and store their regions in `out` (.npz).

    Args:
        out: path of the file.
        count: pages of each kind.
        seed: of the random generators.
        part: whose writers and fonts.
        turned: rotate every page by 90, 180 or 270 degrees; its digits are not labelled then.
        report: receives a summary.

    Raises:
        DataError: a data set is missing, or `out` cannot be written.
    """
    pages = kind_pages(load_material(part, sideways=False), count, seed)
    stages, rng = _stages(), np.random.default_rng((seed, 23))
    sided = (_rotated(page, rng) if turned else page for page in pages)
    side = TURNED if turned else UPRIGHT
    found = [each for page in sided for each in _graphs(page, side, stages)]
    columns = {
        "nodes": np.concatenate([each.graph.nodes for each in found]).astype(np.float16),
        "neighbours": np.concatenate([each.graph.neighbours for each in found]),
        "present": np.concatenate([each.graph.present for each in found]).astype(np.uint8),
        "edges": np.concatenate([each.graph.edges for each in found]).astype(np.float16),
        "kinds": np.concatenate([each.kinds for each in found]),
        "pages": np.array([len(each.kinds) for each in found], np.int32),
        "sides": np.array([each.side for each in found], np.int8),
    }
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(out, **columns)  # type: ignore[arg-type]
    except OSError as error:
        raise DataError(f"cannot write {out}: {error}; free some space") from error
    kinds = columns["kinds"]
    report(
        f"{len(found)} pages, {len(kinds)} regions: {np.sum(kinds == DIGIT)} digits, "
        f"{np.sum(kinds == JOINED)} joined, {np.sum(kinds == OTHER)} others"
    )


def load_graphs(path: Path) -> list[LabelledGraph]:
    """Load the pages of a file of `write_graphs`.

    Raises:
        DataError: the file is missing or is not such a file.
    """
    try:
        with np.load(path) as arrays:
            columns = {name: arrays[name] for name in ARRAYS}
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"{path}: wanted a file of `train graphs`, got {error}") from error
    ends = np.cumsum(columns["pages"]).tolist()
    return [
        LabelledGraph(
            Graph(
                columns["nodes"][start:end].astype(np.float32),
                columns["neighbours"][start:end],
                columns["present"][start:end].astype(np.float32),
                columns["edges"][start:end].astype(np.float32),
            ),
            columns["kinds"][start:end],
            int(side),
        )
        for start, end, side in zip([0, *ends], ends, columns["sides"], strict=False)
    ]


def _stages() -> Stages:
    path = find_model("digits")
    card = load_card(path)
    spec = OutputSpec(card.labels, card.temperature, card.threshold)
    classifier = Classifier(load_scorer(path, card, 1), spec)
    return Stages(classifier, None, None, None, card.threshold, card.threshold, DEFAULT)


def _rotated(page: KindPage, rng: np.random.Generator) -> KindPage:
    """Rotate a page by 90, 180 or 270 degrees; half of them by 180."""
    turns = int(rng.choice([1, 2, 2, 3]))
    height, width = page.page.picture.shape
    digits = []
    for digit in page.page.truth["digits"]:
        box, size = Box(*digit["box"]), (width, height)
        for _ in range(turns):
            box = Box(box.y, size[0] - box.right, box.height, box.width)
            size = size[1], size[0]
        digits.append({**digit, "box": list(box)})
    picture = np.ascontiguousarray(np.rot90(page.page.picture, turns))
    truth = {**page.page.truth, "digits": digits}
    return replace(page, page=replace(page.page, picture=picture, truth=truth))


def _graphs(page: KindPage, side: int, stages: Stages) -> Iterator[LabelledGraph]:
    """Yield the regions of a page; none if it has no region."""
    gray, scale = working_size(page.page.picture, DEFAULT.max_side_px)
    pose = Pose((gray.shape[1], gray.shape[0]), 0)
    seen = stages.classify(gray, pose, StageClock())
    if len(seen.found):
        graph = graph_of(seen.found, seen.glyphs, gray.shape, seen.components.rules)
        kinds = _kinds(seen.found.boxes, page.page.truth, scale)
        if side == TURNED:
            kinds[kinds != OTHER] = UNKNOWN
        yield LabelledGraph(graph, kinds, NO_SIDE if page.kind in NO_LAYOUT else side)


def _kinds(boxes: Floats, truth: Truth, scale: float) -> npt.NDArray[np.int8]:
    """Compare regions with the labelled digits of their page."""
    kinds = np.full(len(boxes), OTHER, np.int8)
    digits = np.array([digit["box"] for digit in truth["digits"]], np.float64).reshape(-1, 4)
    if not len(digits):
        return kinds
    digits /= scale
    shared, region, digit = _shared(boxes, digits)
    iou = shared / np.maximum(region[:, None] + digit - shared, 1)
    inside = shared / np.maximum(digit, 1)
    best = iou.max(axis=1)
    several = (inside > INSIDE - 0.1).sum(axis=1) >= 2
    kinds[best >= OTHER_IOU] = UNKNOWN
    kinds[best >= DIGIT_IOU] = DIGIT
    kinds[several | ((best < OTHER_IOU) & (inside.max(axis=1) > INSIDE))] = JOINED
    kinds[(kinds == OTHER) & (shared.sum(axis=1) > 0.5 * region)] = PIECE
    return kinds


def _shared(boxes: Floats, digits: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the areas that (N, 4) and (M, 4) boxes share, (N, M), and the areas of both."""
    low = np.maximum(boxes[:, None, :2], digits[:, :2])
    high = np.minimum(boxes[:, None, :2] + boxes[:, None, 2:], digits[:, :2] + digits[:, 2:])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    return shared, boxes[:, 2:].prod(axis=1), digits[:, 2:].prod(axis=1)
