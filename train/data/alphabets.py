"""Alphabets: labels, the data sets to learn them from, and the glyphs to leave out.

    python -m train fit --alphabet letters --out runs/letters

A glyph whose published name is a label gets that label; every other glyph is "none", the reject
class, except glyphs that look like a label: these are left out.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from camdigits.values import NONE
from train.errors import DataError

Labels = npt.NDArray[np.uint8]  # (N,) index into the labels of an alphabet
_DROPPED = -1
_LIKE_DIGITS = frozenset("OoQDIliJLSsZzqgbB")
_STROKES = frozenset("|!/\\()-_',`")  # a comma scaled to a glyph looks like a 1 or an I


@dataclass(frozen=True, slots=True)
class Alphabet:
    """Labels and the data sets that provide their glyphs."""

    name: str
    labels: tuple[str, ...]  # "none", if present, comes last
    # Sets to learn from; value: how often each glyph is seen per epoch.
    weights: Mapping[str, float]
    first: str  # the set used in the literature; the classic nets learn from it alone
    typical: tuple[str, ...]  # reference sets: non-labels are measured against their glyphs
    leave_out: Mapping[str, frozenset[str]] = field(default_factory=dict)  # names per set
    unseen: tuple[str, ...] = ()  # sets used for measuring only
    tenth: frozenset[str] = frozenset()  # sets that hold out every tenth glyph of each name
    noise: float = 0.0  # share of the labels that are wrong, as published
    epochs: int = 20  # of the default net (chosen)

    @property
    def none(self) -> int | None:
        """Index of "none"; None if the alphabet has no reject class."""
        return none_of(self.labels)

    @property
    def sets(self) -> tuple[str, ...]:
        """All sets, those used for measuring only last."""
        return (*self.weights, *self.unseen)

    def labelled(self, labels: tuple[str, ...]) -> "Alphabet":
        """Return the same sets with other labels; without "none" all other glyphs are left out."""
        return replace(self, labels=labels)

    def indexes(self, name: str, names: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the index of the label for each name of a set; -1 where the glyph is left out.

        >>> LETTERS.indexes("notmnist", ["A", "J", "K", "8"]).tolist()
        [0, 9, 10, 10]
        >>> LETTERS.indexes("mnist", ["7", "8"]).tolist()
        [10, -1]
        """
        other = _DROPPED if self.none is None else self.none
        out = self.leave_out.get(name, frozenset())
        found = [
            _DROPPED if one in out else self.labels.index(one) if one in self.labels else other
            for one in names
        ]
        return np.array(found, np.int64)


def none_of(labels: Sequence[str]) -> int | None:
    """Return the index of "none" among labels, or None."""
    return labels.index(NONE) if NONE in labels else None


def alphabet_named(name: str) -> Alphabet:
    """Return the alphabet of this name.

    Raises:
        DataError: no alphabet has this name.
    """
    if name not in ALPHABETS:
        raise DataError(f"no alphabet {name}; alphabets are {', '.join(ALPHABETS)}")
    return ALPHABETS[name]


def alphabet_of(labels: Sequence[str]) -> Alphabet:
    """Return the alphabet with these labels, with or without "none".

    Raises:
        DataError: no alphabet has these labels.
    """
    for one in ALPHABETS.values():
        if set(labels) - {NONE} == set(one.labels) - {NONE}:
            return one.labelled(tuple(labels))
    raise DataError(
        f"labels {' '.join(labels)} are of no alphabet; alphabets are {', '.join(ALPHABETS)}"
    )


def _omniglot(characters: Mapping[str, Sequence[int]]) -> frozenset[str]:
    return frozenset(
        f"{alphabet}/character{number:02d}"
        for alphabet, numbers in characters.items()
        for number in numbers
    )


