"""What every output promises.

An output is a context manager. Nothing is created before the first write; what was written is
complete and readable after `close`, however the program came there.
"""

from typing import Protocol

from camdigits.values import BgrImage, Result


class ReadingSink(Protocol):
    """Takes readings: JSON Lines, CSV.

    Raises:
        OutputError: the place cannot be written.
    """

    def write(self, result: Result) -> None:
        """Write one reading, complete on disk when this returns."""

    def close(self) -> None:
        """Finish. Safe to call twice."""


class PictureSink(Protocol):
    """Takes annotated pictures: a video file, a folder of pictures.

    Raises:
        OutputError: the place cannot be written.
    """

    def write(self, picture: BgrImage, time_s: float) -> None:
        """Write one (H, W, 3) uint8 picture, shown from `time_s` on."""

    def close(self) -> None:
        """Finish the file. Safe to call twice."""
