"""Every operation that takes a key × every key spec and usage: what it answers, or the exact refusal.

Transcribed from kms-semantics 2.3, 2.4, 3.3, 3.4 and 4.4, not from the service's tables. Each operation is asked with
the algorithms of the key itself, or with some algorithm where its usage has none; test_key_kinds.py walks algorithms.
"""

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KeySpec
from core.errors import KmsError
from tests.builders import Refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.operations.imports import wrapped_members
from tests.operations.kinds import AGREE, ENCAPSULATE, ENCRYPT, KINDS, MAC, PAIRS, SIGN, is_asymmetric
from tests.operations.regions import AWAY
from tests.operations.requests import WITH_RULES_OF_THEIR_OWN, WITHOUT_KEY, kms_actions
from tests.people import REGION

pytestmark = pytest.mark.conformance

Key = Mapping[str, Any]
OK = None
UNSUPPORTED = Refused("UnsupportedOperationException", None)
SYM = "SYMMETRIC_DEFAULT"
key_pair = functools.cache(generate_key_pair)  # one of 4,096 bits takes a second


def usage_of(key: Key, operation: str) -> Refused:
    return Refused(
        "InvalidKeyUsageException", f"{key['Arn']} key usage is {key['KeyUsage']} which is not valid for {operation}."
    )


def for_usage(wanted: str, name: str = "") -> Callable[[Key, str], Refused | None]:
    return lambda key, operation: OK if key["KeyUsage"] == wanted else usage_of(key, name or operation)


def always(key: Key, operation: str) -> None:
    return OK


def symmetric_only(key: Key, operation: str) -> Refused | None:
    return OK if key["KeySpec"] == SYM else UNSUPPORTED


def data_keys(noun: str) -> Callable[[Key, str], Refused | None]:
    def expected(key: Key, operation: str) -> Refused | None:
        if is_asymmetric(key["KeySpec"]):
            return Refused("InvalidKeyUsageException", f"You cannot generate a {noun} with an asymmetric CMK")
        return OK if key["KeySpec"] == SYM else usage_of(key, operation)

    return expected


def external_only(key: Key, operation: str) -> Refused | None:
    if key["Origin"] == "EXTERNAL":
        return OK
    return Refused(
        "UnsupportedOperationException", f"{key['Arn']} origin is AWS_KMS which is not valid for this operation."
    )


def public_key(key: Key, operation: str) -> Refused | None:
    return OK if is_asymmetric(key["KeySpec"]) else UNSUPPORTED


def replicated(key: Key, operation: str) -> Refused | None:
    if key["MultiRegion"]:
        return OK
    return Refused("UnsupportedOperationException", f"{key['Arn']} is not a multi-region primary key.")


def moved(key: Key, operation: str) -> Refused | None:
    if key["MultiRegion"]:
        return OK
    return Refused("KMSInvalidStateException", f"{key['Arn']} is not a multi-Region primary key.")


# operation: what it answers for a key.
EXPECTED: Mapping[str, Callable[[Key, str], Refused | None]] = {
    **dict.fromkeys(
        (
            *("CancelKeyDeletion", "CreateAlias", "CreateGrant", "DeleteAlias", "DescribeKey", "DisableKey"),
            *("DisableKeyRotation", "EnableKey", "GetKeyLastUsage", "GetKeyPolicy", "GetKeyRotationStatus"),
            *("ListAliases", "ListGrants", "ListKeyPolicies", "ListKeyRotations", "ListResourceTags", "PutKeyPolicy"),
            *("RetireGrant", "RevokeGrant", "ScheduleKeyDeletion", "TagResource", "UntagResource", "UpdateAlias"),
            "UpdateKeyDescription",
        ),
        always,
    ),
    **dict.fromkeys(("EnableKeyRotation", "RotateKeyOnDemand"), symmetric_only),
    **dict.fromkeys(("Encrypt", "Decrypt"), for_usage(ENCRYPT)),
    **dict.fromkeys(("Sign", "Verify"), for_usage(SIGN)),
    **dict.fromkeys(("GenerateMac", "VerifyMac"), for_usage(MAC)),
    **dict.fromkeys(("Encapsulate", "Decapsulate"), for_usage(ENCAPSULATE)),
    "DeriveSharedSecret": for_usage(AGREE),
    "ReEncrypt from": for_usage(ENCRYPT, "ReEncryptFrom"),
    "ReEncrypt to": for_usage(ENCRYPT, "ReEncryptTo"),
    **dict.fromkeys(("GenerateDataKey", "GenerateDataKeyWithoutPlaintext"), data_keys("data key")),
    **dict.fromkeys(("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"), data_keys("data key pair")),
    **dict.fromkeys(("DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial"), external_only),
    "GetPublicKey": public_key,
    "ReplicateKey": replicated,
    "UpdatePrimaryRegion": moved,
}
OTHER_KINDS_OF_KEY = {
    **dict.fromkeys(("DeleteImportedKeyMaterial", "GetParametersForImport", "ImportKeyMaterial"), "external"),
    **dict.fromkeys(("ReplicateKey", "UpdatePrimaryRegion"), "everywhere"),
}


