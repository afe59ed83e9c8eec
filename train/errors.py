"""Errors that the training package raises on purpose; each is one line and an exit status.

CamdigitsError
├── DataError       a data set is missing, damaged or another one
├── LabelsError     a folder has no labels of the requested kind
├── NetError        a net or its run cannot be used
├── BaselineError   a classic recogniser cannot be trained or loaded
└── FigureError     a figure cannot be drawn
"""

from camdigits.errors import CamdigitsError


class DataError(CamdigitsError):
    """A data set is missing or not what it should be."""


class LabelsError(CamdigitsError):
    """A folder has no labels of the kind that was asked for."""


class NetError(CamdigitsError):
    """There is no such net, or nothing to build it with."""


class FigureError(CamdigitsError):
    """No figure can be drawn."""


class BaselineError(CamdigitsError):
    """There is no such baseline, or nothing to train it with."""
