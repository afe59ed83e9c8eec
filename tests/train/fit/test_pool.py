from dataclasses import replace

import numpy as np
import pytest
from support.bars import bars

from train.data.sets import thinned
from train.fit.pool import _balanced, split_crops


def test_the_last_pages_of_the_crops_are_held_out() -> None:
    """At most one page is in both parts."""
    crops = bars(50, 1)

    train, val = split_crops(crops)

    assert (len(train.labels), len(val.labels)) == (45, 5)
    np.testing.assert_array_equal(val.images, crops.images[45:])


@pytest.mark.parametrize(("clean", "filmed"), [((60, 40), (30,)), ((20,), (50, 50)), ((20,), ())])
def test_validation_has_as_many_crops_as_other_glyphs(clean, filmed) -> None:
    """The larger half is thinned; a run without crops keeps all glyphs."""
    sets, crops = [bars(count, 1) for count in clean], [bars(count, 2) for count in filmed]

    found = _balanced(sets, crops)

    sizes = [len(part.labels) for part in found]
    wanted = min(sum(clean), sum(filmed)) if filmed else sum(clean)
    assert sum(sizes[: len(clean)]) == wanted
    assert sum(sizes[len(clean) :]) == (wanted if filmed else 0)
    assert all(1 <= size <= count for size, count in zip(sizes, clean + filmed, strict=True))


def test_thinned_glyphs_come_from_the_whole_set() -> None:
    """Sets are ordered by label, so that the last label must not be cut off."""
    whole = replace(bars(100, 1), labels=np.repeat(np.arange(10), 10).astype(np.uint8))

    part = thinned(whole, 60, exact=True)

    assert np.bincount(part.labels).tolist() == [6] * 10
