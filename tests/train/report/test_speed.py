import pytest

from camdigits.recognize.card import find_model, load_card
from train.report import speed


def test_the_model_and_the_classic_net_take_turns() -> None:
    """Both are timed on the same machine; the classic net is slower."""
    pytest.importorskip("tensorflow")
    model = find_model("digits")

    timed = speed.measure_speed(model, load_card(model), speed.classic_net(), rounds=3)

    assert timed.classic_us is not None
    assert 0 < timed.batch_us < timed.classic_us
    assert 0 < timed.us < timed.classic_us
