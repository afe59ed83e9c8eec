import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.bars import TINY, bars

from train.errors import DataError
from train.fit import loop, nets
from train.fit.pool import Pool
from train.fit.run import (
    CONFIG,
    HISTORY,
    STATE,
    WEIGHTS_FILE,
    finished,
    load_model,
    load_settings,
    scores_of,
    to_input,
)
from train.fit.settings import Settings
from train.writers.warp import warp


@pytest.fixture
def pool() -> Pool:
    pytest.importorskip("tensorflow")
    return Pool(((bars(320, 1), 1.0),), bars(60, 2))


def weights(run: Path) -> list[np.ndarray]:
    with np.load(run / WEIGHTS_FILE) as arrays:
        return [arrays[name] for name in arrays.files]


def test_a_tiny_net_learns(pool: Pool, tmp_path: Path) -> None:
    """Each epoch reports a line; the averaged weights read unseen bars."""
    lines: list[str] = []

    loop.fit(replace(TINY, epochs=10), tmp_path, pool=pool, report=lines.append)

    best = scores_of(load_model(tmp_path), pool.val.images).argmax(1)
    assert (best == pool.val.labels).mean() > 0.9
    assert [line.split("  ")[0] for line in lines] == [f"epoch {n}/10" for n in range(1, 11)]


