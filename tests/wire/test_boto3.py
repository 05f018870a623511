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


def test_an_rsa_key_encrypts_what_only_it_decrypts(kms):
    key = kms.create_key(KeySpec="RSA_3072", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]
    request = {"KeyId": key["KeyId"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = kms.encrypt(Plaintext=b"salary", **request)["CiphertextBlob"]
    assert len(blob) == 384
    opened = kms.decrypt(CiphertextBlob=blob, **request)
    assert (opened["Plaintext"], "KeyMaterialId" in opened) == (b"salary", False)
    symmetric = kms.create_key()["KeyMetadata"]["KeyId"]
    moved = kms.re_encrypt(
        CiphertextBlob=blob,
        SourceKeyId=key["KeyId"],
        SourceEncryptionAlgorithm="RSAES_OAEP_SHA_256",
        DestinationKeyId=symmetric,
    )
    assert "SourceKeyMaterialId" not in moved
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == b"salary"


@pytest.mark.parametrize(
    ("spec", "algorithm"),
    [
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_512"),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
        ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512"),
        ("ML_DSA_65", "ML_DSA_SHAKE_256"),
    ],
)
def test_a_signature_is_valid_for_its_message_only(kms, spec, algorithm):
    key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    assert key["SigningAlgorithms"] == kms.get_public_key(KeyId=key["KeyId"])["SigningAlgorithms"]
    request = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm}
    signature = kms.sign(Message=b"pay 100", **request)["Signature"]
    assert kms.verify(Message=b"pay 100", Signature=signature, **request)["SignatureValid"] is True
    with pytest.raises(kms.exceptions.KMSInvalidSignatureException):
        kms.verify(Message=b"pay 900", Signature=signature, **request)


def test_a_mac_is_valid_for_its_message_only(kms):
    key = kms.create_key(KeySpec="HMAC_384", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    request = {"KeyId": key, "MacAlgorithm": "HMAC_SHA_384"}
    mac = kms.generate_mac(Message=b"pay 100", **request)["Mac"]
    assert kms.verify_mac(Message=b"pay 100", Mac=mac, **request)["MacValid"] is True
    with pytest.raises(kms.exceptions.KMSInvalidMacException):
        kms.verify_mac(Message=b"pay 900", Mac=mac, **request)


def test_two_keys_agree_on_a_secret(kms):
    keys = [kms.create_key(KeySpec="ECC_NIST_P384", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["KeyId"] for _ in range(2)]
    public = [kms.get_public_key(KeyId=key)["PublicKey"] for key in keys]
    secrets = [
        kms.derive_shared_secret(KeyId=key, KeyAgreementAlgorithm="ECDH", PublicKey=other)["SharedSecret"]
        for key, other in zip(keys, reversed(public), strict=True)
    ]
    assert secrets[0] == secrets[1]
    assert refused(kms.derive_shared_secret, KeyId=keys[0], KeyAgreementAlgorithm="ECDH", PublicKey=b"x") == (
        "ValidationException",
        "",
        400,
    )


def test_a_shared_secret_is_encapsulated_for_the_key(kms):
    key = kms.create_key(KeySpec="ML_KEM_512", KeyUsage="ENCAPSULATE_DECAPSULATE")["KeyMetadata"]["KeyId"]
    made = kms.encapsulate(KeyId=key, EncapsulationAlgorithm="ML_KEM")
    opened = kms.decapsulate(
        KeyId=key, EncapsulationAlgorithm="ML_KEM", SharedSecretCiphertextBlob=made["SharedSecretCiphertextBlob"]
    )
    assert opened["SharedSecret"] == made["SharedSecret"]


def test_a_data_key_pair_belongs_together(kms):
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    made = kms.generate_data_key_pair(KeyId=key, KeyPairSpec="ECC_NIST_P256", EncryptionContext={"a": "b"})
    opened = kms.decrypt(CiphertextBlob=made["PrivateKeyCiphertextBlob"], EncryptionContext={"a": "b"})
    assert opened["Plaintext"] == made["PrivateKeyPlaintext"]
    sealed = kms.generate_data_key_pair_without_plaintext(KeyId=key, KeyPairSpec="RSA_2048")
    assert "PrivateKeyPlaintext" not in sealed
    assert len(sealed["PublicKey"]) == 294


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
