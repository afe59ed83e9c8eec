"""Limits for digits and signs of one number."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupingConfig:
    """Limits for neighbours of one number, over the height of the taller of two digits."""

    max_gap_heights: float = 0.9  # chosen: a wider space separates two numbers
    max_even_gap_heights: float = 1.0  # chosen: the same if the pitch is that on both sides
    max_uneven_pitch: float = 0.05  # chosen: deviation of these pitches, over the pitch
    max_comb_gap_heights: float = 2.2  # chosen: the same between digits in boxes of a comb
    max_overlap_widths: float = 0.7  # chosen: of the narrower one; more is one above the other
    max_overlap_heights: float = 0.3  # chosen: a leaning 1 is below the bar of a 7
    max_step_heights: float = 0.55  # chosen: vertical distance of the centres
    min_boundary_fraction: float = 0.9  # chosen: of a gap's middle half that a rule crosses
    min_square_fraction: float = 0.6  # chosen: of half a digit's height that a rule crosses
    max_comb_step_heights: float = 1.7  # chosen: from the first digit of a comb to the second
    max_square_heights: float = 0.8  # chosen: distance of the rules of squared paper
    max_comb_heights: float = 2.4  # chosen: length of a rule between two boxes of a comb
    min_height_ratio: float = 0.45  # chosen: a smaller neighbour belongs to another line
    min_line_overlap: float = 0.5  # chosen: of the lower box's height, for numbers on one line
    max_unread_gap_heights: float = 0.5  # chosen: a region further away is not part of a number
    unread_height_range: tuple[float, float] = (0.5, 1.7)  # chosen: over the number's height


DEFAULT = GroupingConfig()
