"""Draw each step of a reader's trace: the pictures of `python -m train stages`.

Pure; every picture has the same width and is small enough for a page of documentation.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from camdigits.geometry import intersection, make_upright
from camdigits.image import cv2
from camdigits.recognize.glyph import glyphs_of
from camdigits.render.annotate import NOT_A_DIGIT, annotate, colour_of, percent
from camdigits.render.canvas import SLATE, Colour, put_box, put_text, text_width
from camdigits.values import (
    BgrImage,
    Candidates,
    Glyphs,
    GrayImage,
    Predictions,
    Region,
    Result,
    Trace,
)

WIDTH = 640  # pixels of every picture
MAX_GLYPHS = 60  # chosen: on one sheet
WHITE_LEVELS = 1.6  # chosen: contrast is shown amplified
RULES: Colour = (0, 94, 213)  # vermilion
# Okabe and Ito's colours, distinct for colour-blind people: neighbours differ.
INKS: tuple[Colour, ...] = (
    (178, 114, 0),
    (0, 94, 213),
    (115, 158, 0),
    (167, 121, 204),
    (0, 159, 230),
    (233, 180, 86),
)

View = tuple[str, str, BgrImage]  # file name, what it shows, (H, WIDTH, 3)


def views(result: Result, trace: Trace) -> Iterator[View]:
    """Draw every step of a trace, in the order of the stages."""
    frame = upright_frame(result, trace)
    threshold = {row for row, kept in enumerate(_is_kept(trace)) if not kept}
    yield "1-frame.jpg", "the frame, upright", _fit(frame)
    yield "2-light.jpg", "light removed: contrast to the paper", _fit(_contrast(trace))
    yield "3-ink.png", "ink", _fit(_on_white(trace.ink.mask))
    yield "4-rules.png", "ink without printed rules (orange)", _fit(_rules(trace))
    yield "5-regions.png", "regions, each with its strokes in one colour", _fit(_regions(trace))
    yield "6-glyphs.png", "glyphs: input of the digit net", _sheet(trace.glyphs)
    first = _captions(trace.found.predictions)
    yield "7-predictions.png", "predictions of the digit net", _sheet(trace.glyphs, first)
    second = _merge_and_split(trace)
    if second is not None:
        yield "8-merge-split.png", "rejected regions, merged or split", second
    if threshold:
        yield "9-rejected.jpg", "rejected candidates (gray)", _fit(_rejected(frame, trace))
    yield "10-result.jpg", "digits and numbers", _fit(annotate(result))


def upright_frame(result: Result, trace: Trace) -> BgrImage:
    """Return the frame at working size, rotated as the stages saw it."""
    bgr, size = result.frame.bgr, trace.pose.size
    if bgr.shape[1::-1] != size:
        bgr = np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), np.uint8)
    return make_upright(bgr, trace.pose)


def _is_kept(trace: Trace) -> list[bool]:
    boxes = {each.box for each in trace.rejected}
    return [region.box not in boxes for region in trace.split.regions]


def _contrast(trace: Trace) -> BgrImage:
    """Show how much darker (chalk: lighter) each pixel is than its ground, on white."""
    return _on_white(
        np.asarray(cv2.convertScaleAbs(trace.ink.contrast, alpha=WHITE_LEVELS), np.uint8)
    )


def _on_white(ink: GrayImage) -> BgrImage:
    return np.asarray(cv2.cvtColor(cv2.bitwise_not(ink), cv2.COLOR_GRAY2BGR), np.uint8)


def _rules(trace: Trace) -> BgrImage:
    """Show the components that are left, and in colour the ink that was removed."""
    canvas = _on_white(trace.components)
    canvas[(trace.ink.mask > 0) & (trace.components == 0)] = RULES
    return canvas


def _regions(trace: Trace) -> BgrImage:
    """Show each region's own ink in a colour, in its box."""
    canvas = np.full((*trace.ink.mask.shape, 3), 255, np.uint8)
    for index, region in enumerate(trace.found.regions):
        x, y, width, height = region.box
        part = canvas[y : y + height, x : x + width]
        cover = (region.ink / np.float32(255))[..., None]
        colour = np.array(INKS[index % len(INKS)], np.float32)
        part[:] = np.minimum(part, np.rint(255 + cover * (colour - 255)).astype(np.uint8))
    for index, region in enumerate(trace.found.regions):
        put_box(canvas, region.box, 2, INKS[index % len(INKS)])
    return canvas


