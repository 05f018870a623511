#!/usr/bin/env python3
"""Measure the service beside its floor, in turns, and write the tables of docs/benchmarks.md.

make bench                              everything, some five minutes
make bench ARGS="--quick"               one second: does every request still get a 200?
make bench ARGS="-o Encrypt -c 8 -r 9 --no-ends --output ''"
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import bare
import kmsbench
import servers

OPERATIONS = ["Encrypt", "Decrypt", "GenerateDataKey", "DescribeKey"]
CRYPTOGRAPHY_CONNECTIONS = 8
POOL = 256  # different signed requests
PLAINTEXT_BYTES = 32
Round = dict[str, float]


class Subject:
    """One server under load."""

    def __init__(self, server: servers.Server, folder: Path, driver: str) -> None:
        self.server, self.driver = server, driver
        is_service = server.name == "kms"
        self.target = kmsbench.Target(
            server.name, server.address, servers.ACCESS_KEY, server.secret_key, None, "us-east-1", setup=is_service
        )
        self.pool_file = str(folder / server.name)
        self.pool: list[bytes] = []
        self.signed_at = 0.0

    def sign(self, operation: str) -> None:
        """Sign a pool of requests, and insist that one of them is answered with a 200."""
        self.pool = self.target.pool(operation, POOL, PLAINTEXT_BYTES)
        kmsbench.write_pool(self.pool_file, self.pool)
        self.target.probe(operation, self.pool[0])
        self.signed_at = time.monotonic()

    def load(self, operation: str, connections: int, seconds: float) -> Round:
        if time.monotonic() - self.signed_at > kmsbench.SIGNED_FOR - seconds:
            self.sign(operation)
        before = kmsbench.cpu_seconds(self.server.pid)
        if self.driver == "wrk":
            found = kmsbench.run_wrk(self.target, self.pool_file, connections, seconds)
        else:
            found = kmsbench.run_py(self.target, self.pool, connections, seconds)
        used = kmsbench.cpu_seconds(self.server.pid) - before
        found["cpu_us"] = used * 1e6 / max(1, found["requests"])
        return found


def measure(subjects: list[Subject], operation: str, connections: int, rounds: int, seconds: float) -> list[dict]:
    """Load the servers in turns, A B A B; returns one result for each, medians of the rounds."""
    for subject in subjects:
        subject.sign(operation)
        subject.load(operation, connections, min(seconds, 1))
    found: list[list[Round]] = [[] for _ in subjects]
    for _ in range(rounds):
        for subject, results in zip(subjects, found, strict=True):
            results.append(subject.load(operation, connections, seconds))
    return [
        {
            "operation": operation,
            "connections": connections,
            "server": subject.server.name,
            "memory_mb": round(subject.server.memory_mb(), 1),
            "requests": sum(result["requests"] for result in results),
            "errors": sum(result["errors"] for result in results),
            **{
                name: round(statistics.median(result[name] for result in results), 3)
                for name in ("rps", "p50_ms", "p99_ms", "cpu_us")
            },
            "rps_to_floor": _to_floor(results, found[-1], "rps"),
            "cpu_to_floor": _to_floor(results, found[-1], "cpu_us"),
        }
        for subject, results in zip(subjects, found, strict=True)
    ]


def _to_floor(results: list[Round], floor: list[Round], name: str) -> float:
    """The median of the ratios, pair by pair: both of a pair met the same neighbours on the machine."""
    pairs = [one[name] / other[name] for one, other in zip(results, floor, strict=True) if other[name]]
    return round(statistics.median(pairs), 3) if pairs else 0.0


def measure_cryptography(subject: Subject, operation: str, rounds: int, seconds: float) -> dict:
    """Load the service and do the bare cryptography on the same core in turns; medians, and the ratio pair by pair."""
    subject.sign(operation)
    subject.load(operation, CRYPTOGRAPHY_CONNECTIONS, min(seconds, 1))
    pairs = []
    for _ in range(rounds):
        loaded = subject.load(operation, CRYPTOGRAPHY_CONNECTIONS, seconds)
        pairs.append((loaded, _bare_us(operation, min(seconds, 1))))
    return {
        "operation": operation,
        "connections": CRYPTOGRAPHY_CONNECTIONS,
        "requests": sum(loaded["requests"] for loaded, _ in pairs),
        "errors": sum(loaded["errors"] for loaded, _ in pairs),
        "rps": round(statistics.median(loaded["rps"] for loaded, _ in pairs), 1),
        "p50_ms": round(statistics.median(loaded["p50_ms"] for loaded, _ in pairs), 3),
        "p99_ms": round(statistics.median(loaded["p99_ms"] for loaded, _ in pairs), 3),
        "cpu_us": round(statistics.median(loaded["cpu_us"] for loaded, _ in pairs), 1),
        "bare_us": round(statistics.median(once for _, once in pairs), 1),
        "of_bare": round(statistics.median(once / loaded["cpu_us"] for loaded, once in pairs), 3),
    }


def _bare_us(operation: str, seconds: float) -> float:
    """Return the processor time of one bare operation in us, on the core that the server has."""
    command = [sys.executable, str(servers.ROOT / "bench" / "bare.py"), operation, str(seconds)]
    if (os.cpu_count() or 1) > 1 and shutil.which("taskset"):
        command = ["taskset", "-c", str(servers.SERVER_CPU), *command]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["cpu_us"])


@contextmanager
def _subjects(env: dict[str, str], driver: str) -> Iterator[list[Subject]]:
    with servers.service(env) as kms, servers.floor(env) as floor, tempfile.TemporaryDirectory() as folder:
        if (os.cpu_count() or 1) > 1:
            os.sched_setaffinity(0, {servers.GENERATOR_CPU})
        yield [Subject(server, Path(folder), driver) for server in (kms, floor)]


def machine() -> dict[str, object]:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return {
        "processor": f"{os.cpu_count()} cores, {model}",
        "load_before": os.getloadavg()[0],
        "fdatasync_us": _fdatasync_us(),
        "python": platform.python_version(),
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=servers.ROOT, capture_output=True, text=True
        ).stdout.strip(),
    }


def _fdatasync_us() -> float:
    """How long the disk takes to make 4 KiB durable: each group of audit records waits for it."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            file.write(bytes(4096))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return round(statistics.median(took) * 1e6, 1)


