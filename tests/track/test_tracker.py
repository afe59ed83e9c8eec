"""The tracker on hand-made readings: positions, ids and numbers."""

from dataclasses import replace

import numpy as np
import pytest
from support.filmstrip import ROW, Film, Spots, ids, labels, reading, shifted

from camdigits.track.label_state import LabelConfig
from camdigits.track.settings import TrackConfig
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Result


@pytest.mark.parametrize("fps", [10.0, 30.0])
def test_a_digit_is_shown_soon_but_not_in_its_first_frame(fps: float) -> None:
    """A digit is shown within 0.1 seconds, at any frame rate."""
    film = Film(fps)

    shown = film.play([ROW] * 10)

    first = next(result.frame.time_s for result in shown if result.digits)
    assert 0 < first <= 0.1
    assert labels(shown[-1]) == ["4", "3", "7", "1", "9"]


def test_a_digit_of_a_single_frame_is_never_shown() -> None:
    """A digit that is read in one frame of ten is an artefact."""
    film = Film()

    shown = film.play([[*ROW, ("1", 300, 400)] if index % 10 == 5 else ROW for index in range(60)])

    assert all(len(result.digits) <= len(ROW) for result in shown)


def test_a_dropout_is_bridged_and_reported() -> None:
    """A digit missed for a few frames stays at its box, with the time since it was observed."""
    film = Film()
    film.play([ROW] * 30)

    missed = film.play([ROW[1:]] * 6)

    assert all(labels(result) == ["4", "3", "7", "1", "9"] for result in missed)
    assert missed[-1].digits[0].missed_s == pytest.approx(0.2)
    assert missed[-1].digits[1].missed_s == 0
    assert missed[-1].digits[0].box == Box(50, 100, 20, 40)


def test_a_bridged_digit_moves_with_the_page() -> None:
    """A missed digit is reported where the motion of the other digits moves it."""
    film = Film()
    film.play([ROW] * 30)

    shown = film.play([shifted(ROW[1:], 8 * step, 3 * step) for step in range(1, 7)])

    box = next(digit.box for digit in shown[-1].digits if digit.missed_s)
    assert abs(box.x - 98) <= 1
    assert abs(box.y - 118) <= 1


def test_a_removed_digit_is_hidden() -> None:
    """A digit that is no longer read is not shown for longer than 0.4 seconds."""
    film = Film()
    film.play([ROW] * 30)

    shown = film.play([ROW[1:]] * 15)

    assert labels(shown[-1]) == ["3", "7", "1", "9"]


@pytest.mark.parametrize("seconds", [0.5, 1.5, 4.0])
def test_ids_come_back_after_an_occlusion(seconds: float) -> None:
    """After all digits were covered and the page moved, the first frame has every id again."""
    film = Film()
    before = film.play([ROW] * 30)[-1]
    film.play([[]] * round(30 * seconds))

    after = film.play([shifted(ROW, 25, -14)])[-1]

    assert (labels(after), ids(after)) == (labels(before), ids(before))


def test_a_passing_hand_does_not_change_ids() -> None:
    """Ids stay if digits vanish and return one by one, even if a half covered one is misread."""
    film = Film()
    before = film.play([ROW] * 30)[-1]

    def behind(hand_x: float) -> Spots:
        free = [spot for spot in ROW if not hand_x - 130 < spot[1] < hand_x]
        return [("5" if spot[1] == round(hand_x) else spot[0], *spot[1:]) for spot in free]

    film.play([behind(4 * index) for index in range(180)])
    after = film.play([ROW] * 3)[-1]

    assert (labels(after), ids(after)) == (labels(before), ids(before))


def test_a_half_covered_digit_keeps_its_size_and_id() -> None:
    """A 1 that a hand covers from below is read as a shorter 1; it keeps its id."""
    film = Film()
    before = film.play([ROW] * 30)[-1]

    def cut(height: int) -> Result:
        result = reading(film.count / film.fps, ROW)
        digits = [
            replace(d, box=d.box._replace(height=height)) if d.label == "1" else d
            for d in result.digits
        ]
        film.count += 1
        return film.tracker.follow(replace(result, digits=tuple(digits)))

    for height in (34, 26, 18):
        cut(height)
    film.play([[spot for spot in ROW if spot[0] != "1"]] * 18)
    after = film.play([ROW])[-1]

    assert ids(after) == ids(before)


def test_another_label_after_an_occlusion_is_another_digit() -> None:
    """A digit with another label at the same position gets a new id after an occlusion."""
    film = Film()
    before = film.play([ROW] * 30)[-1]
    film.play([ROW[1:]] * 30)

    after = film.play([[("8", 50, 100), *ROW[1:]]] * 6)[-1]

    assert labels(after)[0] == "8"
    assert ids(after)[0] not in ids(before)


def test_a_pan_keeps_ids() -> None:
    """Ids stay while a camera pans at nearly half a digit per frame and reverses."""
    film = Film()
    before = film.play([ROW] * 10)[-1]

    shown = film.play([shifted(ROW, 18 * min(step, 60 - step) - 90) for step in range(5, 55)])

    known = dict(zip(ids(before), labels(before), strict=True))
    for result in shown:
        assert all(known[digit.track] == digit.label for digit in result.digits if digit.track)
    assert len(shown[-1].digits) == len(ROW)


def test_a_zoom_keeps_ids() -> None:
    """Ids stay during a zoom, where digits far from the centre move faster."""
    film = Film()
    before = film.play([ROW] * 10)[-1]

    def zoomed(step: int) -> Spots:
        times = 1 + 0.004 * step
        return [
            (lb, round(320 + times * (x - 320)), round(240 + times * (y - 240)))
            for lb, x, y in ROW
        ]

    after = film.play([zoomed(step) for step in range(30)])[-1]

    assert ids(after) == ids(before)


