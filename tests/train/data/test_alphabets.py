from collections.abc import Callable

import numpy as np
import pytest

from train.data import sets
from train.data.alphabets import DIGITS, LETTERS, Alphabet, alphabet_named, alphabet_of
from train.data.published import SETS, Published, _every_tenth
from train.errors import DataError


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that replaces the data sets by bars with the given names."""

    def put(names: str, count: int) -> None:
        images = np.zeros((count * len(names), 28, 28), np.uint8)
        images[:, 4:24, 13:15] = 255
        labels = np.repeat(np.arange(len(names)), count).astype(np.uint8)
        found = Published(images, labels, names, _every_tenth(labels))
        monkeypatch.setattr(sets, "read_set", lambda *_: found)
        monkeypatch.setattr(sets, "_normalized", lambda *_: sets.Glyphset("x", images, labels))

    return put


@pytest.mark.parametrize(
    ("alphabet", "wanted"), [(DIGITS, [10] * 4), (LETTERS, [0, 2, 10, 10, 8])]
)
def test_the_alphabet_decides_the_label(
    published: Callable[..., None], alphabet: Alphabet, wanted: list[int]
) -> None:
    """An A is a label in one alphabet and "none" in the other; look-alikes are left out."""
    published("ACNTIl", 1)

    labels = sets.load("unipen_letters", "whole", alphabet).labels

    assert labels.tolist() == wanted


def test_without_none_all_others_are_left_out(published: Callable[..., None]) -> None:
    """The classic nets have labels only."""
    published("AZJ", 2)

    labels = sets.load("unipen_letters", "whole", LETTERS.labelled(tuple("ABCDEFGHIJ"))).labels

    assert labels.tolist() == [0, 0, 9, 9]


def test_every_tenth_of_each_letter_is_held_out(published: Callable[..., None]) -> None:
    """The other nine tenths are for training, on every machine the same."""
    published("ABC", 20)

    val, train = (sets.load("notmnist", part, LETTERS) for part in ("val", "train"))

    assert np.bincount(val.labels).tolist() == [2, 2, 2]
    assert np.bincount(train.labels).tolist() == [18, 18, 18]


def test_the_letters_of_the_real_set_are_held_out_evenly(data_folder: object) -> None:
    """Of a thousand glyphs of each letter a hundred are held out."""
    del data_folder

    _, labels, val = sets.raw("notmnist", LETTERS)

    assert np.bincount(labels[val]).tolist() == [100] * 10
    assert np.bincount(labels[~val]).tolist() == [900] * 10


def test_labels_determine_the_alphabet() -> None:
    """With "none" or without it; other labels are an error."""
    assert alphabet_of(DIGITS.labels).name == "digits"
    assert alphabet_of(tuple("ABCDEFGHIJ")).none is None
    with pytest.raises(DataError, match="labels x y are of no alphabet; alphabets are digits, le"):
        alphabet_of(("x", "y"))


def test_an_unknown_alphabet_is_rejected() -> None:
    """The error lists the alphabets."""
    with pytest.raises(DataError, match="no alphabet greek; alphabets are digits, letters"):
        alphabet_named("greek")


def test_every_set_of_an_alphabet_is_a_data_set() -> None:
    """Sets with a weight or with exclusions can be loaded."""
    for one in (DIGITS, LETTERS):
        assert {*one.sets, *one.leave_out, *one.typical, one.first} <= set(SETS)
