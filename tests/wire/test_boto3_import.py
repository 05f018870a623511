"""boto3, unchanged: imported key material and multi-Region keys."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from tests.operations.imports import wrap
from tests.operations.regions import AWAY
from tests.servers import client_of


@pytest.fixture
def kms(service, people):
    return client_of(people.ada, service)


@pytest.fixture
def kms_away(service, people):
    return client_of(people.ada, service, region=AWAY)


def import_material(kms, key_id: str, material: bytes, **members):
    given = kms.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_3072"
    )
    assert given["ParametersValidTo"] > datetime.now(UTC) + timedelta(hours=23)
    return kms.import_key_material(
        KeyId=key_id,
        ImportToken=given["ImportToken"],
        EncryptedKeyMaterial=wrap(given["PublicKey"], material),
        **members,
    )


def test_material_is_imported_expires_and_is_deleted(kms):
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    end = (datetime.now(UTC) + timedelta(days=30)).replace(microsecond=0)
    imported = import_material(kms, key_id, os.urandom(32), ValidTo=end)
    metadata = kms.describe_key(KeyId=key_id)["KeyMetadata"]
    assert (metadata["KeyState"], metadata["ValidTo"]) == ("Enabled", end)
    assert metadata["CurrentKeyMaterialId"] == imported["KeyMaterialId"]
    blob = kms.encrypt(KeyId=key_id, Plaintext=b"x")["CiphertextBlob"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    kms.delete_imported_key_material(KeyId=key_id)
    with pytest.raises(ClientError) as refusal:
        kms.decrypt(CiphertextBlob=blob)
    assert refusal.value.response["Error"]["Code"] == "KMSInvalidStateException"


def test_a_broken_token_has_no_message(kms):
    key_id = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError) as refusal:
        kms.import_key_material(
            KeyId=key_id,
            ImportToken=b"x" * 64,
            EncryptedKeyMaterial=b"x" * 256,
            ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
        )
    error = refusal.value.response["Error"]
    assert (error["Code"], error.get("Message", "")) == ("InvalidImportTokenException", "")


def test_a_ciphertext_travels_between_regions(kms, kms_away, settings):
    settings.KMS_REPLICATION_SECONDS = 0
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]
    replica = kms.replicate_key(KeyId=key["KeyId"], ReplicaRegion=AWAY)["ReplicaKeyMetadata"]
    assert (replica["KeyState"], replica["MultiRegionConfiguration"]["MultiRegionKeyType"]) == ("Creating", "REPLICA")
    blob = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"x")["CiphertextBlob"]
    opened = kms_away.decrypt(CiphertextBlob=blob)
    assert (opened["Plaintext"], opened["KeyId"]) == (b"x", replica["Arn"])
    kms.update_primary_region(KeyId=key["KeyId"], PrimaryRegion=AWAY)
    found = kms_away.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["MultiRegionConfiguration"]
    assert found["PrimaryKey"]["Region"] == AWAY
