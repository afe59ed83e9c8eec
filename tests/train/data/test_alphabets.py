from collections.abc import Callable

import numpy as np
import pytest

from train.data import sets
from train.data.alphabets import DIGITS, LETTERS, Alphabet, alphabet_named, alphabet_of
from train.data.published import SETS, Published, _every_tenth
from train.errors import DataError
from train.fit.settings import Settings, settings_for


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Stand in for a set of upright bars, of the names given."""

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
def test_a_glyph_is_what_the_alphabet_calls_it(
    published: Callable[..., None], alphabet: Alphabet, wanted: list[int]
) -> None:
    """An A is a letter to one and nothing to the other; an I is one letter, to the other a 1."""
    published("ACNTIl", 1)

    labels = sets.load("unipen_letters", "whole", alphabet).labels

    assert labels.tolist() == wanted


def test_without_none_all_others_are_left_out(published: Callable[..., None]) -> None:
    """The classic nets know their labels and nothing else."""
    published("AZJ", 2)

    labels = sets.load("unipen_letters", "whole", LETTERS.labelled(tuple("ABCDEFGHIJ"))).labels

    assert labels.tolist() == [0, 0, 9, 9]


def test_every_tenth_of_each_letter_is_held_out(published: Callable[..., None]) -> None:
    """Evenly, and the same on every machine; the other nine tenths are learned from."""
    published("ABC", 20)

    val, train = (sets.load("notmnist", part, LETTERS) for part in ("val", "train"))

    assert np.bincount(val.labels).tolist() == [2, 2, 2]
    assert np.bincount(train.labels).tolist() == [18, 18, 18]


def test_the_letters_of_the_real_set_are_held_out_evenly(data_folder: object) -> None:
    """A thousand of each letter: a hundred for measuring."""
    del data_folder

    _, labels, val = sets.raw("notmnist", LETTERS)

    assert np.bincount(labels[val]).tolist() == [100] * 10
    assert np.bincount(labels[~val]).tolist() == [900] * 10


def test_labels_tell_the_alphabet() -> None:
    """With "none" or without it; a card of other labels is told."""
    assert alphabet_of(DIGITS.labels).name == "digits"
    assert alphabet_of(tuple("ABCDEFGHIJ")).none is None
    with pytest.raises(DataError, match="labels x y are of no alphabet; alphabets are digits, le"):
        alphabet_of(("x", "y"))


def test_an_unknown_alphabet_tells_which_there_are() -> None:
    """Whoever mistypes it reads the right names."""
    with pytest.raises(DataError, match="no alphabet greek; alphabets are digits, letters"):
        alphabet_named("greek")


def test_every_set_of_an_alphabet_is_a_data_set() -> None:
    """What is weighed or left out can be loaded."""
    for one in (DIGITS, LETTERS):
        assert {*one.sets, *one.leave_out, *one.typical, one.first} <= set(SETS)


def test_another_alphabet_is_a_name_away() -> None:
    """Labels and sets come with it, all else is the recipe of the net."""
    letters = settings_for("letters")

    assert (letters.labels, letters.sets) == (LETTERS.labels, tuple(LETTERS.weights))
    assert letters.noise == 0.05
    assert settings_for() == Settings()


def test_a_classic_net_learns_as_it_was_published() -> None:
    """One set, no "none", its own recipe; what is chosen counts, what is not is the recipe's."""
    classic = settings_for("letters", "classic-cnn", rate=None, seed=3)

    assert (classic.labels, classic.sets) == (tuple("ABCDEFGHIJ"), ("notmnist",))
    assert (classic.steps, classic.batch, classic.rate, classic.warps) == (10_000, 50, 1e-4, False)
    assert (classic.seed, classic.noise) == (3, 0)
    assert settings_for(net="classic-cnn", epochs=2).steps is None


def test_a_set_that_cannot_be_left_out_is_told() -> None:
    """It must be one of the alphabet's."""
    with pytest.raises(DataError, match="no set kensanata; sets are notmnist"):
        settings_for("letters", without=("kensanata",))
