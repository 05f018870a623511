"""Key specs: one row each, with what a KMS key of that spec may be.

Source: Developer Guide, "Key spec reference" and "Special-purpose keys"; API Reference, CreateKey; kms-semantics 4.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from core.errors import ValidationException


class KeyUsage(StrEnum):
    ENCRYPT_DECRYPT = "ENCRYPT_DECRYPT"
    SIGN_VERIFY = "SIGN_VERIFY"
    GENERATE_VERIFY_MAC = "GENERATE_VERIFY_MAC"
    KEY_AGREEMENT = "KEY_AGREEMENT"
    ENCAPSULATE_DECAPSULATE = "ENCAPSULATE_DECAPSULATE"


class Origin(StrEnum):
    AWS_KMS = "AWS_KMS"
    EXTERNAL = "EXTERNAL"
    AWS_CLOUDHSM = "AWS_CLOUDHSM"
    EXTERNAL_KEY_STORE = "EXTERNAL_KEY_STORE"


class KeySpec(StrEnum):
    SYMMETRIC_DEFAULT = "SYMMETRIC_DEFAULT"
    HMAC_224 = "HMAC_224"
    HMAC_256 = "HMAC_256"
    HMAC_384 = "HMAC_384"
    HMAC_512 = "HMAC_512"
    RSA_2048 = "RSA_2048"
    RSA_3072 = "RSA_3072"
    RSA_4096 = "RSA_4096"
    ECC_NIST_P256 = "ECC_NIST_P256"
    ECC_NIST_P384 = "ECC_NIST_P384"
    ECC_NIST_P521 = "ECC_NIST_P521"
    ECC_SECG_P256K1 = "ECC_SECG_P256K1"
    ECC_NIST_EDWARDS25519 = "ECC_NIST_EDWARDS25519"
    ML_DSA_44 = "ML_DSA_44"
    ML_DSA_65 = "ML_DSA_65"
    ML_DSA_87 = "ML_DSA_87"
    ML_KEM_512 = "ML_KEM_512"
    ML_KEM_768 = "ML_KEM_768"
    ML_KEM_1024 = "ML_KEM_1024"
    SM2 = "SM2"


class DataKeySpec(StrEnum):
    AES_256 = "AES_256"
    AES_128 = "AES_128"


DATA_KEY_BYTES: Mapping[DataKeySpec, int] = MappingProxyType({DataKeySpec.AES_256: 32, DataKeySpec.AES_128: 16})

# What this service makes today, beside the column `implemented`: CreateKey refuses anything else.
IMPLEMENTED_ORIGINS = frozenset({Origin.AWS_KMS, Origin.EXTERNAL})
MULTI_REGION_IMPLEMENTED = True

_MADE_HERE = frozenset({Origin.AWS_KMS})
_IMPORTABLE = frozenset({Origin.AWS_KMS, Origin.EXTERNAL})
_EVERY_ORIGIN = frozenset(Origin)


@dataclass(frozen=True, slots=True)
class KeySpecRow:
    """What a key of one spec may be.

    `implemented`: whether this service makes such keys today. `slow`: whether one use of the private key takes about
    half a millisecond or more (performance.md, section 3), which other requests should not wait for.
    """

    usages: tuple[KeyUsage, ...]
    origins: frozenset[Origin]
    multi_region: bool
    default_usage: KeyUsage | None = None  # None: CreateKey must name the usage
    material_bytes: int | None = None  # length of generated material; None: not a plain byte string
    implemented: bool = True
    slow: bool = False


def _hmac(material_bytes: int) -> KeySpecRow:
    return KeySpecRow(
        usages=(KeyUsage.GENERATE_VERIFY_MAC,), origins=_IMPORTABLE, multi_region=True, material_bytes=material_bytes
    )


_RSA = KeySpecRow(usages=(KeyUsage.ENCRYPT_DECRYPT, KeyUsage.SIGN_VERIFY), origins=_IMPORTABLE, multi_region=True)
_LONG_RSA = replace(_RSA, slow=True)
_NIST_CURVE = KeySpecRow(usages=(KeyUsage.SIGN_VERIFY, KeyUsage.KEY_AGREEMENT), origins=_IMPORTABLE, multi_region=True)
_SIGNING_CURVE = KeySpecRow(usages=(KeyUsage.SIGN_VERIFY,), origins=_IMPORTABLE, multi_region=True)
_ML_DSA = KeySpecRow(usages=(KeyUsage.SIGN_VERIFY,), origins=_MADE_HERE, multi_region=True, slow=True)
_ML_KEM = KeySpecRow(usages=(KeyUsage.ENCAPSULATE_DECAPSULATE,), origins=_MADE_HERE, multi_region=False, slow=True)

KEY_SPECS: Mapping[KeySpec, KeySpecRow] = MappingProxyType(
    {
        # In a custom key store a symmetric key cannot be multi-Region; that is a rule of the stores, not of the spec.
        KeySpec.SYMMETRIC_DEFAULT: KeySpecRow(
            usages=(KeyUsage.ENCRYPT_DECRYPT,),
            origins=_EVERY_ORIGIN,
            multi_region=True,
            default_usage=KeyUsage.ENCRYPT_DECRYPT,
            material_bytes=32,
        ),
        KeySpec.HMAC_224: _hmac(28),
        KeySpec.HMAC_256: _hmac(32),
        KeySpec.HMAC_384: _hmac(48),
        KeySpec.HMAC_512: _hmac(64),
        KeySpec.RSA_2048: _RSA,
        KeySpec.RSA_3072: _LONG_RSA,
        KeySpec.RSA_4096: _LONG_RSA,
        KeySpec.ECC_NIST_P256: _NIST_CURVE,
        KeySpec.ECC_NIST_P384: _NIST_CURVE,
        KeySpec.ECC_NIST_P521: _NIST_CURVE,
        KeySpec.ECC_SECG_P256K1: _SIGNING_CURVE,
        KeySpec.ECC_NIST_EDWARDS25519: _SIGNING_CURVE,
        KeySpec.ML_DSA_44: _ML_DSA,
        KeySpec.ML_DSA_65: _ML_DSA,
        KeySpec.ML_DSA_87: _ML_DSA,
        KeySpec.ML_KEM_512: _ML_KEM,
        KeySpec.ML_KEM_768: _ML_KEM,
        KeySpec.ML_KEM_1024: _ML_KEM,
        # Source: Developer Guide: SM2 exists in China Regions only.
        KeySpec.SM2: KeySpecRow(
            usages=(KeyUsage.ENCRYPT_DECRYPT, KeyUsage.SIGN_VERIFY, KeyUsage.KEY_AGREEMENT),
            origins=_IMPORTABLE,
            multi_region=True,
            implemented=False,
        ),
    }
)


def resolve_usage(spec: KeySpec, usage: KeyUsage | None) -> KeyUsage:
    """Return the usage of a new key; raises ValidationException if none is given where one must be, or it cannot be."""
    row = KEY_SPECS[spec]
    chosen = usage or row.default_usage
    if chosen is None:
        raise ValidationException(
            "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys."
        )
    if chosen not in row.usages:
        raise ValidationException(f"KeyUsage {chosen} is not compatible with KeySpec {spec}")
    return chosen


class KeyType(StrEnum):
    """What an alias may not be moved between. Source: API Reference, UpdateAlias."""

    SYMMETRIC = "symmetric"
    ASYMMETRIC = "asymmetric"
    HMAC = "HMAC"


def key_type(spec: str) -> KeyType:
    """Return the type of a key by its spec."""
    chosen = KeySpec(spec)
    if chosen is KeySpec.SYMMETRIC_DEFAULT:
        return KeyType.SYMMETRIC
    return KeyType.HMAC if KeyUsage.GENERATE_VERIFY_MAC in KEY_SPECS[chosen].usages else KeyType.ASYMMETRIC
