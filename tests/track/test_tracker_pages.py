"""The tracker on hand-made readings: other pages, slow videos, doubtful digits and signs."""

from dataclasses import replace

from support.filmstrip import ROW, Film, Spots, ids, labels, reading

from camdigits.layout.grouping import group
from camdigits.track.settings import config_for
from camdigits.track.tracker import Tracker
from camdigits.values import Box, Digit, Mark, Result


def test_another_page_is_shown_as_soon_as_the_first_one() -> None:
    """A slide: hardly a label agrees, so the digits of the old page are forgotten at once."""
    film = Film()
    film.play([ROW] * 30)
    other = [("8", 60, 110), ("2", 210, 95), ("5", 340, 105), ("6", 480, 100)]

    shown = film.play([other] * 6)

    assert not set(labels(shown[0])) & {"4", "7", "1", "9", "3"}
    assert labels(shown[-1]) == ["8", "2", "5", "6"]


def test_a_hand_over_the_page_is_no_other_page() -> None:
    """Digits that are covered keep their ids."""
    film = Film()
    before = film.play([ROW] * 30)[-1]
    film.play([ROW[3:]] * 20)

    assert ids(film.play([ROW] * 10)[-1]) == ids(before)


def test_a_slow_video_is_read_frame_by_frame() -> None:
    """At one frame per second the first frame is shown, and nothing of the page before it."""
    tracker = Tracker(config_for(0.82, fps=1.0))
    pages: list[Spots] = [[("4", 50, 100), ("7", 80, 100)], [("3", 52, 101)], []]

    shown = [tracker.follow(reading(float(second), page)) for second, page in enumerate(pages)]

    assert [labels(result) for result in shown] == [["4", "7"], ["3"], []]


def test_a_digit_over_the_threshold_of_the_reader_is_shown_in_the_end() -> None:
    """What a photo would report is shown after four seconds of agreement, not at once."""
    tracker = Tracker(config_for(0.82))

    shown = [tracker.follow(reading(frame / 30, ROW, score=0.9)) for frame in range(135)]

    first = next(index for index, result in enumerate(shown) if result.digits)
    assert 90 < first <= 126
    assert len(shown[-1].digits) == len(ROW)


def test_signs_are_followed_like_digits() -> None:
    """A decimal keeps its point, also in a frame that misses it; the point has an id."""
    digits = tuple(Digit(Box(x, 100, 20, 40), label, 0.995) for label, x in (("3", 50), ("5", 85)))
    point = Mark(Box(74, 134, 5, 5), ".", 0.99, line=Box(74, 100, 5, 40))
    frame = reading(0.0, []).frame

    def seen(index: int, marks: tuple[Mark, ...]) -> Result:
        layout = group(digits, marks=marks)
        return Result(
            replace(frame, index=index, time_s=index / 30), digits, layout.numbers, marks=marks
        )

    tracker = Tracker()
    shown = [tracker.follow(seen(index, (point,))) for index in range(20)]
    missed = tracker.follow(seen(20, ()))

    assert [number.text for number in shown[-1].numbers] == ["3.5"]
    assert [number.text for number in missed.numbers] == ["3.5"]
    assert shown[-1].marks[0].track is not None
