"""All that decides how a run of training ends, and the recipe that belongs to each net.

The shipped net learns from every set of its alphabet; the two classic nets learn as they were
published, from one set, without "none", so that their figures compare with the literature. Reads
no files.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from train.data.alphabets import DIGITS, alphabet_named
from train.errors import DataError


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides how a run ends."""

    net: str = "camdigits"
    labels: tuple[str, ...] = DIGITS.labels
    epochs: int = 20
    batch: int = 256
    rate: float = 3e-3  # learning rate at its highest
    decay: float = 0.02  # AdamW, on convolutions and dense weights only
    average: int = 1000  # steps the weights are averaged over; a twentieth of a shorter run
    seed: int = 1
    start: str | None = None  # run whose averaged weights come first; None starts from chance
    doubt: str | None = (
        None  # run whose model leaves out what it surely contradicts; None keeps all
    )
    averaged: tuple[str, ...] = ()  # runs whose mean this is; nothing was trained then
    sets: tuple[str, ...] = tuple(DIGITS.weights)
    crops: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # of cut digits: many are anyone's guess, so none is measured on
    crops_weight: float = 1.0
    limit: int | None = None  # glyphs taken of each set; None takes all
    alphabet: str = DIGITS.name
    optimizer: str = "adamw"  # or "adam"
    schedule: str = "cosine"  # after a short rise; or "constant"
    warps: bool = True  # each glyph is another one each time it is seen
    gentle: bool = False  # but not as far from what it was
    steps: int | None = None  # batches in all, in place of epochs
    teachers: tuple[str, ...] = ()  # runs whose answers are learned beside the labels
    noise: float = 0.0  # share of the labels that are taken for wrong: any other may be right


# LeCun et al. learned with warped digits too (0.8 % errors in place of 0.95 %). Their optimizer, a
# diagonal Levenberg-Marquardt, one digit at a time, is not in Keras.
LENET5 = Settings(
    net="lenet5", epochs=20, batch=64, rate=2e-3, optimizer="adam", decay=0.0, average=1000
)
# As in TensorFlow's "Deep MNIST for Experts", stopped at 10,000 of 20,000 steps. At a constant
# rate the last batches leave the weights somewhere around their mean, which is what counts here.
CLASSIC_CNN = Settings(
    net="classic-cnn",
    steps=10_000,
    batch=50,
    rate=1e-4,
    optimizer="adam",
    decay=0.0,
    average=1000,
    schedule="constant",
    warps=False,
)
CLASSICS: Mapping[str, Settings] = {one.net: one for one in (LENET5, CLASSIC_CNN)}


def settings_for(
    alphabet: str = DIGITS.name, net: str = "camdigits", without: Sequence[str] = (), **chosen: Any
) -> Settings:
    """Fill in the recipe of a net.

    Args:
        alphabet: what is read; the labels and the sets come with it.
        net: one of train.fit.nets.NETS.
        without: sets to leave out.
        chosen: fields of Settings in place of the recipe's; None leaves the recipe's.

    Raises:
        DataError: there is no such alphabet, or it has no such set.

    >>> settings_for("letters", "classic-cnn", epochs=3, steps=None).sets
    ('notmnist',)
    """
    one = alphabet_named(alphabet)
    unknown = sorted(set(without) - set(one.weights))
    if unknown:
        raise DataError(f"no set {unknown[0]}; sets are {', '.join(one.weights)}")
    wanted = {name: value for name, value in chosen.items() if value is not None}
    if "epochs" in wanted:
        wanted.setdefault("steps", None)
    if net in CLASSICS:
        recipe = replace(CLASSICS[net], labels=one.labels[: one.none], sets=(one.first,))
    else:
        recipe = Settings(
            net=net,
            labels=one.labels,
            sets=tuple(one.weights),
            noise=one.noise,
            epochs=one.epochs,
        )
    sets = tuple(name for name in recipe.sets if name not in without)
    return replace(recipe, **{"alphabet": alphabet, "sets": sets, **wanted})
