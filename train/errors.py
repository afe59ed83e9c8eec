"""Errors of the training package; each is reported in one line and has an exit status.

CamdigitsError
├── DataError       a data set is missing, damaged or not the expected one
├── LabelsError     a folder has no labels of the requested kind
├── NetError        a net or its run cannot be used
├── BaselineError   a classic recogniser cannot be trained or loaded
└── FigureError     a figure cannot be drawn
"""

from camdigits.errors import CamdigitsError


class DataError(CamdigitsError):
    """A data set is missing or not what it should be."""


class LabelsError(CamdigitsError):
    """A folder has no labels of the requested kind."""


class NetError(CamdigitsError):
    """The requested net does not exist, or TensorFlow is missing."""


class FigureError(CamdigitsError):
    """A figure cannot be drawn: matplotlib is missing."""


class BaselineError(CamdigitsError):
    """The requested baseline does not exist, or a package it needs is missing."""
