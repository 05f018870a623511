"""CreateKey for every key spec × usage × origin, in one Region or several: kms-semantics 4.4 and 3.2 (22, 23).

Whose material it is comes last: what cannot be a key at all is refused as that.
"""

import pytest

from core.errors import KmsError
from tests.builders import Refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.kinds import KINDS, MEMBERS

pytestmark = pytest.mark.conformance

ORIGINS = ("AWS_KMS", "EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
# What a key in a custom key store needs.
STORE_MEMBERS = {
    "AWS_CLOUDHSM": {"CustomKeyStoreId": "cks-1234567890abcdef0"},
    "EXTERNAL_KEY_STORE": {"CustomKeyStoreId": "cks-1234567890abcdef0", "XksKeyId": "bb8562717f809024"},
}
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
    of_ml_kem, in_a_store = spec.startswith("ML_KEM"), origin in STORE_MEMBERS
    if of_ml_kem and (origin != "AWS_KMS" or multi_region):
        return UNSUPPORTED, None
    if (in_a_store and spec != "SYMMETRIC_DEFAULT") or (origin == "EXTERNAL" and spec.startswith("ML_DSA")):
        return INVALID, f"Origin {origin} is not compatible with KeySpec {spec}"
    if in_a_store:
        return (INVALID, None) if multi_region else ("CustomKeyStoreNotFoundException", None)  # there are no stores yet
    return None


@pytest.mark.parametrize("spec", [*KINDS, "SM2"])
def test_a_key_is_made_of_what_fits_together(people, rsa_keys_in_turn, spec):
    cells = {}
    for usage in (*MEMBERS, None):
        for origin in ORIGINS:
            for multi_region in (False, True):
                members = {"KeySpec": spec, "Origin": origin, "MultiRegion": multi_region}
                members |= STORE_MEMBERS.get(origin, {}) | ({"KeyUsage": usage} if usage else {})
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
