"""Read lines with the line net.

The line net sees the ink of a line at the scale of its digits, and gives the probability of each
digit and sign per four columns, as the sequence net does for joined digits. It sees what is beside
each character: a slash among upright ones, a comma that touches a 5, a point on the baseline.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from camdigits.recognize.card import LINE_MODEL, find_model, load_card
from camdigits.recognize.classify import OutputSpec, probabilities
from camdigits.recognize.lines.config import DEFAULT, LineConfig
from camdigits.recognize.lines.find import Found
from camdigits.recognize.lines.strip import HEIGHT, STEP, Line, draw_line
from camdigits.recognize.sequence import best_path, label_chances
from camdigits.recognize.sequence_net import ReadStrip, load_sequence_net
from camdigits.segment.contours import Components
from camdigits.values import NONE, Box, Floats


@dataclass(frozen=True, slots=True)
class Character:
    """A digit or sign of a line."""

    label: str
    score: float  # its probability where the net is surest
    x: float  # its middle, in pixels of the image


@dataclass(frozen=True, slots=True, eq=False)
class LineReading:
    """The characters of a line."""

    line: Line
    digits: tuple[int, ...]  # the digits found on the line before, as indexes
    characters: tuple[Character, ...]  # from left to right, without non-digits
    chances: Floats  # (N, L) probability of each label of the net for each character
    columns: tuple[str, ...]  # these L labels

    def owners(self, boxes: Sequence[tuple[int, Box]], inset: float) -> dict[int, list[int]]:
        """Return the characters in each box, as indexes: in the box whose middle is nearest.

        Args:
            boxes: keys and boxes.
            inset: share of a box's width; what is further outside is not in it.
        """
        found: dict[int, list[int]] = {}
        for at, character in enumerate(self.characters):
            inside = [
                (abs(character.x - box.centre[0]) / box.width, key)
                for key, box in boxes
                if box.x + inset * box.width <= character.x <= box.right - inset * box.width
            ]
            if inside:
                found.setdefault(min(inside)[1], []).append(at)
        return found

    def with_digits(self, boxes: Sequence[Box], config: LineConfig = DEFAULT) -> "LineReading":
        """Return the same characters, with the digits of other boxes on the line."""
        own = [index for index, box in enumerate(boxes) if self.line.has(box, config.max_step)]
        return replace(self, digits=tuple(own))


@dataclass(frozen=True, slots=True)
class LineReader:
    """The line net with the meaning of its outputs."""

    net: ReadStrip
    spec: OutputSpec  # labels, without blank

    def read(self, components: Components, lines: Found) -> list[LineReading]:
        """Read lines.

        Args:
            components: of an upright image, without rules.
            lines: of `find_lines`, of the same image.
        """
        return [self._read(components, own, line) for own, line in lines]

    def _read(self, components: Components, own: tuple[int, ...], line: Line) -> LineReading:
        chances = probabilities(self.net(draw_line(components, line)), self.spec.temperature)
        path = best_path(chances)
        names = [self.spec.labels[label] for label in path.labels]
        kept = [place for place, name in enumerate(names) if name != NONE]
        characters = tuple(
            Character(names[at], path.scores[at], line.x_of((path.steps[at] + 0.5) * STEP))
            for at in kept
        )
        each = label_chances(chances, path, path.scores)[kept]
        return LineReading(line, own, characters, each, self.spec.labels)


def load_line_reader(model: str | Path | bool = True, threads: int = 1) -> LineReader:
    """Load a line net with its card; True means the shipped one.

    Raises:
        ModelError: the model or its card cannot be used.
    """
    path = find_model(LINE_MODEL if model is True else str(model))
    card = load_card(path)
    net = load_sequence_net(path, card, threads, HEIGHT)
    return LineReader(net, OutputSpec(card.labels, card.temperature, card.threshold))
