"""What may be signed: per algorithm the forms of a message that it takes, and the length of a prepared one.

Source: API Reference, Sign (MessageType); Developer Guide, "Key spec reference"; kms-semantics 4.18.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes

from core.crypto.algorithms import SigningAlgorithm
from core.crypto.key_specs import KeySpec
from core.errors import ValidationException


class MessageType(StrEnum):
    RAW = "RAW"
    DIGEST = "DIGEST"
    EXTERNAL_MU = "EXTERNAL_MU"


@dataclass(frozen=True, slots=True)
class SigningRow:
    """What an algorithm signs. ``hash`` is None where the algorithm hashes by itself.

    ``prepared_bytes`` is the exact length of a DIGEST or an EXTERNAL_MU; RAW has the service model's limits.
    """

    message_types: frozenset[MessageType]
    prepared_bytes: int
    hash: hashes.HashAlgorithm | None = None


def _hashing(algorithm: hashes.HashAlgorithm) -> SigningRow:
    return SigningRow(frozenset({MessageType.RAW, MessageType.DIGEST}), algorithm.digest_size, algorithm)


_SHA_256, _SHA_384, _SHA_512 = (
    _hashing(algorithm) for algorithm in (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
)

SIGNING: Mapping[SigningAlgorithm, SigningRow] = MappingProxyType(
    {
        SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_256: _SHA_256,
        SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_384: _SHA_384,
        SigningAlgorithm.RSASSA_PKCS1_V1_5_SHA_512: _SHA_512,
        SigningAlgorithm.RSASSA_PSS_SHA_256: _SHA_256,
        SigningAlgorithm.RSASSA_PSS_SHA_384: _SHA_384,
        SigningAlgorithm.RSASSA_PSS_SHA_512: _SHA_512,
        SigningAlgorithm.ECDSA_SHA_256: _SHA_256,
        SigningAlgorithm.ECDSA_SHA_384: _SHA_384,
        SigningAlgorithm.ECDSA_SHA_512: _SHA_512,
        # Recorded: pure Ed25519 takes the message only, Ed25519ph a digest only (and hashes it once more).
        SigningAlgorithm.ED25519_SHA_512: SigningRow(frozenset({MessageType.RAW}), 0),
        SigningAlgorithm.ED25519_PH_SHA_512: SigningRow(frozenset({MessageType.DIGEST}), 64),
        SigningAlgorithm.ML_DSA_SHAKE_256: SigningRow(frozenset({MessageType.RAW, MessageType.EXTERNAL_MU}), 64),
    }
)
_ML_DSA = frozenset({KeySpec.ML_DSA_44, KeySpec.ML_DSA_65, KeySpec.ML_DSA_87})


def check_message(spec: KeySpec, algorithm: SigningAlgorithm, message_type: MessageType, message: bytes) -> None:
    """Raise ValidationException unless the algorithm takes a message of this type, and a prepared one of this length.

    The type is looked at before the length (recorded).
    """
    row = SIGNING[algorithm]
    if message_type not in row.message_types:
        by_spec = message_type is MessageType.EXTERNAL_MU or spec in _ML_DSA
        cause = f"key spec {spec}" if by_spec else f"algorithm {algorithm}"
        raise ValidationException(f"Message type {message_type} is incompatible with {cause}.")
    if message_type is not MessageType.RAW and len(message) != row.prepared_bytes:
        raise ValidationException(f"Digest is invalid length for algorithm {algorithm}.")
