"""Nothing piles up: what is read is written and forgotten."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = """
import resource, sys
from itertools import islice
from camdigits.pipeline import Outputs, read_video
from camdigits.reader import Reader
from camdigits.sinks.jsonl import JsonlSink
from camdigits.sinks.video import VideoSink
from camdigits.sources.synthetic import SyntheticSource

def peak_mib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

source = SyntheticSource(900, (320, 180))
outputs = Outputs([JsonlSink("r.jsonl")], VideoSink("o.mp4", 30))
results = read_video(source, Reader(), outputs)
sum(1 for _ in islice(results, 300))
before = peak_mib()
sum(1 for _ in results)
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
