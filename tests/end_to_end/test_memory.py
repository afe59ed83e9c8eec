"""Memory stays constant: results are written and not kept."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import resource, sys
from itertools import islice
from camdigits.pipeline import run
from camdigits.reader import Reader
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sinks.video import VideoSink
from camdigits.sources.synthetic import SyntheticSource

def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

source = SyntheticSource(900, (320, 180))
frames, reader = iter(source), Reader()
sinks = [JsonlSink("r.jsonl"), VideoSink("o.mp4", 30)]
run(islice(frames, 300), reader, sinks=sinks)
before = peak_mib()
run(frames, reader, sinks=sinks)
print(peak_mib() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory in KiB is Linux's")
def test_memory_stays_flat(tmp_path):
    """Six hundred frames after the first three hundred raise the peak by less than 8 MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert float(done.stdout) < 8
