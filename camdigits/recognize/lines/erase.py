"""Take the ink of signs out of the regions to which it was joined."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from camdigits.geometry import intersection
from camdigits.image import cv2
from camdigits.recognize.lines.signs import FoundSign
from camdigits.segment.contours import Components
from camdigits.values import Box, Region


def without_pieces(
    regions: Sequence[Region], signs: Sequence[FoundSign], components: Components
) -> dict[int, Region]:
    """Return the digits that lose a stroke to a sign, by index, without it."""
    taken: dict[int, list[int]] = {}
    for sign in signs:
        for digit in sign.pieces_of:
            taken.setdefault(digit, []).extend(sign.members)
    return _erased(regions, taken, components)


def freed(
    regions: Sequence[Region], signs: Sequence[FoundSign], components: Components
) -> dict[int, Region]:
    """Return rejected regions without the signs that were joined to them, by index.

    The bars of an equals sign are near enough to a 1 to be its strokes.
    """
    taken: dict[int, list[int]] = {}
    for index, region in enumerate(regions):
        for sign in signs:
            inside = intersection(sign.box, region.box) == sign.box
            if inside and sign.box != region.box and not sign.digits:
                taken.setdefault(index, []).extend(sign.members)
    return _erased(regions, taken, components)


def _erased(
    regions: Sequence[Region], taken: Mapping[int, Sequence[int]], components: Components
) -> dict[int, Region]:
    """Return regions without the ink of some components, with tight boxes."""
    found = {}
    for digit, members in taken.items():
        region = regions[digit]
        ink = region.ink.copy()
        for member in members:
            offset = -region.box.x, -region.box.y
            cv2.drawContours(ink, components.component(member), -1, 0, cv2.FILLED, offset=offset)
        x, y, width, height = cv2.boundingRect(ink)
        if width:
            box = Box(region.box.x + x, region.box.y + y, width, height)
            rest = np.ascontiguousarray(ink[y : y + height, x : x + width])
            found[digit] = replace(region, box=box, ink=rest)
    return found
