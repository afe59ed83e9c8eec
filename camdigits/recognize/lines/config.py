"""Limits for lines, for what the line net reads in regions, and for signs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineConfig:
    """Limits; lengths are fractions of the height of the digits on a line."""

    # Which digits are on one line.
    max_gap: float = 2.2  # chosen: between two digits, over the height of the taller one
    max_step: float = 0.55  # chosen: vertical distance of their centres, the same
    min_height_ratio: float = 0.45  # chosen: of their heights
    reach: float = 1.2  # chosen: what is beside the first and the last digit
    max_link_gap: float = 1.0  # chosen: between regions that link two digits
    max_link: float = 3.0  # chosen: length of such regions beyond a digit
    min_span: float = 2.0  # chosen: a shorter line is level
    max_above: float = 0.6  # chosen: of a component's centre, above or below the digits
    min_side_px: int = 2  # chosen: longer side of a component

    cut: float = 1.2  # chosen: beside the outermost digit of a part of a line
    context: int = 3  # chosen: sure digits on either side of a part of a line
    min_sure_score: float = 0.97  # chosen: of a digit; a line of sure ones is not read again
    max_sure_depth: float = 0.7  # chosen: of a digit below the middle: more may be a comma's

    # Regions that the line net reads otherwise than the digit net.
    inset: float = 0.08  # chosen: of a region's width: what is read further outside is not in it
    min_score_of_other: float = 0.99  # chosen: of each character read in an accepted digit
    min_score_of_rejected: float = 0.6  # chosen: the same of a rejected region
    max_score_of_other_digit: float = 0.4  # chosen: by the digit net, in a rejected region
    max_none: float = 0.5  # chosen: the same probability of a non-digit
    min_score_of_unread: float = 0.8  # chosen: the same of ink in no region
    min_height_px: int = 10  # chosen: of a rejected region
    height_range: tuple[float, float] = (0.6, 1.7)  # chosen: of a rejected region
    max_region_width: float = 6.0  # chosen: the same
    max_away: float = 0.35  # chosen: from the middle of the line to that of a rejected region

    # Signs.
    min_score: float = 0.5  # chosen: of a sign whose ink is not part of a digit
    min_score_of_piece: float = 0.7  # chosen: of a sign that was joined to a digit
    min_score_of_digit: float = 0.9  # chosen: of a sign that was read as a digit
    min_score_of_other_digit: float = 0.97  # chosen: the same of one that is seldom read as a sign
    min_score_of_date: float = 0.4  # chosen: the same of a slash that makes a date
    max_ink_gap: float = 0.55  # chosen: from a sign to its ink
    max_owned: float = 0.5  # chosen: share of an outline on the ink of a digit; more is its stroke
    max_piece: float = 0.75  # chosen: of a digit's longer side; a longer stroke is the digit
    max_low_digit: float = 0.65  # chosen: height of a comma or a ring that was read as a digit
    max_ring_gap: float = 0.9  # chosen: from a percent sign to the middle of its ring
    max_low_gap: float = 0.5  # chosen: the same from another sign to a low digit
    max_percent: float = 1.5  # chosen: height of a digit that is a part of a percent sign
    sign_side: float = 0.3  # chosen: of a sign whose ink is joined to a digit


DEFAULT = LineConfig()
