import subprocess
import sys

import pytest

from train.fit.heap import keep_freed

# Page faults of fifty blocks of four megabytes, each freed before the next.
PROGRAM = """
import resource
import numpy as np
from train.fit.heap import keep_freed
if {keep}:
    keep_freed()
np.ones(1 << 19)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    np.ones(1 << 19)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(keep: bool) -> int:
    """Count page faults in a separate process, since the setting is permanent."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(keep=keep)],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc only")
def test_freed_memory_is_used_again() -> None:
    """The second block uses the pages of the first one."""
    assert faults(keep=True) < 2000
    assert faults(keep=False) > 10 * faults(keep=True)


def test_without_glibc_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere the system's allocator is unchanged."""

    def missing(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr("ctypes.CDLL", missing)

    assert not keep_freed()