# UNIPEN and Pendigits have the forms that MNIST lacks, EMNIST has MNIST's; BHMSDS has few writers.
# Non-digits together are a quarter, so that "none" does not become the cheap answer.
DIGITS = Alphabet(
    name="digits",
    labels=(*string.digits, NONE),
    weights={
        "mnist": 1.5,
        "unipen": 3.0,
        "bhmsds": 0.75,
        "kensanata": 1.5,
        "emnist": 0.3,
        "pendigits": 2.0,
        "unipen_pens": 1.0,
        "finnish_drawn": 1.0,
        "sudoku_printed": 1.0,
        "allographs": 1.0,
        "allographs_signs": 1.0,
        "unipen_letters": 0.5,
        "emnist_letters": 1.0,
        "unipen_symbols": 0.5,
        "bhmsds_symbols": 0.5,
        "mdas": 0.3,
        "notmnist": 0.5,
        "omniglot": 1.0,
        "quickdraw": 1.0,
    },
    first="mnist",
    typical=("mnist", "unipen"),
    leave_out={
        "unipen_letters": _LIKE_DIGITS,
        "emnist_letters": _LIKE_DIGITS | frozenset("yYUuaG"),  # a fifth to a third look like one
        "unipen_symbols": _STROKES | frozenset("^"),  # a Swiss 1
        "bhmsds_symbols": frozenset(("slash", "minus", "dot", "z")),
        "mdas": frozenset(("division_slash", "subtraction_minus")),
        "notmnist": frozenset("BDI"),
        # Judged on a sheet of all 176 characters: besides those equal to 0, 1 and 3, many look
        # like 2, 4, 6, 7, 8 or 9.
        "omniglot": _omniglot(
            {
                "Balinese": (3, 5, 14),
                "Early_Aramaic": (2, 3, 4, 6, 7, 10, 12, 14, 16, 17, 20),
                "Greek": (2, 4, 6, 8, 9, 14, 15, 18),
                "Japanese_(katakana)": (4, 12, 24, 25, 27, 38, 41, 43, 45, 46),
                "Korean": range(1, 41),
                "Latin": range(1, 27),
                "Sanskrit": (37,),
                "Tagalog": (3, 16),
            }
        ),
    },
    unseen=("mlia", "optdigits_windep"),
)
# Printed letters from notMNIST and fonts, handwritten ones from UNIPEN and EMNIST; other letters
# and all digits are "none". Lower-case a to j are left out: some differ from capitals only in
# size, which a normalised glyph does not show.
LETTERS = Alphabet(
    name="letters",
    labels=(*"ABCDEFGHIJ", NONE),
    weights={
        "notmnist": 4.0,
        "fonts": 4.0,
        "unipen_letters": 0.6,
        "emnist_letters": 0.4,
        "mnist": 0.1,
        "unipen": 0.25,
        "sudoku_printed": 0.5,
        "unipen_symbols": 0.4,
        "bhmsds_symbols": 0.25,
        "mdas": 0.25,
        "omniglot": 1.0,
        "quickdraw": 1.0,
    },
    first="notmnist",
    typical=("notmnist", "unipen_letters"),
    leave_out={
        "fonts": frozenset("abcdefghijl0168"),
        **dict.fromkeys(("unipen_letters", "emnist_letters"), frozenset("abcdefghijl")),
        **dict.fromkeys(("mnist", "unipen", "sudoku_printed"), frozenset("0168")),
        "unipen_symbols": _STROKES | frozenset("[]"),
        "bhmsds_symbols": frozenset(("slash", "minus", "dot")),
        "mdas": frozenset(("division_slash", "subtraction_minus")),
        "omniglot": _omniglot(
            {
                "Early_Aramaic": range(1, 23),
                "Greek": range(1, 25),
                "Korean": range(1, 41),
                "Latin": range(1, 27),
            }
        ),
    },
    tenth=frozenset(("notmnist",)),
    noise=0.05,  # of notMNIST, as its README says
    epochs=30,
)
DIGIT_NONE = DIGITS.labels.index(NONE)  # reject class of crops and pages: they have digits only
ALPHABETS: Mapping[str, Alphabet] = {one.name: one for one in (DIGITS, LETTERS)}
