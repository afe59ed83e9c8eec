"""Run soak.py for CAMDIGITS_SOAK_S seconds (default 10) in its own process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOAK = Path(__file__).parent / "soak.py"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_a_failing_camera_leaks_nothing():
    """Memory, threads and open files do not grow while the camera fails and reconnects."""
    seconds = os.environ.get("CAMDIGITS_SOAK_S", "10")
    command = [sys.executable, str(SOAK), "--seconds", seconds, "--dies", "1.5"]
    environment = {**os.environ, "PYTHONPATH": f"{SOAK.parents[2]}:{SOAK.parents[1]}"}

    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=float(seconds) + 100
    )

    assert done.returncode == 0, done.stdout + done.stderr
