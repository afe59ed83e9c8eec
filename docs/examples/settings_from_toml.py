"""Change settings of the stages with a TOML file.

Usage: python docs/examples/settings_from_toml.py page.jpg settings.toml
"""

import sys
from pathlib import Path

import cv2

import camdigits

PAGE = sys.argv[1] if len(sys.argv) > 1 else "tests/golden/form.jpg"
SETTINGS = sys.argv[2] if len(sys.argv) > 2 else Path(__file__).with_name("settings.toml")

reader = camdigits.Reader(config=camdigits.load_config(SETTINGS))
for number in reader.read(cv2.imread(PAGE)).numbers:
    print(number.text)
