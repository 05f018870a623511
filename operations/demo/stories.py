"""What happened to the demonstration's keys: real calls through the pipeline, whose time lies in the past weeks.

The trail's chain follows the order in which records are written, so a past time breaks nothing.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from accounts import queries as account_queries
from core.calls import Call, Door
from core.errors import KmsError
from core.policy.wizard import build_console_policy
from keys import queries as key_queries
from operations import pipeline
from operations.demo.people import ACCOUNT_A, ACCOUNT_B, ADMINISTRATOR
from operations.snapshots import find_caller
from policies.aws_managed import PREFIX

SEOUL, VIRGINIA = "ap-northeast-2", "us-east-1"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
AWS_CLI = "aws-cli/2.31.18 md/awscrt#0.28.2 os/linux md/arch#x86_64 lang/python#3.13.7 cfg/retry-mode#standard"
BOTO3 = "Boto3/1.43.2 md/Botocore#1.43.2 os/linux md/arch#x86_64 lang/python#3.11.9"
OFFICE, SERVER, PARTNER = "203.0.113.24", "198.51.100.7", "192.0.2.61"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody at a desk: a user, and what he calls with."""

    principal_pk: int
    address: str = OFFICE
    agent: str = BROWSER
    access_key_id: str | None = None  # None: the console


class Teller:
    """Makes calls at past times."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.keys: list[Mapping[str, str]] = []

    def call(
        self, who: Actor, days_ago: float, action: str, members: Mapping[str, object], region: str = SEOUL
    ) -> Mapping[str, Any]:
        """Make a call some minutes after ``days_ago`` and return its answer; a refusal is part of the story: {}."""
        return self._call_at(self._moment(days_ago, action), who, action, members, region)

    def _moment(self, days_ago: float, action: str) -> datetime:
        """Return a time that looks less round; less than ten minutes later, so that stories keep their order."""
        return (
            self._now
            - timedelta(days=days_ago)
            + timedelta(milliseconds=crc32(f"{action} {days_ago}".encode()) % 600_000)
        )

    def _call_at(
        self, moment: datetime, who: Actor, action: str, members: Mapping[str, object], region: str
    ) -> Mapping[str, Any]:
        caller = find_caller(who.principal_pk)
        assert caller is not None
        call = Call(
            action=action,
            members=members,
            caller=caller,
            region=region,
            time=moment,
            request_id=uuid.uuid4().hex,
            source_address=who.address,
            user_agent=who.agent,
            door=Door.API if who.access_key_id else Door.CONSOLE,
            access_key_id=who.access_key_id,
            secure_transport=True,
        )
        try:
            return pipeline.run(call).members or {}
        except KmsError:
            return {}

    def new_key(
        self,
        who: Actor,
        days_ago: float,
        names: Sequence[str],
        description: str,
        *,
        region: str = SEOUL,
        policy: Mapping[str, object] | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Create a key with its aliases, as the wizard does; returns its ARN."""
        members: dict[str, object] = {"Description": description}
        if policy is not None:
            members["Policy"] = json.dumps(policy)
        if tags:
            members["Tags"] = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        moment = self._moment(days_ago, description)
        metadata = self._call_at(moment, who, "CreateKey", members, region)["KeyMetadata"]
        for position, name in enumerate(names):
            later = moment + timedelta(seconds=2 + 900 * position)
            self._call_at(later, who, "CreateAlias", {"AliasName": name, "TargetKeyId": metadata["KeyId"]}, region)
        self.keys.append({"region": region, "key_id": metadata["KeyId"], "alias": names[0]})
        return str(metadata["Arn"])


@dataclass(frozen=True, slots=True)
class Cast:
    """Who appears."""

    administrator: Actor
    command_line: Actor  # the administrator with the AWS CLI
    manager: Actor
    encryptor: Actor
    key_admin: Actor
    key_user: Actor
    intern: Actor
    partner: Actor


def gather_cast() -> Cast:
    """Find the people; all of them exist."""
    return Cast(
        administrator=_console(ACCOUNT_A, ADMINISTRATOR),
        command_line=_program(ACCOUNT_A, ADMINISTRATOR, AWS_CLI, OFFICE),
        manager=_console(ACCOUNT_A, "myKeyManager"),
        encryptor=_program(ACCOUNT_A, "myEncryptor", BOTO3, SERVER),
        key_admin=_console(ACCOUNT_A, "keyAdminOnly"),
        key_user=_console(ACCOUNT_A, "keyUserOnly"),
        intern=_console(ACCOUNT_A, "intern"),
        partner=_program(ACCOUNT_B, "partner", BOTO3, PARTNER),
    )


def _console(account_id: str, name: str) -> Actor:
    user = account_queries.find_user(account_id, name)
    assert user is not None
    return Actor(user.pk)


def _program(account_id: str, name: str, agent: str, address: str) -> Actor:
    user = account_queries.find_user(account_id, name)
    assert user is not None
    return Actor(user.pk, address, agent, account_queries.access_keys_of(user.pk)[0].access_key_id)