def render(report: dict) -> str:
    """Return the report as Markdown."""
    about = report["machine"]
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench`; compare the ratios, not the absolute figures. The floor is an application that reads",
        "the request and answers 300 bytes, under the same server with the same options, loaded in turns with the",
        "service. Every request is signed, verified, authorized, and recorded durably before its answer leaves.",
        "",
        f"- Machine: {about['processor']}; Python {about['python']}; one fdatasync {about['fdatasync_us']} us;"
        f" load {about['load_before']:.1f} before the start",
        f"- Date: {about['date']}, commit {about['commit']}; generator {report['driver']},"
        f" {report['rounds']} rounds of {report['seconds']:g} s, server and generator on different cores",
        "",
        "| operation | clients | requests/s | p50 ms | p99 ms | CPU us | memory MB | rate to floor | CPU to floor |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['operation']}{' (floor)' if row['server'] == 'floor' else ''} | {row['connections']}"
        f" | {row['rps']:,.0f} | {row['p50_ms']:.2f} | {row['p99_ms']:.2f}"
        f" | {row['cpu_us']:.0f} | {row['memory_mb']:.0f}"
        + (" | | |" if row["server"] == "floor" else f" | {row['rps_to_floor']:.2f} | {row['cpu_to_floor']:.1f} |")
        for row in report["results"]
    ]
    if report["cryptography"]:
        lines += [
            "",
            "## Beside the bare cryptography",
            "",
            "The processor time of the bare operation (same library, same core, in turns) as a part of the whole",
            "request's. Wish and bound: performance.md's, which sets them for Sign only.",
            "",
            "| operation | clients | requests/s | p50 ms | p99 ms | CPU us | bare us | bare / CPU | wish | bound |",
            "|---|---|---|---|---|---|---|---|---|---|",
        ]
    for row in report["cryptography"]:
        times = f"{row['p50_ms']:.2f} | {row['p99_ms']:.2f} | {row['cpu_us']:.0f} | {row['bare_us']:.1f}"
        wish, bound = (
            (f"{part:.2f}" for part in bare.WANTED[row["operation"]]) if row["operation"] in bare.WANTED else ("", "")
        )
        lines.append(
            f"| {row['operation']} | {row['connections']} | {row['rps']:,.0f} | {times} | {row['of_bare']:.2f}"
            f" | {wish} | {bound} |"
        )
    if report.get("ends"):
        small, large = report["ends"]
        lines += [
            "",
            "## Both ends",
            "",
            f"The same with {small['keys']:,} keys and {small['events']:,} audit records, and with"
            f" {large['keys']:,} and {large['events']:,}; medians. At the large end",
            "Encrypt's key has a policy of 300 statements.",
            "",
            "| what | small | large | ratio |",
            "|---|---|---|---|",
        ]
        lines += [
            f"| {name} | {small['figures'][name]:,.2f} | {large['figures'][name]:,.2f} |"
            f" {large['figures'][name] / small['figures'][name]:.2f} |"
            for name in small["figures"]
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--operation", action="append", choices=kmsbench.OPS)
    parser.add_argument("-c", "--connections", default="1,8,32")
    parser.add_argument("-r", "--rounds", type=int, default=5)
    parser.add_argument("-d", "--seconds", type=float, default=2)
    parser.add_argument("--quick", action="store_true", help="one short round, no comparison, nothing written")
    parser.add_argument("--no-ends", dest="ends", action="store_false", help="skip the comparison of small and large")
    parser.add_argument("--driver", choices=["wrk", "py"], default="wrk" if shutil.which("wrk") else "py")
    parser.add_argument("--output", default="docs/benchmarks", help="path without suffix, '' for none")
    given = parser.parse_args()
    if given.quick:
        given.connections, given.rounds, given.seconds, given.ends, given.output = "8", 1, 0.25, False, ""
        given.driver = "py"
    report: dict = {
        "machine": machine(),
        "driver": given.driver,
        "rounds": given.rounds,
        "seconds": given.seconds,
        "results": [],
        "cryptography": [],
    }
    with servers.installation() as env, _subjects(env, given.driver) as subjects:
        chosen = given.operation or [*OPERATIONS, *bare.OPERATIONS]
        for operation in dict.fromkeys(name for name in chosen if name in OPERATIONS or name not in bare.OPERATIONS):
            for connections in map(int, given.connections.split(",")):
                rows = measure(subjects, operation, connections, given.rounds, given.seconds)
                report["results"] += rows
                for row in rows:
                    print(json.dumps(row), flush=True)
        for operation in dict.fromkeys(name for name in chosen if name in bare.OPERATIONS):
            row = measure_cryptography(subjects[0], operation, given.rounds, given.seconds)
            report["cryptography"].append(row)
            print(json.dumps(row), flush=True)
    if given.ends:
        import ends

        report["ends"] = ends.compare()
    print(render(report))
    if given.output:
        path = servers.ROOT / given.output
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".md").write_text(render(report))
        path.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    failed = sum(row["errors"] for row in report["results"] + report["cryptography"])
    if failed:
        sys.exit(f"{failed} requests did not get a 200.")


if __name__ == "__main__":
    main()
