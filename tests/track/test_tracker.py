"""The tracker on hand-made readings: places, ids and numbers."""

from dataclasses import replace

import numpy as np
import pytest
from support.filmstrip import ROW, Film, Spots, ids, labels, reading, shifted

from camdigits.track.tracker import TrackConfig, Tracker
from camdigits.values import Box, Result


@pytest.mark.parametrize("fps", [10.0, 30.0])
def test_a_digit_is_shown_soon_but_not_at_first_sight(fps: float) -> None:
    """After 0.1 seconds, at any rate of frames."""
    film = Film(fps)

    shown = film.play([ROW] * 10)

    first = next(result.frame.time_s for result in shown if result.digits)
    assert 0 < first <= 0.1
    assert labels(shown[-1]) == ["4", "3", "7", "1", "9"]


def test_a_glimpse_is_never_shown() -> None:
    """What is seen in one frame of ten is a fault of the picture."""
    film = Film()

    shown = film.play([[*ROW, ("1", 300, 400)] if index % 10 == 5 else ROW for index in range(60)])

    assert all(len(result.digits) <= len(ROW) for result in shown)


def test_a_dropout_is_bridged_and_told() -> None:
    """A digit missed for some frames stays where it was, and says since when."""
    film = Film()
    film.play([ROW] * 30)

    missed = film.play([ROW[1:]] * 6)

    assert all(labels(result) == ["4", "3", "7", "1", "9"] for result in missed)
    assert missed[-1].digits[0].missed_s == pytest.approx(0.2)
    assert missed[-1].digits[1].missed_s == 0
    assert missed[-1].digits[0].box == Box(50, 100, 20, 40)


def test_a_bridged_digit_moves_with_the_page() -> None:
    """Its place is where the others' motion would have brought it."""
    film = Film()
    film.play([ROW] * 30)

    shown = film.play([shifted(ROW[1:], 8 * step, 3 * step) for step in range(1, 7)])

    box = next(digit.box for digit in shown[-1].digits if digit.missed_s)
    assert abs(box.x - 98) <= 1
    assert abs(box.y - 118) <= 1


def test_what_is_gone_goes() -> None:
    """A digit whose place is empty is not shown for longer than 0.4 seconds."""
    film = Film()
    film.play([ROW] * 30)

    shown = film.play([ROW[1:]] * 15)

    assert labels(shown[-1]) == ["3", "7", "1", "9"]


@pytest.mark.parametrize("seconds", [0.5, 1.5, 4.0])
def test_ids_come_back_after_an_occlusion(seconds: float) -> None:
    """Everything is covered, the page moves meanwhile, and every id is back at first sight."""
    film = Film()
    before = film.play([ROW] * 30)[-1]
    film.play([[]] * round(30 * seconds))

    after = film.play([shifted(ROW, 25, -14)])[-1]

    assert (labels(after), ids(after)) == (labels(before), ids(before))


def test_a_hand_that_passes_leaves_ids_as_they_were() -> None:
    """Digits vanish and return column by column; a digit half covered may be misread."""
    film = Film()
    before = film.play([ROW] * 30)[-1]

    def behind(hand_x: float) -> Spots:
        free = [spot for spot in ROW if not hand_x - 130 < spot[1] < hand_x]
        return [("5" if spot[1] == round(hand_x) else spot[0], *spot[1:]) for spot in free]

    film.play([behind(4 * index) for index in range(180)])
    after = film.play([ROW] * 3)[-1]

    assert (labels(after), ids(after)) == (labels(before), ids(before))


def test_half_a_digit_beside_a_hand_is_not_its_new_size() -> None:
    """A 1 that a hand covers from below is a shorter 1 for a moment; its id comes back."""
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


def test_another_digit_in_an_old_place_is_another_digit() -> None:
    """After an occlusion a different label is not taken for the one that was there."""
    film = Film()
    before = film.play([ROW] * 30)[-1]
    film.play([ROW[1:]] * 30)

    after = film.play([[("8", 50, 100), *ROW[1:]]] * 6)[-1]

    assert labels(after)[0] == "8"
    assert ids(after)[0] not in ids(before)


def test_a_pan_keeps_ids() -> None:
    """A camera that starts to pan at nearly half a digit per frame, and turns back."""
    film = Film()
    before = film.play([ROW] * 10)[-1]

    shown = film.play([shifted(ROW, 18 * min(step, 60 - step) - 90) for step in range(5, 55)])

    known = dict(zip(ids(before), labels(before), strict=True))
    for result in shown:
        assert all(known[digit.track] == digit.label for digit in result.digits if digit.track)
    assert len(shown[-1].digits) == len(ROW)


def test_a_zoom_keeps_ids() -> None:
    """Digits far from the middle move fast, those near it slowly."""
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


def test_equal_digits_side_by_side_keep_apart() -> None:
    """A row of ones moves by half its pitch: none is taken for its neighbour."""
    ones: Spots = [("1", 100 + 40 * index, 200) for index in range(6)]
    film = Film()
    before = film.play([ones] * 10)[-1]

    after = film.play([shifted(ones, 5 * step) for step in range(1, 5)])[-1]

    assert ids(after) == ids(before)
    assert [digit.box.x for digit in after.digits] == [120 + 40 * index for index in range(6)]


