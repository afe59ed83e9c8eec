from pathlib import Path

import pytest

from camdigits.config import DEFAULT, load_config
from camdigits.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "settings.toml"
    path.write_text(text)
    return path


def test_a_file_names_only_what_differs(tmp_path: Path) -> None:
    """Nested tables for nested settings; everything else keeps its default."""
    config = load_config(
        written(tmp_path, "max_side_px = 900\n[split.cut.paths]\nturn_cost = 1\n")
    )

    assert config.max_side_px == 900
    assert config.split.cut.paths.turn_cost == 1.0
    assert config.split.cut.paths.rows_px == DEFAULT.split.cut.paths.rows_px
    assert config.ink == DEFAULT.ink


def test_lists_become_tuples(tmp_path: Path) -> None:
    """Ranges and lists of angles are TOML arrays."""
    config = load_config(written(tmp_path, "[orientation]\nskews_deg = [-20, 20]\n"))

    assert config.orientation.skews_deg == (-20, 20)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max_side = 9", "unknown setting 'max_side'; known are max_side_px"),
        ("[ink]\ncontrast = 9", r"ink: unknown setting 'contrast'; known are coarse_side_px"),
        ("[ink]\nmin_contrast = 'low'", "ink: min_contrast: wanted a number such as 0.06"),
        ("max_side_px = 9.5", "max_side_px: wanted a whole number such as 1920, got 9.5"),
        ("max_side_px = true", "wanted a whole number"),
        ("ink = 3", "ink: wanted a table, got 3"),
        ("[split]\nheight_range = 3", r"height_range: wanted a list such as \[0.3, 3.0\]"),
        ("max_side_px =", "not TOML"),
    ],
)
def test_invalid_settings_are_rejected_by_name(tmp_path: Path, text: str, message: str) -> None:
    """The message states what was wanted and what came."""
    with pytest.raises(ConfigError, match=message):
        load_config(written(tmp_path, text))


def test_a_missing_file_is_named() -> None:
    """The message contains the reason of the operating system."""
    with pytest.raises(ConfigError, match=r"cannot read settings none\.toml: No such file"):
        load_config("none.toml")
