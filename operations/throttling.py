"""Request quotas: how many calls a second an account may make in a Region. Off unless the installation asks for them.

Source: Developer Guide, "Request quotas"; kms-semantics 6.2. The caller's account is charged, for foreign keys too, and
for calls that are then refused. ``KMS_REQUEST_RATES`` sets other rates, also of quotas for which AWS publishes none.
Buckets are kept per process: with several workers each grants its own share.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings

from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import ThrottlingException
from core.service_model import allowed_values, operation_names
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


# Source: CloudTrail API Reference, LookupEvents.
LOOKUP_EVENTS, LOOKUP_RATE = "LookupEvents", 2
# Source: kms-semantics 6.2: what ReplicateKey costs in the Region of the replica; one of the two is a dry run.
KEYS_OF_A_REPLICA = 2

Charge = tuple[str, str, float]  # a Region, a quota, its rate in calls a second


class _Buckets:
    """Token buckets by account, Region and quota: a second's worth at once, and never less than one."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._levels: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, account_id: str, charges: Sequence[Charge], now: float) -> bool:
        """Take a token for each charge; False if a bucket has none, then nothing is taken.

        A call that costs several of one bucket needs the first only and leaves the rest as a debt, so that it is
        possible at any rate.
        """
        taken: dict[tuple[str, str, str], float] = {}
        with self._mutex:
            for region, name, rate in charges:
                bucket, capacity = (account_id, region, name), max(rate, 1.0)
                if bucket in taken:
                    taken[bucket] -= 1
                    continue
                level, since = self._levels.get(bucket, (capacity, now))
                level = min(capacity, level + (now - since) * rate)
                if level < 1:
                    return False
                taken[bucket] = level - 1
            self._levels.update({bucket: (level, now) for bucket, level in taken.items()})
        return True

    def empty(self) -> None:
        with self._mutex:
            self._levels.clear()


buckets = _Buckets()


def throttle(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject]) -> None:
    """Charge a call to its quotas; raises ThrottlingException if one is used up."""
    if not settings.KMS_REQUEST_QUOTAS:
        return
    if operation.service == "kms":
        names = list(charged(operation.name, call.region, request, subjects))
    elif operation.name == LOOKUP_EVENTS:
        names = [(call.region, LOOKUP_EVENTS)]
    else:
        return
    charges = [(region, name, rate) for region, name in names if (rate := rate_of(name, region)) is not None]
    if not buckets.take(call.caller.account_id, charges, clock.machine_time().timestamp()):
        raise ThrottlingException(None if operation.service == "kms" else "Rate exceeded")


def charged(operation: str, region: str, request: Any, subjects: Sequence[Subject]) -> Iterator[tuple[str, str]]:
    """Yield the Regions and quotas that a KMS call is charged to."""
    if operation.startswith("GenerateDataKeyPair"):
        yield region, f"GenerateDataKeyPair {request.key_pair_spec}"
    elif operation in _CRYPTOGRAPHIC:
        kinds = [_shared(subject.key.key_spec) for subject in subjects if subject.key is not None]
        yield from ((region, name) for name in dict.fromkeys(kinds or [SYMMETRIC]))
    else:
        yield region, operation
    if operation == "ReplicateKey":
        yield from [(request.replica_region, "CreateKey")] * KEYS_OF_A_REPLICA
    elif operation == "UpdatePrimaryRegion" and request.primary_region != region:
        yield request.primary_region, operation


def rate_of(name: str, region: str) -> float | None:
    """Return the rate of a quota in a Region, in calls a second; None if it has none."""
    chosen = settings.KMS_REQUEST_RATES.get(name)
    if chosen is not None:
        return float(chosen)
    if name == SYMMETRIC:
        return SYMMETRIC_RATE_OF_REGION.get(region, DEFAULT_SYMMETRIC_RATE)
    return _PUBLISHED.get(name)


def quota_names() -> frozenset[str]:
    """Return the names of every quota, of those without a published rate too."""
    pairs = (f"GenerateDataKeyPair {spec}" for spec in allowed_values("DataKeyPairSpec"))
    operations = (name for name in operation_names() if not name.startswith("GenerateDataKeyPair"))
    return frozenset({SYMMETRIC, *_PUBLISHED, *pairs, *operations}) - _CRYPTOGRAPHIC


def _shared(spec: KeySpec) -> str:
    return next((name for start, name in _SHARED_BY_SPEC.items() if spec.startswith(start)), SYMMETRIC)


_PUBLISHED: Mapping[str, float] = {
    **SHARED_RATE,
    **RATE_OF,
    **{f"GenerateDataKeyPair {spec}": rate for spec, rate in PAIR_RATE.items()},
    LOOKUP_EVENTS: LOOKUP_RATE,
}
