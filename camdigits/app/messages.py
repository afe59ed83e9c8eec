"""Format the messages of the command line.

Text only: nothing is read, opened or printed here.
"""

from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

    from camdigits.meter import Summary
    from camdigits.values import Result


def frames_of(count: int) -> str:
    """Return a number of frames with its noun.

    >>> frames_of(1), frames_of(2)
    ('1 frame', '2 frames')
    """
    return f"{count} frame{'' if count == 1 else 's'}"


def one_line(name: str) -> str:
    r"""Escape unprintable characters, so that any file name stays on one line.

    >>> print(one_line("new\nline.png"))
    new\nline.png
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def statistics(summary: "Summary") -> str:
    """Return the last line of a live run: frames, digits and frame rate of all of it."""
    fps = summary.fps
    rate = "" if fps is None else f", {fps:.1f} frames per second"
    return f"{frames_of(summary.frames)}, {summary.digits} digits{rate}"


def picture_line(result: "Result") -> str:
    """Return the name of a picture and its numbers; the lines of the page are lines.

    A number beside which something was not read ends with an ellipsis.
    """
    lines: dict[int, list[str]] = {}
    for number in result.numbers:
        text = number.text if number.complete else f"{number.text}…"
        lines.setdefault(number.line, []).append(text)
    rows = [" ".join(lines[line]) for line in sorted(lines)] or ["no digits"]
    turned = f"  (page turned by {result.rotation} degrees)" if result.rotation else ""
    return "\n  ".join([f"{one_line(result.frame.source)}: {rows[0]}{turned}", *rows[1:]])


def numbers_line(result: "Result") -> str:
    """Return the time of a frame and its numbers as one line.

    A number beside which something was not read ends with an ellipsis.
    """
    texts = [each.text if each.complete else f"{each.text}…" for each in result.numbers]
    return f"{result.frame.time_s:9.2f} s  {' '.join(texts) or '-'}"


def demo_report(written: tuple[str, ...], counts: "Counter[tuple[str, ...]]", frames: int) -> str:
    """Return the written numbers beside those read in most frames, and how often all were right.

    Args:
        written: the numbers on the page.
        counts: number of frames per combination of numbers read.
        frames: number of frames read.
    """
    read = counts.most_common(1)[0][0]
    right = counts[written]
    lines = ["written    read in most frames"]
    lines += [f"{left:10} {right}" for left, right in zip_longest(written, read, fillvalue="-")]
    return "\n".join([*lines, f"All {len(written)} numbers right in {right} of {frames} frames."])


def next_steps(clip: "Path") -> str:
    """Return what to try after the demo, whose annotated clip is `clip`."""
    return f"""
The annotated clip is {clip}. Try next:
  camdigits serve demo         the page in a browser: live, photos, drawing
  camdigits live               a webcam on your own handwriting (h shows the keys)
  camdigits image page.jpg     a photo of a page
  camdigits video clip.mp4     a video file
  camdigits --help             everything else"""
