import json
from dataclasses import asdict

import numpy as np
import pytest

from camdigits.recognize.classify import OutputSpec
from camdigits.recognize.glyph import normalize
from train.data.alphabets import DIGIT_NONE
from train.data.sets import LABELS, Glyphset
from train.errors import DataError
from train.fit.run import CONFIG, HISTORY
from train.fit.settings import Settings
from train.studies.filmed import cut_labelled, stretched
from train.studies.survival import (
    SHIFT_PX,
    Contender,
    DigitRow,
    OtherRow,
    Survival,
    draw_plot,
    markdown,
    measure,
    mnist_only,
    shifted,
    shrunk,
    thickened,
)


def always(label, labels, logit=9.0):
    """Return a scorer with one label for everything."""
    row = np.float32([logit * (name == label) for name in labels])
    return lambda glyphs: np.tile(row, (len(glyphs), 1))


def contenders():
    ten = LABELS[:10]
    return (
        Contender("MNIST only", always("7", ten), OutputSpec(ten)),
        Contender("shipped", always("none", LABELS), OutputSpec(LABELS)),
    )


def glyphs(name, *labels):
    return Glyphset(name, np.zeros((len(labels), 28, 28), np.uint8), np.array(labels, np.uint8))


def bar(x=12, y=4, wide=4, high=20):
    image = np.zeros((28, 28), np.uint8)
    image[y : y + high, x : x + wide] = 255
    return image


def test_none_is_wrong_for_a_digit():
    """A net without "none" rejects nothing."""
    found = measure(
        contenders(),
        iter([glyphs("digits", 7, 7, 7, 1)]),
        iter([glyphs("letters", DIGIT_NONE, DIGIT_NONE)]),
        report=[].append,
    )

    assert found.digits == (DigitRow("digits", 4, (0.75, 0.0)),)
    assert found.others == (OtherRow("letters", 2, (1.0, 0.0), (1.0, 0.0)),)


FOUND = Survival(
    ("MNIST only", "shipped"),
    (DigitRow("MNIST test", 10_000, (0.995, 0.994)),),
    (OtherRow("doodles", 10, (1.0, 0.2), (0.6, 0.1)),),
)


def test_the_tables_are_markdown():
    """Each set is a row, each net a column, shares are in per cent."""
    lines = markdown(FOUND).splitlines()

    assert lines[0] == "| digits read right | glyphs | MNIST only | shipped |"
    assert lines[1] == "| --- | ---: | ---: | ---: |"
    assert lines[2] == "| MNIST test | 10000 | 99.5 % | 99.4 % |"
    assert lines[-1] == "| doodles | 10 | 100.0 % | 60.0 % | 20.0 % | 10.0 % |"


def test_the_plot_is_a_small_picture(tmp_path):
    """It is a PNG, drawn without a display."""
    pytest.importorskip("matplotlib")

    draw_plot(FOUND, tmp_path / "new" / "plot.png")

    assert (tmp_path / "new" / "plot.png").read_bytes()[:4] == b"\x89PNG"


def test_normalising_removes_shift_but_not_stroke_width():
    """So the product needs no net trained on shifted digits."""
    rng = np.random.default_rng(1)

    moved = shifted(bar(), rng)

    assert abs(np.argwhere(moved).mean(0) - np.argwhere(bar()).mean(0)).tolist() == [SHIFT_PX] * 2
    assert np.array_equal(normalize(moved), normalize(bar()))
    assert not np.array_equal(normalize(thickened(bar(), rng)), normalize(bar()))


def test_a_shrunk_digit_stays_in_the_middle():
    """It has three fifths of the height and the same centre."""
    small = shrunk(bar(), np.random.default_rng(1)) > 128

    assert small.any(axis=1).sum() == 12
    assert np.argwhere(small).mean(0).tolist() == [13.5, 13.5]


def test_labelled_digits_are_cut_and_rotated_upright():
    """Regions without a label are left out."""
    page = np.full((100, 200), 220, np.uint8)
    page[20:28, 30:80] = page[60:90, 150:155] = 20
    truth = {"upright_rotation_cw": 90, "digits": [{"label": "1", "box": [29, 19, 52, 10]}]}

    ((glyph, label),) = cut_labelled(page, truth)

    assert label == 1
    assert (glyph.any(axis=1).sum(), glyph.any(axis=0).sum() < 8) == (20, True)


def test_stretching_loses_the_shape():
    """A 1 stretched to the glyph is a filled square."""
    assert stretched(bar()[4:24, 12:16]).min() == 255


def test_a_run_on_other_sets_is_rejected(tmp_path):
    """The error comes before anything is trained."""
    (tmp_path / CONFIG).write_text(json.dumps(asdict(Settings(sets=("mnist", "unipen")))))
    (tmp_path / HISTORY).write_text("[]")

    with pytest.raises(DataError, match="a run on MNIST alone is wanted"):
        mnist_only(tmp_path, epochs=1)
