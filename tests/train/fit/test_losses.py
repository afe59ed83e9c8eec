"""Teachers: their predictions count besides the labels, and outweigh wrong labels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.bars import TINY, bars

from train.data.sets import Glyphset
from train.errors import DataError
from train.fit import loop, losses
from train.fit.pool import Pool
from train.fit.run import lineage, load_model, scores_of, to_input


@pytest.fixture(scope="module")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a net that reads bars."""
    pytest.importorskip("tensorflow")
    run = tmp_path_factory.mktemp("teacher")
    pool = Pool(((bars(320, 1), 1.0),), bars(60, 2))
    loop.fit(replace(TINY, epochs=10), run, pool=pool, report=lambda _: None)
    return run


def test_a_teacher_outweighs_wrong_labels(teacher: Path, tmp_path: Path) -> None:
    """With half of the labels random, the student reads nearly as well as its teacher."""
    rng = np.random.default_rng(3)
    right = bars(640, 1)
    lots = rng.integers(0, 3, 640).astype(np.uint8)
    noisy = Glyphset("noisy", right.images, np.where(rng.random(640) < 0.5, lots, right.labels))
    pool = Pool(((noisy, 1.0),), bars(200, 2))
    settings = replace(TINY, epochs=10, teachers=(str(teacher),))

    loop.fit(settings, tmp_path, pool=pool, report=lambda _: None)

    best = scores_of(load_model(tmp_path), pool.val.images).argmax(1)
    assert (best == pool.val.labels).mean() > 0.9
    assert lineage(tmp_path) == {tmp_path, teacher}


def test_the_loss_falls_towards_the_teacher(teacher: Path) -> None:
    """It depends on the teacher's prediction, not only on the label."""
    glyphs = bars(60, 2)
    images = to_input(glyphs.images)
    logits = scores_of(load_model(teacher), glyphs.images)
    lost, alone = losses.loss_of(0.0, [str(teacher)]), losses.loss_of(0.0)
    flat = np.zeros_like(logits)

    assert float(lost(images, glyphs.labels, logits)) < float(lost(images, glyphs.labels, flat))
    assert float(alone(images, glyphs.labels, flat)) == pytest.approx(np.log(3), abs=1e-5)
    assert float(lost(images, glyphs.labels, flat)) == pytest.approx(
        (1 - losses.TEACHER_WEIGHT) * np.log(3)
        + losses.TEACHER_WEIGHT * losses.DISTILL_TEMPERATURE**2 * np.log(3),
        abs=1e-4,
    )


def test_a_missing_teacher_is_rejected(tmp_path: Path) -> None:
    """The error comes before a long run starts."""
    with pytest.raises(DataError, match="no run of `fit` in this folder"):
        losses.loss_of(0.0, [str(tmp_path / "nobody")])
