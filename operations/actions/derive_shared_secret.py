"""DeriveSharedSecret: the raw secret that this key and another's public key agree on (ECDH).

Source: API Reference, DeriveSharedSecret.
"""

from core.calls import Call
from core.crypto.ecc_handles import EcdhHandle
from core.crypto.key_specs import KeyUsage
from core.messages import DeriveSharedSecretRequest
from operations.key_time import key_time
from operations.key_use import check_algorithm, check_usage, current_handle
from operations.recipients import recipient_of
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation(
    "DeriveSharedSecret",
    logged=("key_id", "key_agreement_algorithm", "dry_run"),
    resolve=by_key_id(aliases=True),
    quick=True,
)
def derive_shared_secret(call: Call, request: DeriveSharedSecretRequest, key: KeySnapshot) -> Outcome:
    recipient = recipient_of(call, request.recipient)
    check_usage(key, KeyUsage.KEY_AGREEMENT, "DeriveSharedSecret")
    check_algorithm(key, request.key_agreement_algorithm)
    secret = current_handle(key, key_time(call, key), EcdhHandle).derive(request.public_key)
    return Outcome(
        members={
            "KeyId": key.arn,
            **recipient.answer("SharedSecret", secret),
            "KeyAgreementAlgorithm": request.key_agreement_algorithm,
            "KeyOrigin": key.origin,
        },
        additional=recipient.additional(),
    )
