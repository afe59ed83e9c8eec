"""Make, keep and check the token of the server."""

import hashlib
import hmac
import os
import re
import secrets
import time
from collections import OrderedDict, deque
from pathlib import Path

from camdigits.app.server.options import ServeOptions
from camdigits.errors import ServerError

MAX_FAILURES, WINDOW_S = 5, 60.0  # wrong tokens from one address within the window
MAX_ADDRESSES = 1000  # chosen: whose failures are remembered
MIN_LENGTH = 8  # chosen


class Token:
    """The secret that opens the server, and what is derived from it.

    Args:
        secret: the token.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()
        self.session = self._derived("session")  # value of the cookie
        self.view = self._derived("view")[:32]  # opens only pictures: for the addresses of streams

    def opens(self, given: str) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self._secret, _bytes(given))

    def is_session(self, given: str) -> bool:
        """Compare the value of a cookie in constant time."""
        return hmac.compare_digest(self.session.encode(), _bytes(given))

    def is_view(self, given: str) -> bool:
        """Compare a view token in constant time."""
        return hmac.compare_digest(self.view.encode(), _bytes(given))

    def _derived(self, purpose: str) -> str:
        return hmac.new(self._secret, f"camdigits {purpose}".encode(), hashlib.sha256).hexdigest()


class Failures:
    """Counts wrong tokens per address, and says who has to wait."""

    def __init__(self) -> None:
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def add(self, address: str) -> None:
        """Count a wrong token."""
        times = self._times.setdefault(address, deque(maxlen=MAX_FAILURES))
        times.append(time.monotonic())
        self._times.move_to_end(address)
        while len(self._times) > MAX_ADDRESSES:
            self._times.popitem(last=False)

    def wait_s(self, address: str) -> float:
        """Return the seconds for which an address may try no token; 0 if it may."""
        times = self._times.get(address)
        if times is None or len(times) < MAX_FAILURES:
            return 0.0
        return max(0.0, WINDOW_S - (time.monotonic() - times[0]))


def find_token(options: ServeOptions) -> tuple[str | None, str]:
    """Return the token to use and a line about it for the user.

    Returns:
        (None, "") if no token is needed. The line of a token that was made now contains it;
        later ones name its file.

    Raises:
        ServerError: the file cannot be read or made, or the token is too short.
    """
    given = options.token
    if given == "none":
        warning = "" if options.is_loopback else "no token: everyone on the network can use it"
        return None, warning
    if given is not None and given.startswith("@"):
        return _checked(_read(Path(given[1:])), given[1:]), ""
    if given is not None:
        return _checked(given, "--token"), ""
    if options.is_loopback:
        return None, ""
    path = state_folder() / "serve-token"
    if path.exists():
        return _checked(_read(path), str(path)), f"the token is in {path}"
    secret = secrets.token_urlsafe(16)
    _write(path, secret)
    return secret, f"token: {secret} (shown once; kept in {path})"


def state_folder() -> Path:
    """Return the folder for files that outlive a run: systemd's or the user's."""
    if systemd := os.environ.get("STATE_DIRECTORY"):
        return Path(systemd.split(":")[0])
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "camdigits"


def _bytes(given: str) -> bytes:
    """Encode anything: JSON may have halves of surrogate pairs, which UTF-8 has not."""
    return given.encode("utf-8", "replace")


def _checked(secret: str, where: str) -> str:
    if len(secret) < MIN_LENGTH or not re.fullmatch(r"[!-~]+", secret):
        raise ServerError(
            f"{where}: wanted a token of {MIN_LENGTH} or more printable ASCII characters without "
            f"spaces, got {len(secret)} characters; make one with: openssl rand -hex 16"
        )
    return secret


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not text"
        raise ServerError(f"cannot read the token {path}: {reason}; name a text file") from error


def _write(path: Path, secret: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as text:
            text.write(secret + "\n")
    except OSError as error:
        raise ServerError(
            f"cannot keep the token in {path}: {error.strerror}; give one with --token"
        ) from error
