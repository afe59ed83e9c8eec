"""Settings of a tracker, and those that suit a reader and a source."""

import math
from dataclasses import dataclass, field, replace

from camdigits.layout.notation import Decimal
from camdigits.track.association import AssociationConfig
from camdigits.track.label_state import LabelConfig
from camdigits.track.motion import MotionConfig
from camdigits.track.number_events import NumberEventsConfig
from camdigits.track.reporting import ReportConfig


@dataclass(frozen=True, slots=True)
class TrackConfig:
    """Settings of a tracker: memory and box here, the rest per stage."""

    memory_s: float = 6.0  # chosen: a labelled digit that returns within this time keeps its id
    unlabelled_memory_s: float = 0.2  # chosen: a digit without a label is forgotten after it
    max_digits: int = 1000  # chosen: limits memory
    settle_s: float = 0.1  # chosen: time constant of a box relative to the motion of the page
    min_cut_digits: int = 3  # chosen: with fewer digits no cut is detected
    max_cut_agreement: float = 0.25  # chosen: share of labels that agree at a cut to another page
    rotation_hold_s: float = 0.5  # chosen: another rotation counts once it lasts this long
    motion: MotionConfig = field(default_factory=MotionConfig)
    association: AssociationConfig = field(default_factory=AssociationConfig)
    label: LabelConfig = field(default_factory=LabelConfig)  # with the settings of the votes
    report: ReportConfig = field(default_factory=ReportConfig)
    number_events: NumberEventsConfig = field(default_factory=NumberEventsConfig)


DEFAULT = TrackConfig()
# Log-odds above the threshold of the reader; 3 and 2 for a threshold of 0.82. Measured with
# `train score video`: with one more of each, 5 % fewer digits are shown; with one less, over 1 %
# of what is shown is wrong.
SHOW_MARGIN_LOG_ODDS, STAY_MARGIN_LOG_ODDS = 1.5, 0.5
MAX_SLOW_FPS = 5.0  # chosen: pages may change with every frame of such a source
MIN_SHOW_LOG_ODDS, MAX_SHOW_LOG_ODDS = 1.0, 6.0  # chosen: observations are limited to 7


def config_for(
    threshold: float,
    *,
    decimal: Decimal = "auto",
    partial: bool = False,
    fps: float | None = None,
) -> TrackConfig:
    """Return settings that show digits clearly above the threshold of a reader.

    Args:
        threshold: probability from which the reader reports a digit, 0 to 1.
        decimal: which sign is before decimals.
        partial: events for numbers beside which something was not read, too.
        fps: frames per second of the source; of a slow one each frame is read by itself.

    >>> config_for(0.81).label.show_log_odds
    2.95
    """
    odds = math.log(max(threshold, 1e-9) / max(1 - threshold, 1e-9))
    show = min(max(odds + SHOW_MARGIN_LOG_ODDS, MIN_SHOW_LOG_ODDS), MAX_SHOW_LOG_ODDS)
    show = round(show, 2)
    stay = show - SHOW_MARGIN_LOG_ODDS + STAY_MARGIN_LOG_ODDS
    settled = round(min(max(odds, 0.0), show), 2)
    report = ReportConfig(decimal=decimal)
    label = LabelConfig(show_log_odds=show, stay_log_odds=stay, settled_log_odds=settled)
    if fps is not None and fps <= MAX_SLOW_FPS:
        report, label = replace(report, bridge_s=0.0), replace(label, at_once=True)
    return TrackConfig(
        label=label,
        report=report,
        number_events=NumberEventsConfig(partial=partial),
    )


def with_threshold(config: TrackConfig, threshold: float) -> TrackConfig:
    """Return the settings for a reader with another threshold.

    Args:
        config: settings of `config_for`.
        threshold: probability from which the reader reports a digit, 0 to 1.
    """
    label = config_for(threshold).label
    return replace(config, label=replace(label, at_once=config.label.at_once))
