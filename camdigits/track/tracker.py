"""Digits over time: each keeps its id, its label is a vote, short gaps are bridged.

The only memory of the pipeline. Sees boxes and labels, never pixels; all times are seconds of the
frames, so that a camera of any rate is followed alike.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from types import MappingProxyType

import numpy as np

from camdigits.layout.grouping import group
from camdigits.track.motion import (
    STILL,
    Floats,
    Motion,
    Places,
    common_motion,
    overlooked,
    pairs,
    places,
)
from camdigits.track.number_events import NumberWatch
from camdigits.track.votes import Belief
from camdigits.values import Box, Digit, Number, Rejected, Result


@dataclass(frozen=True, slots=True)
class TrackConfig:
    """Times in seconds, distances in sizes (longest sides) of a digit."""

    show_s: float = 0.06  # seen for so long, a digit is shown
    share: float = 0.6  # of its votes that its label needs to be shown
    vote_s: float = 1.0  # a sighting counts 1/e after this time of seeing it
    lead: float = 2.0  # times as many votes as the label shown: takes its place
    step_s: float = 0.15  # between two frames at most so much is taken for seen
    keep_s: float = 0.4  # a digit that is missed stays shown
    young: float = 1.0  # one with little trust only for so many times its trust
    miss: float = 1.5  # times as much trust goes while it is missed as comes while it is seen
    cover_s: float = 0.25  # one that was missed for longer was covered: no more trust goes
    trust_s: float = 1.0  # no more trust than this
    least_s: float = -1.0  # nor less
    hide_s: float = 0.0  # one that was shown and has less trust is hidden
    sure: float = 3.0  # mean log-odds (95 %) that its label needs to be shown
    stay: float = 2.0  # (88 %) and to stay
    coast_s: float = 0.15  # a page out of sight comes to rest
    split: float = 0.5  # of its votes: a label that has fewer is not shown
    doubt_s: float = 0.2  # one that was never shown is forgotten
    gone_s: float = 1.5  # numbers wait so long for a hidden digit
    memory_s: float = 6.0  # one that comes back is known again
    settle_s: float = 0.1  # its place follows what is seen, besides the page's motion
    reach: float = 0.5  # from where it is expected to where it is found
    drift: float = 0.5  # more for one that was missed for a second
    alike: float = 1.6  # times larger or smaller: another digit
    stranger: float = 0.4  # what another label adds to the distance
    turn_s: float = 0.5  # a page that reads another way up for so long was turned
    most: int = 1000  # digits that are remembered


DEFAULT = TrackConfig()
# Log-odds above the reader's threshold; 3 and 2 where that is 0.82. One more of each and 5 % fewer
# digits are shown, one less and over 1 % of what is shown is wrong (`train score video`).
SURE, STAY = 1.5, 0.5
LIMITS = 1.0, 6.0  # of `sure`; one look says no more than 7


def config_for(threshold: float) -> TrackConfig:
    """Show what is clearly above the threshold at which a reader reports digits.

    >>> config_for(0.81).sure
    2.95
    """
    odds = math.log(max(threshold, 1e-9) / max(1 - threshold, 1e-9))
    sure = round(min(max(odds + SURE, LIMITS[0]), LIMITS[1]), 2)
    return TrackConfig(sure=sure, stay=sure - SURE + STAY)


@dataclass(slots=True, eq=False)
class _Track:
    """One digit as it is remembered."""

    track: int
    box: tuple[float, ...]  # x, y, width, height where it should be now
    seen: Digit  # the last sighting
    seen_s: float
    trust_s: float = 0.0  # time it was seen, less the time it was missed
    label: str = ""  # the one it was given; empty: none yet
    shown: bool = False
    belief: Belief = field(default_factory=Belief)


class Tracker:
    """Follows digits and numbers from frame to frame.

    Give it each result in turn. Keep one per camera or clip.

    >>> from camdigits.values import Frame
    >>> frame = Frame(0, 0.0, np.zeros((100, 100, 3), np.uint8))
    >>> seven = Digit(Box(40, 30, 20, 40), "7", 0.99)
    >>> tracker = Tracker()
    >>> for index in range(6):
    ...     result = tracker.follow(Result(replace(frame, time_s=index / 30), (seven,), ()))
    >>> [(digit.label, digit.track) for digit in result.digits]
    [('7', 1)]
    """

    def __init__(self, config: TrackConfig = DEFAULT) -> None:
        self._config = config
        self._next = 1
        self._watch = NumberWatch()
        self._now_s = -math.inf
        self._forget(self._now_s)

    def follow(self, result: Result) -> Result:
        """Take the readings of the next frame; returns what to show for it.

        Returns:
            A result for the same frame: digits with tracks and steady labels, those that are
            missed for a moment at their likely places, numbers made of them, and the events.
        """
        start = perf_counter()
        now = result.frame.time_s
        if not 0 <= now - self._now_s <= self._config.memory_s:
            self._forget(now)
        elapsed, self._now_s = now - self._now_s, now
        found = places([d.box for d in result.digits], [d.label for d in result.digits])
        trusted = self._faces(result, now)
        own = self._move(found, elapsed, now)
        self._see(result.digits, self._costs(own, found, now), elapsed, now, trusted)
        if trusted:
            self._refute(result.rejected, elapsed, now)
        self._drop(now)
        told = self._told(result, now)
        ms = {**result.ms, "track": (perf_counter() - start) * 1000}
        return replace(told, ms=MappingProxyType(ms))

    def _forget(self, now: float) -> None:
        self._tracks: list[_Track] = []
        self._now_s = now
        self._motion, self._motion_s = STILL, 0.0
        self._rotation: int | None = None
        self._turned_s: float | None = None

    def _faces(self, result: Result, now: float) -> bool:
        """Whether the page is read the way up that it stands; a turn has to last."""
        if not result.digits or result.rotation == self._rotation:
            self._turned_s = None
            return True
        if self._rotation is not None:
            self._turned_s = now if self._turned_s is None else self._turned_s
            if now - self._turned_s < self._config.turn_s:
                return False
            self._tracks = [track for track in self._tracks if track.label]
            for track in self._tracks:
                track.belief, track.shown = Belief(), False
        self._rotation, self._turned_s = result.rotation, None
        return True

    def _move(self, found: Places, elapsed: float, now: float) -> Places:
        """Bring all to where the page has gone, those too that are not seen."""
        own = places(
            [t.box for t in self._tracks], [t.label or t.belief.leader for t in self._tracks]
        )
        times = min(elapsed / self._motion_s, 5.0) if self._motion_s else 0.0
        expected = self._motion.part(times)
        motion = self._motion_to(found, own, expected, elapsed, now)
        if motion is None:  # nothing to go by: what moved, moves on for a moment
            motion = expected.part(math.exp(-elapsed / self._config.coast_s))
        self._motion, self._motion_s = motion, elapsed
        scale = abs(motion.turn)
        moved = Places(motion.move(own.middle), own.size * scale, own.label)
        for track, middle in zip(self._tracks, moved.middle.tolist(), strict=True):
            width, height = track.box[2] * scale, track.box[3] * scale
            track.box = middle.real - width / 2, middle.imag - height / 2, width, height
        return moved

    def _motion_to(
        self, found: Places, own: Places, expected: Motion, elapsed: float, now: float
    ) -> Motion | None:
        """The page's motion by what was just seen; failing that, by all that is remembered."""
        if not self._tracks or not len(found.size):
            return None
        least = now - elapsed - self._config.keep_s
        fresh = np.array([track.seen_s >= least for track in self._tracks])
        if fresh.all():
            return common_motion(own, found, expected)
        motion = common_motion(own.part(fresh), found, expected) if fresh.any() else None
        return motion or common_motion(own, found)

    def _see(
        self,
        digits: Sequence[Digit],
        costs: Floats,
        elapsed: float,
        now: float,
        trusted: bool,
    ) -> None:
        """Give each digit to the track that it belongs to, or to a new one."""
        met = pairs(costs, math.inf)
        for row, column in met:
            self._sight(self._tracks[row], digits[column], elapsed, now, trusted)
        known = {column for _, column in met}
        for column, digit in enumerate(digits):
            if column not in known and trusted:
                new = _Track(self._next, digit.box, digit, now)
                self._next += 1
                self._vote(new, digit, 0.0)
                self._tracks.append(new)

    def _costs(self, own: Places, found: Places, now: float) -> Floats:
        """(tracks, digits) distances, infinite where it cannot be the same digit."""
        config = self._config
        missed = now - np.array([track.seen_s for track in self._tracks]).reshape(-1, 1)
        away = np.abs(own.middle[:, None] - found.middle) / own.size[:, None]
        other = own.label[:, None] != found.label
        ratio = own.size[:, None] / found.size
        never = (away > config.reach + config.drift * np.minimum(missed, 1.0)) | (
            np.maximum(ratio, 1 / ratio) > config.alike
        )
        never |= other & (missed > config.keep_s)  # something else may lie there by now
        unknown = np.array([not track.label for track in self._tracks], np.bool_)[:, None]
        costs = away + config.stranger * other + 0.15 * unknown
        costs[never] = np.inf
        return np.asarray(costs, np.float64)

    def _sight(
        self, track: _Track, digit: Digit, elapsed: float, now: float, trusted: bool
    ) -> None:
        track.seen = digit
        if now <= track.seen_s:
            return  # the same frame, read again
        config = self._config
        # Slowly: half of a digit behind a hand is a small one beside it, and no digit's place.
        new = 1 - math.exp(-(now - track.seen_s) / config.settle_s)
        track.box = tuple(
            [old + new * (x - old) for old, x in zip(track.box, digit.box, strict=True)]
        )
        missed, track.seen_s = now - elapsed - track.seen_s, now
        if not trusted:
            return
        track.trust_s -= config.miss * min(missed, config.cover_s)
        track.trust_s = max(track.trust_s, config.least_s)
        track.trust_s = min(track.trust_s + min(elapsed, config.step_s), config.trust_s)
        self._vote(track, digit, elapsed)
        self._name(track)

    def _name(self, track: _Track) -> None:
        """Decide on a track's label, and whether it is shown."""
        config, belief = self._config, track.belief
        leader = belief.leader
        if not track.label:
            if track.trust_s >= config.show_s and belief.share(leader) >= config.share:
                track.label = leader
        elif leader != track.label and (
            belief.votes(leader) >= config.lead * belief.votes(track.label)
        ):
            track.label = leader
            belief.settle(leader)
        enough = track.trust_s >= (config.hide_s if track.shown else config.show_s)
        enough &= belief.share(track.label) >= config.split
        sure = config.stay if track.shown else config.sure
        track.shown = enough and bool(track.label) and belief.log_odds(track.label) >= sure

    def _vote(self, track: _Track, digit: Digit, elapsed: float) -> None:
        """Count a sighting; time in which the digit was not seen takes nothing from its votes."""
        self._fade(track, elapsed)
        track.belief.see(digit)

    def _fade(self, track: _Track, elapsed: float) -> None:
        track.belief.fade(math.exp(-min(elapsed, self._config.step_s) / self._config.vote_s))

    def _refute(self, refused: Sequence[Rejected], elapsed: float, now: float) -> None:
        """Count the looks that found something else, or nothing, where digits should be.

        One that was missed for longer is covered; what is refused there is something else.
        """
        config = self._config
        least = now - config.cover_s
        missed = [t for t in self._tracks if least <= t.seen_s < now]
        if not missed or not refused or elapsed <= 0:
            return
        at = overlooked([t.box for t in missed], [each.box for each in refused])
        for track, index in zip(missed, at, strict=True):
            if index is not None:
                self._fade(track, elapsed)
                track.belief.refuse(track.label or track.belief.leader, refused[index])
                track.shown = track.shown and track.belief.log_odds(track.label) >= config.stay

    def _drop(self, now: float) -> None:
        """Forget what was a glimpse, and what is gone for long."""
        config = self._config
        kept = []
        for track in self._tracks:
            missed = now - track.seen_s
            if missed <= (config.memory_s if track.label else config.doubt_s):
                kept.append(track)
        if len(kept) > config.most:
            kept = sorted(kept, key=lambda track: track.seen_s)[-config.most :]
        self._tracks = kept

    def _told(self, result: Result, now: float) -> Result:
        """Say what is on the page, as it is remembered."""
        config, rotation = self._config, self._rotation or 0
        size = result.frame.bgr.shape[1::-1]
        named = [track for track in self._tracks if track.shown]
        seen = [track for track in named if track.seen_s == now]
        missed = [track for track in named if track.seen_s < now and not _taken(track, seen)]
        bridged = [
            track
            for track in missed
            if now - track.seen_s < min(config.keep_s, config.young * track.trust_s)
            and _inside(track, size)
        ]
        waited = [t for t in missed if now - t.seen_s < config.gone_s or not _inside(t, size)]
        shown = self._digits(seen + bridged, now)
        numbers = _grouped(shown, result, rotation)
        if len(waited) > len(bridged):
            kept = self._digits(seen + waited, now)
            owned = self._watch.own(kept, group(kept, rotation))
            # A number may wait for a part of it that left the picture, but not for all of it.
            owned = tuple(
                n for n in owned if min(kept[i].missed_s for i in n.digits) < config.gone_s
            )
            numbers = self._watch.named(shown, numbers)
        else:
            numbers = owned = self._watch.own(shown, numbers)
        alive = {track.track for track in self._tracks}
        events = self._watch.follow(owned, alive, now)
        return replace(result, digits=shown, numbers=numbers, rotation=rotation, events=events)

    def _digits(self, tracks: Sequence[_Track], now: float) -> tuple[Digit, ...]:
        ordered = sorted(tracks, key=lambda track: track.box[:2])
        return tuple(
            Digit(
                t.seen.box if t.seen_s == now else _whole(t.box),
                t.label,
                t.belief.score(t.label),
                t.track,
                cell_boundary=t.seen.cell_boundary,
                missed_s=max(0.0, now - t.seen_s),
            )
            for t in ordered
        )


