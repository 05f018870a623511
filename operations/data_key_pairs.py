"""Data key pairs: key pairs for use outside the service. Shared by the two data key pair actions.

Source: API Reference, GenerateDataKeyPair; encodings: kms-semantics 4.17.
"""

from dataclasses import dataclass, field
from datetime import datetime

from core.crypto.handles import SymmetricHandle
from core.crypto.key_pairs import generate_key_pair
from core.crypto.key_specs import KEY_SPECS, KeySpec
from core.errors import UnsupportedOperationException
from core.messages import GenerateDataKeyPairRequest, GenerateDataKeyPairWithoutPlaintextRequest
from operations.data_keys import data_key_handle
from operations.key_use import checked_context
from operations.snapshots import KeySnapshot

PairRequest = GenerateDataKeyPairRequest | GenerateDataKeyPairWithoutPlaintextRequest


@dataclass(frozen=True, slots=True)
class PreparedPair:
    """A fresh pair: PKCS #8 and SubjectPublicKeyInfo, DER."""

    private_key: bytes = field(repr=False)
    public_key: bytes


def prepare_pair(request: PairRequest, key: KeySnapshot, now: datetime, operation: str) -> PreparedPair:
    """Generate a pair for a request that will succeed; raises what :func:`seal_pair` would."""
    _checked_handle(request, key, now, operation)
    return PreparedPair(*generate_key_pair(KeySpec(request.key_pair_spec)))


def seal_pair(
    request: PairRequest, key: KeySnapshot, now: datetime, operation: str, pair: PreparedPair
) -> tuple[dict[str, object], dict[str, object]]:
    """Return the members of the answer, the private key in clear left out, and what the audit record adds."""
    handle = _checked_handle(request, key, now, operation)
    members: dict[str, object] = {
        "PrivateKeyCiphertextBlob": handle.encrypt(pair.private_key, checked_context(key, request.encryption_context)),
        "PublicKey": pair.public_key,
        "KeyId": key.arn,
        "KeyPairSpec": request.key_pair_spec,
        "KeyMaterialId": handle.material_id,
    }
    return members, {"keyMaterialId": handle.material_id}


def _checked_handle(request: PairRequest, key: KeySnapshot, now: datetime, operation: str) -> SymmetricHandle:
    """Raises InvalidKeyUsageException for another kind of key, UnsupportedOperationException for SM2."""
    handle = data_key_handle(key, now, operation, "You cannot generate a data key pair with an asymmetric CMK")
    if not KEY_SPECS[KeySpec(request.key_pair_spec)].implemented:
        # Source: Developer Guide: SM2 exists in China Regions only; the text is this service's own.
        raise UnsupportedOperationException(f"KeyPairSpec {request.key_pair_spec} is not supported in this Region.")
    checked_context(key, request.encryption_context)
    return handle
