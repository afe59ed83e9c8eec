"""Numbers over time: which is which, and when one became stable, changed or went.

Told what stands on the page at each moment; knows numbers by the digits in them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from camdigits.values import Box, Digit, Event, Number


@dataclass(slots=True)
class _Watched:
    """One number, by its digits."""

    track: int
    text: str
    score: float
    box: Box
    since_s: float  # it has read so
    seen_s: float
    members: Sequence[int] = ()  # tracks of its digits
    told: str | None = None  # the text reported last; None while it is not reported


class NumberWatch:
    """Gives numbers ids and tells what becomes of them.

    Args:
        stable_s: a text that holds for so long is reported.
    """

    def __init__(self, stable_s: float = 0.5) -> None:
        self._stable_s = stable_s
        self._watched: dict[int, _Watched] = {}
        self._owner: dict[int, int] = {}  # of each digit's track: its number's
        self._next = 1

    def follow(
        self, numbers: Iterable[Number], alive: Collection[int], now: float
    ) -> tuple[Event, ...]:
        """See which numbers there are.

        Args:
            numbers: each with its track.
            alive: tracks of digits that may come back.
            now: seconds.

        Returns:
            What is new.
        """
        for number in numbers:
            self._see(number, now)
        if len(self._owner) > len(alive):
            self._owner = {digit: track for digit, track in self._owner.items() if digit in alive}
        events = [event for each in self._watched.values() if (event := self._news(each, now))]
        kept = set(self._owner.values())
        self._watched = {
            track: each for track, each in self._watched.items() if each.told or track in kept
        }
        return tuple(events)

    def own(self, digits: Sequence[Digit], numbers: Sequence[Number]) -> tuple[Number, ...]:
        """Give each number the id it had, or a new one, and remember its digits."""
        owned = []
        for number, found in zip(numbers, self._tracks_of(digits, numbers), strict=True):
            members = [_track(digits[index]) for index in number.digits]
            track = found
            if track is None:
                track, self._next = self._next, self._next + 1
                self._owner.update(dict.fromkeys(members, track))
            for member in members:  # one that had a number stays with it until that is settled
                self._owner.setdefault(member, track)
            each = self._watched.get(track)
            if each is not None:
                each.members = members
            owned.append(_named(number, track))
        return tuple(owned)

    def named(self, digits: Sequence[Digit], numbers: Sequence[Number]) -> tuple[Number, ...]:
        """Give numbers the ids they have; of two parts of one number the longer has it."""
        tracks = self._tracks_of(digits, numbers)
        return tuple(_named(number, track) for number, track in zip(numbers, tracks, strict=True))

    def _tracks_of(
        self, digits: Sequence[Digit], numbers: Sequence[Number]
    ) -> Sequence[int | None]:
        tracks = [self._likely(digits, number) for number in numbers]
        return tracks if len(set(tracks)) == len(tracks) else _longest(tracks, numbers)

    def _likely(self, digits: Sequence[Digit], number: Number) -> int | None:
        """The number that most of these digits belonged to, the older one of two."""
        owners = [self._owner.get(_track(digits[index])) for index in number.digits]
        if len(set(owners)) == 1:
            return owners[0]
        known = [owner for owner in owners if owner is not None]
        return min(set(known), key=lambda owner: (-known.count(owner), owner))

    def _see(self, number: Number, now: float) -> None:
        track = number.track
        if track is None:
            raise ValueError(f"a number to be watched needs a track, got {number}")
        each = self._watched.get(track)
        if each is None:
            self._watched[track] = _Watched(track, number.text, number.score, number.box, now, now)
            return
        if each.text != number.text:
            each.text, each.since_s = number.text, now
        each.score, each.box, each.seen_s = number.score, number.box, now

    def _news(self, each: _Watched, now: float) -> Event | None:
        was = each.told
        # A clock that went back ends what was before, too.
        if abs(now - each.seen_s) >= self._stable_s and was is not None:
            each.told = None
            return Event("gone", each.track, was, was, each.score, each.box)
        if each.seen_s != now or now - each.since_s < self._stable_s or each.text == was:
            return None
        each.told = each.text
        self._owner.update(dict.fromkeys(each.members, each.track))
        return Event(
            "stable" if was is None else "changed",
            each.track,
            each.text,
            was,
            each.score,
            each.box,
        )


def _named(number: Number, track: int | None) -> Number:
    # dataclasses.replace takes five times as long, and this is done for every frame.
    return Number(number.text, number.score, number.box, number.digits, track)


def _longest(tracks: Sequence[int | None], numbers: Sequence[Number]) -> list[int | None]:
    """Leave each track to the longest of its numbers."""
    left: list[int | None] = [None] * len(tracks)
    taken: set[int | None] = set()
    for index in sorted(range(len(numbers)), key=lambda index: -len(numbers[index].digits)):
        if tracks[index] not in taken:
            left[index] = tracks[index]
            taken.add(tracks[index])
    return left


def _track(digit: Digit) -> int:
    if digit.track is None:
        raise ValueError(f"a digit to be watched needs a track, got {digit}")
    return digit.track
