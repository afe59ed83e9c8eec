"""The keys + and - of the live window."""

from pathlib import Path

import numpy as np
import pytest
from support.fakes import FILE

from camdigits.app.live.session import LiveOptions, Session
from camdigits.app.window.keys import press
from camdigits.reader import Reader
from camdigits.values import Frame


def test_plus_and_minus_change_the_threshold(tmp_path: Path) -> None:
    """The frame is read again with the other threshold."""
    reader = Reader(threshold=0.8)
    session = Session(FILE, reader, options=LiveOptions(folder=tmp_path), report=lambda _: None)
    session.process(Frame(0, 0.0, np.full((60, 80, 3), 255, np.uint8)))

    for key in "++-":
        session.change(press(session.state, key))

    found = session._reader.reader
    assert isinstance(found, Reader)
    assert found.threshold == pytest.approx(0.85)
    assert session.status().notes == ("threshold 0.85",)
