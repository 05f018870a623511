"""The key-state matrix of the design, read from tests/vectors/key-states.json: operation × origin × state → answer."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MATRIX = json.loads((Path(__file__).parent / "vectors" / "key-states.json").read_text(encoding="utf-8"))
ORIGINS = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
IMPOSSIBLE = "-"


class Cell(NamedTuple):
    """What a key of an origin, in a state, answers to an operation: ``ok``, or the number of an error."""

    operation: str
    origin: str
    state: str
    answer: str

    @property
    def name(self) -> str:
        return f"{self.origin} {self.state}"

    def refusal(self, arn: str) -> tuple[str, str] | None:
        """Return the error's code and sentence, or None."""
        if self.answer == "ok":
            return None
        code, sentence = _MATRIX["errors"][self.answer]
        replica = "replica " if self.state == "PendingReplicaDeletion" else ""
        return code, sentence.format(arn=arn, origin=self.origin, replica=replica)


def cells(operation: str) -> list[Cell]:
    """Return the cells of an operation that can occur."""
    return [cell for cell in _cells() if cell.operation == operation and cell.answer != IMPOSSIBLE]


def operations() -> list[str]:
    """Return the operations that are about a key."""
    return sorted(name for row in _MATRIX["rows"] for name in row["operations"].split())


def _cells() -> Iterator[Cell]:
    for row in _MATRIX["rows"]:
        answers = {
            origin: text
            for key, text in sorted(row.items())  # "*" first, so that an origin's own row replaces it
            if key != "operations"
            for origin in (ORIGINS if key == "*" else key.split())
        }
        for operation in row["operations"].split():
            for origin in ORIGINS:
                for states, answer in zip(_MATRIX["columns"], answers[origin].split(), strict=True):
                    for state in states:
                        yield Cell(operation, origin, state, answer)