def algorithm(key: Key, usage: str, otherwise: str) -> str:
    """Return an algorithm of the key, if it has this usage."""
    return KINDS[key["KeySpec"]][usage][-1] if key["KeyUsage"] == usage else otherwise


class Asked:
    """Builds the request of each operation for a key; what it needs beforehand it makes itself."""

    def __init__(self, owner: Any, key: Key, keys: Mapping[Any, Key]) -> None:
        self.owner, self.key, self.keys = owner, key, keys
        self.named: dict[str, Any] = {"KeyId": key["KeyId"]}

    def run(self, action: str, **members: Any) -> Any:
        return run_as(self.owner, action, {**self.named, **members})

    def request(self, operation: str) -> dict[str, Any]:
        return getattr(self, operation.replace(" ", "_"), lambda: self.named)()

    def encryption(self) -> dict[str, Any]:
        return {"EncryptionAlgorithm": algorithm(self.key, ENCRYPT, "SYMMETRIC_DEFAULT")}

    def Encrypt(self) -> dict[str, Any]:
        return {**self.named, "Plaintext": b"x", **self.encryption()}

    def blob(self) -> bytes:
        return (
            self.run("Encrypt", **self.Encrypt())["CiphertextBlob"] if self.key["KeyUsage"] == ENCRYPT else b"x" * 256
        )

    def Decrypt(self) -> dict[str, Any]:
        # A blob that names its key is one of another key for this one, so it must be what RSA would have made.
        by_usage = {"EncryptionAlgorithm": algorithm(self.key, ENCRYPT, "RSAES_OAEP_SHA_256")}
        return {**self.named, "CiphertextBlob": self.blob(), **by_usage}

    def ReEncrypt_from(self) -> dict[str, Any]:
        source = self.Decrypt()
        return {
            "SourceKeyId": source["KeyId"],
            "CiphertextBlob": source["CiphertextBlob"],
            "SourceEncryptionAlgorithm": source["EncryptionAlgorithm"],
            "DestinationKeyId": self.keys["everywhere", SYM, ENCRYPT]["KeyId"],
        }

    def ReEncrypt_to(self) -> dict[str, Any]:
        source = {"KeyId": self.keys["everywhere", SYM, ENCRYPT]["KeyId"], "Plaintext": b"x"}
        blob = run_as(self.owner, "Encrypt", source)["CiphertextBlob"]
        destination = {"DestinationEncryptionAlgorithm": self.encryption()["EncryptionAlgorithm"]}
        return {"CiphertextBlob": blob, "DestinationKeyId": self.key["KeyId"], **destination}

    def GenerateDataKey(self) -> dict[str, Any]:
        return {**self.named, "KeySpec": "AES_256"}

    GenerateDataKeyWithoutPlaintext = GenerateDataKey

    def GenerateDataKeyPair(self) -> dict[str, Any]:
        return {**self.named, "KeyPairSpec": "ECC_NIST_P256"}

    GenerateDataKeyPairWithoutPlaintext = GenerateDataKeyPair

    def Sign(self) -> dict[str, Any]:
        return {**self.named, "Message": b"x", "SigningAlgorithm": algorithm(self.key, SIGN, "ECDSA_SHA_256")}

    def Verify(self) -> dict[str, Any]:
        signed = self.run("Sign", **self.Sign())["Signature"] if self.key["KeyUsage"] == SIGN else b"x"
        return {**self.Sign(), "Signature": signed}

    def GenerateMac(self) -> dict[str, Any]:
        return {**self.named, "Message": b"x", "MacAlgorithm": algorithm(self.key, MAC, "HMAC_SHA_256")}

    def VerifyMac(self) -> dict[str, Any]:
        mac = self.run("GenerateMac", **self.GenerateMac())["Mac"] if self.key["KeyUsage"] == MAC else b"x"
        return {**self.GenerateMac(), "Mac": mac}

    def DeriveSharedSecret(self) -> dict[str, Any]:
        curve = self.key["KeySpec"] if self.key["KeyUsage"] == AGREE else "ECC_NIST_P256"
        return {**self.named, "KeyAgreementAlgorithm": "ECDH", "PublicKey": key_pair(KeySpec(curve))[1]}

    def Encapsulate(self) -> dict[str, Any]:
        return {**self.named, "EncapsulationAlgorithm": "ML_KEM"}

    def Decapsulate(self) -> dict[str, Any]:
        made = self.run("Encapsulate", **self.Encapsulate()) if self.key["KeyUsage"] == ENCAPSULATE else {}
        return {**self.Encapsulate(), "SharedSecretCiphertextBlob": made.get("SharedSecretCiphertextBlob", b"x")}

    def CreateAlias(self) -> dict[str, Any]:
        return {"AliasName": f"alias/{self.key['KeyId']}", "TargetKeyId": self.key["KeyId"]}

    def DeleteAlias(self) -> dict[str, Any]:
        run_as(self.owner, "CreateAlias", self.CreateAlias())
        return {"AliasName": f"alias/{self.key['KeyId']}"}

    def UpdateAlias(self) -> dict[str, Any]:
        run_as(self.owner, "CreateAlias", self.CreateAlias())
        return self.CreateAlias()

    def CreateGrant(self) -> dict[str, Any]:
        return {**self.named, "GranteePrincipal": self.owner.arn, "Operations": ["DescribeKey"]}

    def RevokeGrant(self) -> dict[str, Any]:
        return {**self.named, "GrantId": self.run("CreateGrant", **self.CreateGrant())["GrantId"]}

    def RetireGrant(self) -> dict[str, Any]:
        grant = {**self.CreateGrant(), "RetiringPrincipal": self.owner.arn}
        return {"KeyId": self.key["Arn"], "GrantId": self.run("CreateGrant", **grant)["GrantId"]}

    def CancelKeyDeletion(self) -> dict[str, Any]:
        self.run("ScheduleKeyDeletion")
        return self.named

    def PutKeyPolicy(self) -> dict[str, Any]:
        return {**self.named, "Policy": self.run("GetKeyPolicy")["Policy"]}

    def TagResource(self) -> dict[str, Any]:
        return {**self.named, "Tags": [{"TagKey": "team", "TagValue": "hr"}]}

    def UntagResource(self) -> dict[str, Any]:
        return {**self.named, "TagKeys": ["team"]}

    def UpdateKeyDescription(self) -> dict[str, Any]:
        return {**self.named, "Description": "new"}

    def wrapping(self) -> str:
        asymmetric = is_asymmetric(self.key["KeySpec"])
        return "RSA_AES_KEY_WRAP_SHA_256" if asymmetric else "RSAES_OAEP_SHA_256"

    def GetParametersForImport(self) -> dict[str, Any]:
        return {**self.named, "WrappingAlgorithm": self.wrapping(), "WrappingKeySpec": "RSA_2048"}

    def ImportKeyMaterial(self) -> dict[str, Any]:
        """The token is of a key that takes imports; a key that does not never looks at it."""
        spec, usage = self.key["KeySpec"], self.key["KeyUsage"]
        importing = self.keys.get(("external", spec, usage), self.keys["external", SYM, ENCRYPT])
        material = (
            generate_key_pair(KeySpec(spec))[0] if is_asymmetric(spec) else os.urandom(64 if usage == MAC else 32)
        )
        wrapping = self.wrapping() if importing["KeySpec"] == spec else "RSAES_OAEP_SHA_256"
        material = material if importing["KeySpec"] == spec else bytes(32)
        return {**wrapped_members(self.owner, importing["KeyId"], material, wrapping), **self.named}

    def DeleteImportedKeyMaterial(self) -> dict[str, Any]:
        if self.key["Origin"] == "EXTERNAL":
            self.run("ImportKeyMaterial", **self.ImportKeyMaterial())
        return self.named

    def ReplicateKey(self) -> dict[str, Any]:
        return {**self.named, "ReplicaRegion": AWAY}

    def UpdatePrimaryRegion(self) -> dict[str, Any]:
        return {**self.named, "PrimaryRegion": REGION}


