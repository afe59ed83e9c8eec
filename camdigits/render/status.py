"""Add the status of the live window to a picture: speed below it, state and keys on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from camdigits.meter import Speed
from camdigits.render.canvas import (
    SLATE,
    WHITE,
    Colour,
    Tag,
    put_box,
    put_tag,
    put_text,
    style_for,
    text_width,
)
from camdigits.values import BgrImage, Box

RED: Colour = (60, 40, 200)


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that the live window shows besides the annotated frame."""

    speed: Speed = field(default_factory=Speed)
    paused: bool = False
    recording: bool = False
    mirror: bool = False
    notes: tuple[str, ...] = ()  # such as the name of a snapshot
    roi: Box | None = None  # the part of the picture that is read or being drawn
    alert: str = ""  # the problem of the source; the picture is not current then
    help: tuple[tuple[str, str], ...] = ()  # key, effect; shown if not empty


def with_status(picture: BgrImage, status: Status) -> BgrImage:
    """Return a copy of an (H, W, 3) picture with tags and help on it and a speed bar below.

    Returns:
        (H + bar, W, 3) uint8.
    """
    height, width = picture.shape[:2]
    whole = np.vstack((picture, _bar(status.speed, width, height)))
    canvas = whole[:height]
    if status.roi is not None:
        _put_roi(canvas, status.roi)
    _put_tags(canvas, status)
    if status.alert:
        _put_alert(canvas, status.alert)
    if status.help:
        _put_help(canvas, status.help)
    return whole


def figures(speed: Speed) -> tuple[str, ...]:
    """Format frames per second, then the median of each stage and their sum.

    >>> figures(Speed(fps=24.96))
    ('25.0 fps',)
    """
    fps = "-- fps" if speed.fps is None else f"{speed.fps:.1f} fps"
    stages = tuple(f"{stage} {times.median_ms:.1f}" for stage, times in speed.stages.items())
    total = sum(times.median_ms for times in speed.stages.values())
    return (fps, *stages, f"= {total:.1f} ms") if stages else (fps,)


def wrap(parts: Sequence[str], widths: Sequence[int], max_width: int, gap: int) -> list[list[int]]:
    """Break parts into lines not wider than `max_width`; return their indexes per line.

    >>> wrap(("ab", "cd", "ef"), (20, 20, 20), max_width=50, gap=10)
    [[0, 1], [2]]
    """
    lines: list[list[int]] = [[]]
    used = 0
    for index in range(len(parts)):
        if lines[-1] and used + gap + widths[index] > max_width:
            lines.append([])
            used = 0
        used += widths[index] + (gap if lines[-1] else 0)
        lines[-1].append(index)
    return lines


def _bar(speed: Speed, width: int, height: int) -> BgrImage:
    text_px = style_for(width, height).text_px
    pad = text_px // 2
    parts = figures(speed)
    # Measured with the widest digit, so that changing numbers do not move their neighbours.
    widths = [text_width("".join("8" if c.isdigit() else c for c in p), text_px) for p in parts]
    lines = wrap(parts, widths, width - 2 * pad, 2 * pad)
    pitch = text_px + pad
    bar = np.full((pitch * len(lines) + pad, width, 3), SLATE, np.uint8)
    for row, line in enumerate(lines):
        x = pad
        for index in line:
            put_text(bar, parts[index], x, pad + row * pitch, text_px, WHITE)
            x += widths[index] + 2 * pad
    return bar


def _put_tags(canvas: BgrImage, status: Status) -> None:
    style = style_for(canvas.shape[1], canvas.shape[0])
    states = (("REC", status.recording, RED), ("PAUSED", status.paused, SLATE))
    words = [(word, colour) for word, on, colour in states if on]
    words += [("MIRRORED", SLATE)] * status.mirror
    y = style.pad_px
    for word, colour in [*words, *((note, SLATE) for note in status.notes)]:
        tag = Tag(word, style.text_px, colour, style.pad_px)
        put_tag(canvas, tag, max(0, canvas.shape[1] - tag.width - style.pad_px), y)
        y += tag.height + style.pad_px


def _put_roi(canvas: BgrImage, roi: Box) -> None:
    """Darken everything outside of the ROI, and draw a line around it."""
    inside = canvas[roi.y : roi.bottom, roi.x : roi.right].copy()
    canvas[:] = canvas // 2
    canvas[roi.y : roi.bottom, roi.x : roi.right] = inside
    put_box(canvas, roi, style_for(canvas.shape[1], canvas.shape[0]).line_px, SLATE)


def _put_alert(canvas: BgrImage, text: str) -> None:
    """Write text on a red band along the lower edge, on as many lines as needed."""
    height, width = canvas.shape[:2]
    text_px = style_for(width, height).text_px
    pad, words = text_px // 2, text.split()
    widths = [text_width(word, text_px) for word in words]
    lines = wrap(words, widths, width - 2 * pad, text_width(" ", text_px))
    pitch = text_px + pad
    top = max(0, height - pitch * len(lines) - pad)
    canvas[top:] = RED
    for row, line in enumerate(lines):
        part = " ".join(words[index] for index in line)
        put_text(canvas, part, pad, top + pad + row * pitch, text_px, WHITE)


def _put_help(canvas: BgrImage, lines: Sequence[tuple[str, str]]) -> None:
    height, width = canvas.shape[:2]
    text_px = max(8, min(style_for(width, height).text_px, height // (2 * len(lines) + 2)))
    column = max(text_width(key, text_px) for key, _ in lines) + 2 * text_px
    wide = column + max(text_width(does, text_px) for _, does in lines) + 2 * text_px
    tall = 2 * text_px * len(lines) + text_px
    x, y = max(0, (width - wide) // 2), max(0, (height - tall) // 2)
    panel = canvas[y : y + tall, x : x + wide]
    panel[:] = (panel * 0.2 + np.array(SLATE) * 0.8).astype(np.uint8)
    for row, (key, does) in enumerate(lines):
        top = y + text_px + 2 * text_px * row
        put_text(canvas, key, x + text_px, top, text_px, WHITE)
        put_text(canvas, does, x + column, top, text_px, WHITE)
