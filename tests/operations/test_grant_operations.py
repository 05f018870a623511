"""CreateGrant with each operation of the model on every kind of key: kms-semantics 2.4, 3.5 (87, 89, 90)."""

import pytest

from core import service_model
from core.errors import KmsError
from tests.builders import Refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.kinds import AGREE, ENCAPSULATE, ENCRYPT, MAC, PAIRS, SIGN, is_asymmetric

pytestmark = pytest.mark.conformance

OPERATIONS = service_model.allowed_values("GrantOperation")
GRANTING = "CreateGrant RetireGrant DescribeKey"
# As AWS lists them in its message.
SYMMETRIC = (
    "Decrypt Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo CreateGrant RetireGrant "
    "DescribeKey GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext"
)
VALID = {
    ENCRYPT: f"{GRANTING} GetPublicKey Encrypt Decrypt ReEncryptFrom ReEncryptTo",
    SIGN: f"{GRANTING} GetPublicKey Sign Verify",
    MAC: f"{GRANTING} GenerateMac VerifyMac",
    AGREE: f"{GRANTING} GetPublicKey DeriveSharedSecret",
    ENCAPSULATE: f"{GRANTING} GetPublicKey Encapsulate Decapsulate",  # not established; as for KEY_AGREEMENT
}


@pytest.mark.parametrize("spec, usage", PAIRS)
def test_a_grant_lists_what_the_key_can_do(kinds, spec, usage):
    ada, keys = kinds
    key = keys["own", spec, usage]
    valid = (SYMMETRIC if spec == "SYMMETRIC_DEFAULT" else VALID[usage]).split()
    article = "an asymmetric" if is_asymmetric(spec) else "a symmetric"
    cells = {}
    for operation in OPERATIONS:
        request = {"KeyId": key["KeyId"], "GranteePrincipal": ada.arn, "Operations": [operation]}
        try:
            run_as(ada, "CreateGrant", request)
            answered = None
        except KmsError as refusal:
            answered = Refused(refusal.code, refusal.message)
        if operation == "CreateGrant":
            wanted = Refused("ValidationException", "Grants must not contain only the CreateGrant operation.")
            run_as(ada, "CreateGrant", {**request, "Operations": ["CreateGrant", "DescribeKey"]})
        elif operation in valid:
            wanted = None
        else:
            wanted = Refused(
                "ValidationException",
                f"Operations [{operation}] are not supported when creating a grant for {article} KMS key with key "
                f"usage {usage}. Valid operations are [{', '.join(valid)}]",
            )
        assert answered == wanted
        cells[operation] = answered.code if answered else "ok"
    run_as(ada, "CreateGrant", {**request, "Operations": valid})
    check_results("grant_operations", f"{spec} {usage}", cells)


def test_the_results_have_the_kinds_of_key():
    check_rows("grant_operations", [" ".join(pair) for pair in PAIRS])
