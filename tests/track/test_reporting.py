"""Which tracked digits a result reports."""

from dataclasses import replace

from support.filmstrip import reading

from camdigits.layout.grouping import group
from camdigits.track.label_state import LabelState
from camdigits.track.reporting import is_present, make_report
from camdigits.track.tracked_digit import TrackedDigit
from camdigits.track.votes import Votes
from camdigits.values import Box, Digit

NOW_S = 10.0


def tracked(
    track: int, x: int, missed_s: float = 0.0, confidence_s: float = 1.0, is_shown: bool = True
) -> TrackedDigit:
    """Return a tracked 7 at x, 20 wide and 40 high."""
    digit = Digit(Box(x, 100, 20, 40), "7", 0.9)
    state = LabelState(Votes().with_digit(digit), confidence_s, "7", is_shown)
    return TrackedDigit(track, (float(x), 100.0, 20.0, 40.0), digit, NOW_S - missed_s, state)


def test_hidden_digits_are_not_reported() -> None:
    """Only shown digits are reported, sorted by left edge."""
    digits = [tracked(1, 200), tracked(2, 100), tracked(3, 300, is_shown=False)]

    report = make_report(digits, reading(NOW_S, []), 0, NOW_S)

    assert [digit.track for digit in report.shown.digits] == [2, 1]


def test_a_missed_digit_is_bridged_for_a_time() -> None:
    """A digit missed for 0.2 s is reported, one missed for 0.5 s only belongs to its number."""
    digits = [tracked(1, 100), tracked(2, 125, 0.2), tracked(3, 150, 0.5)]

    report = make_report(digits, reading(NOW_S, []), 0, NOW_S)

    assert [number.text for number in report.shown.numbers] == ["77"]
    assert report.complete is not None
    assert [number.text for number in report.complete.numbers] == ["777"]


def test_a_digit_with_little_confidence_is_bridged_for_less() -> None:
    """A digit is bridged for no longer than its confidence."""
    report = make_report([tracked(1, 100, 0.2, 0.1)], reading(NOW_S, []), 0, NOW_S)

    assert report.shown.digits == ()


def test_a_missed_digit_is_replaced_by_one_at_its_position() -> None:
    """A missed digit is not reported where another digit is observed."""
    report = make_report([tracked(1, 100, 0.2), tracked(2, 103)], reading(NOW_S, []), 0, NOW_S)

    assert [digit.track for digit in report.shown.digits] == [2]
    assert report.complete is None


def test_a_number_without_recent_digits_is_absent() -> None:
    """A number waits for hidden digits as long as one digit was observed within 1.5 s."""
    digits = [replace(tracked(1, x).observation, missed_s=2.0) for x in (100, 125)]
    (number,) = group(digits).numbers

    assert not is_present(number, digits)
    assert is_present(number, [digits[0], replace(digits[1], missed_s=1.0)])