def test_digits_that_change_places_in_the_list_keep_their_ids() -> None:
    """Order says nothing; results come by left edge."""
    film = Film()
    before = film.play([ROW] * 10)[-1]

    after = film.play([ROW[::-1]] * 10)[-1]

    assert ids(after) == ids(before)


def test_a_sheet_that_enters_brings_new_digits_and_no_others() -> None:
    """Nothing is shown before it is there, nothing but what is on it afterwards."""
    film = Film()
    film.play([[]] * 15)

    shown = film.play(
        [[spot for spot in shifted(ROW, 60 * step - 600) if spot[1] >= 0] for step in range(11)]
    )
    after = film.play([ROW] * 10)[-1]

    assert all(set(labels(result)) <= set("47193") for result in shown)
    assert labels(after) == ["4", "3", "7", "1", "9"]


def test_ids_are_never_used_again() -> None:
    """Another page is other digits, even after all was forgotten."""
    film = Film()
    first = set(ids(film.play([ROW] * 10)[-1]))
    film.play([[]] * 300)

    second = set(ids(film.play([shifted(ROW, 37, 120)] * 10)[-1]))

    assert len(first) == len(second) == len(ROW)
    assert not first & second


@pytest.mark.parametrize("jump_s", [60.0, -5.0])
def test_a_jump_in_time_starts_afresh(jump_s: float) -> None:
    """After a long pause, or a clock that goes back, nothing old is shown."""
    film = Film()
    film.play([ROW] * 300)

    result = film.tracker.follow(reading(10 + jump_s, []))

    assert result.digits == ()


def test_frames_that_come_late_do_not_lose_anything() -> None:
    """A camera that stalls for a second shows its digits at once when it is back."""
    film = Film()
    before = film.play([ROW] * 30)[-1]

    after = film.tracker.follow(reading(2.0, ROW))

    assert (labels(after), ids(after)) == (labels(before), ids(before))


def test_the_same_frame_read_again_changes_nothing() -> None:
    """The debug view reads a frame twice; its digits are not counted twice."""
    tracker = Tracker()
    for index in range(10):
        once = tracker.follow(reading(index / 30, ROW))

    again = tracker.follow(reading(9 / 30, ROW))

    assert again.digits == once.digits


def test_an_empty_frame_is_empty() -> None:
    """Nothing comes of nothing."""
    result = Tracker().follow(reading(0.0, []))

    assert (result.digits, result.numbers, result.events) == ((), (), ())


def test_a_page_read_on_its_head_for_a_moment_keeps_its_labels() -> None:
    """Some frames are taken for turned: their labels do not count."""
    film = Film()
    page: Spots = [("6", 100, 100), ("9", 200, 100), ("5", 300, 100)]
    film.play([page] * 30)

    shown = film.play([[("9", 100, 100), ("6", 200, 100), ("5", 300, 100)]] * 10, rotation=180)

    assert all(labels(result) == ["6", "9", "5"] for result in shown)
    assert shown[-1].rotation == 0


def test_a_page_that_is_turned_is_read_anew() -> None:
    """After half a second the other way up holds."""
    film = Film()
    film.play([[("6", 100, 100), ("9", 200, 100), ("5", 300, 100)]] * 30)

    turned: Spots = [("9", 100, 100), ("6", 200, 100), ("5", 300, 100)]
    shown = film.play([turned] * 30, rotation=180)

    assert labels(shown[-1]) == ["9", "6", "5"]
    assert shown[-1].rotation == 180


def test_numbers_agree_with_the_digits_shown() -> None:
    """Text, box and places are those of the steady digits, a bridged one included."""
    film = Film()
    number: Spots = [("1", 100, 100), ("9", 125, 100), ("7", 150, 100)]
    film.play([number] * 30)

    flicker: Spots = [("1", 100, 100), ("8", 125, 100)]
    result = film.play([flicker])[-1]

    assert [(n.text, n.box, n.digits) for n in result.numbers] == [
        ("197", Box(100, 100, 70, 40), (0, 1, 2))
    ]


def test_the_frame_and_its_times_are_kept() -> None:
    """The result is of the very frame that was given, and the tracker's time is added."""
    given = replace(reading(0.0, ROW), ms={"ink": 1.0})

    result = Tracker().follow(given)

    assert result.frame is given.frame
    assert set(result.ms) == {"ink", "track"}


def test_memory_is_bounded() -> None:
    """However many digits come and go, no more than the limit is remembered."""
    tracker = Tracker(TrackConfig(most=50, show_s=0.0))
    rng = np.random.default_rng(1)
    for index in range(60):
        spots = [(str(index % 10), int(x), int(y)) for x, y in rng.integers(0, 440, (20, 2))]
        tracker.follow(reading(index / 30, spots))

    assert len(tracker._tracks) <= 50
