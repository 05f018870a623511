"""Published known answers, from ``tests/vectors/crypto``; each file names its source. An absent file is an error."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "crypto"


def load_cases(name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((FOLDER / f"{name}.json").read_text(encoding="ascii"))["cases"]
    assert cases
    return cases
