"""How the server granian is started: by ``manage.py serve``, and by the bench for the floor it compares with."""

import shutil
import sys
from pathlib import Path

APPLICATION = "kmsconsole.wsgi:application"
BACKPRESSURE_FACTOR = 4  # requests in hand for each thread; see performance.md, section 5


def find_granian() -> str | None:
    """Return the path of the server: the one beside this interpreter, else the one on the path."""
    return shutil.which("granian", path=str(Path(sys.executable).parent)) or shutil.which("granian")


def granian_arguments(host: str, port: int, workers: int, threads: int, application: str = APPLICATION) -> list[str]:
    """Return granian's arguments, without the program's own name."""
    return [
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        str(threads),
        "--backpressure",
        str(threads * BACKPRESSURE_FACTOR),
        "--no-ws",
        "--respawn-failed-workers",
        # Its warnings are about more threads than cores. Threads that wait for a commit hold nothing.
        "--log-level",
        "error",
        application,
    ]
