"""Use a classifier of your own in place of the shipped model: here template matching.

Usage: python docs/examples/own_scorer.py page.jpg

A scorer takes (N, 28, 28) uint8 glyphs, 255 = ink, and returns (N, labels) float32 logits. This
one compares glyphs with the digits of a font; handwriting is harder than that.
"""

import sys

import cv2
import numpy as np
import numpy.typing as npt

import camdigits
from camdigits.recognize.glyph import normalize

PAGE = sys.argv[1] if len(sys.argv) > 1 else "tests/golden/form.jpg"


def vectors(glyphs: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Flatten (N, 28, 28) glyphs to (N, 784) vectors of mean 0 and length 1."""
    rows = glyphs.reshape(-1, 784).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def draw(label: str) -> npt.NDArray[np.uint8]:
    """Draw the glyph of a printed digit."""
    page = np.zeros((80, 60), np.uint8)
    cv2.putText(page, label, (8, 65), cv2.FONT_HERSHEY_SIMPLEX, 2.2, (255,), 8)
    return normalize(page)


templates = 30 * vectors(np.array([draw(label) for label in "0123456789"])).T  # (784, 10)
reader = camdigits.Reader(scorer=lambda glyphs: vectors(glyphs) @ templates, labels="0123456789")
print(*(number.text for number in reader.read(cv2.imread(PAGE)).numbers))
