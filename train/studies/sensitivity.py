"""Measure how much each setting of the reader matters: change it by 20 % and score photos.

    python -m train sensitivity

One setting is changed at a time, by -20 % and by +20 % (integers by at least 1), and the reader is
scored on the labelled photos of photos-dev. About ten minutes on one core.
Writes the table of docs/settings.md, with the reason of each setting from its comment.
"""

import inspect
import io
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from camdigits.config import DEFAULT, ReaderConfig
from camdigits.reader import Reader
from train.benchmarks.photos import score_photos
from train.metrics.matching import Counts
from train.studies.docs import put_table

COMMAND = "python -m train sensitivity"
DOC = Path("docs/settings.md")
FACTORS = (0.8, 1.2)
Path_ = tuple[str | int, ...]  # field names, and an index for elements of tuples


@dataclass(frozen=True, slots=True)
class Setting:
    """One number among the settings."""

    path: Path_
    value: float
    reason: str

    @property
    def name(self) -> str:
        """Dotted name as in a TOML file, with an index for list elements.

        >>> Setting(("split", "height_range", 0), 0.6, "").name
        'split.height_range[0]'
        """
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path]
        return "".join(parts).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Effect:
    """F1 on the photos with the setting changed, minus F1 with the defaults, in points."""

    setting: Setting
    lower: float
    higher: float


def settings_of(config: Any, path: Path_ = ()) -> Iterator[Setting]:
    """Yield every number of nested settings with the reason from its comment."""
    reasons = _comments(type(config))
    for each in fields(config):
        value, here = getattr(config, each.name), (*path, each.name)
        if is_dataclass(value):
            yield from settings_of(value, here)
        for at, number in _numbers(value):
            yield Setting((*here, *at), number, reasons.get(each.name, ""))


def _numbers(value: Any) -> list[tuple[Path_, float]]:
    if isinstance(value, tuple):
        return [((index,), each) for index, each in enumerate(value) if each]
    return [((), value)] if isinstance(value, int | float) and value else []


def _comments(kind: type) -> dict[str, str]:
    """Return the comment behind each field of a dataclass."""
    found: dict[str, str] = {}
    name = ""
    for token in tokenize.generate_tokens(io.StringIO(inspect.getsource(kind)).readline):
        if match := re.match(r"\s+(\w+): ", token.line):
            name = match[1]
        if token.type == tokenize.COMMENT and name:
            found[name] = token.string.removeprefix("#").strip()
    return found


def changed(config: Any, path: Path_, factor: float) -> Any:
    """Return settings with the number at `path` multiplied by `factor`.

    >>> changed(DEFAULT, ("split", "cut", "paths", "rows_px"), 0.8).split.cut.paths.rows_px
    26
    """
    head, *rest = path
    if isinstance(head, int):
        return tuple(
            _scaled(each, factor) if at == head else each for at, each in enumerate(config)
        )
    value = getattr(config, head)
    new = changed(value, tuple(rest), factor) if rest else _scaled(value, factor)
    return replace(config, **{head: new})


def _scaled(value: float, factor: float) -> float:
    """Multiply; an integer changes by at least 1.

    >>> _scaled(14, 1.2), _scaled(2, 0.8), _scaled(0.5, 1.2)
    (17, 1, 0.6)
    """
    if isinstance(value, int):
        step = round(value * factor) - value
        return value + (step or (1 if factor > 1 else -1))
    return value * factor


def measure(
    folder: Path, model: str = "digits", report: Callable[[str], None] = print
) -> list[Effect]:
    """Score the photos of a folder with every setting changed.

    Raises:
        LabelsError: the folder has no labelled photos.
    """
    base = _f1(folder, model, DEFAULT)
    report(f"defaults: F1 {base:.4f}")
    effects = []
    for setting in settings_of(DEFAULT):
        lower, higher = (
            100 * (_f1(folder, model, changed(DEFAULT, setting.path, factor)) - base)
            for factor in FACTORS
        )
        effects.append(Effect(setting, lower, higher))
        report(f"{setting.name}: {lower:+.2f} {higher:+.2f}")
    return effects


def _f1(folder: Path, model: str, config: ReaderConfig) -> float:
    scores = score_photos(folder, Reader(model, config=config))
    return sum((each.match.counts for each in scores), Counts()).f1


def table(effects: Sequence[Effect]) -> str:
    """Return the effects as a Markdown table, in the order of the stages."""
    lines = [
        "| setting | default | F1 at -20 % | F1 at +20 % | reason |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in effects:
        setting = each.setting
        effect = f"{each.lower:+.2f} | {each.higher:+.2f}".replace("+0.00", "0")
        lines.append(
            f"| `{setting.name}` | {setting.value:g} | {effect.replace('-0.00', '0')} "
            f"| {setting.reason} |"
        )
    return "\n".join(lines)


def write_sensitivity(
    folder: Path, model: str, doc: Path | None, report: Callable[[str], None]
) -> None:
    """Measure all settings and put the table into a page of docs/."""
    text = table(measure(folder, model, report))
    if doc is None:
        report(text)
    else:
        put_table(doc, COMMAND, text)
