"""boto3, unchanged, against the running service."""

import base64

import pytest
from botocore.exceptions import ClientError

from tests.servers import client_of


@pytest.fixture
def kms(service, people):
    return client_of(people.ada, service)


def refused(call, **members) -> tuple[str, str, int]:
    with pytest.raises(ClientError) as refusal:
        call(**members)
    error = refusal.value.response
    return error["Error"]["Code"], error["Error"].get("Message", ""), error["ResponseMetadata"]["HTTPStatusCode"]


def test_a_ciphertext_begins_as_in_the_tutorials_and_opens_without_naming_the_key(kms):
    key = kms.create_key(Description="payroll")["KeyMetadata"]
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"salary", EncryptionContext={"team": "hr"})
    assert base64.b64encode(sealed["CiphertextBlob"]).startswith(b"AQIC")
    opened = kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"], EncryptionContext={"team": "hr"})
    assert (opened["Plaintext"], opened["KeyId"]) == (b"salary", key["Arn"])
    assert opened["KeyMaterialId"] == key["CurrentKeyMaterialId"]


def test_another_context_or_one_flipped_bit_does_not_open(kms):
    key = kms.create_key()["KeyMetadata"]
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x", EncryptionContext={"a": "bc"})["CiphertextBlob"]
    flipped = blob[:-1] + bytes([blob[-1] ^ 1])
    for members in (
        {"CiphertextBlob": blob, "EncryptionContext": {"ab": "c"}},
        {"CiphertextBlob": blob},
        {"CiphertextBlob": flipped, "EncryptionContext": {"a": "bc"}},
        {"CiphertextBlob": blob + b"\0", "EncryptionContext": {"a": "bc"}},
    ):
        assert refused(kms.decrypt, **members) == ("InvalidCiphertextException", "", 400)


def test_another_key_cannot_open_a_ciphertext(kms):
    one, other = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    blob = kms.encrypt(KeyId=one, Plaintext=b"x")["CiphertextBlob"]
    code, message, _ = refused(kms.decrypt, KeyId=other, CiphertextBlob=blob)
    assert code == "IncorrectKeyException"
    assert message == "The key ID in the request does not identify a CMK that can perform this operation."


def test_rotation_gives_new_material_and_keeps_opening_old_ciphertext(kms, settings):
    settings.KMS_ROTATION_SECONDS = 0
    key = kms.create_key()["KeyMetadata"]
    old = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"old")["CiphertextBlob"]
    kms.rotate_key_on_demand(KeyId=key["KeyId"])
    new = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"new")["CiphertextBlob"]
    opened_old, opened_new = kms.decrypt(CiphertextBlob=old), kms.decrypt(CiphertextBlob=new)
    assert (opened_old["Plaintext"], opened_new["Plaintext"]) == (b"old", b"new")
    assert opened_old["KeyMaterialId"] == key["CurrentKeyMaterialId"] != opened_new["KeyMaterialId"]
    rotations = kms.list_key_rotations(KeyId=key["KeyId"], IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
    assert [entry["KeyMaterialState"] for entry in rotations] == ["NON_CURRENT", "CURRENT"]


def test_re_encrypt_moves_a_ciphertext_to_another_key(kms):
    one, other = (kms.create_key()["KeyMetadata"] for _ in range(2))
    blob = kms.encrypt(KeyId=one["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    moved = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=other["KeyId"])
    assert (moved["SourceKeyId"], moved["KeyId"]) == (one["Arn"], other["Arn"])
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["KeyId"] == other["Arn"]


def test_data_keys_open_to_the_same_bytes(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    made = kms.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert len(made["Plaintext"]) == 32
    assert kms.decrypt(CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    sealed = kms.generate_data_key_without_plaintext(KeyId=key, NumberOfBytes=17)
    assert "Plaintext" not in sealed
    assert len(kms.decrypt(CiphertextBlob=sealed["CiphertextBlob"])["Plaintext"]) == 17
    assert refused(kms.generate_data_key, KeyId=key)[1] == "Please specify either number of bytes or key spec."


def test_dry_run_checks_everything_and_does_nothing(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert refused(kms.encrypt, KeyId=key, Plaintext=b"x", DryRun=True) == (
        "DryRunOperationException",
        "The request would have succeeded, but the DryRun option is set.",
        400,
    )


def test_a_life_ends_after_its_waiting_period_and_can_be_saved_before(kms):
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/short-lived", TargetKeyId=key["KeyId"])
    scheduled = kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    assert (scheduled["KeyId"], scheduled["KeyState"]) == (key["Arn"], "PendingDeletion")
    code, message, _ = refused(kms.encrypt, KeyId="alias/short-lived", Plaintext=b"x")
    assert (code, message) == ("KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
    kms.cancel_key_deletion(KeyId=key["KeyId"])
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=key["KeyId"])
    kms.encrypt(KeyId="alias/short-lived", Plaintext=b"x")


def test_lists_page_with_markers_that_belong_to_their_list(kms):
    made = {kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(5)}
    pages = list(kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["Keys"]) for page in pages] == [2, 2, 1]
    assert {key["KeyId"] for page in pages for key in page["Keys"]} == made
    marker = kms.list_keys(Limit=2)["NextMarker"]
    assert refused(kms.list_aliases, Marker=marker)[0] == "InvalidMarkerException"


def test_a_wrong_secret_is_refused_and_recorded(service, people, kms):
    from dataclasses import replace

    from audit.models import AuditEvent

    before = AuditEvent.objects.count()
    impostor = client_of(replace(people.bob, secret_access_key="A" * 40), service)
    assert refused(impostor.list_keys)[0] == "InvalidSignatureException"
    assert AuditEvent.objects.count() == before + 1
    stranger = client_of(replace(people.bob, access_key_id="AKIAUNKNOWNUNKNOWN00"), service)
    assert refused(stranger.list_keys)[:2] == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_all_violations_come_in_one_message(kms):
    code, message, status = refused(kms.encrypt, KeyId="", Plaintext=b"")
    assert (code, status) == ("ValidationException", 400)
    assert message.startswith("2 validation errors detected: ")
    assert (
        "Value at 'plaintext' failed to satisfy constraint: Member must have length greater than or equal to 1"
        in message
    )


def test_sts_tells_who_calls(service, people):
    identity = client_of(people.bob, service, "sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (people.bob.account_id, people.bob.arn)
