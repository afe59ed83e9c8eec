"""Base class for objects with a `close` method that are used in a with statement."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Closeable(ABC):
    """Context manager that calls `close` at the end of the with block, after an error too."""

    @abstractmethod
    def close(self) -> None:
        """Release all resources. Safe to call twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
