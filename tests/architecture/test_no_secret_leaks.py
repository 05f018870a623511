"""What must not be written down is planted and looked for: database, write-ahead log, log, audit records, errors.

Searched for as bytes, in hexadecimal, in base64 and, where it is text, as text.
"""

import base64
import logging
import os
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from django.db import connection

from audit.models import AuditEvent
from audit.rendering import render_events
from core.crypto.material import open_material
from core.errors import KmsError
from keys import custody
from keys.models import KeyMaterial
from tests.builders import run_as
from tests.operations.imports import wrap
from tests.servers import client_of

PLAINTEXT = b"planted plaintext 5c1f9d0e7a"
PASSWORD = "planted-Passw0rd-83kd"
WRONG_PASSWORD = "planted-wrong-Passw0rd-5jx2"
CONTEXT = {"purpose": "search for planted secrets"}


def forms_of(secret: bytes) -> list[bytes]:
    """The ways in which bytes are written down by mistake."""
    return [secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"="), repr(secret)[2:-1].encode()]


def stored_bytes() -> bytes:
    """Everything that the database has on disk or in its tables."""
    if connection.vendor == "sqlite":
        files = [Path(f"{connection.settings_dict['NAME']}{suffix}") for suffix in ("", "-wal", "-journal")]
        found = b"".join(file.read_bytes() for file in files if file.exists())
        return found + "\n".join(connection.connection.iterdump()).encode()
    found = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            with cursor.cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                found += b"".join(bytes(block) for block in copy)
    return found


@pytest.mark.django_db
def test_planted_secrets_are_found_nowhere(service, people, client, caplog):
    caplog.set_level(logging.DEBUG)
    kms = client_of(people.ada, service)
    key = kms.create_key()["KeyMetadata"]
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=PLAINTEXT, EncryptionContext=CONTEXT)["CiphertextBlob"]
    kms.decrypt(CiphertextBlob=sealed, EncryptionContext=CONTEXT)
    data_key = kms.generate_data_key(KeyId=key["KeyId"], KeySpec="AES_256")["Plaintext"]
    random = kms.generate_random(NumberOfBytes=32)["Plaintext"]
    pair = kms.generate_data_key_pair(KeyId=key["KeyId"], KeyPairSpec="ECC_NIST_P256")["PrivateKeyPlaintext"]
    shared = _shared_secrets(kms)
    imported = _imported_secrets(kms)
    errors = []
    for members in (
        {"KeyId": key["KeyId"], "Plaintext": PLAINTEXT * 200},
        {"KeyId": "alias/none", "Plaintext": PLAINTEXT},
        {"KeyId": key["KeyId"], "Plaintext": PLAINTEXT, "EncryptionAlgorithm": "RSAES_OAEP_SHA_1"},
    ):
        with pytest.raises(KmsError) as refusal:
            run_as(people.ada, "Encrypt", members)
        errors.append(str(refusal.value))
    run_as(people.ada, "CreateUser", {"UserName": "dora"})
    run_as(people.ada, "CreateLoginProfile", {"UserName": "dora", "Password": PASSWORD})
    secret = run_as(people.ada, "CreateAccessKey", {"UserName": "dora"})["AccessKey"]["SecretAccessKey"]
    for password in (PASSWORD, WRONG_PASSWORD):
        form = {"user_type": "user", "account": people.ada.account_id, "username": "dora", "password": password}
        client.post("/signin", form)

    secrets = [
        PLAINTEXT,
        data_key,
        random,
        pair,
        *shared,
        *imported,
        *(text.encode() for text in (PASSWORD, WRONG_PASSWORD, secret)),
    ]
    secrets.append(people.ada.secret_access_key.encode())
    secrets += [_material(row) for row in KeyMaterial.objects.filter(sealed__isnull=False).select_related("key")]
    secrets += [custody.secret(custody.AUDIT_CHAIN), custody.secret(custody.MARKERS)]
    records = str(render_events(AuditEvent.objects.all()))
    written = {
        "database": stored_bytes(),
        "log": "\n".join(_own_lines(caplog)).encode(),
        "records": records.encode(),
        "errors": "\n".join(errors).encode(),
    }
    assert CONTEXT["purpose"].encode() in written["database"], "the search would not find even what is there"
    for place, content in written.items():
        for number, secret in enumerate(secrets):
            assert not any(form in content for form in forms_of(secret)), f"secret {number} is in the {place}"
    # The ciphertext is no secret, but records do not carry it either.
    assert base64.b64encode(sealed).decode()[:40] not in records


def _shared_secrets(kms) -> list[bytes]:
    """Use one key of every other kind, with messages that are secrets too; return what must not be found."""
    agreeing = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")["KeyMetadata"]["KeyId"]
    public = kms.get_public_key(KeyId=agreeing)["PublicKey"]
    derived = kms.derive_shared_secret(KeyId=agreeing, KeyAgreementAlgorithm="ECDH", PublicKey=public)
    kem = kms.create_key(KeySpec="ML_KEM_768", KeyUsage="ENCAPSULATE_DECAPSULATE")["KeyMetadata"]["KeyId"]
    encapsulated = kms.encapsulate(KeyId=kem, EncapsulationAlgorithm="ML_KEM")
    blob = encapsulated["SharedSecretCiphertextBlob"]
    kms.decapsulate(KeyId=kem, EncapsulationAlgorithm="ML_KEM", SharedSecretCiphertextBlob=blob)
    hmac = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")["KeyMetadata"]["KeyId"]
    mac = kms.generate_mac(KeyId=hmac, Message=PLAINTEXT, MacAlgorithm="HMAC_SHA_256")["Mac"]
    for spec, algorithm in (("RSA_2048", "RSASSA_PSS_SHA_256"), ("ECC_NIST_EDWARDS25519", "ED25519_SHA_512")):
        signing = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        kms.sign(KeyId=signing, Message=PLAINTEXT, SigningAlgorithm=algorithm)
    return [derived["SharedSecret"], encapsulated["SharedSecret"], mac]


def _imported_secrets(kms) -> list[bytes]:
    """Import material, and offer some that is refused; return both."""
    key_id = kms.create_key(Origin="EXTERNAL", MultiRegion=True)["KeyMetadata"]["KeyId"]
    members = {"KeyId": key_id, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
    given = kms.get_parameters_for_import(**members)
    planted = [os.urandom(32), os.urandom(40)]
    for number, material in enumerate(planted):
        wrapped = {"EncryptedKeyMaterial": wrap(given["PublicKey"], material), "ImportToken": given["ImportToken"]}
        try:
            kms.import_key_material(KeyId=key_id, ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE", **wrapped)
        except ClientError:
            assert number == 1
    kms.replicate_key(KeyId=key_id, ReplicaRegion="eu-central-1")
    return planted


def _material(row: KeyMaterial) -> bytes:
    """Open a stored material, as nothing but custody may."""
    key = row.key
    place = {"account_id": key.account_id, "region": key.region, "key_id": key.key_id, "material_id": row.material_id}
    return open_material(bytes(row.sealed), custody.root_keys(), **place).reveal()


def _own_lines(caplog) -> list[str]:
    """What the service logs; the client in the same process is another matter."""
    client = ("boto3", "botocore", "urllib3")
    formatter = logging.Formatter()
    return [formatter.format(line) for line in caplog.records if not line.name.startswith(client)]
