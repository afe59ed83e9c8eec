import numpy as np
import pytest

from camdigits.recognize.lines.strip import HEIGHT, STEP
from camdigits.values import SIGNS
from train.data.by_writer import Person
from train.data.strips import Strip, load_strips, save_strips
from train.simulate.lines import MAX_LABELS, WIDTHS, film_lines
from train.simulate.scenes import SceneConfig
from train.simulate.signs import SignWriters
from train.simulate.strings import NONE_LABEL
from train.simulate.strips import Scribes
from train.simulate.words import Letters

FLAT = [np.array([[0, 0], [1000, 20]], np.float32)]
STEEP = [np.array([[0, 0], [500, 1000]], np.float32)]
SIGN_WRITERS = SignWriters({**{sign: [STEEP] for sign in SIGNS}, "-": [FLAT], "=": [FLAT, FLAT]})
PERSON = Person(
    "pen",
    np.arange(10, dtype=np.uint8),
    strokes=[[np.array([[0, 0], [400, 0], [300, 1000]], np.float32)] for _ in range(10)],
)


@pytest.fixture(scope="module")
def strips() -> list[Strip]:
    """Strips of a few filmed pages."""

    def bar(style, _):
        return np.full((round(style.height_px), 8), 255, np.uint8)

    scribes = Scribes([PERSON], [Letters("print", {"E": [bar], "A": [bar]})], [], np.ones(1))
    rng, config = np.random.default_rng(3), SceneConfig(size_px=(640, 480), ruled_share=0.0)
    return [s for _ in range(8) for s in film_lines(scribes, SIGN_WRITERS, rng, config)]


def test_a_filmed_page_gives_strips_of_its_lines(strips: list[Strip]) -> None:
    """They have digits and signs, and fit the net and the file."""
    labels = {label for strip in strips for label in strip.labels}

    assert len(strips) > 20
    assert labels >= set(range(10))
    assert len(labels - set(range(NONE_LABEL + 1))) > 5
    assert max(labels) <= NONE_LABEL + len(SIGNS)
    for strip in strips:
        assert strip.image.shape[0] == HEIGHT
        assert strip.image.shape[1] % STEP == 0
        assert strip.image.shape[1] <= WIDTHS[-1]
        assert len(strip.labels) <= MAX_LABELS
        assert any(label < NONE_LABEL for label in strip.labels)


def test_characters_are_where_their_ink_is(strips: list[Strip]) -> None:
    """There is ink at the middle of each, from left to right."""
    hits = []
    for strip in strips:
        places = [at for at in strip.centres if at >= 0]
        assert places == sorted(places)
        for at in places:
            near = strip.image[:, max(0, int(at) - 4) : int(at) + 5]
            hits.append(near.max() > 128)
    assert np.mean(hits) > 0.97


def test_strips_of_lines_survive_a_file(strips: list[Strip], tmp_path) -> None:
    """Of another height, width and number of labels than those of joined digits."""
    save_strips(tmp_path / "lines.npz", strips, HEIGHT, WIDTHS, MAX_LABELS)

    sets = load_strips(tmp_path / "lines.npz")

    assert tuple(sets) == WIDTHS
    assert sum(len(part.labels) for part in sets.values()) == len(strips)
    assert sets[WIDTHS[0]].images.shape[1:] == (HEIGHT, WIDTHS[0])
    assert sets[WIDTHS[0]].labels.shape[1] == MAX_LABELS