def tell_stories(now: datetime) -> list[Mapping[str, str]]:
    """Tell each story whose key is not there yet; returns the keys made."""
    people, teller = gather_cast(), Teller(now)
    if key_queries.find_alias(ACCOUNT_A, *STORIES[0][:2]) is None:
        _office_life(teller, people)
    for region, alias, story in STORIES:
        if key_queries.find_alias(ACCOUNT_A, region, alias) is None:
            story(teller, people)
    return teller.keys


def _office_life(tell: Teller, people: Cast) -> None:
    """People sign in, and somebody comes and goes; IAM's events are in us-east-1, as on AWS."""
    for who, days_ago in ((people.administrator, 45.2), (people.manager, 30.2), (people.key_user, 6.4)):
        tell.call(who, days_ago, "ConsoleLogin", {"Succeeded": True}, VIRGINIA)
    tell.call(people.intern, 2.4, "ConsoleLogin", {"Succeeded": False}, VIRGINIA)
    tell.call(people.intern, 2.38, "ConsoleLogin", {"Succeeded": True}, VIRGINIA)
    name, policy = {"UserName": "contractor"}, {"PolicyArn": f"{PREFIX}/ReadOnlyAccess"}
    tell.call(people.administrator, 40, "CreateUser", name, VIRGINIA)
    tell.call(people.administrator, 39.9, "AttachUserPolicy", {**name, **policy}, VIRGINIA)
    tell.call(people.key_admin, 39, "CreateAccessKey", name, VIRGINIA)
    tell.call(people.administrator, 21, "DetachUserPolicy", {**name, **policy}, VIRGINIA)
    tell.call(people.administrator, 20.9, "DeleteUser", name, VIRGINIA)


def _wizard_policy(administrators: Sequence[str], users: Sequence[str], accounts: Sequence[str] = ()) -> Any:
    def arns(names: Sequence[str]) -> list[str]:
        return [f"arn:aws:iam::{ACCOUNT_A}:{name}" for name in names]

    return build_console_policy(
        ACCOUNT_A,
        "SYMMETRIC_DEFAULT",
        "ENCRYPT_DECRYPT",
        "AWS_KMS",
        False,
        arns(administrators),
        arns(users),
        accounts,
        True,
    )


def _app_config(tell: Teller, people: Cast) -> None:
    """A key whose administrator cannot use it and whose user cannot administer it: the policy alone says who may."""
    policy = _wizard_policy(["user/keyAdminOnly"], ["user/keyUserOnly", "role/App"])
    tags = {"Project": "shop", "CostCenter": "1234"}
    arn = tell.new_key(
        people.administrator, 45, ["alias/app-config"], "Configuration of the shop", policy=policy, tags=tags
    )
    context = {"app": "shop", "environment": "production"}
    for day in range(14, 0, -1):
        sealed = tell.call(people.encryptor, day - 0.31, "GenerateDataKey", _data_key("alias/app-config", context)).get(
            "CiphertextBlob"
        )
        if sealed is not None:
            opening = {"CiphertextBlob": sealed, "EncryptionContext": context}
            tell.call(people.encryptor, day - 0.35, "Decrypt", opening)
            tell.call(people.key_user, day - 0.5, "Decrypt", opening)
    tell.call(people.key_user, 6.2, "Encrypt", {"KeyId": arn, "Plaintext": b"a=1", "EncryptionContext": context})
    tell.call(people.key_user, 6.19, "DisableKey", {"KeyId": arn})
    tell.call(people.key_admin, 5.4, "Encrypt", {"KeyId": arn, "Plaintext": b"a=1"})
    tell.call(people.key_admin, 5.39, "TagResource", {"KeyId": arn, "Tags": [{"TagKey": "Owner", "TagValue": "ops"}]})
    tell.call(people.intern, 2.1, "DescribeKey", {"KeyId": arn})
    tell.call(people.intern, 2.09, "ScheduleKeyDeletion", {"KeyId": arn, "PendingWindowInDays": 7})


def _data_key(key_id: str, context: Mapping[str, str]) -> Mapping[str, object]:
    return {"KeyId": key_id, "KeySpec": "AES_256", "EncryptionContext": context}


def _encryption_key(tell: Teller, people: Cast) -> None:
    """Tutorial 4: a manager and an encryptor, who both belong to a group of administrators."""
    names = ["alias/myEncrypotionKey", "alias/myEncryptionKey"]
    policy = _wizard_policy(["user/myKeyManager"], ["user/myEncryptor"])
    arn = tell.new_key(people.manager, 30, names, "Key of the encryption exercise", policy=policy)
    sealed = tell.call(people.encryptor, 29.5, "Encrypt", {"KeyId": names[0], "Plaintext": b"Hello, KMS"})
    blob = sealed["CiphertextBlob"]
    tell.call(people.encryptor, 29.4, "Decrypt", {"CiphertextBlob": blob})
    again = {"CiphertextBlob": blob, "DestinationKeyId": arn, "DestinationEncryptionContext": {"lesson": "4"}}
    tell.call(people.encryptor, 29.3, "ReEncrypt", again)
    tell.call(people.manager, 29.2, "EnableKeyRotation", {"KeyId": arn, "RotationPeriodInDays": 365})
    tell.call(people.manager, 29.1, "GetKeyRotationStatus", {"KeyId": arn})
    tell.call(people.manager, 9.7, "Decrypt", {"CiphertextBlob": blob})


