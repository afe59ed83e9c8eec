import numpy as np

from camdigits.lines import without_lines


def test_a_ruled_line_goes_and_the_digit_on_it_stays(sheet):
    """A stroke that crosses the line keeps its ink at the crossing."""
    mask = sheet((0, 100, 400, 2), (200, 60, 8, 80), size=(200, 400))

    left = without_lines(mask)

    assert np.array_equal(left, sheet((200, 60, 8, 80), size=(200, 400)))


def test_a_slanting_line_goes():
    """A hand-held camera is never level: three degrees are still a line."""
    mask = np.zeros((200, 400), np.uint8)
    for x in range(400):
        mask[80 + x // 20 : 83 + x // 20, x] = 255

    assert np.count_nonzero(without_lines(mask)) < 0.05 * np.count_nonzero(mask)


def test_a_grid_goes_with_both_its_directions(sheet):
    """What was written in a cell, touching no line, is left as it was."""
    bars = [(0, y, 400, 2) for y in range(20, 400, 60)] + [
        (x, 0, 2, 400) for x in range(20, 400, 60)
    ]
    mask = sheet(*bars, (100, 95, 20, 25), size=(400, 400))

    assert np.array_equal(without_lines(mask), sheet((100, 95, 20, 25), size=(400, 400)))


def test_the_stem_of_a_large_one_stays(sheet):
    """A digit half as high as the picture is long, but thick for its length."""
    mask = sheet((200, 20, 14, 180), size=(240, 400))

    assert np.array_equal(without_lines(mask), mask)


def test_a_mask_without_lines_is_returned_as_it_is(sheet):
    """No copy, no change."""
    mask = sheet((20, 20, 30, 4), (20, 20, 4, 40))

    assert without_lines(mask) is mask
