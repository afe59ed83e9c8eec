from support.printed import rectangle

from camdigits.segment.find_rules import find_components
from camdigits.segment.ink import find_ink


def test_the_sides_of_a_comb_are_rules(sheet):
    """Strokes between two rules are removed, and known as rules: they separate boxes."""
    bars = [(20, 40, 360, 2), (20, 90, 360, 2)]
    bars += [(20 + 60 * index, 42, 2, 48) for index in range(7)]
    ink = find_ink(255 - sheet(*bars, (100, 52, 6, 30), size=(200, 400)))

    components = find_components(ink)

    assert components.rules is not None
    assert (components.rules[60, 78:84] > 0).any()
    assert components.rules[60, 102] == 0


def test_only_the_digits_in_rows_of_boxes_are_left(sheet):
    """The sides of boxes below each other look like rules of the page, too."""
    bars = []
    for y in range(20, 560, 60):
        for x in range(10, 790, 60):
            bars += [*rectangle(x, y, 56, 40), (x + 24, y + 10, 8, 20)]
    ink = find_ink(255 - sheet(*bars, size=(580, 800)))

    found = find_components(ink)

    assert [box[2:] for box in sorted(map(tuple, found.boxes.tolist()))] == [(8, 20)] * 9 * 13
