from dataclasses import replace

import numpy as np
import pytest
from support.predictions import candidates, classifying, predictions

from camdigits.image import cv2
from camdigits.recognize.sequence import Reading
from camdigits.recognize.split import DEFAULT, is_number, split
from camdigits.track.frame_budget import FrameBudget, FrameBudgetConfig
from camdigits.values import NONE, Box, Region


@classifying
def bars_are_ones(glyphs):
    """Predict "1" for a single vertical stroke, "none" for everything else."""
    full = (glyphs > 128).sum(axis=1) >= 15  # (N, 28) columns that are a stroke
    strokes = (np.diff(full, axis=1, prepend=False, append=False).sum(axis=1) // 2).tolist()
    widths = full.sum(axis=1).tolist()
    pairs = zip(strokes, widths, strict=True)
    labels = tuple("1" if count == 1 and width <= 5 else NONE for count, width in pairs)
    return predictions(labels)


def not_called(_):
    raise AssertionError("not to be called")


def bars(count, pitch=16, height=40):
    """Draw vertical strokes that a thin bridge joins."""
    ink = np.zeros((height, pitch * (count - 1) + 6), np.uint8)
    for index in range(count):
        ink[:, index * pitch : index * pitch + 6] = 255
    ink[height // 2, :] = 255
    return ink


def region(ink, x=100, y=50):
    return Region(Box(x, y, ink.shape[1], ink.shape[0]), ink)


def block(width, height, x=20):
    return region(np.full((height, width), 255, np.uint8), x=x)


COLUMNS = (*"0123456789", NONE, ",")


def reading(labels, pitch=16, certainty=0.99):
    """Return a reading with its characters `pitch` pixels apart, as `bars` draws them."""
    score = certainty ** (1 / max(len(labels), 1))
    chances = np.full((len(labels), len(COLUMNS)), (1 - score) / (len(COLUMNS) - 1))
    for row, label in enumerate(labels):
        chances[row, COLUMNS.index(label)] = score
    centres = tuple(3.0 + pitch * index for index in range(len(labels)))
    return Reading(tuple(labels), chances, COLUMNS, centres, certainty)


class ReadsBars:
    """Reads each ink as a number of ones, one per stroke, and counts its calls."""

    def __init__(self, pitch=16, label="1", certainty=0.99):
        self.pitch, self.label, self.certainty = pitch, label, certainty
        self.calls = 0

    def __call__(self, inks):
        """Read each ink."""
        self.calls += len(inks)
        return [
            reading([self.label] * round((ink.shape[1] - 6) / self.pitch + 1), self.pitch,
                    self.certainty)
            for ink in inks
        ]  # fmt: skip


def reads(*labels, certainty=0.99):
    """Return a function that reads every ink as these labels."""
    return lambda inks: [reading(labels, certainty=certainty)] * len(inks)


BROAD = block(24, 40)


@pytest.mark.parametrize("pitch", [16, 26])
@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_joined_digits_are_cut_where_the_ink_is_thin(count, pitch):
    """Each part is a region cropped to its ink, in the position of the whole."""
    joined = region(bars(count, pitch))

    found = split(candidates([BROAD, joined], ("0", NONE)), bars_are_ones, ReadsBars(pitch), 0.9)

    assert found.labels == ("0", *["1"] * count)
    strokes = [(100 + pitch * index, 106 + pitch * index) for index in range(count)]
    for part, (left, right) in zip(found.regions[1:], strokes, strict=True):
        assert part.box.x <= left
        assert part.box.right >= right
        assert part.box.height == 40


def test_a_piece_of_a_stroke_is_not_a_whole_digit():
    """Any piece looks like a 1: of two strokes that cross, a cheap path leaves half of one."""
    ink = np.zeros((40, 29), np.uint8)
    cv2.line(ink, (2, 0), (26, 39), 255, 4)
    cv2.line(ink, (26, 0), (5, 39), 255, 4)
    all_ones = classifying(lambda glyphs: predictions(("1",) * len(glyphs)))

    def lowest(config):
        found = split(candidates([region(ink)], (NONE,)), all_ones, reads("1", "1"), 0.9, config)
        return min(part.box.height for part in found.regions)

    assert lowest(replace(DEFAULT, cut=replace(DEFAULT.cut, short_cost=0.0))) < 20
    assert lowest(DEFAULT) == 40


def test_a_joined_number_alone_on_the_page_is_read():
    """Nothing else on the page says how high a digit is."""
    found = split(candidates([region(bars(3))], (NONE,)), bars_are_ones, ReadsBars(), 0.9)

    assert found.labels == ("1", "1", "1")


def test_the_others_keep_their_places():
    """Parts replace the whole in the order of candidates."""
    joined, after = region(bars(2)), block(10, 40, x=300)

    found = split(
        candidates([BROAD, joined, after], ("0", NONE, "7")), bars_are_ones, ReadsBars(), 0.9
    )

    assert (found.regions[0], found.regions[3]) == (BROAD, after)
    assert found.labels == ("0", "1", "1", "7")
    assert len(found.scores) == 4


def test_no_ink_of_a_split_region_is_lost():
    """The parts hold, pixel for pixel, what the whole held."""
    joined = region(bars(3))

    found = split(candidates([joined], (NONE,)), bars_are_ones, ReadsBars(), 0.9)

    again = np.zeros_like(joined.ink)
    for part in found.regions:
        left, top, width, height = part.box
        again[top - 50 : top - 50 + height, left - 100 : left - 100 + width] += part.ink
    assert np.array_equal(again, joined.ink)


@pytest.mark.parametrize(
    "labels",
    [(NONE,), ("1", NONE, NONE), ("1",), (), (",", "1")],
    ids=["a word", "a digit and two letters", "one digit", "nothing", "a comma"],
)
def test_only_numbers_of_several_digits_are_split(labels):
    """Anything else stays as the digit net read it."""
    joined = region(bars(2))

    found = split(candidates([joined], (NONE,)), not_called, reads(*labels), 0.9)

    assert found.regions == (joined,)
    assert found.labels == (NONE,)


@pytest.mark.parametrize(("sure", "labels"), [(0.5, ("1", "1")), (0.99, (NONE,))])
def test_one_non_digit_is_left_to_the_digit_net(sure, labels):
    """Where the sequence net is in doubt; a letter keeps the region whole."""
    doubtful = reading(("1", NONE))
    doubtful.chances[1] = (1 - sure) / 11
    doubtful.chances[1, COLUMNS.index(NONE)] = sure
    doubtful.chances[1, COLUMNS.index("1")] += (1 - sure) * 0.9

    found = split(
        candidates([region(bars(2))], (NONE,)),
        bars_are_ones,
        lambda inks: [doubtful] * len(inks),
        0.7,
    )

    assert found.labels == labels


def test_a_single_digit_that_the_digit_net_ruled_out_makes_two_more_likely():
    """A doubtful 1 whose region is surely not a 1 may be 11."""
    single = replace(reading(("1",), certainty=0.6), others=(reading(("1", "1"), certainty=0.3),))
    given = candidates([region(bars(2))], (NONE,), 0.999)

    found = split(given, bars_are_ones, lambda inks: [single] * len(inks), 0.8)

    assert found.labels == ("1", "1")


def test_a_separator_between_digits_is_left_out():
    """1.1 becomes two digits; its point is none."""
    found = split(candidates([region(bars(3))], (NONE,)), bars_are_ones, reads("1", ",", "1"), 0.9)

    assert found.labels == ("1", "1")
    assert found.regions[1].box.x >= 100 + 16 + 6


@pytest.mark.parametrize(("certainty", "count"), [(0.99, 2), (0.5, 1), (0.1, 1)])
def test_parts_below_the_threshold_are_rejected(certainty, count):
    """The threshold of a part is that of any digit."""
    found = split(
        candidates([region(bars(2))], (NONE,)),
        bars_are_ones,
        ReadsBars(certainty=certainty),
        0.98,
    )

    assert len(found) == count


def test_the_digit_net_confirms_the_parts():
    """Where it is sure of another label, a doubtful reading is not used."""
    joined = region(bars(2))

    agreed = split(candidates([joined], (NONE,)), bars_are_ones, ReadsBars(certainty=0.7), 0.8)
    doubted = split(
        candidates([joined], (NONE,)), bars_are_ones, ReadsBars(label="4", certainty=0.7), 0.8
    )

    assert agreed.labels == ("1", "1")
    assert doubted.labels == (NONE,)


def test_the_score_of_a_part_rises_with_agreement():
    """Both nets together are surer than the sequence net alone."""
    scores = [
        split(
            candidates([region(bars(2))], (NONE,)),
            bars_are_ones,
            ReadsBars(certainty=0.9),
            0.5,
            replace(DEFAULT, cut=replace(DEFAULT.cut, part_weight=weight)),
        ).scores[0]
        for weight in (0.0, 0.5)
    ]

    assert scores[0] == pytest.approx(0.9**0.5, abs=5e-3)
    assert scores[1] > scores[0]


def test_the_digit_net_chooses_among_possible_readings():
    """With one character more or less than the best path, if its parts fit better."""
    best = replace(reading(("4", "4"), pitch=32, certainty=0.5), others=(reading(("1",) * 3),))

    found = split(
        candidates([region(bars(3))], (NONE,)), bars_are_ones, lambda inks: [best] * len(inks), 0.7
    )

    assert found.labels == ("1", "1", "1")


def test_a_label_is_corrected_by_the_digit_net():
    """A doubtful 7 whose part is surely a 1 becomes one."""
    doubtful = reading(("1", "7"), certainty=0.8)
    doubtful.chances[1, COLUMNS.index("7")] = 0.55
    doubtful.chances[1, COLUMNS.index("1")] = 0.42

    found = split(
        candidates([region(bars(2))], (NONE,)),
        bars_are_ones,
        lambda inks: [doubtful] * len(inks),
        0.7,
    )

    assert found.labels == ("1", "1")


@pytest.mark.parametrize(
    "joined",
    [
        bars(2, height=200),
        bars(2, height=9),
        np.full((40, 18), 255, np.uint8),
        bars(30),
        np.full((40, 80), 255, np.uint8),
    ],
    ids=["too high", "too low", "too narrow", "too wide", "a blot"],
)
def test_odd_regions_are_not_read(joined):
    """Regions that cannot be digits of this page cost nothing."""
    found = split(candidates([BROAD, region(joined)], ("0", NONE)), not_called, not_called, 0.9)

    assert len(found) == 2


def test_an_accepted_digit_is_left_alone_unless_it_is_wide():
    """A digit is rarely wider than high; two joined ones that look like a digit are."""
    narrow, wide = region(bars(2)), region(bars(3, 20))

    found = split(candidates([narrow], ("4",)), not_called, not_called, 0.9)
    both = split(candidates([narrow, wide], ("4", "4")), bars_are_ones, ReadsBars(20), 0.9)

    assert found.labels == ("4",)
    assert both.labels == ("4", "1", "1", "1")


def test_an_empty_page_costs_nothing():
    """Neither net is called without regions."""
    assert len(split(candidates([], ()), not_called, not_called, 0.9)) == 0


def test_a_page_of_print_costs_a_few_readings():
    """A region is not read once three neighbours of its size were no numbers."""
    words = [region(bars(3), x=60 * column, y=60 * row) for row in range(8) for column in range(8)]
    counted = []

    def reads_nothing(inks):
        counted.extend(inks)
        return [reading((NONE,))] * len(inks)

    split(candidates(words, [NONE] * 64), not_called, reads_nothing, 0.9)

    assert 4 <= len(counted) <= 16


def test_a_region_is_read_once():
    """One call of the sequence net per region, whatever is in it."""
    read = ReadsBars()

    split(candidates([region(bars(4))], (NONE,)), bars_are_ones, read, 0.9)

    assert read.calls == 1


def test_a_page_of_joined_numbers_is_read_whole():
    """Neighbours that are numbers are evidence for the next one."""
    numbers = [region(bars(2), x=60 * c, y=60 * r) for r in range(5) for c in range(5)]

    found = split(candidates(numbers, [NONE] * 25), bars_are_ones, ReadsBars(), 0.9)

    assert len(found) == 50


def test_a_budget_leaves_regions_for_later_frames():
    """In live use at most so many regions are read in a frame; those read before are known."""
    regions = [region(bars(3), x=900 * index) for index in range(5)]
    budget, read = FrameBudget(FrameBudgetConfig(per_frame=2)), []

    def reads_nothing(inks):
        read.extend(inks)
        return [reading((NONE,))] * len(inks)

    left = []
    for _ in range(4):
        split(candidates(regions, [NONE] * 5), not_called, reads_nothing, 0.9, budget=budget)
        left.append(len(budget.left))

    assert left == [3, 1, 0, 0]
    assert len(read) == 5


def test_a_reading_is_a_number_if_all_is_digits_and_separators():
    """Two digits at least, and the certainty of the whole."""
    assert is_number(reading(("1", "2")))
    assert is_number(reading(("1", ",", "2")))
    assert not is_number(reading(("1", "2"), certainty=0.1))
