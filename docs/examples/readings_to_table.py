"""Turn JSON Lines into a table with one row per number.

Usage: python docs/examples/readings_to_table.py readings.jsonl numbers.csv

The first file comes from `camdigits video clip.mp4 --jsonl readings.jsonl`. With pandas the table
is one line: pandas.json_normalize(readings, "numbers", ["source", "frame", "time_s"])
"""

import csv
import json
import sys

READINGS = sys.argv[1]
TABLE = sys.argv[2] if len(sys.argv) > 2 else "numbers.csv"

with open(READINGS) as lines:
    readings = [json.loads(line) for line in lines]
with open(TABLE, "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["source", "frame", "time_s", "text", "score"])
    for reading in readings:
        for number in reading["numbers"]:
            where = reading["source"], reading["frame"], reading["time_s"]
            table.writerow([*where, number["text"], number["score"]])
print("wrote", TABLE)
