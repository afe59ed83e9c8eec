"""Draw what the stages of the reader handed on: `train.report.stages` walks through them.

Pure; every picture is as wide as the others and small enough for a page of documentation.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from camdigits.image import cv2, frozen
from camdigits.layout.grouping import group
from camdigits.recognize.glyph import glyphs_of
from camdigits.render.annotate import NOT_A_DIGIT, annotate, colour_of, percent
from camdigits.render.canvas import SLATE, Colour, put_box, put_text, text_width
from camdigits.segment.find_rules import without_frames
from camdigits.values import BgrImage, Frame, Glyphs, GrayImage, Region, Result
from train.walk import Steps

WIDTH = 640  # pixels of every picture
MOST_GLYPHS = 60  # on a sheet
WHITE_LEVELS = 1.6  # contrast is shown so many times as strong
LINES: Colour = (0, 94, 213)  # vermilion
# Okabe and Ito's colours, which colour-blind people tell apart: neighbours differ.
INKS: tuple[Colour, ...] = (
    (178, 114, 0),
    (0, 94, 213),
    (115, 158, 0),
    (167, 121, 204),
    (0, 159, 230),
    (233, 180, 86),
)

View = tuple[str, str, BgrImage]  # file name, what it shows, (H, WIDTH, 3)


def views(steps: Steps) -> Iterator[View]:
    """Draw what the stages handed on, in their order."""
    yield "1-frame.jpg", "the frame", _fit(steps.bgr)
    yield "2-light.jpg", "light removed: how much darker than its paper", _fit(_contrast(steps))
    yield "3-ink.png", "ink", _fit(_on_white(steps.ink.mask))
    yield "4-lines.png", "ink without printed lines (orange)", _fit(_lines(steps))
    yield "5-regions.png", "regions, each with its strokes in one colour", _fit(_regions(steps))
    yield "6-glyphs.png", "glyphs: what the net sees", _sheet(steps.glyphs)
    captions = [_caption(*each) for each in zip(steps.first.labels, _scores(steps), strict=True)]
    yield "7-answers.png", "answers of the net", _sheet(steps.glyphs, captions)
    looks = _second_looks(steps)
    if looks is not None:
        yield "8-second-looks.png", "refused regions, rejoined or cut", looks
    yield "9-result.jpg", "digits and numbers", _fit(_result(steps))


def _contrast(steps: Steps) -> BgrImage:
    """Show how much darker (chalk: lighter) each pixel is than its ground, on white."""
    return _on_white(
        np.asarray(cv2.convertScaleAbs(steps.ink.contrast, alpha=WHITE_LEVELS), np.uint8)
    )


def _on_white(ink: GrayImage) -> BgrImage:
    return np.asarray(cv2.cvtColor(cv2.bitwise_not(ink), cv2.COLOR_GRAY2BGR), np.uint8)


def _lines(steps: Steps) -> BgrImage:
    """Show the outlines that are left, filled, and in red what was taken out."""
    left = without_frames(steps.ink)
    rest = np.zeros_like(steps.ink.mask)
    for index in range(len(left.boxes)):
        cv2.drawContours(rest, left.piece(index), -1, 255, cv2.FILLED)
    canvas = _on_white(rest)
    canvas[(steps.ink.mask > 0) & (rest == 0)] = LINES
    return canvas


def _regions(steps: Steps) -> BgrImage:
    """Show each region's own ink in a colour, in its box."""
    canvas = np.full_like(steps.bgr, 255)
    for index, region in enumerate(steps.found):
        x, y, width, height = region.box
        part = canvas[y : y + height, x : x + width]
        cover = (region.ink / np.float32(255))[..., None]
        colour = np.array(INKS[index % len(INKS)], np.float32)
        part[:] = np.minimum(part, np.rint(255 + cover * (colour - 255)).astype(np.uint8))
    for index, region in enumerate(steps.found):
        put_box(canvas, region.box, 2, INKS[index % len(INKS)])
    return canvas


Caption = tuple[str, Colour]


def _scores(steps: Steps) -> list[float]:
    return [float(score) for score in steps.first.scores]


def _caption(label: str, score: float) -> Caption:
    """Say label and score, in the colour that the product gives it."""
    return f"{label} {percent(score)}", NOT_A_DIGIT if label == "none" else colour_of(score)


def _sheet(glyphs: Glyphs, captions: Sequence[Caption] = ()) -> BgrImage:
    """Lay magnified glyphs out in rows of ten, each with its caption."""
    columns, cell, text_px = 10, WIDTH // 10, 10
    side, high = cell - 8, cell + (text_px + 6 if captions else 0)
    shown = glyphs[:MOST_GLYPHS]
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


def _second_looks(steps: Steps) -> BgrImage | None:
    """Show each region that was replaced, an arrow, and what took its place."""
    looks = [
        *_changes(steps.found, steps.joined),
        *_changes(steps.joined, steps.regions),
    ]
    if not looks:
        return None
    answers = dict(zip(map(id, steps.regions), _captions(steps), strict=True))
    rows = [_look(before, after, answers) for before, after in looks]
    return np.concatenate(rows)


def _captions(steps: Steps) -> list[Caption]:
    answers = zip(steps.asked.labels, steps.asked.scores.tolist(), strict=True)
    return [_caption(label, score) for label, score in answers]


Change = tuple[list[Region], list[Region]]


def _changes(before: Sequence[Region], after: Sequence[Region]) -> list[Change]:
    """Regions that are gone with those that lie in their place: parts of them, or their union."""
    old, new = set(map(id, before)), set(map(id, after))
    gone = [region for region in before if id(region) not in new]
    come = [region for region in after if id(region) not in old]
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
    """Whether two regions share ink, or one holds the other."""
    a, b = one.box, other.box
    wide = min(a.right, b.right) - max(a.x, b.x)
    high = min(a.bottom, b.bottom) - max(a.y, b.y)
    least = min(a.width * a.height, b.width * b.height)
    return wide > 0 and high > 0 and wide * high >= 0.8 * least


def _look(before: list[Region], after: list[Region], answers: dict[int, Caption]) -> BgrImage:
    refused: Caption = ("refused", NOT_A_DIGIT)
    old = _sheet(glyphs_of(before), [refused] * len(before))
    new = _sheet(glyphs_of(after), [answers.get(id(region), refused) for region in after])
    cell = WIDTH // 10
    row = np.full((old.shape[0], WIDTH, 3), 255, np.uint8)
    here, there = len(before[:3]) * cell, len(after[:5]) * cell
    row[:, :here] = old[:, :here]
    middle = cell // 2
    cv2.arrowedLine(row, (here + 12, middle), (here + cell - 12, middle), SLATE, 2, cv2.LINE_AA)
    row[:, here + cell : here + cell + there] = new[:, :there]
    return row


def _result(steps: Steps) -> BgrImage:
    frame = Frame(0, 0.0, frozen(steps.bgr))
    return annotate(Result(frame, steps.digits, group(steps.digits)))


def _fit(view: BgrImage) -> BgrImage:
    """Scale to the width of all pictures."""
    size = WIDTH, max(1, round(view.shape[0] * WIDTH / view.shape[1]))
    how = cv2.INTER_AREA if view.shape[1] > WIDTH else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(view, size, interpolation=how), np.uint8)
