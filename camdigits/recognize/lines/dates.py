"""Decide about slashes that look like ones by the dates that they make.

12111126 may be a number and may be 12/11/26: where two strokes may be slashes, and with them the
whole is a date, it is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from camdigits.layout.grouping import Layout, group
from camdigits.layout.notation import meaning_of
from camdigits.values import Digit, Mark

SLASHES = 2  # of a date


def date_slashes(
    digits: Sequence[Digit], marks: Sequence[Mark], chances: Mapping[int, float]
) -> tuple[int, ...]:
    """Return the digits that are slashes of a date, as indexes.

    Args:
        digits: of an upright image.
        marks: its signs.
        chances: probability of a slash, of the digits that may be one.
    """
    if not chances:
        return ()
    layout = group(digits, marks=marks)
    found: list[int] = []
    for own, signs in _runs(layout):
        items = [(digits[at].box.x, digits[at].label, at) for at in own]
        items += [(layout.marks[at].box.x, layout.marks[at].label, -1) for at in signs]
        items.sort()
        missing = SLASHES - sum(label == "/" for _, label, _ in items)
        places = [place for place, (_, _, at) in enumerate(items) if at in chances]
        if not 0 < missing <= len(places):
            continue
        dates = [
            chosen
            for chosen in combinations(places, missing)
            if _is_date([("/" if i in chosen else each[1]) for i, each in enumerate(items)])
        ]
        if dates:
            best = max(dates, key=lambda chosen: sum(chances[items[i][2]] for i in chosen))
            found += [items[place][2] for place in best]
    return tuple(found)


def _runs(layout: Layout) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """Yield the digits and the signs of each expression, and of each other number."""
    inside: set[int] = set()
    for each in layout.expressions:
        inside.update(each.numbers)
        numbers = [layout.numbers[index] for index in each.numbers]
        yield [at for number in numbers for at in number.digits], each.marks
    for index, number in enumerate(layout.numbers):
        if index not in inside:
            yield number.digits, number.marks


def _is_date(labels: Sequence[str]) -> bool:
    meaning = meaning_of("".join(labels))
    return meaning is not None and meaning[0] == "date"
