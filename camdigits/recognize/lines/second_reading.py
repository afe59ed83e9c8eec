"""Read regions again with what the line net sees in them.

The line net reads digits that the digit net rejected, digits that lean on each other, and others
than the digit net does. Its characters in a region are a reading of that region, to be cut and
pooled with the digit net as those of the sequence net are.
"""

from collections.abc import Sequence

import numpy as np

from camdigits.geometry import contains
from camdigits.recognize.cut_reading import MIN_CHANCE
from camdigits.recognize.lines.config import DEFAULT, LineConfig
from camdigits.recognize.lines.read import LineReading
from camdigits.recognize.lines.strip import Line, on_line
from camdigits.recognize.sequence import Reading
from camdigits.segment.contours import Components
from camdigits.segment.regions import region_of
from camdigits.values import Box, Candidates, Digit, Ink, Region


def second_readings(
    readings: Sequence[LineReading],
    candidates: Candidates,
    digits: Sequence[tuple[int, Digit]],
    config: LineConfig = DEFAULT,
) -> dict[int, list[Reading]]:
    """Return what the line net reads in regions, where it differs from the digit net.

    Args:
        readings: of the lines of an image.
        candidates: its regions.
        digits: those that are digits, each with its region's index.
        config: limits.
    """
    found: dict[int, list[Reading]] = {}
    label_of = {row: digit.label for row, digit in digits}
    for reading in readings:
        rows = _rows(reading, candidates, digits, config)
        for row, own in reading.owners(rows, config.inset).items():
            characters = [reading.characters[at] for at in own]
            numerals = [each for each in characters if each.label.isdecimal()]
            if not numerals:
                continue
            least = config.min_score_of_other if row in label_of else config.min_score_of_rejected
            if min(each.score for each in characters) < least:
                continue
            if [each.label for each in numerals] == [label_of.get(row)]:
                continue
            if row not in label_of and len(own) == 1:
                other = _other_digit(candidates, row, numerals[0].label)
                none = float(candidates.predictions.none[row])
                if other > config.max_score_of_other_digit or none > config.max_none:
                    continue
            found[row] = [_reading(reading, own, candidates.regions[row])]
    return found


def _other_digit(candidates: Candidates, row: int, label: str) -> float:
    """Return the probability of the best digit that is not this one, by the digit net."""
    columns, chances = candidates.predictions.columns, candidates.predictions.probabilities[row]
    others = [i for i, name in enumerate(columns) if name.isdecimal() and name != label]
    return float(chances[others].max(initial=0.0))


def unread_components(
    readings: Sequence[LineReading],
    candidates: Candidates,
    digits: Sequence[tuple[int, Digit]],
    components: Components,
    ink: Ink,
    config: LineConfig = DEFAULT,
) -> list[tuple[Region, Reading]]:
    """Return components with digits that are in no region, with everything read in them.

    Joined digits may have been cut wrongly, so that some of their ink is in no region any more.
    """
    found: dict[int, tuple[Region, Reading]] = {}
    for reading in readings:
        owners = reading.owners(_rows(reading, candidates, digits, config), config.inset)
        owned = {at for own in owners.values() for at in own}
        for at, character in enumerate(reading.characters):
            if at in owned or not character.label.isdecimal():
                continue
            row = _component_at(character.x, reading.line, components, config)
            if row is None or row in found:
                continue
            region = region_of(components, row, ink)
            own = reading.owners([(0, region.box)], config.inset)[0]
            inside = sum(contains(region.box, digit.box.centre) for _, digit in digits)
            numerals = sum(reading.characters[each].label.isdecimal() for each in own)
            lowest = min(reading.characters[each].score for each in own)
            if numerals > inside and lowest >= config.min_score_of_unread:
                found[row] = region, _reading(reading, own, region)
    return list(found.values())


def _component_at(x: float, line: Line, components: Components, config: LineConfig) -> int | None:
    """Return the highest component at an x of a line that may have a digit in it."""
    best = None
    for row in on_line(components, line).tolist():
        box = Box(*components.boxes[row].tolist())
        inset = config.inset * box.width
        if not box.x + inset <= x <= box.right - inset:
            continue
        if _may_be_digits(box, line, config) and (best is None or box.height > best[0]):
            best = box.height, row
    return None if best is None else best[1]


def _rows(
    reading: LineReading,
    candidates: Candidates,
    digits: Sequence[tuple[int, Digit]],
    config: LineConfig,
) -> list[tuple[int, Box]]:
    """Return the regions on a line that are or may be digits, with their boxes."""
    rows = [(digits[index][0], digits[index][1].box) for index in reading.digits]
    fits = reading.line.has_each(candidates.boxes, config.max_away)
    fits[[row for row, _ in digits]] = False
    for row in np.flatnonzero(fits).tolist():
        box = candidates.regions[row].box
        if _may_be_digits(box, reading.line, config):
            rows.append((row, box))
    return rows


def _may_be_digits(box: Box, line: Line, config: LineConfig) -> bool:
    low, high = config.height_range
    return (
        box.height >= config.min_height_px
        and line.has(box, config.max_away)
        and box.width <= config.max_region_width * line.height
        and low * line.height <= box.height <= high * line.height
    )


def _reading(reading: LineReading, own: Sequence[int], region: Region) -> Reading:
    characters = [reading.characters[at] for at in own]
    scores = np.array([each.score for each in characters])
    return Reading(
        tuple(each.label for each in characters),
        reading.chances[list(own)],
        reading.columns,
        tuple(min(max(each.x - region.box.x, 0.0), region.box.width - 1.0) for each in characters),
        float(np.prod(np.maximum(scores, MIN_CHANCE))),
    )
