"""Assign ids to numbers across frames and emit stable, changed and gone events.

A number is identified by the ids of its digits.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from camdigits.values import Box, Digit, Event, Number


@dataclass(frozen=True, slots=True)
class NumberEventsConfig:
    """When a number is reported."""

    stable_s: float = 0.5  # chosen: a text is stable, or a number gone, after this time
    partial: bool = False  # also report numbers beside which something was not read


DEFAULT = NumberEventsConfig()


class _TrackedNumber(NamedTuple):
    """One number and what was reported of it."""

    track: int
    text: str
    score: float
    box: Box
    since_s: float  # time of the first frame with this text, all of it read
    seen_s: float  # time of the last frame with this number
    members: Sequence[int] = ()  # ids of its digits
    reported: str | None = None  # text of the last event; None before "stable" and after "gone"


class NumberEvents:
    """Ids and pending events of numbers; part of the state of a `Tracker`.

    Args:
        config: when a number is reported.
    """

    def __init__(self, config: NumberEventsConfig = DEFAULT) -> None:
        self._config = config
        self._numbers: dict[int, _TrackedNumber] = {}  # by id
        self._number_of: dict[int, int] = {}  # id of a digit to the id of its number
        self._next = 1

    def assign(self, digits: Sequence[Digit], numbers: Sequence[Number]) -> tuple[Number, ...]:
        """Give each number the id it had, or a new id, and remember its digits.

        Args:
            digits: each with its track.
            numbers: made of these digits.

        Returns:
            The numbers, each with its track.

        Raises:
            ValueError: a digit has no track.
        """
        assigned = []
        for number, track in zip(numbers, self._known_ids(digits, numbers), strict=True):
            members = [_track(digits[index]) for index in number.digits]
            assigned.append(_with_track(number, self._remember(track, members)))
        return tuple(assigned)

    def lookup(self, digits: Sequence[Digit], numbers: Sequence[Number]) -> tuple[Number, ...]:
        """Give each number the id it had, without remembering anything.

        Of two parts of one number the longer part gets the id, the other None.

        Args:
            digits: each with its track.
            numbers: made of these digits.

        Raises:
            ValueError: a digit has no track.
        """
        tracks = self._known_ids(digits, numbers)
        return tuple(
            _with_track(number, track) for number, track in zip(numbers, tracks, strict=True)
        )

    def update(
        self,
        numbers: Iterable[Number],
        alive: Collection[int],
        now_s: float,
        hidden: Collection[int] = (),
    ) -> tuple[Event, ...]:
        """Take the numbers of a frame and return the events that are due.

        Args:
            numbers: each with its track.
            alive: ids of all digits that are tracked.
            now_s: time of the frame.
            hidden: tracks of numbers with a digit that the frame does not show; they can only be
                "gone".

        Raises:
            ValueError: a number has no track.
        """
        for number in numbers:
            is_whole = number.complete or self._config.partial
            self._observe(number, now_s, is_whole and number.track not in hidden)
        if len(self._number_of) > len(alive):
            self._number_of = {
                digit: track for digit, track in self._number_of.items() if digit in alive
            }
        events = [self._report(number, now_s) for number in tuple(self._numbers.values())]
        self._forget()
        return tuple(event for event in events if event is not None)

    def _remember(self, track: int | None, members: list[int]) -> int:
        """Link digits to a number, a new one if `track` is None; return its id."""
        if track is None:
            track, self._next = self._next, self._next + 1
            self._number_of.update(dict.fromkeys(members, track))
        for member in members:  # a digit of another number stays there until this one is stable
            self._number_of.setdefault(member, track)
        known = self._numbers.get(track)
        if known is not None and known.members != members:
            self._numbers[track] = known._replace(members=members)
        return track

    def _known_ids(
        self, digits: Sequence[Digit], numbers: Sequence[Number]
    ) -> Sequence[int | None]:
        """Return the id of each number, None if it is new; each id once."""
        tracks = [self._known_id(digits, number) for number in numbers]
        return tracks if len(set(tracks)) == len(tracks) else _longest(tracks, numbers)

    def _known_id(self, digits: Sequence[Digit], number: Number) -> int | None:
        """Return the number to which most of these digits belonged; of two the older."""
        tracks = [self._number_of.get(_track(digits[index])) for index in number.digits]
        if len(set(tracks)) == 1:
            return tracks[0]
        known = [track for track in tracks if track is not None]
        return min(set(known), key=lambda track: (-known.count(track), track))

    def _observe(self, number: Number, now_s: float, is_whole: bool) -> None:
        track = number.track
        if track is None:
            raise ValueError(f"expected a number with a track, got {number}; use assign() first")
        known = self._numbers.get(track)
        if known is None:
            known = _first(track, number, now_s)
        self._numbers[track] = _observed(known, number, now_s, is_whole)

    def _report(self, number: _TrackedNumber, now_s: float) -> Event | None:
        """Return the event of a number if one is due, and remember what it reported."""
        event = _due_event(number, now_s, self._config.stable_s)
        if event is None:
            return None
        reported = None if event.kind == "gone" else event.text
        self._numbers[number.track] = number._replace(reported=reported)
        if event.kind != "gone":
            self._number_of.update(dict.fromkeys(number.members, number.track))
        return event

    def _forget(self) -> None:
        """Drop numbers that are not reported and have no digit left."""
        linked = set(self._number_of.values())
        self._numbers = {
            track: number
            for track, number in self._numbers.items()
            if number.reported or track in linked
        }


def _first(track: int, number: Number, now_s: float) -> _TrackedNumber:
    return _TrackedNumber(track, number.text, number.score, number.box, now_s, now_s)


def _observed(
    known: _TrackedNumber, number: Number, now_s: float, is_whole: bool
) -> _TrackedNumber:
    """Add an observation; of a part of a number only that it is there counts."""
    if not is_whole:
        return known._replace(seen_s=now_s, since_s=now_s)
    since_s = known.since_s if known.text == number.text else now_s
    return _TrackedNumber(
        known.track,
        number.text,
        number.score,
        number.box,
        since_s,
        now_s,
        known.members,
        known.reported,
    )


def _due_event(number: _TrackedNumber, now_s: float, stable_s: float) -> Event | None:
    """Return the event that is due; abs: a clock that went back ends what was before it, too."""
    previous = number.reported
    if previous is not None and abs(now_s - number.seen_s) >= stable_s:
        return Event("gone", number.track, previous, previous, number.score, number.box)
    if number.seen_s != now_s or now_s - number.since_s < stable_s or number.text == previous:
        return None
    kind: Literal["stable", "changed"] = "stable" if previous is None else "changed"
    return Event(kind, number.track, number.text, previous, number.score, number.box)


def _with_track(number: Number, track: int | None) -> Number:
    return replace(number, track=track)


def _longest(tracks: Sequence[int | None], numbers: Sequence[Number]) -> list[int | None]:
    """Leave each id to the longest of its numbers."""
    left: list[int | None] = [None] * len(tracks)
    taken: set[int | None] = set()
    for index in sorted(range(len(numbers)), key=lambda index: -len(numbers[index].digits)):
        if tracks[index] not in taken:
            left[index] = tracks[index]
            taken.add(tracks[index])
    return left


def _track(digit: Digit) -> int:
    if digit.track is None:
        raise ValueError(f"expected a digit with a track, got {digit}; use Tracker.follow()")
    return digit.track
