"""The status of the live window on and below the picture."""

import numpy as np
import pytest
from support.outputs import page

from camdigits.meter import Speed, StageTimes
from camdigits.render.status import Status, figures, with_status


def test_the_speed_bar_is_below_the_picture() -> None:
    """The picture is not covered; it grows by the bar."""
    picture = page(200, (640, 480))

    shown = with_status(picture, Status(Speed(25.0, {"ink": StageTimes(1.0, 2.0)})))

    assert shown.shape[0] > 480
    assert np.array_equal(shown[:480], picture)


def test_the_bar_names_every_stage_and_the_sum() -> None:
    """The bar has the median of each stage and their sum."""
    speed = Speed(25.0, {"ink": StageTimes(1.0, 2.0), "group": StageTimes(0.25, 2.0)})

    assert figures(speed) == ("25.0 fps", "ink 1.0", "group 0.2", "= 1.2 ms")


@pytest.mark.parametrize(
    "status",
    [
        Status(paused=True),
        Status(recording=True),
        Status(mirror=True),
        Status(notes=("saved",)),
        Status(help=(("q", "quit"),)),
    ],
)
def test_each_state_is_shown(status: Status) -> None:
    """Pause, recording, mirror, notes and help change the picture."""
    picture = page(200, (640, 480))

    assert (with_status(picture, status)[:480] != picture).any()
