"""Use a classifier of your own in place of the shipped model.

Usage: python docs/examples/own_scorer.py page.jpg

A scorer takes (N, 28, 28) uint8 glyphs, 255 = ink, and returns (N, labels) float32 logits. This
one knows two labels: a glyph with little ink is a "1", any other is "none".
"""

import sys

import cv2
import numpy as np
import numpy.typing as npt

import camdigits

PAGE = sys.argv[1] if len(sys.argv) > 1 else "tests/golden/form.jpg"


def score(glyphs: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return logits of "1" and "none": the less ink, the more likely a 1."""
    ink = glyphs.mean(axis=(1, 2)) / 255
    return np.stack([0.12 - ink, ink - 0.12], axis=1).astype(np.float32) * 200


reader = camdigits.Reader(scorer=score, labels=("1", "none"))
for digit in reader.read(cv2.imread(PAGE)).digits:
    print(digit.label, round(digit.score, 2), digit.box)
