"""Define what a live session shows: a frame, its status, and what is switched on."""

from dataclasses import dataclass

from camdigits.pipeline import Processed
from camdigits.render.debug import debug_view
from camdigits.render.status import Status
from camdigits.values import BgrImage, Box


@dataclass(frozen=True, slots=True)
class LiveState:
    """What is switched on in a live session."""

    paused: bool = False
    debug: bool = False  # frames are read with a trace
    mirror: bool = False  # off at first: a mirrored digit is another digit
    help: bool = False
    recording: bool = False
    roi: bool = False  # a region of interest is read or is being drawn
    quit: bool = False
    step: bool = False  # for one frame: read it although paused
    snapshot: bool = False  # for one change: save the picture shown, and the frame as it came
    fullscreen: bool = False
    threshold_steps: int = 0  # for one change: read with a higher or lower threshold


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """One processed frame and what a screen shows with it."""

    current: Processed
    status: Status
    state: LiveState
    roi: Box | None = None  # the part that was read; None for all

    def picture(self) -> BgrImage:
        """Render the annotated frame, or the debug view if it is on."""
        return debug_view(self.current.result) if self.state.debug else self.current.picture()

    def shows_the_same_as(self, other: "View | None") -> bool:
        """Return whether another view shows the same frame in the same state."""
        return (
            other is not None
            and self.current.result is other.current.result
            and (self.status, self.state) == (other.status, other.state)
        )
