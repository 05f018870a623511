"""Request quotas: how many calls a second an account may make in a Region. Off unless the installation asks for them.

Source: Developer Guide, "Request quotas"; kms-semantics 6.2. The caller's account is charged, for foreign keys too, and
for calls that are then refused. Buckets are kept per process: with several workers each grants its own share.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import ThrottlingException
from operations import clock
from operations.registry import Operation
from operations.resolve import Subject

SYMMETRIC, RSA, ECC, ML_DSA = "symmetric", "RSA", "ECC", "ML-DSA"
_SHARED_BY_SPEC: Mapping[str, str] = {"RSA": RSA, "ECC": ECC, "ML_": ML_DSA}
_CRYPTOGRAPHIC = frozenset(
    {
        "Decapsulate",
        "Decrypt",
        "DeriveSharedSecret",
        "Encapsulate",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "GenerateRandom",
        "ReEncrypt",
        "Sign",
        "Verify",
        "VerifyMac",
    }
)
_RATES: Mapping[float, str] = {
    2000: "DescribeKey GetPublicKey ListResourceTags",
    1000: "GetKeyPolicy GetKeyRotationStatus",
    500: "ListKeys ListAliases",
    100: "ListGrants ListKeyPolicies ListRetirableGrants ListKeyRotations",
    50: "CreateGrant",
    30: "RetireGrant RevokeGrant",
    15: "DeleteAlias EnableKeyRotation PutKeyPolicy ScheduleKeyDeletion",
    10: "TagResource",
    5: "CancelKeyDeletion CreateAlias CreateKey DeleteImportedKeyMaterial DisableKey DisableKeyRotation EnableKey"
    " ImportKeyMaterial ReplicateKey RotateKeyOnDemand UntagResource UpdateAlias UpdateKeyDescription"
    " UpdatePrimaryRegion",
    0.25: "GetParametersForImport",
}
RATE_OF: Mapping[str, float] = {name: rate for rate, names in _RATES.items() for name in names.split()}
SHARED_RATE: Mapping[str, float] = {RSA: 1_000, ECC: 1_000, ML_DSA: 1_000}
DEFAULT_SYMMETRIC_RATE = 5_500
SYMMETRIC_RATE_OF_REGION: Mapping[str, float] = {
    **dict.fromkeys(
        ("us-east-2", "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "eu-central-1", "eu-west-2"), 10_000
    ),
    **dict.fromkeys(("us-east-1", "us-west-2", "eu-west-1"), 50_000),
}
PAIR_RATE: Mapping[str, float] = {
    "ECC_NIST_P256": 25,
    "ECC_NIST_P384": 10,
    "ECC_NIST_P521": 5,
    "ECC_SECG_P256K1": 25,
    "RSA_2048": 1,
    "RSA_3072": 0.5,
    "RSA_4096": 0.1,
}


class _Buckets:
    """Token buckets by account, Region and quota: a second's worth at once, and never less than one."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._levels: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, name: tuple[str, str, str], rate: float, now: float) -> bool:
        """Take one token; False if there is none."""
        capacity = max(rate, 1.0)
        with self._mutex:
            level, since = self._levels.get(name, (capacity, now))
            level = min(capacity, level + (now - since) * rate)
            allowed = level >= 1
            self._levels[name] = (level - 1 if allowed else level, now)
        return allowed

    def empty(self) -> None:
        with self._mutex:
            self._levels.clear()


buckets = _Buckets()


def throttle(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject]) -> None:
    """Charge a call to its quota; raises ThrottlingException if that is used up."""
    if not settings.KMS_REQUEST_QUOTAS or operation.service != "kms":
        return
    quota = quota_of(operation.name, call.region, request, subjects)
    if quota is None:
        return
    name, rate = quota
    if not buckets.take((call.caller.account_id, call.region, name), rate, clock.machine_time().timestamp()):
        raise ThrottlingException()


def quota_of(operation: str, region: str, request: Any, subjects: Sequence[Subject]) -> tuple[str, float] | None:
    """Return the name and rate (calls a second) of the quota that a call is charged to; None if it has none."""
    if operation.startswith("GenerateDataKeyPair"):
        spec = str(request.key_pair_spec)
        return (f"GenerateDataKeyPair {spec}", PAIR_RATE[spec]) if spec in PAIR_RATE else None
    if operation in _CRYPTOGRAPHIC:
        specs = [subject.key.key_spec for subject in subjects if subject.key is not None]
        name = _shared(specs[0]) if specs else SYMMETRIC
        rate = SYMMETRIC_RATE_OF_REGION.get(region, DEFAULT_SYMMETRIC_RATE) if name == SYMMETRIC else SHARED_RATE[name]
        return name, rate
    rate_alone = RATE_OF.get(operation)
    return None if rate_alone is None else (operation, rate_alone)


def _shared(spec: KeySpec) -> str:
    return next((name for start, name in _SHARED_BY_SPEC.items() if spec.startswith(start)), SYMMETRIC)
