"""Defer SIGINT and SIGTERM until the current record is written.

Only for short work: the signal is delivered when the block ends.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

DEFERRED = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def shield() -> Iterator[None]:
    """Run the block to its end before SIGINT or SIGTERM is handled.

    Python runs handlers in the main thread only, so other threads are not interrupted.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []

    def remember(signum: int, _frame: FrameType | None) -> None:
        caught.append(signum)

    # A handler installed from C reads as None and could not be restored: leave it.
    signums = [each for each in DEFERRED if signal.getsignal(each) is not None]
    before = {each: signal.signal(each, remember) for each in signums}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for signum in dict.fromkeys(caught):
            signal.raise_signal(signum)
