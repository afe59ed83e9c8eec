"""Find division signs whose dots are rings and were read as zeros."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from camdigits.segment.contours import Components
from camdigits.values import Digit

MAX_GAP = 3.0  # chosen: between the rings, over their height
MAX_RATIO = 1.4  # chosen: of their sizes
MAX_LEAN = 0.5  # chosen: by which they may be beside each other, over their width
MIN_BAR = 1.5  # chosen: width of the bar between them, the same
MAX_BAR_ASPECT = 0.35  # chosen: height of the bar over its width


def division_dots(digits: Sequence[Digit], components: Components) -> frozenset[int]:
    """Return the zeros above and below a bar, as indexes: dots of a division sign.

    Args:
        digits: of an upright image.
        components: of the image, those near digits.
    """
    zeros = [index for index, digit in enumerate(digits) if digit.label == "0"]
    found: set[int] = set()
    for one, other in combinations(zeros, 2):
        upper, lower = sorted((digits[one].box, digits[other].box), key=lambda box: box.y)
        width = max(upper.width, lower.width)
        sizes = sorted((max(upper[2:]), max(lower[2:])))
        gap = lower.y - upper.bottom
        lean = abs(upper.centre[0] - lower.centre[0])
        if not 0 < gap <= MAX_GAP * sizes[1] or sizes[1] > MAX_RATIO * sizes[0]:
            continue
        if lean > MAX_LEAN * width:
            continue
        x, y, wide, high = components.boxes.T
        bar = (wide >= MIN_BAR * width) & (high <= MAX_BAR_ASPECT * wide)
        bar &= (y >= upper.bottom - 1) & (y + high <= lower.y + 1)
        bar &= np.abs(x + wide / 2 - upper.centre[0]) <= wide / 4
        if bar.any():
            found |= {one, other}
    return frozenset(found)
