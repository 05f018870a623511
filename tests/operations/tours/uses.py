"""Cryptographic operations: every algorithm that the model names, and every member of every request."""

import os

from core import service_model
from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KeySpec
from tests.builders import make_key, run_as
from tests.operations.kinds import KINDS, SIGN
from tests.operations.requests import make_scene
from tests.operations.tours.observed import OF_EACH_SORT, Observed, tour

CONTEXT = {"table": "invoices"}
OAEP = ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256")
PAIR_SPECS = (*(spec for spec in KINDS if spec.startswith(("RSA", "ECC", "ML_KEM"))),)
ENCAPSULATION = {"EncapsulationAlgorithm": "ML_KEM"}


def _rsa(seen: Observed) -> str:
    return str(make_key(seen.ada, spec="RSA_2048")["KeyId"])


def _symmetric(seen: Observed) -> tuple[str, dict[str, object]]:
    """Make a key; return it, and members with a context and a grant token."""
    key_id = make_key(seen.ada)["KeyId"]
    return key_id, {"KeyId": key_id, "EncryptionContext": CONTEXT, "GrantTokens": [seen.grant_token(key_id)]}


def _sealed(seen: Observed, **members: object) -> bytes:
    return bytes(run_as(seen.ada, "Encrypt", {"Plaintext": b"salary", **members})["CiphertextBlob"])


@tour("Encrypt")
def encrypt(seen: Observed) -> None:
    _, members = _symmetric(seen)
    members |= {"Plaintext": b"salary", "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    seen.call(members)
    seen.dry_run(members)
    rsa = _rsa(seen)
    for algorithm in OAEP:
        seen.call({"KeyId": rsa, "Plaintext": b"salary", "EncryptionAlgorithm": algorithm})


@tour("Decrypt")
def decrypt(seen: Observed) -> None:
    key_id, members = _symmetric(seen)
    sealed = {"CiphertextBlob": _sealed(seen, KeyId=key_id, EncryptionContext=CONTEXT)}
    members |= {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
    seen.call({**members, **sealed})
    seen.call({**members, **sealed, **seen.recipient()})
    seen.dry_run({**members, **sealed})
    seen.dry_run({**members, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]})
    rsa = _rsa(seen)
    for algorithm in OAEP:
        named = {"KeyId": rsa, "EncryptionAlgorithm": algorithm}
        seen.call({**named, "CiphertextBlob": _sealed(seen, **named)})


@tour("ReEncrypt")
def re_encrypt(seen: Observed) -> None:
    key_id, rsa = make_key(seen.ada)["KeyId"], _rsa(seen)
    blob = _sealed(seen, KeyId=key_id, EncryptionContext=CONTEXT)
    source = {
        "SourceKeyId": key_id,
        "SourceEncryptionContext": CONTEXT,
        "SourceEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
    }
    target = {
        "DestinationKeyId": key_id,
        "DestinationEncryptionContext": CONTEXT,
        "DestinationEncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "GrantTokens": [seen.grant_token(key_id)],
    }
    seen.call({**source, **target, "CiphertextBlob": blob})
    seen.dry_run({**source, **target, "CiphertextBlob": blob})
    seen.dry_run({**source, **target, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]})
    for algorithm in OAEP:
        to_rsa = {"DestinationKeyId": rsa, "DestinationEncryptionAlgorithm": algorithm}
        moved = seen.call({**source, **to_rsa, "CiphertextBlob": blob})["CiphertextBlob"]
        from_rsa = {"SourceKeyId": rsa, "SourceEncryptionAlgorithm": algorithm}
        seen.call({**from_rsa, **target, "CiphertextBlob": moved})


@tour("GenerateDataKey", "GenerateDataKeyWithoutPlaintext")
def generate_data_key(seen: Observed) -> None:
    _, members = _symmetric(seen)
    for spec in ("AES_128", "AES_256"):
        seen.call({**members, "KeySpec": spec})
    seen.call({**members, "NumberOfBytes": 24})
    seen.dry_run({**members, "KeySpec": "AES_256"})
    if seen.action == "GenerateDataKey":
        seen.call({**members, "KeySpec": "AES_256", **seen.recipient()})