def test_adjacent_equal_digits_keep_their_ids() -> None:
    """In a row of ones that moves by half its pitch, none gets the id of its neighbour."""
    ones: Spots = [("1", 100 + 40 * index, 200) for index in range(6)]
    film = Film()
    before = film.play([ones] * 10)[-1]

    after = film.play([shifted(ones, 5 * step) for step in range(1, 5)])[-1]

    assert ids(after) == ids(before)
    assert [digit.box.x for digit in after.digits] == [120 + 40 * index for index in range(6)]


def test_the_order_of_the_reading_does_not_matter() -> None:
    """Ids are the same if the digits come in another order; results are sorted by left edge."""
    film = Film()
    before = film.play([ROW] * 10)[-1]

    after = film.play([ROW[::-1]] * 10)[-1]

    assert ids(after) == ids(before)


def test_a_sheet_that_enters_shows_only_its_digits() -> None:
    """Only digits of the sheet are shown while it slides in and afterwards."""
    film = Film()
    film.play([[]] * 15)

    shown = film.play(
        [[spot for spot in shifted(ROW, 60 * step - 600) if spot[1] >= 0] for step in range(11)]
    )
    after = film.play([ROW] * 10)[-1]

    assert all(set(labels(result)) <= set("47193") for result in shown)
    assert labels(after) == ["4", "3", "7", "1", "9"]


def test_ids_are_never_reused() -> None:
    """The digits of another page get new ids, even after all digits were forgotten."""
    film = Film()
    first = set(ids(film.play([ROW] * 10)[-1]))
    film.play([[]] * 300)

    second = set(ids(film.play([shifted(ROW, 37, 120)] * 10)[-1]))

    assert len(first) == len(second) == len(ROW)
    assert not first & second


@pytest.mark.parametrize("jump_s", [60.0, -5.0])
def test_a_jump_in_time_resets_the_tracker(jump_s: float) -> None:
    """After a long pause, or a time that goes back, no earlier digit is shown."""
    film = Film()
    film.play([ROW] * 300)

    result = film.tracker.follow(reading(10 + jump_s, []))

    assert result.digits == ()


def test_a_stalled_camera_loses_no_digits() -> None:
    """After a pause of one second the first frame shows all digits with their ids."""
    film = Film()
    before = film.play([ROW] * 30)[-1]

    after = film.tracker.follow(reading(2.0, ROW))

    assert (labels(after), ids(after)) == (labels(before), ids(before))


def test_reading_a_frame_twice_changes_nothing() -> None:
    """The debug view reads a frame twice; its observations count once."""
    tracker = Tracker()
    for index in range(10):
        once = tracker.follow(reading(index / 30, ROW))

    again = tracker.follow(reading(9 / 30, ROW))

    assert again.digits == once.digits


def test_an_empty_frame_is_empty() -> None:
    """Without a reading there are no digits, numbers or events."""
    result = Tracker().follow(reading(0.0, []))

    assert (result.digits, result.numbers, result.events) == ((), (), ())


def test_a_short_change_of_rotation_does_not_change_labels() -> None:
    """The labels of frames that are read with another rotation for a moment do not count."""
    film = Film()
    page: Spots = [("6", 100, 100), ("9", 200, 100), ("5", 300, 100)]
    film.play([page] * 30)

    shown = film.play([[("9", 100, 100), ("6", 200, 100), ("5", 300, 100)]] * 10, rotation=180)

    assert all(labels(result) == ["6", "9", "5"] for result in shown)
    assert shown[-1].rotation == 0


def test_a_turned_page_gets_new_labels() -> None:
    """A rotation that lasts half a second is accepted."""
    film = Film()
    film.play([[("6", 100, 100), ("9", 200, 100), ("5", 300, 100)]] * 30)

    turned: Spots = [("9", 100, 100), ("6", 200, 100), ("5", 300, 100)]
    shown = film.play([turned] * 30, rotation=180)

    assert labels(shown[-1]) == ["9", "6", "5"]
    assert shown[-1].rotation == 180


def test_numbers_consist_of_the_shown_digits() -> None:
    """Text, box and indexes are those of the pooled digits, a bridged one included."""
    film = Film()
    number: Spots = [("1", 100, 100), ("9", 125, 100), ("7", 150, 100)]
    film.play([number] * 30)

    flicker: Spots = [("1", 100, 100), ("8", 125, 100)]
    result = film.play([flicker])[-1]

    assert [(n.text, n.box, n.digits) for n in result.numbers] == [
        ("197", Box(100, 100, 70, 40), (0, 1, 2))
    ]


def test_the_frame_and_its_stage_times_are_kept() -> None:
    """The result has the frame object that was given, and the time of the tracker is added."""
    given = replace(reading(0.0, ROW), ms={"ink": 1.0})

    result = Tracker().follow(given)

    assert result.frame is given.frame
    assert set(result.ms) == {"ink", "track"}


def test_memory_is_bounded() -> None:
    """At most max_digits digits are tracked, no matter how many come and go."""
    tracker = Tracker(TrackConfig(max_digits=50, label=LabelConfig(show_confidence_s=0.0)))
    rng = np.random.default_rng(1)
    for index in range(60):
        spots = [(str(index % 10), int(x), int(y)) for x, y in rng.integers(0, 440, (20, 2))]
        tracker.follow(reading(index / 30, spots))

    assert len(tracker._tracked) <= 50
