"""The bench still works: it starts the service, and every request that it sends is answered with a 200."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_quick_bench_gets_nothing_but_answers() -> None:
    done = subprocess.run(
        [sys.executable, "bench/bench.py", "--quick", "-o", "Encrypt", "-o", "Decrypt"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert {(row["operation"], row["server"]) for row in rows} == {
        ("Encrypt", "kms"),
        ("Encrypt", "floor"),
        ("Decrypt", "kms"),
        ("Decrypt", "floor"),
    }
    assert all(row["requests"] > 0 and row["errors"] == 0 for row in rows)
