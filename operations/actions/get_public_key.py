"""GetPublicKey: the public half of an asymmetric key, also of a disabled one (recorded).

Source: API Reference, GetPublicKey; kms-semantics 2.3 and 2.6.
"""

from core.calls import Call
from core.crypto.algorithms import algorithms_member
from core.crypto.asymmetric import AsymmetricHandle
from core.crypto.key_specs import KeyType, key_type
from core.errors import UnsupportedOperationException
from core.messages import GetPublicKeyRequest
from operations.key_time import key_time
from operations.key_use import current_handle
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("GetPublicKey", logged=("key_id",), resolve=by_key_id(aliases=True), quick=True)
def get_public_key(call: Call, request: GetPublicKeyRequest, key: KeySnapshot) -> Outcome:
    if key_type(key.key_spec) is not KeyType.ASYMMETRIC:
        raise UnsupportedOperationException()
    return Outcome(
        members={
            "KeyId": key.arn,
            "PublicKey": current_handle(key, key_time(call, key), AsymmetricHandle).public_key,
            "CustomerMasterKeySpec": key.key_spec,
            "KeySpec": key.key_spec,
            "KeyUsage": key.key_usage,
            **algorithms_member(key.key_spec, key.key_usage),
        }
    )