@tour("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext")
def generate_data_key_pair(seen: Observed) -> None:
    _, members = _symmetric(seen)
    for spec in PAIR_SPECS:
        seen.call({**members, "KeyPairSpec": spec})
    seen.dry_run({**members, "KeyPairSpec": "ECC_NIST_P256"})
    if seen.action == "GenerateDataKeyPair":
        seen.call({**members, "KeyPairSpec": "ECC_NIST_P256", **seen.recipient()})


@tour("GenerateRandom")
def generate_random(seen: Observed) -> None:
    seen.call({"NumberOfBytes": 32})
    seen.call({"NumberOfBytes": 32, **seen.recipient()})


@tour("Sign", "Verify")
def sign_and_verify(seen: Observed) -> None:
    for spec, usage in (kind for kind in OF_EACH_SORT if kind[1] == SIGN):
        key_id = make_key(seen.ada, spec=spec, usage=usage)["KeyId"]
        for algorithm in KINDS[spec][usage]:
            for message in _messages(algorithm):
                members = {"KeyId": key_id, "SigningAlgorithm": algorithm, **message}
                if seen.action == "Verify":
                    members["Signature"] = run_as(seen.ada, "Sign", members)["Signature"]
                seen.call({**members, "GrantTokens": [seen.grant_token(key_id)]})
    seen.dry_run(members)


def _messages(algorithm: str) -> list[dict[str, object]]:
    """Return a message of each type that an algorithm takes. Source: kms-semantics 4.18."""
    raw = {"Message": b"pay", "MessageType": "RAW"}
    if algorithm == "ML_DSA_SHAKE_256":
        return [raw, {"Message": os.urandom(64), "MessageType": "EXTERNAL_MU"}]
    if algorithm == "ED25519_SHA_512":
        return [raw]
    digest = {"Message": os.urandom(int(algorithm[-3:]) // 8), "MessageType": "DIGEST"}
    return [digest] if algorithm == "ED25519_PH_SHA_512" else [raw, digest]


@tour("GenerateMac", "VerifyMac")
def macs(seen: Observed) -> None:
    for bits in (224, 256, 384, 512):
        key_id = make_key(seen.ada, spec=f"HMAC_{bits}", usage="GENERATE_VERIFY_MAC")["KeyId"]
        members = {"KeyId": key_id, "Message": b"pay", "MacAlgorithm": f"HMAC_SHA_{bits}"}
        if seen.action == "VerifyMac":
            members["Mac"] = run_as(seen.ada, "GenerateMac", members)["Mac"]
        seen.call({**members, "GrantTokens": [seen.grant_token(key_id)]})
    seen.dry_run(members)


@tour("DeriveSharedSecret")
def derive_shared_secret(seen: Observed) -> None:
    key_id = make_key(seen.ada, spec="ECC_NIST_P256", usage="KEY_AGREEMENT")["KeyId"]
    members = {"KeyId": key_id, "KeyAgreementAlgorithm": "ECDH", "GrantTokens": [seen.grant_token(key_id)]}
    members["PublicKey"] = generate_key_pair(KeySpec.ECC_NIST_P256)[1]
    seen.call(members)
    seen.call({**members, **seen.recipient()})
    seen.dry_run(members)


@tour("Encapsulate", "Decapsulate")
def encapsulation(seen: Observed) -> None:
    scene = make_scene(seen.ada, for_action=seen.action)
    members = {**scene.request(seen.action), "GrantTokens": [seen.grant_token(scene.key_id)]}
    seen.call(members)
    seen.dry_run(members)


@tour("GetPublicKey")
def get_public_key(seen: Observed) -> None:
    for spec, usage in OF_EACH_SORT:
        if not spec.startswith(("SYMMETRIC", "HMAC")):
            key_id = make_key(seen.ada, spec=spec, usage=usage)["KeyId"]
            seen.call({"KeyId": key_id, "GrantTokens": [seen.grant_token(key_id)]})


@tour("GetKeyLastUsage")
def get_key_last_usage(seen: Observed) -> None:
    """After each of the operations that count as a use."""
    for action in service_model.allowed_values("KeyLastUsageTrackingOperation"):
        scene = make_scene(seen.ada, for_action=action)
        run_as(seen.ada, action, scene.request(action))
        run_as(seen.ada, "DeleteAlias", {"AliasName": scene.alias})  # the next scene has one of this name
        seen.call({"KeyId": scene.key_id})
