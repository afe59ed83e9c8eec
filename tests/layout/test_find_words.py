import numpy as np
import pytest

from camdigits.layout.words import find_words


def boxes(*places, height=20):
    return np.array([(x, y, 10, height) for x, y in places], np.float64)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([(0, 0), (14, 0), (28, 0)], [0, 0, 0]),
        ([(28, 0), (14, 0), (0, 0)], [0, 0, 0]),
        ([(0, 0), (40, 0)], [0, 1]),
        ([(0, 0), (14, 30)], [0, 1]),
        ([(0, 0), (14, 6), (28, 12), (42, 18)], [0, 0, 0, 0]),
        ([(0, 0), (100, 0), (14, 0), (114, 0)], [0, 1, 0, 1]),
    ],
    ids=["a word", "any order", "a space", "two lines", "aslant", "two words"],
)
def test_regions_close_to_each_other_on_a_line_are_a_word(places, words):
    """A word may be longer than the reach of one letter."""
    assert find_words(boxes(*places)).tolist() == words


def test_regions_of_another_size_are_not_in_the_word():
    """A footnote is not a letter."""
    small = np.array([(0, 0, 10, 40), (12, 20, 4, 8)], np.float64)

    assert find_words(small).tolist() == [0, 1]


def test_no_regions_no_words():
    """An empty page has none."""
    assert find_words(np.zeros((0, 4))).tolist() == []
