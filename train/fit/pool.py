"""Load the training and validation glyphs of a run: sets and crops, with their weights."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from train.data import sets
from train.data.alphabets import DIGITS, Alphabet, alphabet_named, none_of
from train.data.sets import Glyphset, thinned
from train.errors import DataError
from train.fit.run import load_model, scores_of
from train.fit.settings import Settings

MIN_NONE_PROB = 0.1  # probability of "none": less, and a "none" glyph is a look-alike (chosen)
MIN_LABEL_PROB = 0.03  # probability of its label: less, and a glyph is illegible (chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Training and validation glyphs of a run."""

    parts: tuple[tuple[Glyphset, float], ...]  # with how often each glyph is seen per epoch
    val: Glyphset

    def steps(self, batch: int) -> int:
        """Return the number of full batches per epoch."""
        return sum(share(part, weight) for part, weight in self.parts) // batch


def load_pool(settings: Settings) -> Pool:
    """Load the sets and crops of a run, and split off the validation glyphs.

    Raises:
        DataError: a set is missing, none is named, or crops do not fit the alphabet.
    """
    if not settings.sets and not settings.crops:
        raise DataError("no set is left to learn from; leave fewer out")
    alphabet = alphabet_named(settings.alphabet).labelled(settings.labels)
    parts = [(sets.load(s, "train", alphabet), _weight(s, settings)) for s in settings.sets]
    vals = [sets.load(name, "val", alphabet) for name in settings.sets]
    split = [split_crops(_load_crops(path, alphabet)) for path in settings.crops]
    parts += [(crops, settings.crops_weight) for crops, _ in split]
    parts += [(_load_crops(path, alphabet), settings.crops_weight) for path in settings.parts]
    vals = _balanced([val for val in vals if len(val.labels)], [val for _, val in split])
    if settings.doubt is not None:
        model, none = load_model(Path(settings.doubt)), alphabet.none
        parts = [(filtered(part, model, none), weight) for part, weight in parts]
        vals = [filtered(part, model, none) for part in vals]
    if settings.limit is not None:
        parts = [(thinned(part, settings.limit, exact=True), weight) for part, weight in parts]
        vals = [thinned(part, settings.limit, exact=True) for part in vals]
    return Pool(tuple(parts), join(vals))


def filtered(part: Glyphset, model: Any, none: int | None) -> Glyphset:
    """Leave out glyphs that a trained net clearly contradicts: look-alikes and illegible ones.

    A letter that the net reads as a digit mostly looks like one to people too, and a digit that
    the net misreads is mostly a blot. Learning them by heart costs accuracy on legible digits.
    """
    logits = scores_of(model, part.images).astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    own = chances[np.arange(len(part.labels)), part.labels]
    keep = own >= np.where(
        part.labels == (-1 if none is None else none), MIN_NONE_PROB, MIN_LABEL_PROB
    )
    return replace(part, images=part.images[keep], labels=part.labels[keep])


def split_crops(crops: Glyphset) -> tuple[Glyphset, Glyphset]:
    """Split camera crops into training and validation; they are ordered by page."""
    first = sets.learned(len(crops.labels))
    return (
        Glyphset(crops.name, crops.images[:first], crops.labels[:first]),
        Glyphset(f"{crops.name}/val", crops.images[first:], crops.labels[first:]),
    )


def join(sets: Sequence[Glyphset]) -> Glyphset:
    """Concatenate sets."""
    images = np.concatenate([one.images for one in sets])
    return Glyphset(
        "+".join(s.name for s in sets), images, np.concatenate([s.labels for s in sets])
    )


def share(part: Glyphset, weight: float) -> int:
    """Return how many glyphs of a set an epoch uses."""
    return round(len(part.labels) * weight)


def none_share(pool: Pool, labels: Sequence[str]) -> float:
    """Return the share of "none" among the glyphs of an epoch."""
    none = none_of(labels)
    if none is None:
        return 0.0
    seen = sum(weight * len(part.labels) for part, weight in pool.parts)
    strange = sum(weight * int((part.labels == none).sum()) for part, weight in pool.parts)
    return strange / max(seen, 1e-9)


def _weight(name: str, settings: Settings) -> float:
    """Return the weight of a set in the alphabet; a set that is used alone has weight 1."""
    alone = len(settings.sets) + len(settings.crops) == 1
    return 1.0 if alone else alphabet_named(settings.alphabet).weights[name]


def _load_crops(path: str, alphabet: Alphabet) -> Glyphset:
    crops = sets.load_crops(Path(path))
    if alphabet.labels != DIGITS.labels:
        raise DataError(f"{path}: crops are of digits; leave them out for {alphabet.name}")
    return crops


def _balanced(sets: list[Glyphset], crops: list[Glyphset]) -> list[Glyphset]:
    """Thin the crops or the glyphs of the sets until there are as many of both.

    So the threshold refers to the same mixture for any number of sets and crop files: the
    simulated camera films worse pages than users hold up.
    """
    clean, filmed = (sum(len(part.labels) for part in parts) for parts in (sets, crops))
    if not clean or not filmed:
        return [*sets, *crops]
    share = min(1.0, filmed / clean), min(1.0, clean / filmed)
    return [
        thinned(part, max(1, round(kept * len(part.labels))), exact=True)
        for parts, kept in zip((sets, crops), share, strict=True)
        for part in parts
    ]
