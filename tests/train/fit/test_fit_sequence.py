from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camdigits.errors import ModelError
from camdigits.recognize.card import Card, load_card
from camdigits.recognize.sequence_net import WIDTHS, load_sequence_net, windows
from train.data.strips import Strip, save_strips
from train.errors import DataError

pytest.importorskip("tensorflow")

from train.fit.export_sequence import evaluate_strips, export_sequence, fixed_width
from train.fit.sequence import (
    IGNORED,
    LABELS,
    SequenceSettings,
    _middles,
    fit_sequence,
)
from train.fit.sequence import (
    load_sequence_net as load_net,
)
from train.fit.steps import load_settings

TINY = SequenceSettings(steps=4, epoch=2, batch=8, average=2, channels=(4, 4, 4, 4, 4, 4, 8, 8))


def strips_file(folder: Path, count: int = 40) -> Path:
    """Write strips of noise with one or two labels."""
    rng = np.random.default_rng(1)
    strips = []
    for index in range(count):
        width = int(rng.choice([40, 88, 160]))
        image = (rng.random((32, width)) > 0.7).astype(np.uint8) * 255
        strips.append(Strip(image, (index % 10, 3), (10.0, 26.0)))
    path = folder / "strips.npz"
    save_strips(path, strips)
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Train a tiny net for four steps; return the strips and the run."""
    folder = tmp_path_factory.mktemp("sequence")
    strips = strips_file(folder)
    fit_sequence(replace(TINY, data=(str(strips),)), folder / "run", report=lambda _: None)
    return strips, folder / "run"


def test_an_interrupted_run_continues(run: tuple[Path, Path], tmp_path: Path) -> None:
    """Half the steps and the rest give the weights of the whole run."""
    strips, whole = run
    settings = replace(TINY, data=(str(strips),))
    fit_sequence(replace(settings, steps=2), tmp_path, report=lambda _: None)
    text = (tmp_path / "config.json").read_text().replace('"steps": 2', '"steps": 4')
    (tmp_path / "config.json").write_text(text)

    lines: list[str] = []
    fit_sequence(settings, tmp_path, resume=True, report=lines.append)

    assert len(lines) == 1
    assert "step 4 of 4" in lines[0]
    with np.load(whole / "model.npz") as one, np.load(tmp_path / "model.npz") as other:
        assert [one[name].shape for name in one] == [other[name].shape for name in other]


def test_a_folder_with_a_run_is_not_overwritten(run: tuple[Path, Path]) -> None:
    """The message names --resume."""
    strips, folder = run

    with pytest.raises(DataError, match="add --resume"):
        fit_sequence(replace(TINY, data=(str(strips),)), folder)


def test_a_run_without_strips_is_rejected(tmp_path: Path) -> None:
    """Nothing could be learned."""
    with pytest.raises(DataError, match="wanted files to learn from"):
        fit_sequence(TINY, tmp_path)


def test_the_int8_model_agrees_with_the_float_net(run: tuple[Path, Path], tmp_path: Path) -> None:
    """Logits differ by a few int8 steps, at every width, windows included."""
    strips, folder = run
    out = tmp_path / "sequence.tflite"
    export_sequence(folder, strips, out, report=lambda _: None)
    read = load_sequence_net(out, load_card(out))
    rng = np.random.default_rng(2)

    for width in (24, WIDTHS[0], 120, WIDTHS[1]):
        strip = (rng.random((32, width)) > 0.7).astype(np.uint8) * 255
        padded = np.zeros((32, WIDTHS[0] if width <= WIDTHS[0] else WIDTHS[1]), np.uint8)
        padded[:, :width] = strip
        wanted = load_net(folder)(padded[None, ..., None] / np.float32(255))[0, 0]
        found = read(strip)
        assert found.shape == (-(-width // 4), len(LABELS) + 1)
        difference = np.abs(found - np.asarray(wanted)[: len(found)])
        assert difference.max() < 0.15 * np.ptp(wanted)


def test_windows_of_a_wide_strip_give_what_the_whole_gives(
    run: tuple[Path, Path], tmp_path: Path
) -> None:
    """An output near the middle of a window does not depend on where it was cut."""
    strips, folder = run
    out = tmp_path / "sequence.tflite"
    export_sequence(folder, strips, out, report=lambda _: None)
    strip = (np.random.default_rng(3).random((32, 400)) > 0.7).astype(np.uint8) * 255

    found = load_sequence_net(out, load_card(out))(strip)

    paper = np.pad(strip, ((0, 0), (0, 92)))[None, ..., None] / np.float32(255)
    wanted = np.asarray(load_net(folder)(paper)[0, 0])[: 400 // 4]
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 0.2 * np.ptp(wanted)


@pytest.mark.parametrize("width", [200, 256, 300, 404, 1000])
def test_windows_cover_every_output_once(width: int) -> None:
    """Each window is at most 192 wide, and the outputs used follow each other."""
    parts = windows(width)

    steps = [start // 4 + step for start, first, last in parts for step in range(first, last)]
    assert steps == list(range(-(-width // 4)))
    assert all(last * 4 <= WIDTHS[-1] + 3 for _, _, last in parts)


def test_the_card_has_labels_and_calibration(run: tuple[Path, Path], tmp_path: Path) -> None:
    """The card fits its model and names the strips that it was trained on."""
    strips, folder = run
    out = tmp_path / "sub/sequence.tflite"

    export_sequence(folder, strips, out, report=lambda _: None)

    card = load_card(out)
    assert card.labels == LABELS
    assert card.notes["strips"] == [str(strips)]
    assert set(card.notes["accuracies"]) >= {"2 digits", "joined"}
    assert load_settings(SequenceSettings, folder).channels == TINY.channels


def test_a_model_for_glyphs_is_not_a_sequence_net() -> None:
    """One line says what was wanted."""
    model = Path(__file__).parents[3] / "models/digits.tflite"

    with pytest.raises(ModelError, match="wanted a sequence net"):
        load_sequence_net(model, load_card(model))


def test_the_middles_of_characters_are_known_and_their_sides_ignored() -> None:
    """Blank elsewhere; nothing is known about the place of a non-digit."""
    labels = np.array([[4, -1], [LABELS.index("none"), -1]], np.int32)
    centres = np.array([[14.0, -1], [-1.0, -1]], np.float32)

    found = _middles(labels, centres, 8, len(LABELS), LABELS.index("none"))

    blank = len(LABELS)
    assert found[0].tolist() == [blank, blank, IGNORED, 4, IGNORED, blank, blank, blank]
    assert (found[1] == IGNORED).all()


def test_certain_and_right_readings_set_the_threshold() -> None:
    """Readings of the right labels are counted by length; non-digits apart."""
    none, blank = LABELS.index("none"), len(LABELS)
    path = {0: (1, blank, 2), 1: (none, none, blank), 2: (1, blank, blank)}

    def read(strip: np.ndarray) -> np.ndarray:
        logits = np.zeros((3, blank + 1), np.float32)
        logits[np.arange(3), path[int(strip[0, 0])]] = 9
        return logits

    strips = [np.full((32, 12), index, np.uint8) for index in range(3)]
    score = evaluate_strips(read, strips, [(1, 2), (none,), (1, 7)])

    assert score.accuracies["2 digits"] == 0.5
    assert score.accuracies["non-digits rejected"] == 1.0


def test_a_net_of_another_width_has_the_same_weights(run: tuple[Path, Path]) -> None:
    """Only the shape of the input differs."""
    model = load_net(run[1])
    fixed = fixed_width(model, TINY, WIDTHS[0])

    strip = np.random.default_rng(5).random((1, 32, WIDTHS[0], 1), np.float32)
    assert np.allclose(model(strip), fixed(strip), atol=1e-5)
    assert Card is not None
