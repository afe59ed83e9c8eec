"""Ten seconds of soak.py in a process of its own, or as many as CAMDIGITS_SOAK_S says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parent / "soak.py"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_camera_that_keeps_dying_leaves_nothing_behind():
    """Neither memory nor threads nor open files grow while it comes back again and again."""
    seconds = os.environ.get("CAMDIGITS_SOAK_S", "10")
    command = [sys.executable, str(SOAK), "--seconds", seconds, "--dies", "1.5"]
    environment = {**os.environ, "PYTHONPATH": f"{SOAK.parents[2]}:{SOAK.parents[1]}"}

    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=float(seconds) + 100
    )

    assert done.returncode == 0, done.stdout + done.stderr
