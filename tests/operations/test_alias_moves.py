"""UpdateAlias from every kind of key to every other: kms-semantics 2.3, 3.1 (20, 21)."""

import pytest

from core.errors import KmsError
from tests.builders import Refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.kinds import PAIRS

pytestmark = pytest.mark.conformance


def type_of(spec: str) -> str:
    return "symmetric" if spec == "SYMMETRIC_DEFAULT" else "HMAC" if spec.startswith("HMAC") else "asymmetric"


# One of each type and usage.
SOURCES = [
    pair for n, pair in enumerate(PAIRS) if (type_of(pair[0]), pair[1]) not in {(type_of(s), u) for s, u in PAIRS[:n]}
]


@pytest.mark.parametrize("source", SOURCES, ids=" ".join)
def test_an_alias_moves_to_a_key_of_the_same_type_and_usage_only(kinds, source):
    ada, keys = kinds
    cells, now = {}, keys["own", *source]
    run_as(ada, "CreateAlias", {"AliasName": "alias/moving", "TargetKeyId": now["KeyId"]})
    for spec, usage in PAIRS:
        target = keys["own", spec, usage]
        try:
            run_as(ada, "UpdateAlias", {"AliasName": "alias/moving", "TargetKeyId": target["KeyId"]})
            answered = None
        except KmsError as refusal:
            answered = Refused(refusal.code, refusal.message)
        if source[1] != usage:
            assert answered == Refused(
                "ValidationException",
                f"Alias alias/moving cannot be changed from a CMK with key usage {source[1]} to a CMK with key usage "
                f"{usage}. The key usage of the current CMK and the new CMK must be the same.",
            )
        elif type_of(source[0]) != type_of(spec):
            assert answered is not None  # AWS's text is not known
            assert answered.code == "ValidationException"
        else:
            assert answered is None
            now = target
        assert run_as(ada, "DescribeKey", {"KeyId": "alias/moving"})["KeyMetadata"]["Arn"] == now["Arn"]
        cells[f"{spec} {usage}"] = answered.code if answered else "ok"
    check_results("alias_moves", " ".join(source), cells)


def test_the_results_have_the_kinds_of_key():
    assert len(SOURCES) == 6
    check_rows("alias_moves", [" ".join(source) for source in SOURCES])
