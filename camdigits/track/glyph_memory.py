"""Remember what the model said about the glyphs of the frame before.

Where a scene is still, encoded video repeats pixels exactly, and most glyphs come back unchanged.
"""

import numpy as np

from camdigits.values import Embeddings, Glyphs, Logits, Scored, Scorer

Row = tuple[Logits, Embeddings | None]  # of one glyph


class GlyphMemory:
    """Outputs of a scorer for the glyphs of this frame and the one before.

    Only equal pixels are equal glyphs, so that results are the same as without it.
    """

    def __init__(self) -> None:
        self._scorer: Scorer | None = None
        self._before: dict[bytes, Row] = {}
        self._now: dict[bytes, Row] = {}
        self.reused = 0  # glyphs of this frame that were not classified again

    def begin(self) -> None:
        """Begin a frame: forget the glyphs that the frame before did not have."""
        self._before, self._now = self._now, {}
        self.reused = 0

    def score(self, scorer: Scorer, glyphs: Glyphs) -> Scored:
        """Return what `scorer` returns for (N, 28, 28) uint8 glyphs; it is called for new ones."""
        if scorer is not self._scorer:
            self._scorer, self._before, self._now = scorer, {}, {}
        keys = [glyph.tobytes() for glyph in glyphs]
        known = [self._now.get(key) or self._before.get(key) for key in keys]
        fresh = [index for index, row in enumerate(known) if row is None]
        self.reused += len(keys) - len(fresh)
        if fresh:
            output = scorer(glyphs[fresh])
            scored = output if isinstance(output, Scored) else Scored(output)
            if len(scored.logits) != len(fresh):
                return scored  # the caller reports it as the scorer's error
            for index, row in zip(fresh, _rows(scored), strict=True):
                known[index] = row
        rows = [row for row in known if row is not None]
        self._now.update(zip(keys, rows, strict=True))
        embeddings = [row[1] for row in rows if row[1] is not None]
        return Scored(
            np.stack([row[0] for row in rows]), np.stack(embeddings) if embeddings else None
        )


def _rows(scored: Scored) -> list[Row]:
    embeddings = scored.embeddings
    return [
        (logits, None if embeddings is None else embeddings[index])
        for index, logits in enumerate(scored.logits)
    ]
