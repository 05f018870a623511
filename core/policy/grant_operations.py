"""Which operations a grant can allow, by key. Source: Developer Guide, "Grants"; order: kms-semantics 2.4."""

from collections.abc import Mapping
from types import MappingProxyType

from core.crypto.key_specs import KeySpec, KeyUsage

_SYMMETRIC = (
    "Decrypt",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "CreateGrant",
    "RetireGrant",
    "DescribeKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
)
_GRANTING = ("CreateGrant", "RetireGrant", "DescribeKey")
_BY_USAGE: Mapping[KeyUsage, tuple[str, ...]] = MappingProxyType(
    {
        KeyUsage.ENCRYPT_DECRYPT: (*_GRANTING, "GetPublicKey", "Encrypt", "Decrypt", "ReEncryptFrom", "ReEncryptTo"),
        KeyUsage.SIGN_VERIFY: (*_GRANTING, "GetPublicKey", "Sign", "Verify"),
        KeyUsage.GENERATE_VERIFY_MAC: (*_GRANTING, "GenerateMac", "VerifyMac"),
        KeyUsage.KEY_AGREEMENT: (*_GRANTING, "GetPublicKey", "DeriveSharedSecret"),
        KeyUsage.ENCAPSULATE_DECAPSULATE: (*_GRANTING, "GetPublicKey", "Encapsulate", "Decapsulate"),
    }
)


def grantable(spec: KeySpec, usage: KeyUsage) -> tuple[str, ...]:
    """Return the operations that a grant on such a key may list."""
    return _SYMMETRIC if spec is KeySpec.SYMMETRIC_DEFAULT else _BY_USAGE[usage]
