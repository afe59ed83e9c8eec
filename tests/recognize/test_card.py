import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from camdigits.errors import ModelError
from camdigits.recognize import card as cards
from camdigits.recognize.card import card_path, find_model, load_card

CONTENT = b"a model's bytes"
FIELDS = {
    "labels": ["0", "1", "none"],
    "temperature": 1.5,
    "threshold": 0.9,
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "commit": "abc1234",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "some.tflite"
    path.write_bytes(CONTENT)
    card_path(path).write_text(json.dumps(FIELDS))
    return path


def test_a_card_comes_back_as_it_was_written(model: Path) -> None:
    """Known fields are typed, all others are kept as notes."""
    card = load_card(model)

    assert card.labels == ("0", "1", "none")
    assert (card.temperature, card.threshold) == (1.5, 0.9)
    assert dict(card.notes) == {"commit": "abc1234"}


def test_a_card_needs_no_none(model: Path) -> None:
    """The reject class is optional."""
    card_path(model).write_text(json.dumps({**FIELDS, "labels": ["A", "B"]}))

    assert load_card(model).labels == ("A", "B")


def test_a_card_has_the_length_of_the_embedding(model: Path) -> None:
    """The field is missing for a model without an embedding."""
    before = load_card(model).embedding
    card_path(model).write_text(json.dumps({**FIELDS, "embedding": 128}))

    assert (before, load_card(model).embedding) == (None, 128)


def test_an_incomplete_model_is_rejected(model: Path) -> None:
    """The sha256 of the model must be that of its card."""
    model.write_bytes(CONTENT[:-1])

    with pytest.raises(ModelError, match=r"is not the model of some\.json"):
        load_card(model)


def test_a_missing_card_is_an_error(model: Path) -> None:
    """A model without its card cannot be used."""
    card_path(model).unlink()

    with pytest.raises(ModelError, match=r"some\.json: cannot read the model's card"):
        load_card(model)


def test_a_missing_model_is_an_error(model: Path) -> None:
    """A card without its model cannot be used."""
    model.unlink()

    with pytest.raises(ModelError, match=r"some\.tflite: cannot read the model"):
        load_card(model)


@pytest.mark.parametrize("text", ["", "{", "\udcff", "[1]", "null"])
def test_a_card_that_is_not_a_json_object_is_rejected(model: Path, text: str) -> None:
    """A damaged card is a ModelError."""
    card_path(model).write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(ModelError, match=r"some\.json: (not JSON|the card is not JSON|wanted)"):
        load_card(model)


@pytest.mark.parametrize("name", ["labels", "temperature", "threshold", "sha256"])
def test_a_missing_field_is_named(model: Path, name: str) -> None:
    """The message contains the missing field's name."""
    card_path(model).write_text(json.dumps({k: v for k, v in FIELDS.items() if k != name}))

    with pytest.raises(ModelError, match=f"the card lacks {name};"):
        load_card(model)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("labels", "0123"),
        ("labels", []),
        ("labels", ["0", 1]),
        ("labels", ["0", "0"]),
        ("temperature", 0),
        ("temperature", "1.0"),
        ("temperature", True),
        ("temperature", float("nan")),
        ("threshold", -0.1),
        ("threshold", 1.1),
        ("sha256", None),
        ("embedding", 0),
        ("embedding", "many"),
        ("embedding", True),
    ],
)
def test_an_invalid_field_is_named(model: Path, name: str, value: Any) -> None:
    """The message states what was wanted and what came."""
    card_path(model).write_text(json.dumps({**FIELDS, name: value}))

    with pytest.raises(ModelError, match=rf"some\.json: {name}: wanted .*, got "):
        load_card(model)


def test_a_name_is_searched_in_every_model_folder(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shipped models are found by name."""
    monkeypatch.setattr(cards, "MODEL_FOLDERS", (model.parent / "nowhere", model.parent))

    assert find_model("some") == model


def test_a_path_is_that_file(model: Path) -> None:
    """The path of any .tflite file is returned as it is."""
    assert find_model(str(model)) == model


@pytest.mark.parametrize("name", ["other", "other.tflite", "./other", "other/some.tflite"])
def test_an_unknown_model_lists_the_shipped_ones(
    model: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The message lists the names of the shipped models."""
    monkeypatch.setattr(cards, "MODEL_FOLDERS", (model.parent,))

    with pytest.raises(ModelError, match="shipped models are some"):
        find_model(name)
