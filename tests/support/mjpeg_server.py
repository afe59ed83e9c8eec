"""A network camera for tests: MJPEG over HTTP on loopback, standard library only."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PART = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n"


class MjpegServer(ThreadingHTTPServer):
    """Sends its pictures in turn to each client, `fps` per second, and ends after `limit`.

    After the last picture a connection is closed, or stays silent with `hangs`.
    """

    daemon_threads = True

    def __init__(
        self, pictures: Sequence[bytes], fps: float, limit: int | None, hangs: bool
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.pictures, self.fps, self.limit, self.hangs = pictures, fps, limit, hangs
        self.stopping = threading.Event()
        self.down = threading.Event()  # set: breaks all connections and rejects new ones
        self.sent = 0  # pictures sent to the latest client

    @property
    def address(self) -> str:
        """URL of the stream."""
        return f"http://127.0.0.1:{self.server_port}/video"


class _Connection(BaseHTTPRequestHandler):
    server: MjpegServer
    disable_nagle_algorithm = True  # otherwise some pictures are delayed by 40 ms

    def log_message(self, *_: object) -> None:
        """Write nothing, because tests check stderr."""

    def do_GET(self) -> None:
        if self.server.down.is_set():
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            self._send_pictures()
        except ConnectionError:
            return  # the client disconnected

    def _send_pictures(self) -> None:
        server, start_s = self.server, time.monotonic()
        number = 0
        while number != server.limit and not server.stopping.is_set():
            if server.down.is_set():
                return
            picture = server.pictures[number % len(server.pictures)]
            self.wfile.write(PART % (len(picture), picture))
            number += 1
            server.sent = number
            time.sleep(max(0.0, start_s + number / server.fps - time.monotonic()))
        if server.hangs:
            server.stopping.wait()


@contextmanager
def serving(
    pictures: Sequence[bytes], *, fps: float = 50, limit: int | None = None, hangs: bool = False
) -> Iterator[MjpegServer]:
    """Serve in a thread while the block runs."""
    server = MjpegServer(pictures, fps, limit, hangs)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
