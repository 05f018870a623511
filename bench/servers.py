"""Starts the service on fresh data, and the floor, each on a port of this machine."""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kmsconsole.server import server_arguments  # noqa: E402

ACCESS_KEY = "AKIABENCH00000000001"
SERVER_CPU, GENERATOR_CPU = 0, 1


@dataclass(frozen=True)
class Server:
    """A started server; ``pid`` is that of its parent process."""

    name: str
    port: int
    pid: int
    secret_key: str

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """Return the resident memory of the server's processes, in MB."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(_resident_kb(pid) for pid in [str(self.pid), *children]) / 1024


def _resident_kb(pid: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def environment(folder: str, secret_key: str) -> dict[str, str]:
    """Return an environment in which the service sees this folder and nothing of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KMS_", "AWS_", "DATABASE_URL"))}
    return {**kept, "KMS_DATA_DIR": folder, "KMS_DEMO": "0", "KMS_UPKEEP_SECONDS": "0", "BENCH_SECRET": secret_key}


def manage(env: dict[str, str], *arguments: str) -> None:
    """Run a management command; its output is shown only if it fails."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env=env, cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"manage.py {arguments[0]} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def installation() -> Iterator[dict[str, str]]:
    """Make a data folder with one account in it; yields the environment to use it in. It is removed at the end."""
    folder = tempfile.mkdtemp(prefix="kms-bench-")
    env = environment(folder, secrets.token_urlsafe(30))
    try:
        manage(env, "migrate", "--verbosity", "0")
        manage(
            env,
            "create_account",
            "111122223333",
            "--access-key-id",
            ACCESS_KEY,
            "--secret-access-key-env",
            "BENCH_SECRET",
        )
        yield env
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def service(env: dict[str, str]) -> Iterator[Server]:
    """Run the service as ``manage.py serve`` does."""
    port = _free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with _running("kms", command, port, env, ROOT) as server:
        yield server


@contextmanager
def floor(env: dict[str, str]) -> Iterator[Server]:
    """Run the floor under the same server with the same options."""
    port = _free_port()
    command = server_arguments("127.0.0.1", port, 1, "bench.floor:application")
    with _running("floor", command, port, env, ROOT) as server:
        yield server


@contextmanager
def _running(name: str, command: list[str], port: int, env: dict[str, str], folder: Path) -> Iterator[Server]:
    log = Path(env["KMS_DATA_DIR"]) / f"{name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, env=env, cwd=folder, stdout=output, stderr=subprocess.STDOUT)
    try:
        if (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(process.pid, {SERVER_CPU})
        _await(process, port, log)
        yield Server(name, port, process.pid, env["BENCH_SECRET"])
    finally:
        process.terminate()
        process.wait(30)


def _await(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise SystemExit(f"The server did not start:\n{log.read_text()}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
