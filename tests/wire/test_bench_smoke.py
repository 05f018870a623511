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


def test_every_cryptographic_operation_is_compared_with_its_bare_cost() -> None:
    """The requests of each are answered with a 200, or the bench fails; and it is never cheaper than the bare one."""
    done = subprocess.run(
        [sys.executable, "bench/bench.py", "--quick"], cwd=ROOT, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    compared = {row["operation"]: row["of_bare"] for row in rows if "of_bare" in row}
    assert {"Sign-P256", "Sign-RSA2048", "Verify-P256", "GenerateMac", "GenerateDataKeyPair-P256"} <= compared.keys()
    assert all(0 < ratio < 1 for ratio in compared.values())
