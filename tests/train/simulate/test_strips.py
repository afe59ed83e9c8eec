import numpy as np
import pytest

from camdigits.recognize.strip import BODY, MARGIN, STRETCH
from camdigits.values import Box, Region
from train.data.strips import MAX_LABELS, WIDTHS, Strip, load_strips, save_strips
from train.errors import DataError
from train.simulate.scenes import SceneConfig
from train.simulate.strings import AMBIGUOUS, NONE_LABEL, StringMark, Written
from train.simulate.strips import Scribes, film_page, label_regions
from train.simulate.words import Letters
from train.simulate.writers import Writer

SAME = np.eye(3)  # the camera sees the page as it is


def region(*blocks):
    """Return a region whose ink is these x, y, width, height blocks."""
    right = max(x + width for x, _, width, _ in blocks)
    bottom = max(y + height for _, y, _, height in blocks)
    left, top = min(block[0] for block in blocks), min(block[1] for block in blocks)
    ink = np.zeros((bottom - top, right - left), np.uint8)
    for x, y, width, height in blocks:
        ink[y - top : y - top + height, x - left : x - left + width] = 255
    return Region(Box(left, top, right - left, bottom - top), ink)


def written(*marks):
    """Return a string of (label, x, y, width, height) blocks."""
    found = []
    for label, x, y, width, height in marks:
        grid = np.stack(np.meshgrid(np.linspace(x, x + width - 1, 7),
                                    np.linspace(y, y + height - 1, 7)), axis=-1)  # fmt: skip
        found.append(StringMark(label, grid.reshape(-1, 2).astype(np.float32)[:48]))
    return Written(np.zeros((9, 9), np.uint8), found)


def labelled(regions, *strings, min_side_px=10.0, seed=1):
    rng = np.random.default_rng(seed)
    return list(label_regions(regions, strings, SAME, min_side_px, rng))


def test_a_region_has_the_labels_of_the_characters_in_it():
    """From left to right, with their middles in pixels of the strip."""
    one, two = (3, 10, 10, 20, 40), (7, 32, 10, 20, 40)

    (strip,) = labelled([region(one[1:], two[1:])], written(one, two))

    assert strip.labels == (3, 7)
    assert strip.centres == pytest.approx(
        [MARGIN + middle * STRETCH * BODY / 40 for middle in (9.5, 31.5)], abs=1
    )


def test_non_digits_next_to_each_other_are_one_none():
    """A word has no number of letters."""
    marks = [(NONE_LABEL, 10 + 22 * index, 10, 20, 40) for index in range(3)]

    (strip,) = labelled([region(*[mark[1:] for mark in marks])], written(*marks))

    assert strip.labels == (NONE_LABEL,)


def test_letters_that_look_like_digits_are_none_only_among_others():
    """O and l alone are left out; in a word they are letters."""
    marks = [(AMBIGUOUS, 10, 10, 20, 40), (AMBIGUOUS, 32, 10, 20, 40)]
    clear = (NONE_LABEL, 54, 10, 20, 40)
    both = region(*[mark[1:] for mark in marks])
    word = region(*[mark[1:] for mark in (*marks, clear)])

    assert labelled([both], written(*marks)) == []
    assert [strip.labels for strip in labelled([word], written(*marks, clear))] == [(NONE_LABEL,)]


def test_a_region_with_half_a_character_is_left_out():
    """Nobody knows what it shows."""
    one, two = (3, 10, 10, 20, 40), (7, 32, 10, 20, 40)

    assert labelled([region(one[1:], (32, 10, 8, 40))], written(one, two)) == []


def test_illegible_characters_are_left_out():
    """A digit below the legible size, or blurred, is not learned."""
    one, two = (3, 10, 10, 20, 40), (7, 32, 10, 20, 40)

    assert labelled([region(one[1:], two[1:])], written(one, two), min_side_px=60.0) == []


def test_a_string_of_several_regions_is_a_strip_too():
    """So the net also reads words whose letters do not touch."""
    one, two = (3, 10, 10, 20, 40), (7, 40, 10, 20, 40)

    strips = labelled([region(one[1:]), region(two[1:])], written(one, two), seed=3)

    assert (3, 7) in [strip.labels for strip in strips]


def test_strips_are_stored_by_width_and_read_back(tmp_path):
    """Each is in the narrowest array that it fits into."""
    strips = [
        Strip(np.full((32, width), 9, np.uint8), (1, 2), (8.0, 20.0)) for width in (40, 120, 200)
    ]

    save_strips(tmp_path / "new" / "s.npz", strips)
    found = load_strips(tmp_path / "new" / "s.npz")

    assert {width: len(part.labels) for width, part in found.items()} == dict.fromkeys(WIDTHS, 1)
    assert tuple(found) == WIDTHS
    assert found[WIDTHS[1]].images.shape == (1, 32, WIDTHS[1])
    assert found[WIDTHS[1]].widths.tolist() == [120]
    assert found[WIDTHS[1]].labels[0].tolist() == [1, 2] + [-1] * (MAX_LABELS - 2)
    assert not found[WIDTHS[1]].images[0, :, 120:].any()


def test_other_files_are_rejected(tmp_path):
    """One line says what was wanted."""
    (tmp_path / "s.npz").write_text("no strips")

    with pytest.raises(DataError, match=r"wanted an .npz of strips"):
        load_strips(tmp_path / "s.npz")


class Ones:
    """A person who writes bars."""

    kind, strokes = "test", ()

    def __init__(self):
        image = np.zeros((28, 28), np.uint8)
        image[4:24, 10:18] = image[18:24, 4:24] = 255
        self.images, self.labels = np.stack([image] * 4), np.full(4, 2, np.uint8)


def test_a_filmed_page_gives_strips_of_its_strings():
    """The regions are found by the product's own code in the picture."""

    def bar(style, _):
        return np.full((round(style.height_px), 8), 255, np.uint8)

    symbol = Writer("bars", np.array([10], np.uint8), lambda *_: np.full((30, 20), 255, np.uint8))
    letters = [Letters("print", {"E": [bar], "A": [bar]})]
    scribes = Scribes([Ones()], letters, [symbol], np.ones(1))
    rng, config = np.random.default_rng(2), SceneConfig(size_px=(640, 480), ruled_share=0.0)

    strips = [strip for _ in range(6) for strip in film_page(scribes, rng, config)]

    assert len(strips) > 20
    assert all(strip.image.shape[0] == 32 for strip in strips)
    assert (2, 2) in [strip.labels for strip in strips]
