"""The tracker on hand-made readings: what it believes and shows."""

from dataclasses import replace
from itertools import groupby

import pytest
from support.filmstrip import ROW, Film, ids, labels, reading

from camdigits.track.tracker import TrackConfig, Tracker, config_for
from camdigits.values import Box, Rejected


def test_a_label_that_flickers_is_shown_steady() -> None:
    """One reading in six is another digit; the vote does not change its mind."""
    film = Film()
    other = [("1", x, y) if label == "7" else (label, x, y) for label, x, y in ROW]

    shown = film.play([other if index % 6 == 5 else ROW for index in range(90)])

    assert all(labels(result) == ["4", "3", "7", "1", "9"] for result in shown[5:])


def test_a_digit_that_reads_one_way_and_another_is_not_shown() -> None:
    """One reading in three is another digit: nobody should bet on the first."""
    film = Film()
    other = [("1", x, y) if label == "7" else (label, x, y) for label, x, y in ROW]

    shown = film.play([other if index % 3 == 2 else ROW for index in range(90)])

    assert all(labels(result) == ["4", "3", "1", "9"] for result in shown[5:])


@pytest.mark.parametrize(("score", "is_shown"), [(0.9, False), (0.94, False), (0.97, True)])
def test_what_is_never_sure_is_never_shown(score: float, is_shown: bool) -> None:
    """Looks at the same ink do not add up: thirty of 90 % are no more than 90 %."""
    tracker = Tracker()

    shown = [tracker.follow(reading(index / 30, ROW, score)).digits for index in range(90)]

    assert any(shown) == is_shown


def test_one_that_was_sure_stays_with_less() -> None:
    """Shown from 95 %, hidden below 88 %; what is nearly sure at first is shown a little later."""
    tracker = Tracker()
    scores = [0.995] * 30 + [0.92] * 60 + [0.8] * 60

    shown = [len(tracker.follow(reading(i / 30, ROW, s)).digits) for i, s in enumerate(scores)]

    assert shown[30:90] == [len(ROW)] * 60
    assert shown[-1] == 0


def test_a_part_of_a_cut_blob_has_to_be_surer() -> None:
    """Of many ways to cut a letter one looks like digits."""
    doubtful, sure = Tracker(), Tracker()

    for index in range(30):
        whole = reading(index / 30, ROW)
        cut = tuple(replace(digit, is_part=True) for digit in whole.digits)
        surer = tuple(replace(digit, score=0.9999) for digit in cut)
        hidden = doubtful.follow(replace(whole, digits=cut))
        shown = sure.follow(replace(whole, digits=surer))

    assert [len(result.digits) for result in (hidden, shown)] == [0, 5]


def test_what_is_refused_as_often_as_read_is_not_shown() -> None:
    """A letter that passes for a digit in every other frame."""
    tracker = Tracker()
    refusal = Rejected(Box(48, 98, 26, 44), "none", 0.9)
    shown = []
    for index in range(60):
        spots = ROW if index % 2 == 0 else ROW[1:]
        refused = () if index % 2 == 0 else (refusal,)
        result = replace(reading(index / 30, spots), rejected=refused)
        shown.append(labels(tracker.follow(result)))

    assert all("4" not in each for each in shown)
    assert shown[-1] == ["3", "7", "1", "9"]


def test_one_refusal_hides_nothing() -> None:
    """Nor does one of something much larger that happens to lie over it, for long: a hand."""
    film = Film()
    film.play([ROW] * 30)
    hand = Rejected(Box(0, 0, 400, 300), "none", 1.0)
    near = Rejected(Box(50, 100, 20, 40), "none", 1.0)

    once = film.tracker.follow(replace(reading(1.0, ROW[1:]), rejected=(near,)))
    covered = film.tracker.follow(replace(reading(1.0 + 1 / 30, ROW[1:]), rejected=(hand,)))

    assert labels(once) == labels(covered) == ["4", "3", "7", "1", "9"]


def test_a_digit_that_is_written_over_gets_its_new_label_and_keeps_its_id() -> None:
    """The vote gives in within a second and a half; in between nothing is claimed."""
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


def test_surer_readings_count_for_more() -> None:
    """Labels seen equally often: the sum of their scores decides."""
    tracker = Tracker(TrackConfig(sure=0.0, stay=0.0))
    for index in range(30):
        label, score = ("3", 0.95) if index % 2 else ("8", 0.5)
        result = tracker.follow(reading(index / 30, [(label, 300, 200)], score))

    assert labels(result) == ["3"]
    assert result.digits[0].score == pytest.approx(0.475, abs=0.02)  # half of the sightings


@pytest.mark.parametrize(
    ("threshold", "sure", "stay"), [(0.81, 2.95, 1.95), (0.0, 1.0, 0.0), (1.0, 6.0, 5.0)]
)
def test_what_is_shown_goes_with_the_readers_threshold(
    threshold: float, sure: float, stay: float
) -> None:
    """Always somewhat above it, and never out of reach of one that is sure."""
    config = config_for(threshold)

    assert (config.sure, config.stay) == pytest.approx((sure, stay))
