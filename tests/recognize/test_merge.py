import numpy as np
import pytest
from support.predictions import candidates, classifying, predictions

from camdigits.recognize.merge import MergeConfig, merge
from camdigits.values import NONE, Box, Region


@classifying
def shapes(glyphs):
    """Predict "0" for a block, "5" for two bars above each other, "1" for a stroke, or "none"."""
    solid = glyphs > 128
    rows, columns = solid.any(axis=2).sum(axis=1), solid.any(axis=1).sum(axis=1)
    cover = solid.sum(axis=(1, 2)) / np.maximum(rows * columns, 1)
    runs = np.diff(solid.any(axis=2), axis=1, prepend=False, append=False).sum(axis=1) // 2
    labels = np.where(cover > 0.9, np.where(columns < 8, "1", "0"), NONE)
    heights = solid.any(axis=2).argmax(axis=1)
    whole = (runs == 2) & (rows + 3 >= 12) & (cover > 0.9) & (heights < 10)
    return predictions(np.where(whole, "5", labels).tolist())


def not_called(_):
    raise AssertionError("the classifier was called")


def block(x, y, width, height):
    return Region(Box(x, y, width, height), np.full((height, width), 255, np.uint8))


def joined(*boxes):
    """Make one region of several components."""
    x, y = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[0] + box[2] for box in boxes), max(box[1] + box[3] for box in boxes)
    ink = np.zeros((bottom - y, right - x), np.uint8)
    for left, top, width, height in boxes:
        ink[top - y : top - y + height, left - x : left - x + width] = 255
    return Region(Box(x, y, right - x, bottom - y), ink)


def boxes(regions):
    return [tuple(region.box) for region in regions]


READ = block(20, 50, 24, 40)


def test_a_digit_is_separated_from_a_small_component():
    """Each component becomes a region with its own box and ink."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))

    found = merge(candidates([READ, region], ("0", NONE)), shapes, 0.9)

    assert boxes(found.regions) == [(20, 50, 24, 40), (100, 50, 24, 40), (128, 60, 14, 3)]
    assert (found.regions[1].ink == 255).all()
    assert found.labels[:2] == ("0", "0")


def test_two_digits_in_one_region_are_separated():
    """Each component that is a digit replaces the region."""
    region = joined((100, 50, 24, 40), (126, 56, 20, 30))

    found = merge(candidates([READ, region], ("0", NONE)), shapes, 0.9)

    assert sorted(boxes(found.regions[1:])) == [(100, 50, 24, 40), (126, 56, 20, 30)]
    assert found.labels == ("0", "0", "0")


def test_two_halves_are_merged():
    """The bar and the belly of a 5 too far apart to be joined earlier are merged."""
    bar, belly = block(100, 50, 24, 10), block(100, 66, 24, 22)

    found = merge(candidates([READ, bar, belly], ("0", NONE, NONE)), shapes, 0.9)

    assert boxes(found.regions) == [(20, 50, 24, 40), (100, 50, 24, 38)]
    assert found.regions[1].ink.any(axis=1).tolist() == [True] * 10 + [False] * 6 + [True] * 22
    assert found.labels == ("0", "5")


def test_halves_far_apart_are_not_tried():
    """Regions farther apart than max_gap_heights are not classified together."""
    bar, belly = block(100, 20, 24, 10), block(100, 66, 24, 12)

    found = merge(candidates([READ, bar, belly], ("0", NONE, NONE)), not_called, 0.9)

    assert found.regions == (READ, bar, belly)


def test_halves_side_by_side_are_not_tried():
    """A union wider than max_aspect is not classified."""
    left, right = block(100, 50, 30, 30), block(136, 50, 30, 30)

    found = merge(candidates([READ, left, right], ("0", NONE, NONE)), not_called, 0.9)

    assert found.regions == (READ, left, right)


@pytest.mark.parametrize(
    "region",
    [joined((100, 50, 6, 40), (110, 60, 5, 5)), joined((100, 50, 6, 40), (116, 50, 6, 40))],
    ids=["with a dot", "two"],
)
def test_bare_strokes_are_not_tried(region):
    """Part of a line is a 1 to the model, so bare strokes are not classified again."""
    found = merge(candidates([READ, region], ("0", NONE)), not_called, 0.9)

    assert found.regions == (READ, region)


def test_parts_of_a_broken_line_are_not_merged_to_a_one():
    """Two strokes end to end are a bare stroke together."""
    upper, lower = block(100, 50, 6, 18), block(100, 72, 6, 18)

    found = merge(candidates([READ, upper, lower], ("0", NONE, NONE)), not_called, 0.9)

    assert found.regions == (READ, upper, lower)


@pytest.mark.parametrize("height", [8, 100])
def test_sizes_unlike_the_digits_of_the_page_are_not_tried(height):
    """A component must have about the height of an accepted digit."""
    region = joined((100, 50, height, height), (100, 52 + height, height, 1 + height // 20))

    found = merge(candidates([READ, region], ("0", NONE)), not_called, 0.9)

    assert found.regions == (READ, region)


@pytest.mark.parametrize("labels", [(NONE, NONE), ("0", "0")], ids=["nothing", "everything"])
def test_nothing_is_tried_if_no_or_every_region_is_accepted(labels):
    """Pages without digits and pages read completely cost no model run."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))

    found = merge(candidates([READ, region], labels), not_called, 0.9)

    assert found.regions == (READ, region)
    assert found.labels == labels


def test_bare_strokes_give_no_height():
    """The height of digits is taken from broad digits only."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))
    stroke = block(20, 50, 6, 40)

    found = merge(candidates([stroke, region], ("1", NONE)), not_called, 0.9)

    assert found.regions == (stroke, region)


def test_an_empty_page_costs_nothing():
    """The classifier is not called without regions."""
    assert len(merge(candidates([], ()), not_called, 0.9)) == 0


def test_regions_without_a_digit_are_unchanged():
    """Order and predictions are those given."""
    region = joined((100, 50, 24, 40), (128, 60, 14, 3))

    @classifying
    def reject_all(glyphs):
        return predictions([NONE] * len(glyphs))

    found = merge(candidates([region, READ], (NONE, "0")), reject_all, 0.9)

    assert found.regions == (region, READ)
    assert found.labels == (NONE, "0")


def test_a_region_is_used_once():
    """Of two pairs that share a region the one with the higher score is used."""
    top, middle, foot = block(100, 50, 24, 12), block(100, 65, 24, 12), block(100, 80, 24, 12)

    @classifying
    def later_is_surer(glyphs):
        scores = 0.9 + 0.01 * np.arange(len(glyphs))
        return predictions(["5"] * len(glyphs), scores.tolist())

    found = merge(candidates([READ, top, middle, foot], ("0", *[NONE] * 3)), later_is_surer, 0.9)

    assert len(found) == 3
    assert found.labels == ("0", NONE, "5")
    assert sum(region.ink.sum() for region in found.regions) == 255 * (24 * 40 + 3 * 24 * 12)


def test_the_number_of_tries_is_limited():
    """Many small regions make at most max_tries tries."""
    small = [block(100 + 17 * x, 50 + 17 * y, 14, 14) for x in range(12) for y in range(12)]
    tried = []

    @classifying
    def counting(glyphs):
        tried.append(len(glyphs))
        return predictions([NONE] * len(glyphs))

    page = candidates([READ, *small], ["0", *[NONE] * len(small)])
    merge(page, counting, 0.9, MergeConfig(max_tries=10))

    assert tried == [10]
