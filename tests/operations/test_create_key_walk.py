"""CreateKey for every key spec × usage × origin, in one Region or several: kms-semantics 4.4 and 3.2 (22, 23).

Whose material it is comes last: what cannot be a key at all is refused as that.
"""

import functools

import pytest

from core.errors import KmsError
from keys import custody
from tests.builders import Refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.kinds import KINDS, MEMBERS

pytestmark = pytest.mark.conformance

ORIGINS = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
MISSING_USAGE = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."


UNSUPPORTED, INVALID = "UnsupportedOperationException", "ValidationException"


def expected(spec: str, usage: str | None, origin: str, multi_region: bool) -> tuple[str, str | None] | None:
    """Return the code of the refusal, and its text where AWS's is known; None: a key is made."""
    if spec == "SM2":
        return UNSUPPORTED, None  # exists in China Regions only
    if usage is None and spec != "SYMMETRIC_DEFAULT":
        return INVALID, MISSING_USAGE
    if (usage or "ENCRYPT_DECRYPT") not in KINDS[spec]:
        return INVALID, f"KeyUsage {usage} is not compatible with KeySpec {spec}"
    importable = not spec.startswith("ML_")
    if origin not in ("AWS_KMS", "EXTERNAL") or (origin == "EXTERNAL" and not importable):
        return UNSUPPORTED, None  # there are no custom key stores yet
    return (UNSUPPORTED, None) if multi_region and spec.startswith("ML_KEM") else None


@pytest.mark.parametrize("spec", [*KINDS, "SM2"])
def test_a_key_is_made_of_what_fits_together(people, monkeypatch, spec):
    monkeypatch.setattr(custody, "generate_for", functools.cache(custody.generate_for))  # RSA_4096 takes a second
    cells = {}
    for usage in (*MEMBERS, None):
        for origin in ORIGINS:
            for multi_region in (False, True):
                members = {"KeySpec": spec, "Origin": origin, "MultiRegion": multi_region}
                members |= {"KeyUsage": usage} if usage else {}
                try:
                    made = run_as(people.ada, "CreateKey", members)["KeyMetadata"]
                    answered = None
                except KmsError as refusal:
                    answered = Refused(refusal.code, refusal.message)
                wanted = expected(spec, usage, origin, multi_region)
                if wanted is None:
                    assert answered is None, members
                    assert (made["KeySpec"], made["KeyUsage"]) == (spec, usage or "ENCRYPT_DECRYPT")
                    assert (made["Origin"], made["MultiRegion"]) == (origin, multi_region)
                    assert made["KeyState"] == ("Enabled" if origin == "AWS_KMS" else "PendingImport")
                    assert made["KeyId"].startswith("mrk-") is multi_region
                else:
                    code, message = wanted
                    assert answered == Refused(code, message or getattr(answered, "message", None)), members
                regions = "multi-Region" if multi_region else "one Region"
                cells[f"{usage} {origin} {regions}"] = answered.code if answered else "ok"
    check_results("creations", spec, cells)


def test_the_results_have_the_specs():
    check_rows("creations", [*KINDS, "SM2"])
