import numpy as np
import pytest

from camdigits.recognize.classify import NONE, Opinions
from camdigits.recognize.merge import StrokesConfig, rejoin
from camdigits.values import Box, Region


def pens(glyphs):
    """Say "0" of a filled block, "5" of two bars over each other, "1" of a stroke, else "none"."""
    solid = glyphs > 128
    rows, columns = solid.any(axis=2).sum(axis=1), solid.any(axis=1).sum(axis=1)
    cover = solid.sum(axis=(1, 2)) / np.maximum(rows * columns, 1)
    runs = np.diff(solid.any(axis=2), axis=1, prepend=False, append=False).sum(axis=1) // 2
    labels = np.where(cover > 0.9, np.where(columns < 8, "1", "0"), NONE)
    heights = solid.any(axis=2).argmax(axis=1)
    whole = (runs == 2) & (rows + 3 >= 12) & (cover > 0.9) & (heights < 10)
    return Opinions(tuple(np.where(whole, "5", labels)), np.full(len(glyphs), 0.95))


def never(_):
    raise AssertionError("the classifier was asked")


def opinions(*labels):
    return Opinions(labels, np.full(len(labels), 0.95))


def block(x, y, width, height):
    return Region(Box(x, y, width, height), np.full((height, width), 255, np.uint8))


def joined(*boxes):
    """One region of several blobs."""
    x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    ink = np.zeros((bottom - y, right - x), np.uint8)
    for left, top, width, height in boxes:
        ink[top - y : top - y + height, left - x : left - x + width] = 255
    return Region(Box(x, y, right - x, bottom - y), ink)


def boxes(regions):
    return [tuple(region.box) for region in regions]


READ = block(20, 50, 24, 40)


def test_a_digit_with_a_scrap_beside_it_is_freed():
    """Each has its own box and its own ink from then on."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))

    regions, asked = rejoin([READ, region], opinions("0", NONE), pens, 0.9)

    assert boxes(regions) == [(20, 50, 24, 40), (100, 50, 24, 40), (128, 60, 14, 3)]
    assert (regions[1].ink == 255).all()
    assert asked.labels[:2] == ("0", "0")


def test_two_digits_in_one_region_are_parted():
    """Each blob that is a digit takes its place."""
    region = joined((100, 50, 24, 40), (126, 56, 20, 30))

    regions, asked = rejoin([READ, region], opinions("0", NONE), pens, 0.9)

    assert sorted(boxes(regions[1:])) == [(100, 50, 24, 40), (126, 56, 20, 30)]
    assert asked.labels == ("0", "0", "0")


def test_two_halves_are_put_together():
    """A bar and what hangs below it, too far apart to be joined at first, are a five."""
    bar, belly = block(100, 50, 24, 10), block(100, 66, 24, 22)

    regions, asked = rejoin([READ, bar, belly], opinions("0", NONE, NONE), pens, 0.9)

    assert boxes(regions) == [(20, 50, 24, 40), (100, 50, 24, 38)]
    assert regions[1].ink.any(axis=1).tolist() == [True] * 10 + [False] * 6 + [True] * 22
    assert asked.labels == ("0", "5")


def test_halves_far_apart_are_not_tried():
    """Further than a part of their height, they are two things."""
    bar, belly = block(100, 20, 24, 10), block(100, 66, 24, 12)

    regions, _ = rejoin([READ, bar, belly], opinions("0", NONE, NONE), never, 0.9)

    assert regions == (READ, bar, belly)


def test_halves_side_by_side_are_not_tried():
    """What is much wider than high together is no digit."""
    left, right = block(100, 50, 30, 30), block(136, 50, 30, 30)

    regions, _ = rejoin([READ, left, right], opinions("0", NONE, NONE), never, 0.9)

    assert regions == (READ, left, right)


@pytest.mark.parametrize(
    "region",
    [joined((100, 50, 6, 40), (110, 60, 5, 5)), joined((100, 50, 6, 40), (116, 50, 6, 40))],
    ids=["with a dot", "two"],
)
def test_bare_strokes_are_not_tried(region):
    """A piece of a line is a 1 to the model: a second look may not bring any in."""
    regions, _ = rejoin([READ, region], opinions("0", NONE), never, 0.9)

    assert regions == (READ, region)


def test_strokes_of_a_broken_line_make_no_one():
    """Two pieces end to end are a bare stroke again."""
    upper, lower = block(100, 50, 6, 18), block(100, 72, 6, 18)

    regions, _ = rejoin([READ, upper, lower], opinions("0", NONE, NONE), never, 0.9)

    assert regions == (READ, upper, lower)


@pytest.mark.parametrize("height", [8, 100])
def test_sizes_that_nothing_on_the_page_has_are_not_tried(height):
    """A blob has to be about as high as some digit that was read."""
    region = joined((100, 50, height, height), (100, 52 + height, height, 1 + height // 20))

    regions, _ = rejoin([READ, region], opinions("0", NONE), never, 0.9)

    assert regions == (READ, region)


@pytest.mark.parametrize("labels", [(NONE, NONE), ("0", "0")], ids=["nothing", "everything"])
def test_where_nothing_or_everything_was_read_nothing_is_tried(labels):
    """Letters and drawings cost nothing, and digits are left alone."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))

    regions, asked = rejoin([READ, region], opinions(*labels), never, 0.9)

    assert regions == (READ, region)
    assert asked.labels == labels


def test_bare_strokes_give_no_height():
    """A page of lines, all of them ones, is no page of digits."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))
    stroke = block(20, 50, 6, 40)

    regions, _ = rejoin([stroke, region], opinions("1", NONE), never, 0.9)

    assert regions == (stroke, region)


def test_an_empty_page_costs_nothing():
    """No regions, no question."""
    assert rejoin([], Opinions((), np.zeros(0)), never, 0.9)[0] == ()


def test_what_gives_no_digit_stays_as_it_was():
    """The given order, the given opinions."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))

    def ask(glyphs):
        return opinions(*[NONE] * len(glyphs))

    regions, asked = rejoin([region, READ], opinions(NONE, "0"), ask, 0.9)

    assert regions == (region, READ)
    assert asked.labels == (NONE, "0")


def test_a_region_is_used_once():
    """Of two pairs that share a half the surer one counts."""
    top, middle, foot = block(100, 50, 24, 12), block(100, 65, 24, 12), block(100, 80, 24, 12)

    def ask(glyphs):
        scores = 0.9 + 0.01 * np.arange(len(glyphs))
        return Opinions(("5",) * len(glyphs), scores)

    regions, asked = rejoin([READ, top, middle, foot], opinions("0", *[NONE] * 3), ask, 0.9)

    assert len(regions) == 3
    assert asked.labels == ("0", NONE, "5")
    assert sum(region.ink.sum() for region in regions) == 255 * (24 * 40 + 3 * 24 * 12)


def test_a_field_of_scraps_costs_no_more_than_the_limit():
    """Thousands of strokes make no more tries than the limit says, twice."""
    scraps = [block(100 + 17 * x, 50 + 17 * y, 14, 14) for x in range(12) for y in range(12)]
    asked = []

    def ask(glyphs):
        asked.append(len(glyphs))
        return opinions(*[NONE] * len(glyphs))

    labels = opinions("0", *[NONE] * len(scraps))
    rejoin([READ, *scraps], labels, ask, 0.9, StrokesConfig(most=10))

    assert asked == [10]
