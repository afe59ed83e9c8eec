"""What the command line says to people.

Text only: nothing is read, opened or printed here.
"""

from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections import Counter

    from camdigits.app.window.session import LiveSummary
    from camdigits.values import Result


def frames_of(count: int) -> str:
    """Count frames in words.

    >>> frames_of(1), frames_of(2)
    ('1 frame', '2 frames')
    """
    return f"{count} frame{'' if count == 1 else 's'}"


def one_line(name: str) -> str:
    r"""Show a file's name on one line, whatever it holds.

    >>> print(one_line("new\nline.png"))
    new\nline.png
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def statistics(done: "LiveSummary") -> str:
    """Say what the live loop did: the last line of every run."""
    rate = "" if done.speed.fps is None else f", {done.speed.fps:.1f} frames per second"
    return f"{frames_of(done.frames)}, {done.digits} digits{rate}"


def summary(result: "Result") -> str:
    """One line for a person: the picture and its numbers."""
    numbers = " ".join(number.text for number in result.numbers) or "no digits"
    turned = f"  (page turned by {result.rotation} degrees)" if result.rotation else ""
    return f"{one_line(result.frame.source)}: {numbers}{turned}"


def demo_report(written: tuple[str, ...], seen: "Counter[tuple[str, ...]]", count: int) -> str:
    """What was written beside what was read most often, and how often that was."""
    read = seen.most_common(1)[0][0]
    right = seen[written]
    lines = ["written    read in most frames"]
    lines += [f"{left:10} {right}" for left, right in zip_longest(written, read, fillvalue="-")]
    return "\n".join([*lines, f"All {len(written)} numbers right in {right} of {count} frames."])
