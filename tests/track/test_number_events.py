"""Ids and events of numbers: the tracker on hand-made readings."""

from collections.abc import Sequence

import numpy as np

from camdigits.layout.grouping import group
from camdigits.track.number_events import NumberEvents, NumberEventsConfig
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Digit, Event, Frame, Result

BLANK = np.zeros((480, 640, 3), np.uint8)


def page(*numbers: tuple[str, int, int]) -> tuple[Digit, ...]:
    """Return the digits of numbers given as text, x, y."""
    return tuple(
        Digit(Box(x + 25 * index, y, 20, 40), label, 0.995)
        for text, x, y in numbers
        for index, label in enumerate(text)
    )


class Film:
    """Feed a tracker with pages at 30 frames per second and keep all events."""

    def __init__(self) -> None:
        self.tracker, self.count = Tracker(), 0
        self.events: list[tuple[float, Event]] = []

    def play(self, pages: Sequence[tuple[Digit, ...]]) -> Result:
        """Follow these pages and return the result of the last."""
        for digits in pages:
            frame = Frame(self.count, self.count / 30, BLANK)
            result = self.tracker.follow(Result(frame, digits, group(digits).numbers))
            self.events += [(frame.time_s, event) for event in result.events]
            self.count += 1
        return result

    def reported(self) -> list[tuple[str, str, str | None]]:
        """Return kind, text and previous text of all events."""
        return [(event.kind, event.text, event.previous) for _, event in self.events]


TWO = page(("197", 100, 100), ("42", 300, 300))


def test_a_number_is_reported_once_when_it_is_stable() -> None:
    """There is one event per number, 0.5 to 0.7 seconds after it appears."""
    film = Film()

    result = film.play([TWO] * 120)

    assert film.reported() == [("stable", "197", None), ("stable", "42", None)]
    assert all(0.5 <= time_s <= 0.7 for time_s, _ in film.events)
    assert [event.track for _, event in film.events] == [n.track for n in result.numbers]
    assert film.events[0][1].box == Box(100, 100, 70, 40)


def test_a_changed_number_reports_its_previous_text() -> None:
    """A digit written at the end changes the text, not the id."""
    film = Film()
    film.play([TWO] * 60)

    film.play([page(("1973", 100, 100), ("42", 300, 300))] * 60)

    assert film.reported()[2:] == [("changed", "1973", "197")]
    assert film.events[2][1].track == film.events[0][1].track


def test_a_removed_number_is_reported_gone_once() -> None:
    """The text of a gone event is the last text, never empty."""
    film = Film()
    film.play([TWO] * 60)

    film.play([page(("197", 100, 100))] * 120)

    assert film.reported()[2:] == [("gone", "42", "42")]


def test_a_hand_over_a_number_causes_no_event() -> None:
    """A number that is half hidden for a second neither changes nor goes."""
    film = Film()
    film.play([TWO] * 60)

    film.play([page(("1", 100, 100), ("42", 300, 300))] * 30)
    film.play([TWO] * 30)

    assert len(film.events) == 2


def test_a_number_cut_by_the_edge_causes_no_event() -> None:
    """A page that slides half out of the picture and back has the same numbers."""
    film = Film()
    film.play([TWO] * 60)

    def slid(x: int) -> tuple[Digit, ...]:
        moved = page(("197", 100 - x, 100), ("42", 300 - x, 300))
        return tuple(digit for digit in moved if digit.box.x >= 0)

    film.play([slid(3 * min(step, 120 - step, 40)) for step in range(120)])

    assert len(film.events) == 2


def test_a_number_that_left_the_picture_is_gone() -> None:
    """A number is reported gone once all of its digits are outside the picture."""
    film = Film()
    film.play([TWO] * 60)

    def slid(x: int) -> tuple[Digit, ...]:
        moved = page(("197", 100 - x, 100), ("42", 300 - x, 300))
        return tuple(digit for digit in moved if digit.box.x >= 0)

    film.play([slid(min(5 * step, 200)) for step in range(150)])

    assert film.reported()[2:] == [("gone", "197", "197")]


def test_a_number_that_flickers_is_not_reported_again() -> None:
    """Two numbers that are grouped as one in half of the frames stay two numbers."""
    film = Film()
    apart = page(("12", 100, 100), ("34", 190, 100))
    joined = page(("12", 100, 100), ("34", 180, 100))

    film.play([apart] * 60)
    film.play([joined, joined, apart, apart] * 30)

    assert film.reported() == [("stable", "12", None), ("stable", "34", None)]


def test_a_number_that_returns_keeps_its_id() -> None:
    """A number that was reported gone is stable again with the same id."""
    film = Film()
    before = film.play([TWO] * 60)
    film.play([page(("197", 100, 100))] * 90)

    after = film.play([TWO] * 60)

    assert [number.track for number in after.numbers] == [n.track for n in before.numbers]
    assert film.reported()[2:] == [("gone", "42", "42"), ("stable", "42", None)]


def test_the_longer_part_of_a_number_keeps_the_id() -> None:
    """If the middle of a number is hidden, its longer part has the id, the other part none."""
    film = Film()
    before = film.play([page(("12345", 100, 100))] * 60)
    holed = tuple(digit for digit in page(("12345", 100, 100)) if digit.label not in "23")

    result = film.play([holed] * 20)

    assert [(n.text, n.track) for n in result.numbers] == [
        ("1", None),
        ("45", before.numbers[0].track),
    ]


def test_numbers_that_are_long_gone_are_forgotten() -> None:
    """No number and no digit is kept after 13 empty seconds."""
    film = Film()
    film.play([TWO] * 60)

    film.play([()] * 400)

    events = film.tracker._number_events
    assert (events._numbers, events._number_of) == ({}, {})


def test_a_part_of_a_number_is_not_stable() -> None:
    """An unread region beside it: no event, unless parts are wanted."""
    digits = (Digit(Box(50, 100, 20, 40), "4", 0.995, track=1),)
    (number,) = group(digits, unread=[Box(25, 100, 20, 40)]).numbers
    for partial, wanted in ((False, []), (True, ["stable"])):
        numbers = NumberEvents(NumberEventsConfig(partial=partial))
        kinds = []
        for index in range(40):
            assigned = numbers.assign(digits, (number,))
            kinds += [event.kind for event in numbers.update(assigned, {1}, index / 30)]
        assert kinds == wanted


def test_events_name_digits_of_their_frame_only() -> None:
    """A page that is carried off: no event has a digit or a box outside the picture."""
    tracker = Tracker()
    for index in range(150):
        left = 300 + max(0, index - 30) * 6
        seen = [d for d in page(("473", left, 100)) if d.box.right <= 640]
        frame = Frame(index, index / 30, BLANK)
        result = tracker.follow(Result(frame, tuple(seen), group(seen).numbers))
        for event in result.events:
            assert 0 <= event.box.x <= event.box.right <= 640
            if event.kind != "gone":
                texts = {number.text for number in result.numbers}
                assert event.text in texts
