"""GetKeyRotationStatus: whether and when the key rotates by itself, and a rotation that is under way.

Source: API Reference, GetKeyRotationStatus; a key pending deletion answers false and keeps its setting (kms-semantics
2.6).
"""

from datetime import timedelta

from django.conf import settings

from core.calls import Call
from core.key_states import KeyState
from core.messages import GetKeyRotationStatusRequest
from operations.key_time import key_time
from operations.registry import Outcome, kms_operation
from operations.resolve import by_key_id
from operations.snapshots import KeySnapshot


@kms_operation("GetKeyRotationStatus", logged=("key_id",), resolve=by_key_id(), quick=True)
def get_key_rotation_status(call: Call, request: GetKeyRotationStatusRequest, key: KeySnapshot) -> Outcome:
    enabled = key.rotation_enabled and key.state(key_time(call, key)) is not KeyState.PENDING_DELETION
    members: dict[str, object] = {"KeyRotationEnabled": enabled, "KeyId": key.arn}
    if enabled:
        members["RotationPeriodInDays"] = key.rotation_period_days
        members["NextRotationDate"] = key.next_rotation_at
    running = key.pending_rotation(key_time(call, key))
    if running is not None and running.current_from is not None:
        members["OnDemandRotationStartDate"] = running.current_from - timedelta(seconds=settings.KMS_ROTATION_SECONDS)
    return Outcome(members=members)
