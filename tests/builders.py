"""Makes what tests need, through the pipeline, with safe defaults: a test states only what matters to it."""

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from core.calls import Call, Door
from operations import clock, pipeline
from tests.people import REGION, Person


def call_as(
    person: Person,
    action: str,
    members: Mapping[str, object] | bytes | None = None,
    *,
    region: str = REGION,
    time: datetime | None = None,
    door: Door = Door.API,
    **more: Any,
) -> Call:
    """Build a call as the pipeline takes it."""
    return Call(
        action=action,
        members={} if members is None else members,
        caller=person.caller,
        region=region,
        time=time or clock.account_time(person.caller.clock_offset_seconds),
        request_id=uuid.uuid4().hex,
        source_address="192.0.2.7",
        user_agent="tests",
        door=door,
        access_key_id=person.access_key_id if door is Door.API else None,
        **more,
    )


def run_as(person: Person, action: str, members: Mapping[str, object] | bytes | None = None, **options: Any) -> Any:
    """Run a call and return the members of its answer ({} where there is none)."""
    return pipeline.run(call_as(person, action, members, **options)).members or {}


def split_policy(administrator: Person, user: Person, *, accounts: tuple[str, ...] = (), deletion: bool = True) -> str:
    """Return the console's policy with one key administrator and one key user."""
    from core.policy.wizard import build_console_policy

    return json.dumps(
        build_console_policy(
            account_id=administrator.account_id,
            spec="SYMMETRIC_DEFAULT",
            usage="ENCRYPT_DECRYPT",
            origin="AWS_KMS",
            multi_region=False,
            administrators=[administrator.arn],
            users=[user.arn],
            accounts=list(accounts),
            allow_deletion=deletion,
        )
    )


def make_key(
    person: Person,
    *,
    alias: str | None = None,
    policy: str | None = None,
    description: str = "",
    tags: Mapping[str, str] | None = None,
    state: str = "Enabled",
    region: str = REGION,
) -> dict[str, Any]:
    """Make a key as ``person`` and return its metadata. ``state``: Enabled, Disabled or PendingDeletion."""
    members: dict[str, object] = {"Description": description}
    if policy is not None:
        members["Policy"] = policy
    if tags:
        members["Tags"] = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
    metadata = run_as(person, "CreateKey", members, region=region)["KeyMetadata"]
    key_id = metadata["KeyId"]
    if alias:
        run_as(person, "CreateAlias", {"AliasName": f"alias/{alias}", "TargetKeyId": key_id}, region=region)
    if state == "Disabled":
        run_as(person, "DisableKey", {"KeyId": key_id}, region=region)
    elif state == "PendingDeletion":
        run_as(person, "ScheduleKeyDeletion", {"KeyId": key_id, "PendingWindowInDays": 7}, region=region)
    return dict(run_as(person, "DescribeKey", {"KeyId": key_id}, region=region)["KeyMetadata"])


def days(number: float) -> timedelta:
    return timedelta(days=number)
