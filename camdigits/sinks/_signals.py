"""Hold Ctrl-C and SIGTERM back while a record is being written, so that none is torn.

Only for short work: the signal is delivered as soon as the block ends.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

HELD_BACK = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def shield() -> Iterator[None]:
    """Run the block to its end before SIGINT or SIGTERM is acted upon.

    Python runs handlers in the main thread only, so other threads need no shield.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []

    def note(signum: int, _frame: FrameType | None) -> None:
        caught.append(signum)

    # A handler that C installed reads as None and could not be put back: leave it.
    ours = [each for each in HELD_BACK if signal.getsignal(each) is not None]
    before = {each: signal.signal(each, note) for each in ours}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        for signum in dict.fromkeys(caught):
            signal.raise_signal(signum)
