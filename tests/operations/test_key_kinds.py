"""Every cryptographic operation on every kind of key: what it answers, or the exact refusal.

Source of the texts: kms-semantics 2.3 and 3 (52-57, 60-66, 72-82). A disabled key answers that it is disabled, whatever
else is wrong (recorded): usage comes before algorithm, and the state before both.
"""

import os

import pytest

from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KeySpec
from tests.builders import Refused, make_key, refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.kinds import (
    AGREE,
    ALGORITHMS,
    ENCAPSULATE,
    ENCRYPT,
    KINDS,
    MAC,
    MEMBERS,
    PAIRS,
    SIGN,
    is_asymmetric,
)

pytestmark = pytest.mark.conformance

INVALID = Refused("InvalidCiphertextException", None)
INCORRECT = Refused(
    "IncorrectKeyException",
    "The key ID in the request does not identify a CMK that can perform this operation.",
)


def wrong_usage(key, operation: str) -> Refused:
    sentence = f"{key['Arn']} key usage is {key['KeyUsage']} which is not valid for {operation}."
    return Refused("InvalidKeyUsageException", sentence)


def wrong_algorithm(key, algorithm: str) -> Refused:
    return Refused("InvalidKeyUsageException", f"Algorithm {algorithm} is incompatible with key spec {key['KeySpec']}.")


def message_for(algorithm: str) -> dict[str, object]:
    if algorithm == "ED25519_PH_SHA_512":
        return {"Message": os.urandom(64), "MessageType": "DIGEST"}
    return {"Message": b"pay"}


@pytest.fixture
def ada(kinds):
    return kinds[0]


@pytest.fixture
def own(kinds):
    """One key of every kind."""
    return [kinds[1]["own", *pair] for pair in PAIRS]


class Cells(dict):
    """What was answered: operation: cell: ``ok`` or the code of the error."""

    def note(self, operation: str, key, algorithm: str, answered) -> None:
        code = answered.code if isinstance(answered, Refused) else "ok"
        self.setdefault(operation, {})[f"{key['KeySpec']} {key['KeyUsage']} {algorithm}"] = code

    def check(self) -> None:
        for operation, cells in self.items():
            check_results("algorithms", operation, cells)


def answer(person, action, request):
    """Return the members of the answer, or the refusal."""
    from core.errors import KmsError

    try:
        return run_as(person, action, request)
    except KmsError as refusal:
        return Refused(refusal.code, refusal.message)


def test_some_kinds_are_not_imported_or_replicated(people):
    """ML-DSA is no origin EXTERNAL (kms-semantics 4.4); of ML-KEM neither is known (9)."""
    ada = people.ada
    signing = {"KeySpec": "ML_DSA_44", "KeyUsage": SIGN}
    encapsulating = {"KeySpec": "ML_KEM_512", "KeyUsage": ENCAPSULATE}
    imported = {"KeySpec": "RSA_2048", "KeyUsage": SIGN, "Origin": "EXTERNAL"}
    assert refused(ada, "CreateKey", {**signing, "Origin": "EXTERNAL"}) == Refused(
        "ValidationException", "Origin EXTERNAL is not compatible with KeySpec ML_DSA_44"
    )
    assert refused(ada, "CreateKey", {**encapsulating, "Origin": "EXTERNAL"}) == Refused(
        "UnsupportedOperationException", "Origin EXTERNAL is not supported for KeySpec ML_KEM_512."
    )
    assert refused(ada, "CreateKey", {**encapsulating, "MultiRegion": True}) == Refused(
        "UnsupportedOperationException", "MultiRegion is not supported for KeySpec ML_KEM_512."
    )
    for kind in ({**signing, "MultiRegion": True}, encapsulating, imported):
        run_as(ada, "CreateKey", kind)


def test_sm2_exists_in_china_only(people):
    for usage in (ENCRYPT, SIGN, AGREE):
        assert refused(people.ada, "CreateKey", {"KeySpec": "SM2", "KeyUsage": usage}) == Refused(
            "UnsupportedOperationException", "KeySpec SM2 is not supported in this Region."
        )
    key_id = make_key(people.ada)["KeyId"]
    assert refused(people.ada, "GenerateDataKeyPair", {"KeyId": key_id, "KeyPairSpec": "SM2"}) == Refused(
        "UnsupportedOperationException", "KeyPairSpec SM2 is not supported in this Region."
    )


