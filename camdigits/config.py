"""Hold all settings of the reader in one value, and load them from a TOML file.

A file names only what differs from the defaults:

    max_side_px = 2560

    [ink]
    min_contrast = 0.05

    [split.cut.paths]
    turn_cost = 0.5

`docs/settings.md` lists every setting with its reason and its effect.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from camdigits.errors import ConfigError
from camdigits.layout.grouping_config import GroupingConfig
from camdigits.layout.plausibility import PlausibilityConfig
from camdigits.recognize.lines.config import LineConfig
from camdigits.recognize.merge import MergeConfig
from camdigits.recognize.orientation import OrientationConfig
from camdigits.recognize.split import SplitConfig
from camdigits.recognize.texture import TextureConfig
from camdigits.segment.find_rules import RuleConfig
from camdigits.segment.ink import InkConfig
from camdigits.segment.regions import RegionConfig
from camdigits.segment.sheets import SheetConfig

Settings = TypeVar("Settings")


def _close_up() -> InkConfig:
    return InkConfig(coarse_side_px=80, max_stroke_coarse_px=25, border_coarse_px=32)


def _segments() -> InkConfig:
    return replace(_close_up(), bridge_fraction=0.035)


def _close_up_rules() -> RuleConfig:
    return RuleConfig(min_ruled_px=NEVER, min_dashes=NEVER)


NEVER = 10**9  # a limit that no page reaches


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """Settings of every stage of the reader."""

    max_side_px: int = 1920  # chosen: a larger image is searched on a copy of this size
    threads: int = 2  # of the model: 25 glyphs take 1.1 ms, 1.8 with one thread
    min_digits_one_scale: int = 3  # chosen: fewer may be strokes of one large digit; 0: never
    min_noise_specks: float = 5.0  # per cell; photos have up to 4.7, sensor noise 8 to 60
    noise_blurs_px: tuple[float, ...] = (1.5, 3.0)  # chosen: standard deviations that are tried
    max_regions_close_up: int = 24  # chosen: more are text or clutter, not pieces of one digit
    max_regions_display: int = 3  # chosen: more are not what is left of a display's segments
    max_parts_odds: float = 100.0  # chosen: factor on "none" by the context, for parts of regions
    settled_score: float = 0.97  # chosen: of each digit, if all of a picture's regions are digits
    max_none_of_digit: float = 0.05  # chosen: probability; up to it a region is surely a digit
    min_label_score: float = 0.5  # chosen: of its label, in place of the model's threshold
    max_sheets: int = 3  # chosen: read by themselves if there are so few digits
    ink: InkConfig = field(default_factory=InkConfig)
    close_up_ink: InkConfig = field(default_factory=_close_up)  # strokes up to 15/80 of the image
    segments_ink: InkConfig = field(default_factory=_segments)  # gaps of a display are closed
    close_up_rules: RuleConfig = field(default_factory=_close_up_rules)  # none is removed
    rules: RuleConfig = field(default_factory=RuleConfig)
    regions: RegionConfig = field(default_factory=RegionConfig)
    sheets: SheetConfig = field(default_factory=SheetConfig)
    texture: TextureConfig = field(default_factory=TextureConfig)
    orientation: OrientationConfig = field(default_factory=OrientationConfig)
    merge: MergeConfig = field(default_factory=MergeConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    plausibility: PlausibilityConfig = field(default_factory=PlausibilityConfig)
    lines: LineConfig = field(default_factory=LineConfig)
    grouping: GroupingConfig = field(default_factory=GroupingConfig)


DEFAULT = ReaderConfig()


def load_config(path: str | Path) -> ReaderConfig:
    """Read settings from a TOML file; what it omits keeps its default.

    Raises:
        ConfigError: the file cannot be read or is not TOML, a key is unknown, or a value has the
            wrong type.
    """
    import tomllib  # only when a file is read: start-up matters

    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            f"cannot read settings {path}: {error.strerror}; name a TOML file"
        ) from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError
        raise ConfigError(f"cannot read settings {path}: not TOML ({error})") from error
    return updated(DEFAULT, table, str(path))


def updated(settings: Settings, table: Mapping[str, Any], where: str = "settings") -> Settings:
    """Return settings with the values of a nested table in place of their own.

    Raises:
        ConfigError: a key is unknown or a value has the wrong type.

    >>> updated(DEFAULT, {"split": {"cut": {"max_paths": 2}}}).split.cut.max_paths
    2
    """
    known = {each.name: getattr(settings, each.name) for each in fields(settings)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise ConfigError(f"{where}: unknown setting {key!r}; known are {', '.join(known)}")
    values = {key: _value(known[key], value, f"{where}: {key}") for key, value in table.items()}
    return replace(settings, **values)  # type: ignore[type-var]


def _value(default: Any, value: Any, where: str) -> Any:
    """Check a value against the type of its default."""
    if is_dataclass(default):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{where}: wanted a table, got {value!r}")
        return updated(default, value, where)
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or not value:
            raise ConfigError(f"{where}: wanted a list such as {list(default)}, got {value!r}")
        return tuple(_value(default[0], each, where) for each in value)
    kind = type(default)
    fits = isinstance(value, int | float if kind is float else kind)
    if not fits or isinstance(value, bool):
        raise ConfigError(f"{where}: wanted {_NAMES[kind]} such as {default!r}, got {value!r}")
    return kind(value)


_NAMES: Mapping[type, str] = {int: "a whole number", float: "a number", str: "a text"}
