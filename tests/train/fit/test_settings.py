import pytest

from train.data.alphabets import LETTERS
from train.errors import DataError
from train.fit.settings import Settings, settings_for


def test_an_alphabet_brings_labels_and_sets() -> None:
    """Everything else is the recipe of the net."""
    letters = settings_for("letters")

    assert (letters.labels, letters.sets) == (LETTERS.labels, tuple(LETTERS.weights))
    assert letters.noise == 0.05
    assert settings_for() == Settings()


def test_a_classic_net_has_its_published_recipe() -> None:
    """It has one set and no "none"; chosen fields replace the recipe's."""
    classic = settings_for("letters", "classic-cnn", rate=None, seed=3)

    assert (classic.labels, classic.sets) == (tuple("ABCDEFGHIJ"), ("notmnist",))
    assert (classic.steps, classic.batch, classic.rate, classic.warps) == (10_000, 50, 1e-4, False)
    assert (classic.seed, classic.noise) == (3, 0)
    assert settings_for(net="classic-cnn", epochs=2).steps is None


def test_leaving_out_an_unknown_set_is_rejected() -> None:
    """The set must belong to the alphabet."""
    with pytest.raises(DataError, match="no set kensanata; sets are notmnist"):
        settings_for("letters", without=("kensanata",))
