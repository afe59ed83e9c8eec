from dataclasses import replace

import numpy as np
import pytest

from train.writers import warp as warping
from train.writers.warp import warp

STILL = warping.Amounts(0.0, 0.0, 0.0, 0.0, 0.0)
SHARES = ("PEN_SHARE", "SOFT_SHARE", "BROAD_SHARE", "COARSE_SHARE")


@pytest.fixture
def stems() -> np.ndarray:
    """Return two hundred ones: a stem four pixels wide and twenty high."""
    glyphs = np.zeros((200, 28, 28), np.uint8)
    glyphs[:, 4:24, 12:16] = 255
    return glyphs


def widths(glyphs: np.ndarray) -> np.ndarray:
    """Return the number of columns with ink per glyph."""
    return (glyphs > warping.INK).any(1).sum(1)


def test_some_are_made_broad_and_none_broader_than_the_body(
    stems: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stretched glyph is up to BROAD times as wide; one that fills the body stays."""
    for name in SHARES:
        monkeypatch.setattr(warping, name, 0.0)
    monkeypatch.setattr(warping, "BROAD_SHARE", 1.0)
    full = np.zeros_like(stems)
    full[:, 4:24, 4:24] = 255

    broad, same = (warp(glyphs, np.random.default_rng(1), STILL) for glyphs in (stems, full))

    assert (widths(broad).min(), widths(broad).max()) == (4, 10)
    assert (same == full).all()


def test_coarse_glyphs_stay_near_their_place(
    stems: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A coarse grid, bilevel or not, keeps the stroke and the empty margin."""
    for name in SHARES:
        monkeypatch.setattr(warping, name, 0.0)
    monkeypatch.setattr(warping, "COARSE_SHARE", 1.0)

    coarse = warp(stems, np.random.default_rng(1), STILL)

    assert (coarse[:, 8:20, 13:15] > warping.INK).all()
    assert (coarse[:, :, :8] < warping.INK).all()
    assert len(np.unique(coarse, axis=0)) > 20


def test_bent_glyphs_keep_their_ink_and_differ(
    stems: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bend moves each part of the stem by a pixel or two and leaves no gap."""
    for name in SHARES:
        monkeypatch.setattr(warping, name, 0.0)

    bent = warp(stems, np.random.default_rng(1), replace(STILL, bend_px=1.0))
    rows = (bent * np.arange(28.0)).sum(2)[:, 8:20] / bent.sum(2)[:, 8:20]  # middle of each row

    assert (bent[:, 8:20].max(2) > 200).all()
    assert 0.3 < np.ptp(rows, axis=1).mean() < 3
    assert abs(rows.mean() - 13.5) < 0.2