def _invoices(tell: Teller, people: Cast) -> None:
    """A key that was rotated on demand: what the first material sealed still opens."""
    tags = {"Project": "billing"}
    arn = tell.new_key(people.command_line, 120, ["alias/invoices"], "Seals invoices", tags=tags)
    context = {"table": "invoices"}
    tell.call(people.command_line, 119.9, "EnableKeyRotation", {"KeyId": arn, "RotationPeriodInDays": 180})
    old = tell.call(people.encryptor, 118, "GenerateDataKey", _data_key("alias/invoices", context))["CiphertextBlob"]
    tell.call(people.command_line, 12, "RotateKeyOnDemand", {"KeyId": arn})
    tell.call(people.command_line, 11.99, "ListKeyRotations", {"KeyId": arn})
    tell.call(people.encryptor, 11, "Decrypt", {"CiphertextBlob": old, "EncryptionContext": context})
    tell.call(people.encryptor, 10.9, "Decrypt", {"CiphertextBlob": old, "EncryptionContext": {"table": "orders"}})
    tell.call(people.encryptor, 10, "GenerateDataKeyWithoutPlaintext", _data_key("alias/invoices", context))


def _legacy_reports(tell: Teller, people: Cast) -> None:
    """A disabled key."""
    arn = tell.new_key(people.manager, 200, ["alias/legacy-reports"], "Reports of the old shop")
    tell.call(people.manager, 20.2, "DisableKey", {"KeyId": arn})
    tell.call(people.encryptor, 18, "Encrypt", {"KeyId": "alias/legacy-reports", "Plaintext": b"report"})


def _old_project(tell: Teller, people: Cast) -> None:
    """A key that is waiting to be deleted."""
    arn = tell.new_key(people.administrator, 88, ["alias/old-project"], "Ended last year")
    tell.call(people.administrator, 80, "UpdateKeyDescription", {"KeyId": arn, "Description": "Project ended"})
    tell.call(people.administrator, 3.3, "DisableKey", {"KeyId": arn})
    tell.call(people.administrator, 3.2, "ScheduleKeyDeletion", {"KeyId": arn, "PendingWindowInDays": 30})


def _shared(tell: Teller, people: Cast) -> None:
    """A key that account B may use: each use is in both accounts' histories."""
    policy = _wizard_policy(["user/myKeyManager"], ["user/myEncryptor"], [ACCOUNT_B])
    arn = tell.new_key(
        people.administrator, 25, ["alias/shared-data"], "Shared with account B", region=VIRGINIA, policy=policy
    )
    request = {"KeyId": arn, "Plaintext": b"price list", "EncryptionContext": {"purpose": "exchange"}}
    sealed = tell.call(people.partner, 15, "Encrypt", request, VIRGINIA)["CiphertextBlob"]
    opening = {"CiphertextBlob": sealed, "EncryptionContext": {"purpose": "exchange"}}
    tell.call(people.encryptor, 14.9, "Decrypt", opening, VIRGINIA)
    tell.call(people.partner, 14.8, "DisableKey", {"KeyId": arn}, VIRGINIA)


def _backup(tell: Teller, people: Cast) -> None:
    """A key with the default policy, made with the AWS CLI."""
    arn = tell.new_key(
        people.command_line, 60, ["alias/backup"], "Backups", region=VIRGINIA, tags={"Project": "backup"}
    )
    grant = {
        "KeyId": arn,
        "GranteePrincipal": f"arn:aws:iam::{ACCOUNT_A}:role/App",
        "Operations": ["Encrypt", "Decrypt"],
    }
    tell.call(people.command_line, 58, "CreateGrant", {**grant, "Name": "nightly-backup"}, VIRGINIA)
    tell.call(people.encryptor, 8, "GenerateDataKey", _data_key("alias/backup", {"volume": "7"}), VIRGINIA)


# Region and first alias of each story's key, in the order of telling.
STORIES = (
    (SEOUL, "alias/legacy-reports", _legacy_reports),
    (SEOUL, "alias/invoices", _invoices),
    (SEOUL, "alias/old-project", _old_project),
    (SEOUL, "alias/app-config", _app_config),
    (SEOUL, "alias/myEncrypotionKey", _encryption_key),
    (VIRGINIA, "alias/backup", _backup),
    (VIRGINIA, "alias/shared-data", _shared),
)
