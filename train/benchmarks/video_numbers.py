"""Count for how long a viewer sees a wrong or partial number that is called complete.

The numbers that are written are those of an errorless reader: the written digits, grouped as the
product groups them. A complete number of two digits or more is wrong if one of its digits is wrong
or false, if a legible digit of the written number is missing, or if it has digits of two numbers.
"""

from collections.abc import Mapping, Sequence

from camdigits.layout.grouping import group
from camdigits.values import Digit, Number, Result
from train.data.alphabets import DIGIT_NONE
from train.simulate.clips import VisibleItem
from train.simulate.scenes import UNSURE


def complete_numbers(result: Result) -> list[Number]:
    """Return the numbers of two digits or more that are said to be complete."""
    return [number for number in result.numbers if number.complete and len(number.digits) > 1]


def count_wrong(items: Sequence[VisibleItem], result: Result, matched: Mapping[int, Digit]) -> int:
    """Count the complete numbers of a frame that are wrong.

    Args:
        items: what is in the frame.
        result: what is shown.
        matched: the digit shown on each item, by index.
    """
    written = [index for index, item in enumerate(items) if item.label != DIGIT_NONE]
    truth = group([Digit(items[i].mark.box, str(items[i].label), 1.0) for i in written])
    number_of = {
        written[digit]: index
        for index, number in enumerate(truth.numbers)
        for digit in number.digits
    }
    legible = [
        {written[digit] for digit in number.digits if _is_legible(items[written[digit]])}
        for number in truth.numbers
    ]
    item_of = {id(digit): index for index, digit in matched.items()}
    wrong = 0
    for number in complete_numbers(result):
        own = [item_of.get(id(result.digits[digit])) for digit in number.digits]
        found = {number_of.get(-1 if item is None else item) for item in own}
        right = len(found) == 1 and None not in found
        right = right and all(
            item is not None and _is_right(items[item], result.digits[digit])
            for item, digit in zip(own, number.digits, strict=True)
        )
        if right:
            right = legible[next(each for each in found if each is not None)] <= set(own)
        wrong += not right
    return wrong


def _is_legible(item: VisibleItem) -> bool:
    return item.mark.label != UNSURE and not item.covered_share


def _is_right(item: VisibleItem, digit: Digit) -> bool:
    """Whether the label is right, or nobody can know it: out of focus, being written."""
    unknown = item.mark.label == UNSURE and not item.covered_share
    return unknown or digit.label == str(item.label)