def test_the_metadata_has_the_algorithms_of_the_usage_and_no_others(own):
    for key in own:
        assert (key["CustomerMasterKeySpec"], key["Origin"]) == (key["KeySpec"], "AWS_KMS")
        listed = {name: key[name] for name in MEMBERS.values() if name in key}
        assert listed == {MEMBERS[key["KeyUsage"]]: KINDS[key["KeySpec"]][key["KeyUsage"]]}
        assert ("CurrentKeyMaterialId" in key) == (key["KeySpec"] == "SYMMETRIC_DEFAULT")


def test_encryption(ada, own):
    """Encrypt, Decrypt and both sides of ReEncrypt."""
    cells = Cells()
    for key in own:
        spec, usage = key["KeySpec"], key["KeyUsage"]
        other = make_key(ada)
        foreign = run_as(ada, "Encrypt", {"KeyId": other["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
        for algorithm in [None, *ALGORITHMS[ENCRYPT]]:
            named = {"EncryptionAlgorithm": algorithm} if algorithm else {}
            wanted = algorithm or "SYMMETRIC_DEFAULT"
            made = answer(ada, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x", **named})
            moved = answer(
                ada,
                "ReEncrypt",
                {
                    "CiphertextBlob": foreign,
                    "DestinationKeyId": key["KeyId"],
                    **({"DestinationEncryptionAlgorithm": algorithm} if algorithm else {}),
                },
            )
            cells.note("Encrypt", key, algorithm or "default", made)
            cells.note("ReEncrypt to", key, algorithm or "default", moved)
            if usage != ENCRYPT:
                assert made == wrong_usage(key, "Encrypt")
                assert moved == wrong_usage(key, "ReEncryptTo")
            elif wanted not in KINDS[spec][usage]:
                assert made == moved == wrong_algorithm(key, wanted)
            else:
                assert (made["KeyId"], made["EncryptionAlgorithm"]) == (key["Arn"], wanted)
                assert (moved["KeyId"], moved["DestinationEncryptionAlgorithm"]) == (key["Arn"], wanted)
                assert ("DestinationKeyMaterialId" in present(moved)) == (spec == "SYMMETRIC_DEFAULT")
                for blob in (made["CiphertextBlob"], moved["CiphertextBlob"]):
                    opened = run_as(ada, "Decrypt", {"KeyId": key["KeyId"], "CiphertextBlob": blob, **named})
                    assert (opened["Plaintext"], opened["EncryptionAlgorithm"]) == (b"x", wanted)
                    assert ("KeyMaterialId" in present(opened)) == (spec == "SYMMETRIC_DEFAULT")
                back = {
                    "CiphertextBlob": made["CiphertextBlob"],
                    "SourceKeyId": key["KeyId"],
                    "SourceEncryptionAlgorithm": wanted,
                    "DestinationKeyId": other["KeyId"],
                }
                returned = run_as(ada, "ReEncrypt", back)
                assert (returned["SourceKeyId"], returned["SourceEncryptionAlgorithm"]) == (key["Arn"], wanted)
                assert run_as(ada, "Decrypt", {"CiphertextBlob": returned["CiphertextBlob"]})["Plaintext"] == b"x"
    cells.check()


def present(members) -> set[str]:
    return {name for name, value in members.items() if value is not None}


def test_decryption_of_what_is_not_the_keys(ada, own):
    cells = Cells()
    for key in own:
        spec, usage = key["KeySpec"], key["KeyUsage"]
        other = make_key(ada)
        foreign = run_as(ada, "Encrypt", {"KeyId": other["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
        moved = {"DestinationKeyId": other["KeyId"]}
        for action, member, side in (("Decrypt", "", ""), ("ReEncrypt", "Source", "From")):
            more = moved if action == "ReEncrypt" else {}
            by_key = {f"{member}KeyId": key["KeyId"], **more}
            # A symmetric ciphertext tells which key it needs: any other is incorrect, whatever its kind (recorded).
            assert refused(ada, action, {**by_key, "CiphertextBlob": foreign}) == INCORRECT
            assert refused(ada, action, {**by_key, "CiphertextBlob": os.urandom(256)}) == INVALID
            for algorithm in ("RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"):
                request = {**by_key, "CiphertextBlob": os.urandom(256), f"{member}EncryptionAlgorithm": algorithm}
                if usage != ENCRYPT:
                    expected = wrong_usage(key, f"{action}{side}")
                else:
                    expected = INVALID if algorithm in KINDS[spec][usage] else wrong_algorithm(key, algorithm)
                answered = refused(ada, action, request)
                assert answered == expected
                cells.note(f"{action} {side.lower()}".strip(), key, f"{algorithm} another key's ciphertext", answered)
                without_key = {name: value for name, value in request.items() if name != f"{member}KeyId"}
                assert refused(ada, action, without_key) == Refused(
                    "ValidationException", f"{member}KeyId must not be null"
                )
    cells.check()


def test_an_rsa_key_takes_an_empty_encryption_context_only(people):
    key = make_key(people.ada, spec="RSA_2048", usage=ENCRYPT)
    request = {"KeyId": key["KeyId"], "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}
    blob = run_as(people.ada, "Encrypt", {**request, "Plaintext": b"x", "EncryptionContext": {}})["CiphertextBlob"]
    assert run_as(people.ada, "Decrypt", {**request, "CiphertextBlob": blob, "EncryptionContext": {}})
    expected = Refused(
        "ValidationException", "EncryptionContext is not supported when encrypting/decrypting with asymmetric CMKs."
    )
    for action, more in (("Encrypt", {"Plaintext": b"x"}), ("Decrypt", {"CiphertextBlob": blob})):
        assert refused(people.ada, action, {**request, **more, "EncryptionContext": {"a": "b"}}) == expected


def test_data_keys_and_pairs(ada, own):
    for key in own:
        spec = key["KeySpec"]
        for action, request, noun in (
            ("GenerateDataKey", {"KeySpec": "AES_128"}, "data key"),
            ("GenerateDataKeyWithoutPlaintext", {"NumberOfBytes": 7}, "data key"),
            ("GenerateDataKeyPair", {"KeyPairSpec": "ECC_NIST_P256"}, "data key pair"),
            ("GenerateDataKeyPairWithoutPlaintext", {"KeyPairSpec": "ML_KEM_512"}, "data key pair"),
        ):
            made = answer(ada, action, {"KeyId": key["KeyId"], **request})
            if spec == "SYMMETRIC_DEFAULT":
                assert made["KeyId"] == key["Arn"]
                assert made["KeyMaterialId"] == key["CurrentKeyMaterialId"]
            elif is_asymmetric(spec):
                assert made == Refused(
                    "InvalidKeyUsageException", f"You cannot generate a {noun} with an asymmetric CMK"
                )
            else:
                assert made == wrong_usage(key, action)


def test_signing(ada, own):
    cells = Cells()
    for key in own:
        spec, usage = key["KeySpec"], key["KeyUsage"]
        for algorithm in ALGORITHMS[SIGN]:
            request = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm, **message_for(algorithm)}
            signed = answer(ada, "Sign", request)
            made = b"x" if isinstance(signed, Refused) else signed["Signature"]
            verified = answer(ada, "Verify", {**request, "Signature": made})
            cells.note("Sign", key, algorithm, signed)
            cells.note("Verify", key, algorithm, verified)
            if usage != SIGN:
                assert signed == wrong_usage(key, "Sign")
                assert verified == wrong_usage(key, "Verify")
            elif algorithm not in KINDS[spec][usage]:
                assert signed == verified == wrong_algorithm(key, algorithm)
            else:
                assert (signed["KeyId"], signed["SigningAlgorithm"]) == (key["Arn"], algorithm)
                assert verified == {"KeyId": key["Arn"], "SignatureValid": True, "SigningAlgorithm": algorithm}
                bad = {**request, "Signature": signed["Signature"][:-1]}
                assert refused(ada, "Verify", bad) == Refused("KMSInvalidSignatureException", None)
                assert refused(ada, "Verify", {**bad, "DryRun": True}).code == "KMSInvalidSignatureException"
    cells.check()


# Source: kms-semantics 4.18. A prepared message has the length of the digest; for ML-DSA, 64 bytes.
TYPES = {"RSA": ("RAW", "DIGEST"), "ECDSA": ("RAW", "DIGEST"), "ED25519_SHA_512": ("RAW",)}
TYPES |= {"ED25519_PH_SHA_512": ("DIGEST",), "ML_DSA_SHAKE_256": ("RAW", "EXTERNAL_MU")}


def test_message_types(ada, own):
    """Every algorithm of every signing key with every type, and a prepared message that is a byte short."""
    cells = Cells()
    for key in [key for key in own if key["KeyUsage"] == SIGN]:
        for algorithm in key["SigningAlgorithms"]:
            taken = next(types for start, types in TYPES.items() if algorithm.startswith(start))
            size = 64 if algorithm.startswith(("ED", "ML")) else int(algorithm[-3:]) // 8
            for kind in ("RAW", "DIGEST", "EXTERNAL_MU"):
                request = {"KeyId": key["KeyId"], "SigningAlgorithm": algorithm, "MessageType": kind}
                cause = f"algorithm {algorithm}"
                if kind == "EXTERNAL_MU" or algorithm.startswith("ML_DSA"):
                    cause = f"key spec {key['KeySpec']}"
                wrong = Refused("ValidationException", f"Message type {kind} is incompatible with {cause}.")
                signed = answer(ada, "Sign", {**request, "Message": b"x" * size})
                made = b"x" if isinstance(signed, Refused) else signed["Signature"]
                verified = answer(ada, "Verify", {**request, "Message": b"x" * size, "Signature": made})
                cells.note("Sign", key, f"{algorithm} {kind}", signed)
                cells.note("Verify", key, f"{algorithm} {kind}", verified)
                if kind not in taken:
                    assert signed == verified == wrong
                    continue
                assert verified["SignatureValid"] is True
                short = {**request, "Message": b"x" * (size - 1)}
                if kind != "RAW":
                    sentence = f"Digest is invalid length for algorithm {algorithm}."
                    assert refused(ada, "Sign", short) == Refused("ValidationException", sentence)
                    assert refused(ada, "Verify", {**short, "Signature": made}).message == sentence
    for operation, answered in cells.items():
        check_results("message_types", operation, answered)
    check_rows("message_types", ("Sign", "Verify"))


def test_macs(ada, own):
    cells = Cells()
    for key in own:
        spec, usage = key["KeySpec"], key["KeyUsage"]
        for algorithm in ALGORITHMS[MAC]:
            request = {"KeyId": key["KeyId"], "MacAlgorithm": algorithm, "Message": b"pay"}
            made = answer(ada, "GenerateMac", request)
            mac = b"x" if isinstance(made, Refused) else made["Mac"]
            verified = answer(ada, "VerifyMac", {**request, "Mac": mac})
            cells.note("GenerateMac", key, algorithm, made)
            cells.note("VerifyMac", key, algorithm, verified)
            if usage != MAC:
                assert made == wrong_usage(key, "GenerateMac")
                assert verified == wrong_usage(key, "VerifyMac")
            elif algorithm not in KINDS[spec][usage]:
                assert made == verified == wrong_algorithm(key, algorithm)
            else:
                assert made == run_as(ada, "GenerateMac", request)
                assert verified == {"KeyId": key["Arn"], "MacValid": True, "MacAlgorithm": algorithm}
                short = {**request, "Mac": made["Mac"][:16]}
                assert refused(ada, "VerifyMac", short) == Refused("KMSInvalidMacException", None)
    cells.check()


def test_agreement_and_encapsulation(ada, own):
    for key in own:
        spec, usage = key["KeySpec"], key["KeyUsage"]
        curve = spec if usage == AGREE else "ECC_NIST_P256"
        request = {"KeyId": key["KeyId"], "KeyAgreementAlgorithm": "ECDH"}
        request["PublicKey"] = generate_key_pair(KeySpec(curve))[1]
        derived = answer(ada, "DeriveSharedSecret", request)
        encapsulated = answer(ada, "Encapsulate", {"KeyId": key["KeyId"], "EncapsulationAlgorithm": "ML_KEM"})
        opening = {"KeyId": key["KeyId"], "EncapsulationAlgorithm": "ML_KEM", "SharedSecretCiphertextBlob": b"x"}
        if usage == AGREE:
            assert derived["KeyId"] == key["Arn"]
            broken = {**request, "PublicKey": request["PublicKey"] + b"\0"}
            assert refused(ada, "DeriveSharedSecret", broken) == Refused("ValidationException", None)
        else:
            assert derived == wrong_usage(key, "DeriveSharedSecret")
        if usage == ENCAPSULATE:
            blob = encapsulated["SharedSecretCiphertextBlob"]
            opened = run_as(ada, "Decapsulate", {**opening, "SharedSecretCiphertextBlob": blob})
            assert opened["SharedSecret"] == encapsulated["SharedSecret"]
            assert refused(ada, "Decapsulate", opening) == INVALID
            foreign = {**opening, "SharedSecretCiphertextBlob": os.urandom(len(blob))}
            assert len(run_as(ada, "Decapsulate", foreign)["SharedSecret"]) == 32
        else:
            assert encapsulated == wrong_usage(key, "Encapsulate")
            assert refused(ada, "Decapsulate", opening) == wrong_usage(key, "Decapsulate")


def test_the_public_key(ada, own):
    for key in own:
        spec, usage = key["KeySpec"], key["KeyUsage"]
        if not is_asymmetric(spec):
            assert refused(ada, "GetPublicKey", {"KeyId": key["KeyId"]}) == Refused(
                "UnsupportedOperationException", None
            )
            continue
        enabled = run_as(ada, "GetPublicKey", {"KeyId": key["KeyId"]})
        public = enabled.pop("PublicKey")
        assert enabled == {
            "KeyId": key["Arn"],
            "CustomerMasterKeySpec": spec,
            "KeySpec": spec,
            "KeyUsage": usage,
            MEMBERS[usage]: KINDS[spec][usage],
        }
        run_as(ada, "DisableKey", {"KeyId": key["KeyId"]})
        assert run_as(ada, "GetPublicKey", {"KeyId": key["KeyId"]})["PublicKey"] == public


def test_rotation_is_for_symmetric_encryption_keys(ada, own):
    for key in own:
        request = {"KeyId": key["KeyId"]}
        if key["KeySpec"] == "SYMMETRIC_DEFAULT":
            continue
        for action in ("EnableKeyRotation", "RotateKeyOnDemand"):
            assert refused(ada, action, request) == Refused("UnsupportedOperationException", None)
        run_as(ada, "DisableKeyRotation", request)  # recorded: succeeds and does nothing
        assert run_as(ada, "GetKeyRotationStatus", request) == {"KeyId": key["Arn"], "KeyRotationEnabled": False}
        assert run_as(ada, "ListKeyRotations", request) == {"Rotations": [], "Truncated": False}
        assert refused(ada, "ListKeyRotations", {**request, "IncludeKeyMaterial": "ALL_KEY_MATERIAL"}) == Refused(
            "ValidationException", "Input parameter includeKeyMaterial can only be used with symmetric keys."
        )


def test_a_disabled_key_says_so_before_anything_else(people):
    key = make_key(people.ada, spec="HMAC_256", usage=MAC, state="Disabled")
    for action, request in (
        ("GenerateMac", {"Message": b"x", "MacAlgorithm": "HMAC_SHA_512"}),
        ("Sign", {"Message": b"x", "SigningAlgorithm": "ECDSA_SHA_256"}),
        ("Encrypt", {"Plaintext": b"x"}),
    ):
        assert refused(people.ada, action, {"KeyId": key["KeyId"], **request}) == Refused(
            "DisabledException", f"{key['Arn']} is disabled."
        )


@pytest.mark.parametrize("size", [0, 4097])
def test_a_message_has_1_to_4096_bytes(people, size):
    """The refusal does not repeat the message, which is sensitive."""
    bound = "greater than or equal to 1" if size == 0 else "less than or equal to 4096"
    expected = Refused(
        "ValidationException",
        "1 validation error detected: Value at 'message' failed to satisfy constraint: "
        f"Member must have length {bound}",
    )
    key = make_key(people.ada, spec="ECC_NIST_P256", usage=SIGN)
    request = {"KeyId": key["KeyId"], "Message": b"x" * size, "SigningAlgorithm": "ECDSA_SHA_256"}
    assert refused(people.ada, "Sign", request) == expected
    mac = {"KeyId": key["KeyId"], "Message": b"x" * size, "MacAlgorithm": "HMAC_SHA_256"}
    assert refused(people.ada, "GenerateMac", mac) == expected


def test_the_results_have_the_operations_of_these_walks():
    cryptographic = {
        "Encrypt",
        "ReEncrypt to",
        "Decrypt",
        "ReEncrypt from",
        "Sign",
        "Verify",
        "GenerateMac",
        "VerifyMac",
    }
    check_rows("algorithms", cryptographic)
