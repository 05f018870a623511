"""Data keys: random bytes, encrypted under a KMS key. Shared by the two data key actions.

Source: API Reference, GenerateDataKey; kms-semantics 4.17.
"""

from datetime import datetime

from core.crypto.handles import SymmetricHandle
from core.crypto.key_specs import DATA_KEY_BYTES, DataKeySpec, KeyType, KeyUsage, key_type
from core.crypto.random_bytes import generate_random as random_bytes
from core.errors import InvalidKeyUsageException, ValidationException
from core.messages import GenerateDataKeyRequest, GenerateDataKeyWithoutPlaintextRequest
from operations.key_use import check_usage, checked_context, current_handle
from operations.snapshots import KeySnapshot

DataKeyRequest = GenerateDataKeyRequest | GenerateDataKeyWithoutPlaintextRequest


def make_data_key(request: DataKeyRequest, key: KeySnapshot, now: datetime, operation: str) -> tuple[bytes, bytes, str]:
    """Return a fresh data key, the same encrypted, and the id of the material used.

    Raises ValidationException unless exactly one of KeySpec and NumberOfBytes is given, InvalidKeyUsageException for a
    key that is not for symmetric encryption.
    """
    handle = data_key_handle(key, now, operation, "You cannot generate a data key with an asymmetric CMK")
    data_key = random_bytes(data_key_bytes(request))
    return data_key, handle.encrypt(data_key, checked_context(key, request.encryption_context)), handle.material_id


def data_key_handle(key: KeySnapshot, now: datetime, operation: str, asymmetric: str) -> SymmetricHandle:
    """Return what encrypts data keys; raises InvalidKeyUsageException for other keys; ``asymmetric`` is its text."""
    if key_type(key.key_spec) is KeyType.ASYMMETRIC:
        raise InvalidKeyUsageException(asymmetric)
    check_usage(key, KeyUsage.ENCRYPT_DECRYPT, operation)
    return current_handle(key, now, SymmetricHandle)


def data_key_bytes(request: DataKeyRequest) -> int:
    """Return the wished length in bytes: exactly one of the two members says it."""
    if (request.key_spec is None) == (request.number_of_bytes is None):
        raise ValidationException("Please specify either number of bytes or key spec.")
    if request.number_of_bytes is not None:
        return request.number_of_bytes
    return DATA_KEY_BYTES[DataKeySpec(str(request.key_spec))]
