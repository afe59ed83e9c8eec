"""Errors that a request is answered with."""

from camdigits.errors import CamdigitsError


class RequestError(CamdigitsError):
    """A request cannot be answered.

    Args:
        status: HTTP status code.
        message: what was wanted, what came, what to do.
        retry_after_s: when to try again; None if that does not help.
    """

    def __init__(self, status: int, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after_s = status, retry_after_s

    @classmethod
    def no_run(cls) -> "RequestError":
        """Return the error of a request that needs a live run where there is none."""
        return cls(409, "wanted a live run, got none; start the server with a source: serve 0")

    @property
    def headers(self) -> dict[str, str]:
        """Headers of the answer."""
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}

    def to_dict(self) -> dict[str, str | int]:
        """Return the JSON object of the answer."""
        return {"error": str(self), "status": self.status}
