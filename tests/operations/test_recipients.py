"""Recipient: only the enclave reads the answer; OpenSSL opens it in its place. Source: kms-semantics 4.17, 5.2."""

import shutil
import subprocess

import pytest

from audit.models import AuditEvent
from audit.rendering import render_events
from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KeySpec
from tests.builders import Refused, hire, make_key, refused, run_as
from tests.enclaves import MODULE, Enclave


@pytest.fixture(scope="module")
def enclave():
    return Enclave()


@pytest.fixture
def trusted(enclave, settings, tmp_path):
    """An installation that trusts the enclave's root."""
    file = tmp_path / "root.pem"
    file.write_bytes(enclave.root_pem)
    settings.KMS_ATTESTATION_ROOT = str(file)
    return enclave


def recipient(enclave, **claims) -> dict:
    document = enclave.document(**claims)
    return {"Recipient": {"KeyEncryptionAlgorithm": "RSAES_OAEP_SHA_256", "AttestationDocument": document}}


def opened(enclave, blob: bytes, folder) -> bytes:
    (folder / "key").write_bytes(enclave.private_key)
    (folder / "blob").write_bytes(blob)
    command = ["cms", "-decrypt", "-inform", "DER", "-in", "blob", "-inkey", "key", "-keyform", "DER"]
    done = subprocess.run([shutil.which("openssl"), *command, "-binary"], cwd=folder, capture_output=True, timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def requests(people) -> dict[str, tuple[dict, str]]:
    """For each action a request, and the member that must not be in its answer."""
    key = make_key(people.ada)["KeyId"]
    blob = run_as(people.ada, "Encrypt", {"KeyId": key, "Plaintext": b"salary"})["CiphertextBlob"]
    agreeing = make_key(people.ada, spec="ECC_NIST_P256", usage="KEY_AGREEMENT")["KeyId"]
    public = generate_key_pair(KeySpec.ECC_NIST_P256)[1]
    derive = {"KeyId": agreeing, "KeyAgreementAlgorithm": "ECDH", "PublicKey": public}
    return {
        "Decrypt": ({"CiphertextBlob": blob}, "Plaintext"),
        "DeriveSharedSecret": (derive, "SharedSecret"),
        "GenerateDataKey": ({"KeyId": key, "KeySpec": "AES_256"}, "Plaintext"),
        "GenerateDataKeyPair": ({"KeyId": key, "KeyPairSpec": "ECC_NIST_P256"}, "PrivateKeyPlaintext"),
        "GenerateRandom": ({"NumberOfBytes": 32}, "Plaintext"),
    }


def test_only_the_enclave_reads_the_answer(people, trusted, tmp_path):
    for action, (request, member) in requests(people).items():
        answer = run_as(people.ada, action, {**request, **recipient(trusted)})
        assert member not in answer
        secret = opened(trusted, answer["CiphertextForRecipient"], tmp_path)
        if action == "Decrypt":
            assert secret == b"salary"
        elif action == "DeriveSharedSecret":
            assert secret == run_as(people.ada, action, request)[member]
        elif action == "GenerateDataKey":
            assert secret == run_as(people.ada, "Decrypt", {"CiphertextBlob": answer["CiphertextBlob"]})["Plaintext"]
        elif action == "GenerateDataKeyPair":
            sealed = {"CiphertextBlob": answer["PrivateKeyCiphertextBlob"]}
            assert secret == run_as(people.ada, "Decrypt", sealed)["Plaintext"]
        else:
            assert len(secret) == 32
        event = render_events(AuditEvent.objects.filter(event=_event_id(action)).order_by("-sequence")[:1])[0]
        if action in ("GenerateDataKeyPair", "GenerateRandom"):
            assert event["additionalEventData"]["recipient"] == {
                "attestationDocumentModuleId": MODULE,
                "attestationDocumentEnclaveImageDigest": "00" * 48,
            }


def _event_id(action: str) -> int:
    from audit.names import names

    return names.id_of("event", f"kms:{action}")


def test_a_document_is_checked_by_the_machines_time(people, trusted):
    """An account's clock may be years ahead; certificates of enclaves live for hours."""
    key = make_key(people.ada)["KeyId"]
    run_as(people.ada, "MoveClock", {"Days": 400})
    members = {"KeyId": key, "KeySpec": "AES_256", **recipient(trusted)}
    assert run_as(people.ada, "GenerateDataKey", members)["CiphertextForRecipient"]


def test_a_document_that_is_not_trusted_gets_nothing(people, trusted):
    for action, (request, _) in requests(people).items():
        refusal = refused(people.ada, action, {**request, **recipient(Enclave())})
        assert refusal.code == "ValidationException"
        assert "trusted root" in refusal.message
        incomplete = {"Recipient": {"AttestationDocument": trusted.document()}}
        assert refused(people.ada, action, {**request, **incomplete}).code == "ValidationException"


def test_an_installation_that_trusts_no_root_refuses_rather_than_answer_in_clear(people, enclave):
    for action, (request, _) in requests(people).items():
        assert refused(people.ada, action, {**request, **recipient(enclave)}) == Refused(
            "UnsupportedOperationException", "Recipient is not available in this installation."
        )


@pytest.mark.parametrize(
    ("name", "value"),
    [("ImageSha384", "00" * 48), ("PCR1", "01" * 48)],
)
def test_a_policy_can_ask_for_the_measurements(people, trusted, name, value):
    condition = {"StringEqualsIgnoreCase": {f"kms:RecipientAttestation:{name}": value}}
    service = hire("Service", allow=["kms:Decrypt"], condition=condition)
    request, _ = requests(people)["Decrypt"]
    assert run_as(service, "Decrypt", {**request, **recipient(trusted)})["CiphertextForRecipient"]
    other = recipient(trusted, pcrs={0: b"x" * 48, 1: b"x" * 48})
    for members in (request, {**request, **other}, {**request, **recipient(Enclave())}):
        assert refused(service, "Decrypt", members).code == "AccessDeniedException"
