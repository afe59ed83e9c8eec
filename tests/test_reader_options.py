"""A reader with other options that shares the model."""

import pytest

from camdigits.reader import Reader


def test_an_adjusted_reader_shares_the_model(sheet):
    """Only threshold and rotation differ; the first reader keeps its own."""
    reader = Reader()

    other = reader.adjusted(threshold=0.3, rotate=90)

    assert (other.threshold, reader.threshold) == (0.3, 0.81)
    assert other.read(sheet((40, 40, 8, 40))).rotation == 90
    assert other.labels == reader.labels
    with pytest.raises(ValueError, match="rotate"):
        reader.adjusted(rotate=45)
