"""Compare the digits of a page by the embedding that the model computes.

Usage: python docs/examples/embeddings.py page.jpg

The embedding is the input of the last layer, 64 numbers per glyph. Glyphs that look alike lie
close together: nearest neighbours, clusters and outliers need no training.
"""

import sys

import cv2
import numpy as np

import camdigits

PAGE = sys.argv[1] if len(sys.argv) > 1 else "tests/golden/form.jpg"

trace = camdigits.Reader().read(cv2.imread(PAGE), trace=True).trace
assert trace is not None  # because of trace=True
candidates = trace.split  # regions with their predictions, after the last stage
vectors = candidates.predictions.embeddings  # (N, 64) float32
assert vectors is not None  # the shipped models have them
vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
similarity = vectors @ vectors.T - 2 * np.eye(len(vectors))
for label, nearest in zip(candidates.labels, similarity.argmax(axis=1), strict=True):
    print(label, "is most like the glyph read as", candidates.labels[nearest])
