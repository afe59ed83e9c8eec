"""The JSON objects of the web interface, as types; `openapi.json` is made from them."""

from dataclasses import dataclass
from typing import Any, Literal

from camdigits.app.server.live_run import State
from camdigits.values import Kind

Rotation = Literal[0, 90, 180, 270]  # degrees clockwise


@dataclass(frozen=True, kw_only=True)
class ErrorObject:
    """Why a request was not answered."""

    error: str  # what was wanted, what came, what to do
    status: int  # HTTP status


@dataclass(frozen=True, kw_only=True)
class DigitObject:
    """One digit."""

    label: str
    score: float | None  # calibrated probability, 0 to 1
    box: list[int]  # x, y, width, height in pixels of the frame
    track: int | None  # id across frames
    missed_s: float | None = None  # seconds since it was last detected


@dataclass(frozen=True, kw_only=True)
class NumberObject:
    """Neighbouring digits in reading order."""

    text: str
    score: float | None
    box: list[int]
    digits: list[int]  # indexes into the result's digits
    track: int | None
    kind: Kind
    value: int | float | None  # null for a date, a time and the like
    marks: list[int]  # indexes into the result's marks
    complete: bool  # whether nothing beside it was left unread
    unread: list[list[int]]  # boxes of regions beside it that may be digits
    line: int  # of the page, from 0
    column: int | None  # of the page, where numbers form columns


@dataclass(frozen=True, kw_only=True)
class MarkObject:
    """One sign beside digits."""

    label: str  # . , : - / + × ÷ = ( ) %
    score: float | None
    box: list[int]
    track: int | None


@dataclass(frozen=True, kw_only=True)
class ExpressionObject:
    """Numbers with operators between them."""

    text: str
    box: list[int]
    numbers: list[int]  # indexes into the result's numbers
    marks: list[int]  # indexes into the result's marks
    kind: Literal["expression", "fraction"]
    value: float | None  # of a fraction


@dataclass(frozen=True, kw_only=True)
class RegionObject:
    """One region that the network classified."""

    box: list[int]
    label: str
    score: float | None
    accepted: bool
    digit: int | None  # index into the result's digits
    probabilities: list[float | None]  # one per label
    glyph: str  # base64 of 28×28 bytes, 255 = ink


@dataclass(frozen=True, kw_only=True)
class DetailsObject:
    """What the network saw."""

    labels: list[str]
    regions: list[RegionObject]
    ink: str | None  # data URL of a PNG
    rules: str | None
    area: list[int] | None  # that was read; null for all
    rotation: Rotation
    skew: int
    passes: int


@dataclass(frozen=True, kw_only=True)
class ResultObject:
    """What was read in one picture; a line of JSON Lines."""

    source: str
    frame: int
    time_s: float | None
    width: int
    height: int
    rotation: Rotation
    digits: list[DigitObject]
    numbers: list[NumberObject]
    marks: list[MarkObject]
    expressions: list[ExpressionObject]
    ms: dict[str, float | None]
    details: DetailsObject | None = None


@dataclass(frozen=True, kw_only=True)
class NumbersObject:
    """The numbers of the newest live result."""

    frame: int
    age_ms: float
    numbers: list[NumberObject]


@dataclass(frozen=True, kw_only=True)
class SettingsObject:
    """Settings of the live run."""

    threshold: float
    rotate: int | None
    roi: list[int] | None
    mirror: bool
    model: str
    paused: bool
    recording: bool


@dataclass(frozen=True, kw_only=True)
class SettingsChange:
    """Settings to change; those that are absent stay."""

    threshold: float = 0
    rotate: Rotation | Literal["auto"] | None = None
    roi: list[int] | None = None
    mirror: bool = False
    model: str = ""
    paused: bool = False
    recording: bool = False


@dataclass(frozen=True, kw_only=True)
class StatusObject:
    """State of the live run and the server."""

    version: str
    source: str | None
    state: State
    problem: str
    fps: float | None
    age_ms: float | None
    width: int | None
    height: int | None
    settings: SettingsObject
    models: list[str]
    labels: list[str]
    files: list[str]
    follows: bool  # whether numbers are followed from frame to frame
    viewers: int
    max_upload_bytes: int
    view_token: str | None


@dataclass(frozen=True, kw_only=True)
class HealthObject:
    """Whether frames come."""

    state: str
    frame_age_s: float | None


@dataclass(frozen=True, kw_only=True)
class EventObject:
    """A number that became stable, changed, or is gone."""

    id: int
    at: float  # seconds since 1970
    run: int  # counts the runs that wrote the history file
    event: Literal["stable", "changed", "gone"]
    track: int  # of the number, in its run
    text: str
    was: str | None
    score: float
    time_s: float
    frame: int
    box: list[int]
    source: str


@dataclass(frozen=True, kw_only=True)
class HistoryObject:
    """The last events, oldest first."""

    events: list[EventObject]


@dataclass(frozen=True, kw_only=True)
class LoginObject:
    """The server's token."""

    token: str


@dataclass(frozen=True, kw_only=True)
class DrawingObject:
    """Strokes on a canvas; lengths in its pixels."""

    strokes: list[list[list[float]]]  # strokes of points [x, y]
    width: int
    height: int
    pen: float = 12


@dataclass(frozen=True, kw_only=True)
class GlyphObject:
    """One glyph."""

    glyph: str  # base64 of 28×28 bytes


@dataclass(frozen=True, kw_only=True)
class MapsObject:
    """Feature maps of the first convolution."""

    width: int
    height: int
    maps: list[str]  # base64 of height×width bytes each


@dataclass(frozen=True, kw_only=True)
class LiveMessage:
    """The JSON part of one message of the live WebSocket."""

    seq: int | None
    status: StatusObject
    result: ResultObject | None
    events: list[dict[str, Any]]
    details: DetailsObject | None
