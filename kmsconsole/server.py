"""The server: uvicorn with its protocol in C (httptools) and its event loop in C (uvloop).

    python -m kmsconsole.server APPLICATION --host HOST --port PORT --workers N

``manage.py serve`` becomes this process; the bench starts it for the floor that it compares with. Why uvicorn: decision
0010.
"""

import argparse
import sys

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

APPLICATION = "kmsconsole.asgi:application"
MAX_HEAD_BYTES = 65_536  # of a request line with its headers; AWS's front ends allow less
KEEP_ALIVE_SECONDS = 75


class LimitedProtocol(HttpToolsProtocol):
    """Closes a connection whose request does not come to the end of its headers; uvicorn alone gathers them all."""

    head_bytes = 0
    in_head = True

    def data_received(self, data: bytes) -> None:
        if self.in_head:
            self.head_bytes += len(data)
        super().data_received(data)
        if self.in_head and self.head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The headers are too long.")

    def on_headers_complete(self) -> None:
        self.in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self.in_head, self.head_bytes = True, 0


def server_arguments(host: str, port: int, workers: int, application: str = APPLICATION) -> list[str]:
    """Return the command that serves an application, this interpreter first."""
    options = ["--host", host, "--port", str(port), "--workers", str(workers)]
    return [sys.executable, "-m", "kmsconsole.server", application, *options]


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="kmsconsole.server")
    parser.add_argument("application")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    uvicorn.run(
        options.application,
        host=options.host,
        port=options.port,
        workers=options.workers,
        loop="uvloop",
        http=LimitedProtocol,
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
    )


if __name__ == "__main__":
    main()
