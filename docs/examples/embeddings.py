"""Compare the digits of a page by the embedding that the model computes.

Usage: python docs/examples/embeddings.py page.jpg

The embedding is the input of the last layer, 64 numbers per glyph. Glyphs that look alike lie
close together: nearest neighbours, clusters and outliers need no training.
"""

import sys

import cv2
import numpy as np

import camdigits
from camdigits.recognize.card import find_model, load_card
from camdigits.recognize.tflite import load_scorer

PAGE = sys.argv[1] if len(sys.argv) > 1 else "tests/golden/form.jpg"

trace = camdigits.Reader().read(cv2.imread(PAGE), trace=True).trace
assert trace is not None  # because of trace=True
path = find_model("digits")
scored = load_scorer(path, load_card(path))(trace.glyphs)  # (N, 28, 28) uint8
assert scored.embeddings is not None  # the shipped models have them
vectors = scored.embeddings  # (N, 64) float32
vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
similarity = vectors @ vectors.T - 2 * np.eye(len(vectors))
for label, nearest in zip(trace.labels, similarity.argmax(axis=1), strict=True):
    print(label, "is most like the glyph read as", trace.labels[nearest])
