"""Find a model and its card, and check that they belong together.

The card is a JSON file next to the model, with the same name: labels, temperature, threshold, the
model's sha256, and notes (data, command, commit, accuracies). No TFLite runtime is loaded here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from camdigits.errors import ModelError

PACKAGE = Path(__file__).parent.parent
MODEL_FOLDERS = (PACKAGE / "models", PACKAGE.parent / "models")  # of a wheel, of a checkout
CONTEXT_FILE = "context.npz"  # weights of `recognize.context_net`
SEQUENCE_MODEL = "sequence"  # name of the shipped net that reads joined digits
LINE_MODEL = "lines"  # name of the shipped net that reads signs
REQUIRED_FIELDS = ("labels", "temperature", "threshold", "sha256")
KNOWN_FIELDS = (*REQUIRED_FIELDS, "embedding")


@dataclass(frozen=True, slots=True)
class Card:
    """Meaning and calibration of a model's outputs."""

    labels: tuple[str, ...]  # one per logit; "none" is the reject class
    temperature: float  # logits are divided by it before the softmax
    threshold: float  # digits with a lower probability are not reported
    sha256: str  # of the model file
    embedding: int | None = None  # length of the second output; None if there is none
    notes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))  # other fields


def find_model(name: str) -> Path:
    """Return the path of a model: a shipped one by its name, any other by its path.

    Args:
        name: name of a shipped model, or path of a .tflite file.

    Raises:
        ModelError: there is no such model.
    """
    if name.endswith(".tflite") or "/" in name or "\\" in name:
        return _existing(Path(name).expanduser())
    for folder in MODEL_FOLDERS:
        if (path := folder / f"{name}.tflite").is_file():
            return path
    raise ModelError(f"no model named {name}; {_shipped()}; or give the path of a .tflite file")


def card_path(model: Path) -> Path:
    """Return the path of a model's card: the same path with .json instead of .tflite."""
    return model.with_suffix(".json")


def load_card(model: Path) -> Card:
    """Read the card of a model and check that its sha256 is that of the model.

    Raises:
        ModelError: model or card is missing, damaged, or the two do not belong together.
    """
    card = read_card(card_path(model))
    found = sha256_of(model)
    if found != card.sha256:
        raise ModelError(
            f"{model}: is not the model of {card_path(model).name} (wanted a sha256 that starts "
            f"with {card.sha256[:8]}, got {found[:8]}); the file is incomplete or was changed: "
            "install or export it again"
        )
    return card


def read_card(path: Path) -> Card:
    """Read a card without its model.

    Args:
        path: of the .json file.

    Raises:
        ModelError: the card is missing, not JSON, lacks a field, or a field is invalid.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(
            f"{path}: cannot read the model's card: {error.strerror}; put it next to the model"
        ) from error
    except ValueError as error:  # JSONDecodeError or UnicodeDecodeError
        raise ModelError(
            f"{path}: the card is not JSON ({error}); export the model again"
        ) from error
    if not isinstance(fields, dict):
        raise ModelError(f"{path}: wanted a JSON object, got {type(fields).__name__}")
    return _checked(path, fields)


def find_context() -> Path:
    """Return the path of the shipped context net.

    Raises:
        ModelError: it is missing.
    """
    for folder in MODEL_FOLDERS:
        if (folder / CONTEXT_FILE).is_file():
            return folder / CONTEXT_FILE
    raise ModelError(f"{CONTEXT_FILE}: not found; install camdigits again")


def sha256_of(model: Path) -> str:
    """Return the SHA-256 of a model file in hexadecimal.

    Raises:
        ModelError: the file cannot be read.
    """
    try:
        return hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelError(
            f"{model}: cannot read the model: {error.strerror}; name a .tflite file"
        ) from error


def _existing(path: Path) -> Path:
    if path.suffix != ".tflite":
        raise ModelError(f"{path}: wanted a .tflite file; {_shipped()}")
    if not path.is_file():
        raise ModelError(f"{path}: no such model file; {_shipped()}")
    return path


def shipped_models() -> tuple[str, ...]:
    """Return the names of the shipped models for single glyphs, sorted."""
    files = (path for folder in MODEL_FOLDERS for path in folder.glob("*.tflite"))
    return tuple(sorted({path.stem for path in files} - {SEQUENCE_MODEL, LINE_MODEL}))


def _shipped() -> str:
    names = shipped_models()
    return f"shipped models are {', '.join(names)}" if names else "no models are shipped"


def _checked(path: Path, fields: dict[str, Any]) -> Card:
    missing = [name for name in REQUIRED_FIELDS if name not in fields]
    if missing:
        raise ModelError(f"{path}: the card lacks {', '.join(missing)}; export the model again")
    return Card(
        labels=_labels(path, fields["labels"]),
        temperature=_number(path, "temperature", fields["temperature"], above=0),
        threshold=_number(path, "threshold", fields["threshold"], at_most=1),
        sha256=_text(path, "sha256", fields["sha256"]),
        embedding=_count(path, "embedding", fields.get("embedding")),
        notes=MappingProxyType({k: v for k, v in fields.items() if k not in KNOWN_FIELDS}),
    )


def _labels(path: Path, value: object) -> tuple[str, ...]:
    texts = value if isinstance(value, list) else []
    labels = tuple(label for label in texts if isinstance(label, str) and label)
    if not labels or len(labels) != len(texts) or len(set(labels)) != len(labels):
        raise ModelError(f"{path}: labels: wanted a list of distinct names, got {_short(value)}")
    return labels


def _number(
    path: Path, name: str, value: object, above: float = -1e-9, at_most: float = 1e6
) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not above < float(str(value)) <= at_most:
        low = "0" if above < 0 else f"more than {above:g}"
        raise ModelError(
            f"{path}: {name}: wanted a number from {low} to {at_most:g}, got {_short(value)}"
        )
    return float(str(value))


def _count(path: Path, name: str, value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ModelError(f"{path}: {name}: wanted a whole number above 0, got {_short(value)}")
    return value


def _text(path: Path, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ModelError(f"{path}: {name}: wanted a text, got {_short(value)}")
    return value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
