"""Errors that camdigits raises on purpose.

Each message says what was wanted, what came and what to do, on one line. The command line prints
it and ends with the error's `exit_status`.

CamdigitsError            1   nothing could be read
├── ArrayError            1   an array has the wrong shape or type (also a ValueError)
├── PictureError          1   one picture cannot be decoded
│   └── NoPictureError    3   there is no such file
├── OutputError           2   an output cannot be written
├── DisplayError          2   a window was requested and there is no screen
├── OpenCVError           2   OpenCV is missing or does not load
├── ConfigError           2   a settings file cannot be used
├── ServerError           2   the web server cannot start
├── SourceError           3   a source cannot be opened
│   └── SourceLostError   4   a source that was open was lost
└── ModelError            5   a model or its card cannot be used
"""

from typing import ClassVar


class CamdigitsError(Exception):
    """Root of everything this package raises on purpose."""

    exit_status: ClassVar[int] = 1


class ArrayError(CamdigitsError, ValueError):
    """An array has the wrong shape or type."""


class PictureError(CamdigitsError):
    """A picture file cannot be decoded."""


class NoPictureError(PictureError):
    """There is no picture file of this name."""

    exit_status = 3


class OutputError(CamdigitsError):
    """An output cannot be written."""

    exit_status = 2


class DisplayError(CamdigitsError):
    """A window was requested where none can be shown."""

    exit_status = 2


class OpenCVError(CamdigitsError):
    """OpenCV is missing or does not load."""

    exit_status = 2


class ConfigError(CamdigitsError):
    """A settings file cannot be used."""

    exit_status = 2


class ServerError(CamdigitsError):
    """The web server cannot start."""

    exit_status = 2


class SourceError(CamdigitsError):
    """A source of frames cannot be opened."""

    exit_status = 3


class SourceLostError(SourceError):
    """A source of frames was open and failed before its end."""

    exit_status = 4


class ModelError(CamdigitsError):
    """A model file or its card cannot be used."""

    exit_status = 5