def _rejected(frame: BgrImage, trace: Trace) -> BgrImage:
    """Show the boxes of rejected candidates on the frame."""
    canvas = frame.copy()
    for each in trace.rejected:
        put_box(canvas, each.box, 2, NOT_A_DIGIT)
    return canvas


Caption = tuple[str, Colour]


def _caption(label: str, score: float) -> Caption:
    """Return label and score in the colour of the overlay."""
    return f"{label} {percent(score)}", NOT_A_DIGIT if label == "none" else colour_of(score)


def _sheet(glyphs: Glyphs, captions: Sequence[Caption] = ()) -> BgrImage:
    """Lay magnified glyphs out in rows of ten, each with its caption."""
    columns, cell, text_px = 10, WIDTH // 10, 10
    side, high = cell - 8, cell + (text_px + 6 if captions else 0)
    shown = glyphs[:MAX_GLYPHS]
    rows = max(1, -(-len(shown) // columns))
    canvas = np.full((rows * high, WIDTH, 3), 255, np.uint8)
    for index, glyph in enumerate(shown):
        row, column = divmod(index, columns)
        x, y = column * cell + 4, row * high + 4
        canvas[y : y + side, x : x + side] = _magnified(glyph, side)
        if captions:
            text, colour = captions[index]
            cv2.rectangle(canvas, (x, y), (x + side - 1, y + side - 1), colour, 2)
            at = x + (side - text_width(text, text_px)) // 2
            put_text(canvas, text, max(0, at), y + side + 4, text_px, SLATE)
    return canvas


def _magnified(glyph: GrayImage, side: int) -> BgrImage:
    large = cv2.resize(glyph, (side, side), interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), np.uint8)


def _merge_and_split(trace: Trace) -> BgrImage | None:
    """Show each region that was replaced, an arrow, and its replacement."""
    changes = [*_changes(trace.found, trace.merged), *_changes(trace.merged, trace.split)]
    if not changes:
        return None
    captions = dict(
        zip(map(id, trace.split.regions), _captions(trace.split.predictions), strict=True)
    )
    return np.concatenate([_change(before, after, captions) for before, after in changes])


def _captions(predictions: Predictions) -> list[Caption]:
    rows = zip(predictions.labels, predictions.scores.tolist(), strict=True)
    return [_caption(label, score) for label, score in rows]


Change = tuple[list[Region], list[Region]]


def _changes(before: Candidates, after: Candidates) -> list[Change]:
    """Return replaced regions with their replacements: parts of them, or their union."""
    old, new = set(map(id, before.regions)), set(map(id, after.regions))
    gone = [region for region in before.regions if id(region) not in new]
    come = [region for region in after.regions if id(region) not in old]
    changes: list[Change] = []
    for region in gone:
        mine = [each for each in come if _overlap(region, each)]
        for was, now in changes:
            if any(each in now for each in mine):
                was.append(region)
                break
        else:
            changes.append(([region], mine))
    return changes


def _overlap(one: Region, other: Region) -> bool:
    """Whether two regions share most of the smaller one's box."""
    shared = intersection(one.box, other.box)
    smaller = min(box.width * box.height for box in (one.box, other.box))
    return shared is not None and shared.width * shared.height >= 0.8 * smaller


def _change(before: list[Region], after: list[Region], captions: dict[int, Caption]) -> BgrImage:
    rejected: Caption = ("rejected", NOT_A_DIGIT)
    old = _sheet(glyphs_of(before), [rejected] * len(before))
    new = _sheet(glyphs_of(after), [captions.get(id(region), rejected) for region in after])
    cell = WIDTH // 10
    row = np.full((old.shape[0], WIDTH, 3), 255, np.uint8)
    here, there = len(before[:3]) * cell, len(after[:5]) * cell
    row[:, :here] = old[:, :here]
    middle = cell // 2
    cv2.arrowedLine(row, (here + 12, middle), (here + cell - 12, middle), SLATE, 2, cv2.LINE_AA)
    row[:, here + cell : here + cell + there] = new[:, :there]
    return row


def _fit(view: BgrImage) -> BgrImage:
    """Scale to the width of all pictures."""
    size = WIDTH, max(1, round(view.shape[0] * WIDTH / view.shape[1]))
    how = cv2.INTER_AREA if view.shape[1] > WIDTH else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(view, size, interpolation=how), np.uint8)
