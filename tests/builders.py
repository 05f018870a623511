"""Makes what tests need, through the pipeline, with safe defaults: a test states only what matters to it."""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from audit.changes import Touched
from audit.names import names
from core.calls import Call, Door
from core.errors import KmsError
from operations import clock, pipeline
from operations.changes import configuration_change
from operations.registry import OPERATIONS
from operations.snapshots import find_credential
from tests.people import ACCOUNT, REGION, People, Person, new_person

SOURCE_ADDRESS, USER_AGENT = "192.0.2.7", "tests"


class Refused(NamedTuple):
    """What a caller sees of a refusal."""

    code: str
    message: str | None


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
        source_address=SOURCE_ADDRESS,
        user_agent=USER_AGENT,
        door=door,
        access_key_id=person.access_key_id if door is Door.API else None,
        **more,
    )


def introduce(people: People) -> None:
    """Store the texts that records of these people's calls share, and look them up once: few tests are about that."""
    for kind, text in (("region", REGION), ("source", SOURCE_ADDRESS), ("agent", USER_AGENT)):
        names.id_of(kind, text)
    for operation in OPERATIONS.values():
        names.id_of("event", operation.permission)
    for person in vars(people).values():
        names.id_of("identity", person.caller.identity)
        names.id_of("access_key", person.access_key_id)
        find_credential(person.access_key_id)


def run_as(person: Person, action: str, members: Mapping[str, object] | bytes | None = None, **options: Any) -> Any:
    """Run a call and return the members of its answer ({} where there is none)."""
    return pipeline.run(call_as(person, action, members, **options)).members or {}


def split_policy(
    administrator: Person,
    user: Person,
    *,
    accounts: tuple[str, ...] = (),
    deletion: bool = True,
    spec: str = "SYMMETRIC_DEFAULT",
    usage: str = "ENCRYPT_DECRYPT",
    origin: str = "AWS_KMS",
    multi_region: bool = False,
) -> str:
    """Return the console's policy with one key administrator and one key user."""
    from core.policy.wizard import build_console_policy

    return json.dumps(
        build_console_policy(
            account_id=administrator.account_id,
            spec=spec,
            usage=usage,
            origin=origin,
            multi_region=multi_region,
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
    spec: str = "SYMMETRIC_DEFAULT",
    usage: str = "ENCRYPT_DECRYPT",
    origin: str = "AWS_KMS",
    multi_region: bool = False,
) -> dict[str, Any]:
    """Make a key as ``person`` and return its metadata. ``state``: Enabled, Disabled or PendingDeletion."""
    members: dict[str, object] = {"Description": description, "KeySpec": spec, "KeyUsage": usage}
    members |= {"Origin": origin, "MultiRegion": multi_region}
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


def refused(
    person: Person, action: str, members: Mapping[str, object] | bytes | None = None, **options: Any
) -> Refused:
    """Run a call that must be refused; return its error code and message."""
    try:
        pipeline.run(call_as(person, action, members, **options))
    except KmsError as refusal:
        return Refused(refusal.code, refusal.message)
    raise AssertionError(f"{action} was permitted to {person.name}")


def hire(
    name: str,
    *,
    account_id: str = ACCOUNT,
    allow: Iterable[str] = (),
    deny: Iterable[str] = (),
    condition: Mapping[str, Any] | None = None,
) -> Person:
    """Make a user with one inline policy of exactly these actions on everything, under a condition if given."""
    limited = {"Condition": condition} if condition else {}
    statements = [
        {"Effect": effect, "Action": list(actions), "Resource": "*", **limited}
        for effect, actions in (("Allow", tuple(allow)), ("Deny", tuple(deny)))
        if actions
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None
    with configuration_change((Touched.IAM, account_id)):
        return new_person(name, account_id=account_id, inline=document)


def statement(principal: str, *actions: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """Return a statement of a key policy about one principal (an ARN or an account id)."""
    return {"Effect": effect, "Principal": {"AWS": principal}, "Action": list(actions), "Resource": "*", **more}


def policy_of(*statements: Mapping[str, Any]) -> str:
    """Return a policy document with these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
