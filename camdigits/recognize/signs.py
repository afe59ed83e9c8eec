"""Recognise the signs beside digits: points, commas, operators, brackets, percent.

A candidate is ink beside digits that belongs to none of them, or a digit that may be a sign, such
as a slash that was read as a 1. The sign net sees each in a window at the scale of its line. A
sign is never found without a digit beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from camdigits.geometry import intersection, union
from camdigits.image import cv2
from camdigits.recognize.card import SIGN_MODEL, find_model, load_card
from camdigits.recognize.classify import OutputSpec, probabilities
from camdigits.recognize.sign_net import ScoreWindows, load_sign_net
from camdigits.recognize.sign_windows import (
    SignCandidate,
    SignWindowConfig,
    draw_windows,
    find_sign_candidates,
    singles,
)
from camdigits.segment.contours import Components
from camdigits.values import NONE, Box, Digit, Flags, Floats, GrayImage, Region

STROKES, IN_PIECES = "/()", ":÷=%"  # signs that may be read as a 1, and as a digit in pieces
DIGIT = "digit"  # label of the sign net for a digit


@dataclass(frozen=True, slots=True)
class SignConfig:
    """Limits for signs."""

    windows: SignWindowConfig = field(default_factory=SignWindowConfig)
    min_score: float = 0.5  # chosen: of a sign whose ink is not part of a digit
    min_score_of_piece: float = 0.7  # chosen: of a sign that was joined to a digit
    min_score_of_digit: float = 0.95  # chosen: of a sign that was read as a digit
    min_score_of_date: float = 0.4  # chosen: the same of a slash that makes a date
    min_score_in_pieces: float = 0.9  # chosen: the same of a sign in several pieces
    max_ring_gap: float = 0.3  # chosen: from a percent sign to the middle of its ring
    max_low_digit: float = 0.65  # chosen: height over that of the others: the rings of a percent


DEFAULT = SignConfig()


@dataclass(frozen=True, slots=True)
class FoundSign:
    """One sign."""

    box: Box
    label: str
    score: float  # its probability
    digits: tuple[int, ...]  # the digits as which it was read, as indexes
    line: Box  # as wide as the sign, as high as the digits on its line
    members: tuple[int, ...] = ()  # components
    pieces_of: tuple[int, ...] = ()  # digits to which some of these were joined


@dataclass(frozen=True, slots=True)
class SignReader:
    """The sign net with the meaning of its outputs."""

    net: ScoreWindows
    spec: OutputSpec

    def read(
        self,
        components: Components,
        digits: Sequence[Digit],
        regions: Sequence[Region],
        mask: GrayImage,
        config: SignConfig = DEFAULT,
    ) -> tuple[FoundSign, ...]:
        """Find the signs of an upright image.

        Args:
            components: of the (H, W) image, without rules: those of `components_near`.
            digits: of the image.
            regions: ink of each digit.
            mask: (H, W) uint8, 255 on ink.
            config: limits.
        """
        reviewed = _may_be_signs(digits, components, config)
        candidates = find_sign_candidates(
            components, regions, reviewed, mask.shape, config.windows
        )
        chances = self._chances(candidates, components, regions, mask)
        signs = [
            sign
            for sign in self._accepted(candidates, chances, config)
            if all(sign.label in _look_alikes(digits[index].label) for index in sign.digits)
        ]
        # Where a stack is no sign, one of its parts may be: a point above a speck of dirt.
        apart = [
            part
            for candidate, row in zip(candidates, chances, strict=True)
            if len(candidate.members) > 1 and self.spec.labels[int(row.argmax())] == NONE
            for part in singles(candidate, components)
        ]
        if apart:
            signs += self._accepted(apart, self._chances(apart, components, regions, mask), config)
        return tuple(_with_rings(sign, digits, config) for sign in _largest(signs))

    def _chances(
        self,
        candidates: Sequence[SignCandidate],
        components: Components,
        digits: Sequence[Region],
        mask: GrayImage,
    ) -> Floats:
        if not candidates:
            return np.zeros((0, len(self.spec.labels)))
        windows = draw_windows(candidates, components, digits, mask)
        return probabilities(self.net(windows), self.spec.temperature)

    def _accepted(
        self, candidates: Sequence[SignCandidate], chances: Floats, config: SignConfig
    ) -> list[FoundSign]:
        found = []
        for candidate, row in zip(candidates, chances, strict=True):
            best = int(row.argmax())
            label, score = self.spec.labels[best], float(row[best])
            least = config.min_score_of_piece if candidate.pieces_of else config.min_score
            if candidate.digits:
                is_stroke = label in STROKES
                least = config.min_score_of_digit if is_stroke else config.min_score_in_pieces
                if label == "/" and candidate.digits:
                    least = config.min_score_of_date
            if label not in (DIGIT, NONE) and score >= least:
                line = _line(candidate)
                found.append(
                    FoundSign(
                        candidate.box,
                        label,
                        score,
                        candidate.digits,
                        line,
                        candidate.members,
                        candidate.pieces_of,
                    )
                )
        return found


def _look_alikes(label: str) -> str:
    """Return the signs as which a digit may be read: a 1 is a stroke, others have pieces."""
    return f"{STROKES}{IN_PIECES}" if label == "1" else IN_PIECES


def load_sign_reader(model: str | Path | bool = True, threads: int = 1) -> SignReader:
    """Load a sign net with its card; True means the shipped one.

    Raises:
        ModelError: the model or its card cannot be used.
    """
    path = find_model(SIGN_MODEL if model is True else str(model))
    card = load_card(path)
    net = load_sign_net(path, card, threads)
    return SignReader(net, OutputSpec(card.labels, card.temperature, card.threshold))


def _with_rings(sign: FoundSign, digits: Sequence[Digit], config: SignConfig) -> FoundSign:
    """Add the rings of a percent sign that were read as small zeros beside its stroke."""
    if sign.label != "%":
        return sign
    reach = config.max_ring_gap * sign.line.height
    rings = [
        index
        for index, digit in enumerate(digits)
        if digit.box.height <= config.max_low_digit * sign.line.height
        and sign.box.x - reach <= digit.box.centre[0] <= sign.box.right + reach
        and sign.box.y - reach <= digit.box.centre[1] <= sign.box.bottom + reach
    ]
    box = union([sign.box, *(digits[index].box for index in rings)])
    return replace(sign, box=box, digits=tuple(sorted({*sign.digits, *rings})))


def _largest(signs: Sequence[FoundSign]) -> list[FoundSign]:
    """Drop signs that are a part of another one: a dot of a colon."""
    found: list[FoundSign] = []
    for sign in sorted(signs, key=lambda sign: -len(sign.members)):
        if not any(set(sign.members) & set(other.members) for other in found):
            found.append(sign)
    return found


def without_pieces(
    regions: Sequence[Region], signs: Sequence[FoundSign], components: Components
) -> dict[int, Region]:
    """Return the digits that lose a stroke to a sign, by index, without it."""
    taken: dict[int, list[int]] = {}
    for sign in signs:
        for digit in sign.pieces_of:
            taken.setdefault(digit, []).extend(sign.members)
    return _erased(regions, taken, components)


def freed(
    regions: Sequence[Region], signs: Sequence[FoundSign], components: Components
) -> dict[int, Region]:
    """Return rejected regions without the signs that were joined to them, by index.

    The bars of an equals sign are near enough to a 1 to be its strokes.
    """
    taken: dict[int, list[int]] = {}
    for index, region in enumerate(regions):
        for sign in signs:
            inside = intersection(sign.box, region.box) == sign.box
            if inside and sign.box != region.box and not sign.digits:
                taken.setdefault(index, []).extend(sign.members)
    return _erased(regions, taken, components)


def _erased(
    regions: Sequence[Region], taken: Mapping[int, Sequence[int]], components: Components
) -> dict[int, Region]:
    """Return regions without the ink of some components, with tight boxes."""
    found = {}
    for digit, members in taken.items():
        region = regions[digit]
        ink = region.ink.copy()
        for member in members:
            offset = -region.box.x, -region.box.y
            cv2.drawContours(ink, components.component(member), -1, 0, cv2.FILLED, offset=offset)
        x, y, width, height = cv2.boundingRect(ink)
        if width:
            box = Box(region.box.x + x, region.box.y + y, width, height)
            rest = np.ascontiguousarray(ink[y : y + height, x : x + width])
            found[digit] = replace(region, box=box, ink=rest)
    return found


def _line(candidate: SignCandidate) -> Box:
    height = max(1, round(candidate.height))
    return candidate.box._replace(y=round(candidate.middle - height / 2), height=height)


def _may_be_signs(digits: Sequence[Digit], components: Components, config: SignConfig) -> Flags:
    """(N,) bool: ones, low digits, and digits of several components."""
    if not digits:
        return np.zeros(0, np.bool_)
    ones = np.array([digit.label == "1" for digit in digits])
    x, y, width, height = np.array([digit.box for digit in digits]).T
    left, top = components.boxes[:, :2].T
    right, bottom = (components.boxes[:, :2] + components.boxes[:, 2:]).T
    inside = (left >= x[:, None]) & (top >= y[:, None])
    inside &= (right <= (x + width)[:, None]) & (bottom <= (y + height)[:, None])
    inside &= components.boxes[:, 2:].max(axis=1, initial=0) >= config.windows.min_side_px
    low = height < config.max_low_digit * np.median(height)
    return np.asarray(ones | low | (inside.sum(axis=1) > 1), np.bool_)
