"""What is told first of a request that is wrong in several ways. Source: kms-semantics 0.3."""

import pytest

from tests.builders import make_key, refused, run_as
from tests.people import ACCOUNT, REGION

UNKNOWN = "12345678-1234-4234-8234-123456789012"
VALIDATION, TAG = "ValidationException", "TagException"
TWICE = [{"TagKey": "a", "TagValue": ""}] * 2

# action, a sound request but for its key, what is wrong with it all by itself, the refusal of that
ALONE = [
    ("CancelKeyDeletion", {}, {"KeyId": ""}, VALIDATION),
    ("CreateAlias", {"AliasName": "alias/a"}, {"AliasName": "a"}, VALIDATION),
    ("CreateAlias", {"AliasName": "alias/a"}, {"AliasName": "alias/a:b"}, VALIDATION),
    ("CreateAlias", {"AliasName": "alias/a"}, {"AliasName": "alias/aws/a"}, "NotAuthorizedException"),
    ("CreateAlias", {"AliasName": "alias/a"}, {"TargetKeyId": "alias/b"}, VALIDATION),
    ("CreateGrant", {"Operations": ["Decrypt"]}, {"Operations": ["CreateGrant"]}, VALIDATION),
    ("CreateKey", {}, {"KeySpec": "RSA_2048", "CustomerMasterKeySpec": "RSA_2048"}, VALIDATION),
    ("CreateKey", {}, {"KeySpec": "RSA_2048"}, VALIDATION),
    ("CreateKey", {}, {"KeySpec": "RSA_2048", "KeyUsage": "GENERATE_VERIFY_MAC"}, VALIDATION),
    ("CreateKey", {}, {"Origin": "AWS_CLOUDHSM"}, VALIDATION),
    ("CreateKey", {}, {"Tags": TWICE}, TAG),
    ("Decrypt", {"CiphertextBlob": b"x"}, {"DryRunModifiers": ["IGNORE_CIPHERTEXT"]}, VALIDATION),
    ("DescribeCustomKeyStores", {}, {"CustomKeyStoreId": "cks-1", "CustomKeyStoreName": "a"}, VALIDATION),
    ("GenerateDataKey", {"NumberOfBytes": 8}, {"KeySpec": "AES_256"}, VALIDATION),
    ("GenerateDataKeyWithoutPlaintext", {"NumberOfBytes": 8}, {"NumberOfBytes": None}, VALIDATION),
    ("GenerateRandom", {"NumberOfBytes": 8}, {"NumberOfBytes": None}, VALIDATION),
    (
        "ImportKeyMaterial",
        {"ImportToken": b"x", "EncryptedKeyMaterial": b"x", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"},
        {"ExpirationModel": None},
        VALIDATION,
    ),
    ("ReplicateKey", {"ReplicaRegion": "eu-west-1"}, {"Tags": TWICE}, TAG),
    ("ScheduleKeyDeletion", {"PendingWindowInDays": 7}, {"PendingWindowInDays": 6}, VALIDATION),
    ("ScheduleKeyDeletion", {}, {"PendingWindowInDays": 31}, VALIDATION),
    ("TagResource", {"Tags": []}, {"Tags": TWICE}, TAG),
    ("UntagResource", {"TagKeys": ["a"]}, {"TagKeys": ["aws:a"]}, TAG),
]
WITHOUT_KEY = {"CreateKey", "DescribeCustomKeyStores", "GenerateRandom"}


@pytest.mark.parametrize(("action", "members", "wrong", "code"), ALONE, ids=lambda value: str(value)[:40])
def test_what_is_wrong_with_the_request_alone_is_told_before_key_and_permission(people, action, members, wrong, code):
    sound = dict(members)
    if action not in WITHOUT_KEY:
        sound["TargetKeyId" if action == "CreateAlias" else "KeyId"] = UNKNOWN
    if action == "CreateGrant":
        sound["GranteePrincipal"] = people.bob.arn
    assert refused(people.mallory, action, sound).code == "AccessDeniedException"
    assert refused(people.mallory, action, {**sound, **wrong}).code == code
    assert refused(people.ada, action, {**sound, **wrong}).code == code
    if action not in WITHOUT_KEY:
        assert refused(people.ada, action, sound).code == "NotFoundException"


def test_the_model_is_asked_before_the_rules(people):
    both = {"KeyId": UNKNOWN, "KeySpec": "AES_256", "NumberOfBytes": 8}
    assert refused(people.ada, "GenerateDataKey", both).message == "Please specify either number of bytes or key spec."
    assert refused(people.ada, "GenerateDataKey", {**both, "NumberOfBytes": 0}).message == (
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have "
        "value greater than or equal to 1"
    )


def test_permission_is_asked_before_the_state_and_the_state_before_usage_and_algorithm(people):
    key = make_key(people.ada, spec="HMAC_256", usage="GENERATE_VERIFY_MAC")
    wrong_algorithm = {"KeyId": key["KeyId"], "Message": b"x", "MacAlgorithm": "HMAC_SHA_512"}
    wrong_usage = {"KeyId": key["KeyId"], "Plaintext": b"x"}
    requests = (("GenerateMac", wrong_algorithm), ("Encrypt", wrong_usage))
    for action, members in requests:
        assert refused(people.ada, action, members).code == "InvalidKeyUsageException"
    run_as(people.ada, "DisableKey", {"KeyId": key["KeyId"]})
    for action, members in requests:
        assert refused(people.ada, action, members).code == "DisabledException"
        assert refused(people.mallory, action, members).code == "AccessDeniedException"


def test_usage_comes_before_algorithm_and_algorithm_before_message(people):
    key_id = make_key(people.ada, spec="ECC_NIST_P256", usage="SIGN_VERIFY")["KeyId"]
    digest = {"KeyId": key_id, "Message": b"short", "MessageType": "DIGEST"}
    sentences = [
        refused(people.ada, "Sign", {**digest, "SigningAlgorithm": "ECDSA_SHA_256"}).message,
        refused(people.ada, "Sign", {**digest, "SigningAlgorithm": "ECDSA_SHA_384"}).message,
        refused(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"}).message,
    ]
    assert sentences == [
        "Digest is invalid length for algorithm ECDSA_SHA_256.",
        "Algorithm ECDSA_SHA_384 is incompatible with key spec ECC_NIST_P256.",
        f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id} key usage is SIGN_VERIFY which is not valid for Encrypt.",
    ]


def test_the_cryptography_is_asked_before_a_dry_run_is_told_to_succeed(people):
    key_id = make_key(people.ada)["KeyId"]
    blob = run_as(people.ada, "Encrypt", {"KeyId": key_id, "Plaintext": b"x"})["CiphertextBlob"]
    dry_run = {"CiphertextBlob": blob, "DryRun": True}
    assert refused(people.ada, "Decrypt", dry_run).code == "DryRunOperationException"
    assert refused(people.ada, "Decrypt", {**dry_run, "CiphertextBlob": blob[:-1]}).code == "InvalidCiphertextException"
