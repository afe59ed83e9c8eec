"""Read the signs that people wrote: UNIPEN's symbols and letters x, by part.

A part shares no writer's file with another one, as in `train.data.by_writer`.
"""

import zlib
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from train.data.by_writer import Part
from train.data.strokes import LETTERS as LETTER_FILE
from train.data.strokes import SYMBOLS, Stroke, load_strokes

# The characters of UNIPEN that are drawn as they are.

WRITTEN = {sign: sign for sign in ",:-/+=()%"}
TIMES = {"x": "×"}  # a letter that is drawn like the sign
Samples: TypeAlias = dict[str, list[Sequence[Stroke]]]


def part_of(writer: int, contributor: str) -> Part:
    """Return the part of a writer's file: of ten contributors' files two are "test", one "dev".

    >>> part_of(0, "aaa") in ("train", "dev", "test")
    True
    """
    number = zlib.crc32(f"signs {contributor} {writer}".encode()) % 10
    return "test" if number < 2 else "dev" if number == 2 else "train"


def sign_strokes(part: Part) -> Samples:
    """Return the strokes of each sign by the writers of a part.

    Raises:
        DataError: the data set is missing or damaged.
    """
    found: Samples = {}
    for file, wanted in ((SYMBOLS, WRITTEN), (LETTER_FILE, TIMES)):
        data = load_strokes(file)
        own = np.array(
            [
                part_of(int(writer), str(code)) == part
                for writer, code in zip(data.writers, data.contributors[data.writers], strict=True)
            ]
        )
        for index in np.flatnonzero(own & np.isin(data.labels, list(wanted))).tolist():
            found.setdefault(wanted[str(data.labels[index])], []).append(data.strokes[index])
    return found