def _whole(box: tuple[float, ...]) -> Box:
    x, y, width, height = box
    return Box(round(x), round(y), max(1, round(width)), max(1, round(height)))


def _inside(track: _Track, size: tuple[int, ...]) -> bool:
    x, y, width, height = track.box
    return 0 <= x + width / 2 < size[0] and 0 <= y + height / 2 < size[1]


def _taken(track: _Track, seen: Sequence[_Track]) -> bool:
    """Whether another digit stands where this one was."""
    x, y, width, height = track.box
    middle, reach = complex(x + width / 2, y + height / 2), 0.4 * max(width, height)
    return any(
        abs(complex(t.box[0] + t.box[2] / 2, t.box[1] + t.box[3] / 2) - middle) < reach
        for t in seen
    )


def _grouped(digits: Sequence[Digit], result: Result, rotation: int) -> tuple[Number, ...]:
    """Group digits; where just those were read, they are grouped already."""
    same = rotation == result.rotation and [d.box for d in digits] == [
        d.box for d in result.digits
    ]
    if not same or sum(len(number.digits) for number in result.numbers) != len(digits):
        return group(digits, rotation)
    return tuple(_retold(number, digits) for number in result.numbers)


def _retold(number: Number, digits: Sequence[Digit]) -> Number:
    members = [digits[index] for index in number.digits]
    text = "".join([digit.label for digit in members])
    score = math.prod([digit.score for digit in members])
    return Number(text, score, number.box, number.digits)
