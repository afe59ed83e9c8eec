import numpy as np
from support.bars import bars

from train.fit.pool import split_crops


def test_the_last_pages_of_the_crops_are_held_out() -> None:
    """At most one page is in both parts."""
    crops = bars(50, 1)

    train, val = split_crops(crops)

    assert (len(train.labels), len(val.labels)) == (45, 5)
    np.testing.assert_array_equal(val.images, crops.images[45:])
