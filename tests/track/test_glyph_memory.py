from pathlib import Path

import numpy as np
import pytest

from camdigits.image import cv2
from camdigits.reader import Reader
from camdigits.track.frame_budget import FrameBudget
from camdigits.track.glyph_memory import GlyphMemory
from camdigits.values import Frame, Scored


class Counting:
    """A scorer that counts the glyphs it gets; logits and embedding are sums of their pixels."""

    def __init__(self, embeds=True):
        self.seen, self._embeds = 0, embeds

    def __call__(self, glyphs):
        """Return logits of (N, 28, 28) glyphs."""
        self.seen += len(glyphs)
        sums = glyphs.reshape(len(glyphs), -1).sum(axis=1, dtype=np.float32)[:, None]
        return (
            Scored(sums * np.float32([1, 2]), sums) if self._embeds else sums * np.float32([1, 2])
        )


def glyphs(*levels):
    """Return one glyph of each grey level."""
    return np.stack([np.full((28, 28), level, np.uint8) for level in levels])


@pytest.mark.parametrize("embeds", [True, False])
def test_the_glyphs_of_the_frame_before_are_not_scored_again(embeds):
    """The rows are those of the scorer, in the order of the glyphs."""
    memory, scorer = GlyphMemory(), Counting(embeds)
    memory.begin()
    memory.score(scorer, glyphs(1, 2, 3))
    memory.begin()

    found = memory.score(scorer, glyphs(3, 5, 1))

    assert (scorer.seen, memory.reused) == (4, 2)
    assert found.logits[:, 1].tolist() == [2 * 784 * level for level in (3, 5, 1)]
    assert (found.embeddings is not None) == embeds
    if embeds:
        assert found.embeddings[:, 0].tolist() == [784 * level for level in (3, 5, 1)]


def test_a_glyph_that_a_frame_did_not_have_is_forgotten():
    """The memory is as large as two frames."""
    memory, scorer = GlyphMemory(), Counting()
    for levels in ((1, 2), (2,), (1, 2)):
        memory.begin()
        memory.score(scorer, glyphs(*levels))

    assert (scorer.seen, memory.reused) == (3, 1)


def test_another_model_is_called_for_every_glyph():
    """The model may be changed while a camera runs."""
    memory, other = GlyphMemory(), Counting()
    memory.begin()
    memory.score(Counting(), glyphs(1, 2))
    memory.score(other, glyphs(1, 2))

    assert other.seen == 2


def test_a_still_scene_is_read_the_same_with_fewer_calls():
    """Every glyph of the second frame is known."""
    budget, reader = FrameBudget(), Reader()
    page = cv2.imread(str(Path(__file__).parents[1] / "golden/paper.jpg"))
    frames = [Frame(index, index / 30, page) for index in range(2)]

    first, again = (reader.read(frame, budget=budget) for frame in frames)

    assert first.reused < again.reused
    assert again.reused >= len(again.digits) > 5
    assert again.digits == first.digits == reader.read(page).digits
    assert reader.read(page).reused == 0
