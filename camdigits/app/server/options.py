"""Settings of the server."""

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How the server listens, who may use it, and how much."""

    host: str = "127.0.0.1"
    port: int = 8737  # 0 lets the system choose
    token: str | None = None  # a text, @FILE or "none"; None: needed off loopback, made if missing
    allow_host: tuple[str, ...] = ()  # further names under which the server is reached
    tls_cert: Path | None = None
    tls_key: Path | None = None
    root_path: str = ""  # prefix under which a proxy publishes the server
    max_upload: int = 20_000_000  # bytes of one picture
    viewers: int = 16  # WebSockets and streams at the same time
    stream_fps: float = 10.0  # pictures per second to one viewer, at most
    stream_width: int = 960  # pixels
    history: Path | None = None  # SQLite file that keeps the events

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK or self.host.startswith("127.")