def test_a_resumed_run_ends_with_the_same_weights(pool: Pool, tmp_path: Path) -> None:
    """Interrupted after one epoch and resumed, or not interrupted."""

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    loop.fit(TINY, tmp_path / "through", pool=pool, report=lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        loop.fit(TINY, tmp_path / "stopped", pool=pool, report=stop)
    loop.fit(Settings(), tmp_path / "stopped", resume=True, pool=pool, report=lambda _: None)

    pairs = zip(weights(tmp_path / "through"), weights(tmp_path / "stopped"), strict=True)
    for through, resumed in pairs:
        np.testing.assert_allclose(through, resumed, atol=1e-4)
    assert len(json.loads((tmp_path / "stopped" / HISTORY).read_text())) == 2
    assert [finished(tmp_path / run) for run in ("stopped", "nowhere")] == [True, False]


def test_dropout_resumes_with_the_same_weights(
    pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dropout depends on the seed and the step only."""
    monkeypatch.setattr(nets, "NETS", {"dropping": dropping})
    settings = replace(TINY, net="dropping", warps=False)

    def stop(_: str) -> None:
        raise KeyboardInterrupt

    loop.fit(settings, tmp_path / "through", pool=pool, report=lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        loop.fit(settings, tmp_path / "stopped", pool=pool, report=stop)
    loop.fit(settings, tmp_path / "stopped", resume=True, pool=pool, report=lambda _: None)

    pairs = zip(weights(tmp_path / "through"), weights(tmp_path / "stopped"), strict=True)
    for through, resumed in pairs:
        np.testing.assert_allclose(through, resumed, atol=1e-4)


def dropping(labels: int) -> Any:
    """Build a net that drops three quarters of the ink: another draw gives other weights."""
    from keras import Input, Model, layers

    glyphs = Input((28, 28, 1))
    dropped = layers.Dropout(0.75)(layers.Flatten()(glyphs))
    return Model(glyphs, layers.Dense(labels)(dropped))


def test_a_run_of_steps_ends_within_an_epoch(pool: Pool, tmp_path: Path) -> None:
    """With 20 batches an epoch, 30 steps are one and a half; resuming adds nothing."""
    lines: list[str] = []

    loop.fit(replace(TINY, steps=30), tmp_path, pool=pool, report=lines.append)
    loop.fit(TINY, tmp_path, resume=True, pool=pool, report=lines.append)

    assert [line.split("  ")[0] for line in lines] == ["epoch 1/2", "epoch 2/2"]
    assert finished(tmp_path)
    with np.load(tmp_path / STATE) as state:
        assert 30 in [int(value) for value in state.values() if value.shape == ()]


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_a_rate_may_be_constant(pool: Pool, optimizer: str) -> None:
    """The classic recipe has no warm-up, no decay and no average."""
    del pool
    settings = replace(TINY, optimizer=optimizer, schedule="constant", rate=1e-4, average=1)

    made = loop.make_optimizer(settings, 100)

    assert float(made.learning_rate) == pytest.approx(1e-4)
    assert not made.use_ema


def test_without_warps_glyphs_are_unchanged() -> None:
    """Every glyph of an epoch is one of the set."""
    pool = Pool(((bars(64, 1), 1.0),), bars(4, 2))

    batches = loop._batches(pool, replace(TINY, warps=False), 0)

    own = {image.tobytes() for image in to_input(pool.parts[0][0].images)}
    assert {image.tobytes() for images, _ in batches for image in images} == own


def test_an_old_run_still_loads(tmp_path: Path) -> None:
    """Missing settings have their old defaults."""
    old = {"net": "small", "labels": ["0", "none"], "epochs": 3, "sets": ["mnist"], "crops": []}
    (tmp_path / CONFIG).write_text(json.dumps(old))

    settings = load_settings(tmp_path)

    assert (settings.net, settings.labels, settings.sets) == ("small", ("0", "none"), ("mnist",))
    assert (settings.alphabet, settings.optimizer, settings.warps) == ("digits", "adamw", True)


def test_a_run_starts_from_the_weights_of_another(pool: Pool, tmp_path: Path) -> None:
    """With a rate near zero they stay the same."""
    loop.fit(TINY, tmp_path / "first", pool=pool, report=lambda _: None)
    second = replace(TINY, start=str(tmp_path / "first"), rate=1e-9, epochs=1, seed=2)

    loop.fit(second, tmp_path / "second", pool=pool, report=lambda _: None)

    before, after = (load_model(tmp_path / run) for run in ("first", "second"))
    pairs = zip(before.trainable_variables, after.trainable_variables, strict=True)
    for one, other in pairs:
        np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-3)


def test_a_run_is_not_overwritten(pool: Pool, tmp_path: Path) -> None:
    """Forgetting --resume loses nothing."""
    (tmp_path / STATE).touch()

    with pytest.raises(DataError, match="holds a run; add --resume"):
        loop.fit(TINY, tmp_path, pool=pool)


def test_resuming_a_missing_run_is_rejected(pool: Pool, tmp_path: Path) -> None:
    """There must be a run to continue."""
    with pytest.raises(DataError, match="no run of `fit` in this folder"):
        loop.fit(TINY, tmp_path / "nowhere", resume=True, pool=pool)


def test_fewer_glyphs_than_a_batch_are_rejected(tmp_path: Path) -> None:
    """A run without steps would save random weights as a model."""
    few = Pool(((bars(15, 1), 1.0),), bars(5, 2))

    with pytest.raises(DataError, match="fewer glyphs than a batch of 16"):
        loop.fit(TINY, tmp_path, pool=few)


def test_an_epoch_sees_each_glyph_as_often_as_its_weight_says() -> None:
    """With weight 1.5 every glyph is seen once, every second one twice."""
    drawn = loop._draw(15, 10, np.random.default_rng(0))

    assert sorted(np.bincount(drawn, minlength=10).tolist()) == [1] * 5 + [2] * 5


def test_an_epoch_is_reproducible() -> None:
    """The batches depend on seed and epoch alone, so a resumed run sees the same."""
    pool = Pool(((bars(64, 1), 1.0),), bars(4, 2))

    first, again, other = (list(loop._batches(pool, TINY, epoch)) for epoch in (3, 3, 4))

    assert all(np.array_equal(a[0], b[0]) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0][0], other[0][0])


def test_warps_are_small_and_reproducible() -> None:
    """Ink moves little, and the input is not changed."""
    glyphs = bars(40, 1).images
    before = glyphs.copy()

    first, again = (warp(glyphs, np.random.default_rng(5)) for _ in range(2))

    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(glyphs, before)
    moved = np.abs(_centres(first) - _centres(glyphs))
    assert moved.max() < 4
    assert not np.array_equal(first, glyphs)


def _centres(glyphs: np.ndarray) -> np.ndarray:
    ink = glyphs.astype(float)
    rows = (ink.sum(2) * np.arange(28)).sum(1) / ink.sum((1, 2))
    columns = (ink.sum(1) * np.arange(28)).sum(1) / ink.sum((1, 2))
    return np.stack([rows, columns])
