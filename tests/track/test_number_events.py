"""What becomes of numbers: events of the tracker on hand-made readings."""

from collections.abc import Sequence

import numpy as np

from camdigits.layout.grouping import group
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Digit, Event, Frame, Result

BLANK = np.zeros((480, 640, 3), np.uint8)


def page(*numbers: tuple[str, int, int]) -> tuple[Digit, ...]:
    """Digits of numbers, each written at x, y."""
    return tuple(
        Digit(Box(x + 25 * index, y, 20, 40), label, 0.995)
        for text, x, y in numbers
        for index, label in enumerate(text)
    )


class Film:
    """Feeds a tracker with pages at thirty frames a second; keeps all events."""

    def __init__(self) -> None:
        self.tracker, self.count = Tracker(), 0
        self.events: list[tuple[float, Event]] = []

    def play(self, pages: Sequence[tuple[Digit, ...]]) -> Result:
        """Go on with these pages; returns what is shown of the last."""
        for digits in pages:
            frame = Frame(self.count, self.count / 30, BLANK)
            result = self.tracker.follow(Result(frame, digits, group(digits)))
            self.events += [(frame.time_s, event) for event in result.events]
            self.count += 1
        return result

    def said(self) -> list[tuple[str, str, str | None]]:
        """Kind, text and former text of all events."""
        return [(event.kind, event.text, event.previous) for _, event in self.events]


TWO = page(("197", 100, 100), ("42", 300, 300))


def test_a_number_is_reported_once_when_it_is_stable() -> None:
    """Not thirty times a second, and within a second of its appearance."""
    film = Film()

    result = film.play([TWO] * 120)

    assert film.said() == [("stable", "197", None), ("stable", "42", None)]
    assert all(0.5 <= time_s <= 0.7 for time_s, _ in film.events)
    assert [event.track for _, event in film.events] == [n.track for n in result.numbers]
    assert film.events[0][1].box == Box(100, 100, 70, 40)


def test_a_change_says_what_was() -> None:
    """A digit written at the end makes another text of the same number."""
    film = Film()
    film.play([TWO] * 60)

    film.play([page(("1973", 100, 100), ("42", 300, 300))] * 60)

    assert film.said()[2:] == [("changed", "1973", "197")]
    assert film.events[2][1].track == film.events[0][1].track


def test_a_number_that_goes_is_told_once_with_its_text() -> None:
    """Its text is the last it had, never empty."""
    film = Film()
    film.play([TWO] * 60)

    film.play([page(("197", 100, 100))] * 120)

    assert film.said()[2:] == [("gone", "42", "42")]


def test_a_hand_over_a_number_is_no_event() -> None:
    """Half of it is hidden for a second: no change, not gone, not stable again."""
    film = Film()
    film.play([TWO] * 60)

    film.play([page(("1", 100, 100), ("42", 300, 300))] * 30)
    film.play([TWO] * 30)

    assert len(film.events) == 2


def test_a_number_cut_by_the_edge_is_not_another_number() -> None:
    """A page that slides half out of the picture and back: nothing changed on it."""
    film = Film()
    film.play([TWO] * 60)

    def slid(x: int) -> tuple[Digit, ...]:
        moved = page(("197", 100 - x, 100), ("42", 300 - x, 300))
        return tuple(digit for digit in moved if digit.box.x >= 0)

    film.play([slid(3 * min(step, 120 - step, 40)) for step in range(120)])

    assert len(film.events) == 2


def test_a_number_that_left_the_picture_is_gone() -> None:
    """All of it is outside: it is told after a while."""
    film = Film()
    film.play([TWO] * 60)

    def slid(x: int) -> tuple[Digit, ...]:
        moved = page(("197", 100 - x, 100), ("42", 300 - x, 300))
        return tuple(digit for digit in moved if digit.box.x >= 0)

    film.play([slid(min(5 * step, 200)) for step in range(150)])

    assert film.said()[2:] == [("gone", "197", "197")]


def test_a_number_that_flickers_is_not_reported_again() -> None:
    """Two numbers that are grouped as one in some frames stay two."""
    film = Film()
    near = page(("12", 100, 100), ("34", 190, 100))
    joined = page(("12", 100, 100), ("34", 180, 100))

    film.play([near] * 60)
    film.play([joined, joined, near, near] * 30)

    assert film.said() == [("stable", "12", None), ("stable", "34", None)]


def test_a_number_that_comes_back_has_its_id() -> None:
    """Gone after a while, then stable again under the same id."""
    film = Film()
    before = film.play([TWO] * 60)
    film.play([page(("197", 100, 100))] * 90)

    after = film.play([TWO] * 60)

    assert [number.track for number in after.numbers] == [n.track for n in before.numbers]
    assert film.said()[2:] == [("gone", "42", "42"), ("stable", "42", None)]


def test_of_two_parts_of_a_number_one_has_its_id() -> None:
    """While its middle is hidden, the longer part is the number; ids stay unique."""
    film = Film()
    before = film.play([page(("12345", 100, 100))] * 60)
    holed = tuple(digit for digit in page(("12345", 100, 100)) if digit.label not in "23")

    result = film.play([holed] * 20)

    assert [(n.text, n.track) for n in result.numbers] == [
        ("1", None),
        ("45", before.numbers[0].track),
    ]


def test_nothing_is_kept_of_numbers_that_are_long_gone() -> None:
    """Memory stays flat."""
    film = Film()
    film.play([TWO] * 60)

    film.play([()] * 400)

    assert (film.tracker._watch._watched, film.tracker._watch._owner) == ({}, {})
