"""The service in processes of its own, on the test's database: what several workers or hosts are."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from kmsconsole.server import server_arguments

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def separate_services(number: int = 2, workers: int = 1, **environment: str) -> Iterator[list[str]]:
    """Start services that share the test's database and data folder; yields their addresses."""
    env = {**os.environ, "KMS_DATA_DIR": str(settings.DATA_DIR), "DATABASE_URL": _address_of_database(), **environment}
    env.setdefault("KMS_UPKEEP_SECONDS", "0")
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # for the tests' own process, see conftest.py
    with ExitStack() as stack:
        ports = [_free_port() for _ in range(number)]
        started = [stack.enter_context(_running(port, workers, env)) for port in ports]
        for process, port in zip(started, ports, strict=True):
            _await(process, port)
        yield [f"http://127.0.0.1:{port}" for port in ports]


def _address_of_database() -> str:
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    host = str(given["HOST"]).replace("/", "%2F")
    return f"postgres://{given['USER']}@{host}/{given['NAME']}"


@contextmanager
def _running(port: int, workers: int, env: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = server_arguments("127.0.0.1", port, workers)
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def _await(process: "subprocess.Popen[bytes]", port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, process.communicate()[0].decode()
            time.sleep(0.1)
    raise AssertionError("The service did not start within a minute.")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
