"""Settings of a training run, and the recipe of each net.

The default net learns from every set of its alphabet; the two classic nets learn as they were
published, from one set and without "none", so that their figures compare with the literature.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from train.data.alphabets import DIGITS, alphabet_named
from train.errors import DataError


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a run; the names are the keys of config.json."""

    net: str = "camdigits"
    labels: tuple[str, ...] = DIGITS.labels
    epochs: int = 20
    batch: int = 256
    rate: float = 3e-3  # peak learning rate
    decay: float = 0.02  # weight decay of AdamW, on kernels only
    average: int = 1000  # steps of the weight average; at most a twentieth of the run
    seed: int = 1
    start: str | None = None  # run or .tflite model with the first weights; None: random ones
    doubt: str | None = None  # run whose model filters glyphs it contradicts; None: all
    averaged: tuple[str, ...] = ()  # runs whose mean this is; such a run was not trained
    sets: tuple[str, ...] = tuple(DIGITS.weights)
    crops: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()  # files of cut digits: many are ambiguous, so training only
    crops_weight: float = 1.0
    limit: int | None = None  # glyphs used of each set; None uses all
    alphabet: str = DIGITS.name
    optimizer: str = "adamw"  # or "adam"
    schedule: str = "cosine"  # cosine decay after a short warm-up; or "constant"
    warps: bool = True  # random warps, new ones in every epoch
    gentle: bool = False  # smaller warps
    steps: int | None = None  # total batches, instead of epochs
    teachers: tuple[str, ...] = ()  # runs whose predictions are learned besides the labels
    noise: float = 0.0  # label smoothing: share of the labels assumed to be wrong


# LeCun et al. also trained with distorted digits (0.8 % errors instead of 0.95 %). Their
# optimizer, a diagonal Levenberg-Marquardt, one digit at a time, is not in Keras.
LENET5 = Settings(
    net="lenet5", epochs=20, batch=64, rate=2e-3, optimizer="adam", decay=0.0, average=1000
)
# As in TensorFlow's "Deep MNIST for Experts", stopped at 10,000 of 20,000 steps. At a constant
# rate the last weights fluctuate around their mean, so the mean is used.
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
    """Return the settings of a net's recipe.

    Args:
        alphabet: name of the alphabet; it provides labels and sets.
        net: one of train.fit.nets.NETS.
        without: sets to leave out.
        chosen: fields of Settings that replace the recipe's; None keeps the recipe's.

    Raises:
        DataError: the alphabet does not exist, or it has no such set.

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
