"""Name the kinds of pages and render them.

Page k of a kind and a seed does not depend on how many are rendered.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from train.simulate.kinds import apps, boards, print_pages, sheets
from train.simulate.kinds.material import Material
from train.simulate.rendered import Page

Render = Callable[[str, Material, np.random.Generator], Page]

KINDS: Mapping[str, Render] = {
    "desk": sheets.on_surface,
    "notebook": sheets.notebook,
    "squared": sheets.squared,
    "table": sheets.table,
    "few": sheets.few,
    "joined": sheets.joined,
    "loose": sheets.loose_strokes,
    "matrix": boards.matrices,
    "board": boards.board,
    "filled": apps.filled,
    "thin": apps.thin,
    "panel": apps.panel,
    "pixels": apps.pixels,
    "small-crop": apps.small_crop,
    "dark": apps.dark,
    "shaken": apps.shaken,
    "screen": apps.filmed_screen,
    "large": sheets.large,
    "mixed-print": print_pages.mixed,
    "form": print_pages.form,
    "ledger": print_pages.ledger,
    "receipt": print_pages.receipt,
    "puzzle": print_pages.puzzle,
    "print": print_pages.text,
    "titles": print_pages.titles,
    "screenshot": print_pages.screenshot,
    "keyboard": print_pages.keys,
    "surface": sheets.bare_surface,
}
WITHOUT_DIGITS = frozenset({"print", "titles", "screenshot", "keyboard", "surface"})


@dataclass(frozen=True, slots=True, eq=False)
class KindPage:
    """A page with the name of its kind."""

    kind: str
    page: Page


def kind_pages(
    material: Material, count: int, seed: int = 1, kinds: Sequence[str] = tuple(KINDS)
) -> Iterator[KindPage]:
    """Render `count` pages of each kind.

    Args:
        material: writers, fonts and photos.
        count: pages of each kind.
        seed: of the random generators.
        kinds: names of the kinds.
    """
    for kind in kinds:
        for index in range(count):
            rng = np.random.default_rng((seed, zlib.crc32(kind.encode()), index))
            yield KindPage(kind, KINDS[kind](f"{kind}-{index:02}.png", material, rng))
