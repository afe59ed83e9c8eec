"""Wake coroutines from another thread."""

import asyncio


class Signal:
    """An event that any thread can fire and any number of coroutines wait for.

    Bound to the event loop of the first coroutine that waits; fired before that, it does nothing.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._event = asyncio.Event()

    def fire(self) -> None:
        """Wake every coroutine that waits now. Callable from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    async def wait(self, timeout_s: float) -> bool:
        """Wait until the signal is fired; return False after `timeout_s` without."""
        self._loop = asyncio.get_running_loop()
        event = self._event
        try:
            async with asyncio.timeout(timeout_s):
                await event.wait()
        except TimeoutError:
            return False
        return True

    def _wake(self) -> None:
        self._event.set()
        self._event = asyncio.Event()
