"""Find the columns of a page: numbers below each other in a list, a table or a form."""

from collections.abc import Sequence

from camdigits.values import Box

MIN_LINES = 2  # chosen: fewer lines have no columns
MIN_SHARED = 0.5  # chosen: share of the columns that several lines have


def columns_of(boxes: Sequence[Box], lines: Sequence[int]) -> list[int | None]:
    """Return the column of each number, from 0 on the left; None if there are no columns.

    Numbers whose horizontal ranges overlap are in one column. These are columns only if no line
    has two numbers in one of them, and most of them are used by several lines.

    Args:
        boxes: of numbers on an upright page.
        lines: line of each.

    >>> boxes = [Box(0, 0, 9, 9), Box(50, 0, 9, 9), Box(2, 20, 9, 9), Box(49, 20, 15, 9)]
    >>> columns_of(boxes, [0, 0, 1, 1])
    [0, 1, 0, 1]
    """
    order = sorted(range(len(boxes)), key=lambda index: boxes[index].x)
    column_of: list[int | None] = [None] * len(boxes)
    members: list[list[int]] = []
    right = None
    for index in order:
        box = boxes[index]
        if right is None or box.x >= right:
            members.append([])
            right = box.right
        members[-1].append(index)
        right = max(right, box.right)
        column_of[index] = len(members) - 1
    used = [[lines[index] for index in column] for column in members]
    clear = all(len(set(column)) == len(column) for column in used)
    shared = sum(len(column) >= MIN_LINES for column in used)
    if len(set(lines)) < MIN_LINES or not clear or shared < MIN_SHARED * len(members):
        return [None] * len(boxes)
    return column_of
