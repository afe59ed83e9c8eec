"""The tracker on hand-made readings: which labels it shows."""

from dataclasses import replace
from itertools import groupby

import pytest
from support.filmstrip import ROW, Film, ids, labels, reading

from camdigits.track.label_state import LabelConfig
from camdigits.track.settings import TrackConfig, config_for
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Rejected


def test_a_label_that_flickers_is_shown_steady() -> None:
    """If one reading in six is another digit, the shown label does not change."""
    film = Film()
    other = [("1", x, y) if label == "7" else (label, x, y) for label, x, y in ROW]

    shown = film.play([other if index % 6 == 5 else ROW for index in range(90)])

    assert all(labels(result) == ["4", "3", "7", "1", "9"] for result in shown[5:])


def test_a_digit_with_contradicting_readings_is_not_shown() -> None:
    """If one reading in three is another digit, no label is shown."""
    film = Film()
    other = [("1", x, y) if label == "7" else (label, x, y) for label, x, y in ROW]

    shown = film.play([other if index % 3 == 2 else ROW for index in range(90)])

    assert all(labels(result) == ["4", "3", "1", "9"] for result in shown[5:])


@pytest.mark.parametrize(("score", "is_shown"), [(0.9, False), (0.94, False), (0.97, True)])
def test_a_doubtful_digit_is_never_shown(score: float, is_shown: bool) -> None:
    """Observations do not add up: ninety at 90 % are no more than 90 %."""
    tracker = Tracker()

    shown = [tracker.follow(reading(index / 30, ROW, score)).digits for index in range(90)]

    assert any(shown) == is_shown


def test_a_shown_digit_stays_with_a_lower_score() -> None:
    """A digit is shown from a mean of 95 % and hidden below 88 %."""
    tracker = Tracker()
    scores = [0.995] * 30 + [0.92] * 60 + [0.8] * 60

    shown = [len(tracker.follow(reading(i / 30, ROW, s)).digits) for i, s in enumerate(scores)]

    assert shown[30:90] == [len(ROW)] * 60
    assert shown[-1] == 0


def test_a_part_of_a_region_needs_a_higher_score() -> None:
    """A part of a split region is shown at 99.99 %, not at 99.5 %."""
    low, high = Tracker(), Tracker()

    for index in range(30):
        whole = reading(index / 30, ROW)
        cut = tuple(replace(digit, is_part=True) for digit in whole.digits)
        better = tuple(replace(digit, score=0.9999) for digit in cut)
        hidden = low.follow(replace(whole, digits=cut))
        shown = high.follow(replace(whole, digits=better))

    assert [len(result.digits) for result in (hidden, shown)] == [0, 5]


def test_a_digit_rejected_in_half_of_the_frames_is_not_shown() -> None:
    """A letter that is read as a digit in every other frame is not shown."""
    tracker = Tracker()
    rejection = Rejected(Box(48, 98, 26, 44), "none", 0.9)
    shown = []
    for index in range(60):
        spots = ROW if index % 2 == 0 else ROW[1:]
        rejected = () if index % 2 == 0 else (rejection,)
        result = replace(reading(index / 30, spots), rejected=rejected)
        shown.append(labels(tracker.follow(result)))

    assert all("4" not in each for each in shown)
    assert shown[-1] == ["3", "7", "1", "9"]


def test_one_rejection_hides_no_digit() -> None:
    """A digit stays shown after one rejection, and when a much larger region covers it: a hand."""
    film = Film()
    film.play([ROW] * 30)
    hand = Rejected(Box(0, 0, 400, 300), "none", 1.0)
    single = Rejected(Box(50, 100, 20, 40), "none", 1.0)

    once = film.tracker.follow(replace(reading(1.0, ROW[1:]), rejected=(single,)))
    covered = film.tracker.follow(replace(reading(1.0 + 1 / 30, ROW[1:]), rejected=(hand,)))

    assert labels(once) == labels(covered) == ["4", "3", "7", "1", "9"]


def test_an_overwritten_digit_gets_its_new_label_and_keeps_its_id() -> None:
    """The new label is shown within 1.5 seconds; in between no label is shown."""
    film = Film()
    before = film.play([ROW] * 60)[-1]

    after = film.play([[("8", 50, 100), *ROW[1:]]] * 45)

    assert labels(after[-1])[0] == "8"
    assert ids(after[-1]) == ids(before)
    seen = [
        {digit.box.x: digit.label for digit in result.digits if digit.box.y == 100}.get(50)
        for result in after
    ]
    assert [label for label, _ in groupby(seen)] == ["4", None, "8"]


def test_readings_with_higher_scores_count_more() -> None:
    """Of two labels that are read equally often, the one with the higher sum of scores wins."""
    tracker = Tracker(TrackConfig(label=LabelConfig(show_log_odds=0.0, stay_log_odds=0.0)))
    for index in range(30):
        label, score = ("3", 0.95) if index % 2 else ("8", 0.5)
        result = tracker.follow(reading(index / 30, [(label, 300, 200)], score))

    assert labels(result) == ["3"]
    assert result.digits[0].score == pytest.approx(0.475, abs=0.02)  # half of the observations


@pytest.mark.parametrize(
    ("threshold", "show", "stay"), [(0.81, 2.95, 1.95), (0.0, 1.0, 0.0), (1.0, 6.0, 5.0)]
)
def test_the_limits_follow_the_threshold_of_the_reader(
    threshold: float, show: float, stay: float
) -> None:
    """They lie above it, and below the highest log-odds of an observation."""
    config = config_for(threshold).label

    assert (config.show_log_odds, config.stay_log_odds) == pytest.approx((show, stay))
