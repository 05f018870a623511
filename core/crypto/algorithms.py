"""Algorithms: one row per key spec, in the order in which KeyMetadata lists them.

Source: API Reference, KeyMetadata; kms-semantics 4.2.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from core.crypto.key_specs import KeySpec, KeyUsage


class EncryptionAlgorithm(StrEnum):
    SYMMETRIC_DEFAULT = "SYMMETRIC_DEFAULT"
    RSAES_OAEP_SHA_1 = "RSAES_OAEP_SHA_1"
    RSAES_OAEP_SHA_256 = "RSAES_OAEP_SHA_256"
    SM2PKE = "SM2PKE"


class SigningAlgorithm(StrEnum):
    RSASSA_PKCS1_V1_5_SHA_256 = "RSASSA_PKCS1_V1_5_SHA_256"
    RSASSA_PKCS1_V1_5_SHA_384 = "RSASSA_PKCS1_V1_5_SHA_384"
    RSASSA_PKCS1_V1_5_SHA_512 = "RSASSA_PKCS1_V1_5_SHA_512"
    RSASSA_PSS_SHA_256 = "RSASSA_PSS_SHA_256"
    RSASSA_PSS_SHA_384 = "RSASSA_PSS_SHA_384"
    RSASSA_PSS_SHA_512 = "RSASSA_PSS_SHA_512"
    ECDSA_SHA_256 = "ECDSA_SHA_256"
    ECDSA_SHA_384 = "ECDSA_SHA_384"
    ECDSA_SHA_512 = "ECDSA_SHA_512"
    ED25519_PH_SHA_512 = "ED25519_PH_SHA_512"
    ED25519_SHA_512 = "ED25519_SHA_512"
    ML_DSA_SHAKE_256 = "ML_DSA_SHAKE_256"
    SM2DSA = "SM2DSA"


class MacAlgorithm(StrEnum):
    HMAC_SHA_224 = "HMAC_SHA_224"
    HMAC_SHA_256 = "HMAC_SHA_256"
    HMAC_SHA_384 = "HMAC_SHA_384"
    HMAC_SHA_512 = "HMAC_SHA_512"


class KeyAgreementAlgorithm(StrEnum):
    ECDH = "ECDH"


class EncapsulationAlgorithm(StrEnum):
    ML_KEM = "ML_KEM"


Algorithm = EncryptionAlgorithm | SigningAlgorithm | MacAlgorithm | KeyAgreementAlgorithm | EncapsulationAlgorithm
Table = Mapping[KeySpec, tuple[Algorithm, ...]]

_OAEP = (EncryptionAlgorithm.RSAES_OAEP_SHA_1, EncryptionAlgorithm.RSAES_OAEP_SHA_256)
_RSASSA = (
    SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_256,
    SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_384,
    SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_512,
    SigningAlgorithm.RSASSA_PSS_SHA_256,
    SigningAlgorithm.RSASSA_PSS_SHA_384,
    SigningAlgorithm.RSASSA_PSS_SHA_512,
)
_ML_DSA = (SigningAlgorithm.ML_DSA_SHAKE_256,)
_ECDH = (KeyAgreementAlgorithm.ECDH,)
_ML_KEM = (EncapsulationAlgorithm.ML_KEM,)

ALGORITHMS: Mapping[KeyUsage, Table] = MappingProxyType(
    {
        KeyUsage.ENCRYPT_DECRYPT: {
            KeySpec.SYMMETRIC_DEFAULT: (EncryptionAlgorithm.SYMMETRIC_DEFAULT,),
            KeySpec.RSA_2048: _OAEP,
            KeySpec.RSA_3072: _OAEP,
            KeySpec.RSA_4096: _OAEP,
            KeySpec.SM2: (EncryptionAlgorithm.SM2PKE,),
        },
        KeyUsage.SIGN_VERIFY: {
            KeySpec.RSA_2048: _RSASSA,
            KeySpec.RSA_3072: _RSASSA,
            KeySpec.RSA_4096: _RSASSA,
            KeySpec.ECC_NIST_P256: (SigningAlgorithm.ECDSA_SHA_256,),
            KeySpec.ECC_NIST_P384: (SigningAlgorithm.ECDSA_SHA_384,),
            KeySpec.ECC_NIST_P521: (SigningAlgorithm.ECDSA_SHA_512,),
            KeySpec.ECC_SECG_P256K1: (SigningAlgorithm.ECDSA_SHA_256,),
            KeySpec.ECC_NIST_EDWARDS25519: (SigningAlgorithm.ED25519_PH_SHA_512, SigningAlgorithm.ED25519_SHA_512),
            KeySpec.ML_DSA_44: _ML_DSA,
            KeySpec.ML_DSA_65: _ML_DSA,
            KeySpec.ML_DSA_87: _ML_DSA,
            KeySpec.SM2: (SigningAlgorithm.SM2DSA,),
        },
        KeyUsage.GENERATE_VERIFY_MAC: {
            KeySpec.HMAC_224: (MacAlgorithm.HMAC_SHA_224,),
            KeySpec.HMAC_256: (MacAlgorithm.HMAC_SHA_256,),
            KeySpec.HMAC_384: (MacAlgorithm.HMAC_SHA_384,),
            KeySpec.HMAC_512: (MacAlgorithm.HMAC_SHA_512,),
        },
        KeyUsage.KEY_AGREEMENT: {
            KeySpec.ECC_NIST_P256: _ECDH,
            KeySpec.ECC_NIST_P384: _ECDH,
            KeySpec.ECC_NIST_P521: _ECDH,
            KeySpec.SM2: _ECDH,
        },
        KeyUsage.ENCAPSULATE_DECAPSULATE: {
            KeySpec.ML_KEM_512: _ML_KEM,
            KeySpec.ML_KEM_768: _ML_KEM,
            KeySpec.ML_KEM_1024: _ML_KEM,
        },
    }
)

# The member of KeyMetadata and GetPublicKey that lists a key's algorithms. Source: API Reference, KeyMetadata.
ALGORITHM_MEMBERS: Mapping[KeyUsage, str] = MappingProxyType(
    {
        KeyUsage.ENCRYPT_DECRYPT: "EncryptionAlgorithms",
        KeyUsage.SIGN_VERIFY: "SigningAlgorithms",
        KeyUsage.GENERATE_VERIFY_MAC: "MacAlgorithms",
        KeyUsage.KEY_AGREEMENT: "KeyAgreementAlgorithms",
        KeyUsage.ENCAPSULATE_DECAPSULATE: "EncapsulationAlgorithms",
    }
)


def algorithms_member(spec: str, usage: str) -> dict[str, list[str]]:
    """Return the one member that lists the algorithms of a key with this spec and usage."""
    chosen = KeyUsage(usage)
    return {ALGORITHM_MEMBERS[chosen]: [str(name) for name in ALGORITHMS[chosen][KeySpec(spec)]]}
