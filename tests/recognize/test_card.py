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
    """A model of letters alone may have no answer for everything else."""
    card_path(model).write_text(json.dumps({**FIELDS, "labels": ["A", "B"]}))

    assert load_card(model).labels == ("A", "B")


def test_a_card_tells_of_the_embedding(model: Path) -> None:
    """How many numbers the second output has; a model without one has no line for it."""
    before = load_card(model).embedding
    card_path(model).write_text(json.dumps({**FIELDS, "embedding": 128}))

    assert (before, load_card(model).embedding) == (None, 128)


def test_a_model_that_was_cut_short_is_refused(model: Path) -> None:
    """The model must be the very file its card was written for."""
    model.write_bytes(CONTENT[:-1])

    with pytest.raises(ModelError, match=r"is not the model of some\.json"):
        load_card(model)


def test_a_missing_card_is_told(model: Path) -> None:
    """A model without its card cannot be used."""
    card_path(model).unlink()

    with pytest.raises(ModelError, match=r"some\.json: cannot read the model's card"):
        load_card(model)


def test_a_missing_model_is_told(model: Path) -> None:
    """A card without its model neither."""
    model.unlink()

    with pytest.raises(ModelError, match=r"some\.tflite: cannot read the model"):
        load_card(model)


@pytest.mark.parametrize("text", ["", "{", "\udcff", "[1]", "null"])
def test_a_card_that_is_no_json_object_is_refused(model: Path, text: str) -> None:
    """Damaged cards are one line, never a traceback."""
    card_path(model).write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(ModelError, match=r"some\.json: (not JSON|the card is not JSON|wanted)"):
        load_card(model)


@pytest.mark.parametrize("name", ["labels", "temperature", "threshold", "sha256"])
def test_a_card_that_lacks_a_field_names_it(model: Path, name: str) -> None:
    """What is missing is said by name."""
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
def test_a_field_of_another_kind_is_named(model: Path, name: str, value: Any) -> None:
    """What the field wants and what came instead stand in the line."""
    card_path(model).write_text(json.dumps({**FIELDS, name: value}))

    with pytest.raises(ModelError, match=rf"some\.json: {name}: wanted .*, got "):
        load_card(model)


def test_a_name_is_looked_for_on_every_shelf(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shipped models are found by their name alone."""
    monkeypatch.setattr(cards, "MODEL_FOLDERS", (model.parent / "nowhere", model.parent))

    assert find_model("some") == model


def test_a_path_is_that_file(model: Path) -> None:
    """Any .tflite file will do."""
    assert find_model(str(model)) == model


@pytest.mark.parametrize("name", ["other", "other.tflite", "./other", "other/some.tflite"])
def test_an_unknown_model_tells_which_there_are(
    model: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Whoever mistypes a name reads the right ones."""
    monkeypatch.setattr(cards, "MODEL_FOLDERS", (model.parent,))

    with pytest.raises(ModelError, match="shipped models are some"):
        find_model(name)
