"""Read every picture of a folder and write one CSV row per digit.

Usage: python docs/examples/folder_to_csv.py scans/ digits.csv
"""

import sys

import camdigits
from camdigits import pipeline
from camdigits.sinks.csv_file import CsvSink

FOLDER = sys.argv[1] if len(sys.argv) > 1 else "tests/golden"
TABLE = sys.argv[2] if len(sys.argv) > 2 else "digits.csv"

# No tracker: the pictures do not follow each other in time.
with camdigits.open_source(FOLDER) as pictures, CsvSink(TABLE) as table:
    pipeline.run(pictures, camdigits.Reader(), sinks=[table])
print("wrote", TABLE)
