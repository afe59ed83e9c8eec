"""Read one photo: print its numbers and write an annotated copy.

Usage: python docs/examples/photo.py page.jpg marked.jpg
"""

import sys

import cv2

import camdigits

PAGE = sys.argv[1] if len(sys.argv) > 1 else "tests/golden/form.jpg"
COPY = sys.argv[2] if len(sys.argv) > 2 else "marked.jpg"

reader = camdigits.Reader()  # build once: loading the model takes longer than reading
result = reader.read(cv2.imread(PAGE))
for number in result.numbers:
    print(number.text, round(number.score, 2), number.box)
cv2.imwrite(COPY, camdigits.annotate(result))
