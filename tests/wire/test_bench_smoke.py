"""The bench still works: it starts the service, and every request that it sends is answered with a 200."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BESIDE_FLOOR = ("Encrypt", "Decrypt")
BESIDE_BARE = ("Sign-P256", "Verify-P256", "VerifyMac", "GenerateDataKeyPair-P256")
OPERATIONS = [argument for name in BESIDE_FLOOR + BESIDE_BARE for argument in ("-o", name)]


def test_a_quick_bench_gets_nothing_but_answers() -> None:
    done = subprocess.run(
        [sys.executable, "bench/bench.py", "--quick", *OPERATIONS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    beside_floor = [row for row in rows if "server" in row]
    assert {(row["operation"], row["server"]) for row in beside_floor} == {
        (operation, server) for operation in BESIDE_FLOOR for server in ("kms", "floor")
    }
    assert all(row["requests"] > 0 and row["errors"] == 0 for row in rows)
    # No request is cheaper than its bare cryptography.
    compared = {row["operation"]: row["of_bare"] for row in rows if "of_bare" in row}
    assert compared.keys() == set(BESIDE_BARE)
    assert all(0 < ratio < 1 for ratio in compared.values())