def test_the_walk_has_every_operation_that_takes_a_key():
    walked = {operation.split()[0] for operation in EXPECTED}
    others = {"CreateKey", "GenerateRandom", "ListKeys", "ListRetirableGrants"}
    stores = {name for name in WITH_RULES_OF_THEIR_OWN if "CustomKeyStore" in name}
    assert walked | others == set(kms_actions()) | WITH_RULES_OF_THEIR_OWN - stores
    assert WITHOUT_KEY - others == {"ListAliases"}


@pytest.mark.parametrize("operation", EXPECTED)
def test_a_key_answers_as_its_kind_must(kinds, operation):
    ada, keys = kinds
    cells = {}
    for kind in ("own", *({OTHER_KINDS_OF_KEY[operation]} if operation in OTHER_KINDS_OF_KEY else ())):
        for (of, spec, usage), key in keys.items():
            if of != kind:
                continue
            wanted = EXPECTED[operation](key, operation)
            request = Asked(ada, key, keys).request(operation)
            try:
                run_as(ada, operation.split()[0], request)
                answered = None
            except KmsError as refusal:
                answered = Refused(refusal.code, refusal.message)
            assert answered == wanted, (operation, kind, spec, usage)
            cells[f"{spec} {usage}{'' if kind == 'own' else ' ' + kind}"] = answered.code if answered else "ok"
    assert len(cells) >= len(PAIRS)
    check_results("kinds", operation, cells)


def test_the_results_have_the_operations_of_the_walk():
    check_rows("kinds", EXPECTED)
