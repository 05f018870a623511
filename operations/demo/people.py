"""The people of the two demonstration accounts, and what they may do. Source: console.md 4.1.

Everything is made if it is missing and left alone if it is there.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts import queries, unique_ids
from accounts.models import AccessKey, Account, Group, Principal, PrincipalKind
from audit.changes import Touched
from keys import custody
from operations.account_setup import set_up_account
from operations.changes import configuration_change
from policies.aws_managed import ADMINISTRATOR_ACCESS, PREFIX
from policies.models import InlinePolicy, ManagedPolicy, PolicyAttachment

ACCOUNT_A, ACCOUNT_B = "111122223333", "444455556666"
ALIASES = {ACCOUNT_A: "demo-a", ACCOUNT_B: "demo-b"}
ADMINISTRATOR = "administrator"
GROUP = "myKMSGroup"
LISTS_ONLY = f"arn:aws:iam::{ACCOUNT_A}:policy/ConsoleListsOnly"
SERVICE_LINKED = {
    "AWSServiceRoleForSupport": "support.amazonaws.com",
    "AWSServiceRoleForTrustedAdvisor": "trustedadvisor.amazonaws.com",
}
# Made last of all: an account that has it is complete, and nothing is made anew in it, whatever was deleted since.
LAST_ROLE = "AWSServiceRoleForTrustedAdvisor"
ACCOUNT_AGE = timedelta(days=320)
PEOPLE_AGE = timedelta(days=210)


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user with console access; ``policies`` are attached to it, ``group`` hands it more."""

    account_id: str
    name: str
    policies: Sequence[str] = ()
    group: str | None = None
    has_access_key: bool = False


# keyAdminOnly and keyUserOnly may list keys and people; what they may do to a key, its policy alone says.
USERS = (
    DemoUser(ACCOUNT_A, "myKeyManager", group=GROUP),
    DemoUser(ACCOUNT_A, "myEncryptor", group=GROUP, has_access_key=True),
    DemoUser(ACCOUNT_A, "keyAdminOnly", [LISTS_ONLY]),
    DemoUser(ACCOUNT_A, "keyUserOnly", [LISTS_ONLY]),
    DemoUser(ACCOUNT_A, "auditor", [f"{PREFIX}/AWSCloudTrail_ReadOnlyAccess", f"{PREFIX}/IAMReadOnlyAccess"]),
    DemoUser(ACCOUNT_A, "powerUser", [f"{PREFIX}/AWSKeyManagementServicePowerUser"]),
    DemoUser(ACCOUNT_A, "intern"),
    DemoUser(ACCOUNT_B, "partner", has_access_key=True),
)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """An access key that was made now; its secret is printed once."""

    account_id: str
    user: str
    access_key_id: str
    secret_access_key: str


def is_complete() -> bool:
    """Tell whether the demonstration was loaded before."""
    return queries.find_role(ACCOUNT_B, LAST_ROLE) is not None


def make_people(now: datetime, password: str) -> list[NewCredential]:
    """Make accounts, users, groups, roles and policies; returns the credentials that are new."""
    made = [credential for account_id in ALIASES for credential in _make_account(account_id, now, password)]
    with configuration_change((Touched.IAM, ACCOUNT_A), (Touched.IAM, ACCOUNT_B)):
        _make_policies(now)
        _make_group(now)
        for user in USERS:
            made += _make_user(user, now, password)
        _make_roles(now)
    return made


def mark_complete(now: datetime) -> None:
    """Make the role that tells the next run that everything is there."""
    with configuration_change((Touched.IAM, ACCOUNT_B)):
        _service_linked_role(ACCOUNT_B, LAST_ROLE, now)


def _make_account(account_id: str, now: datetime, password: str) -> list[NewCredential]:
    known = queries.find_user(account_id, ADMINISTRATOR) is not None
    done = set_up_account(
        account_id,
        alias=ALIASES[account_id] if queries.find_account(account_id) is None else None,
        administrator=ADMINISTRATOR,
        now=now - ACCOUNT_AGE,
        password=None if known else password,
    )
    if done.secret_access_key is None or done.access_key_id is None:
        return []
    return [NewCredential(account_id, ADMINISTRATOR, done.access_key_id, done.secret_access_key)]


def _make_policies(now: datetime) -> None:
    lists = ("kms:ListKeys", "kms:ListAliases", "iam:ListUsers", "iam:ListRoles", "tag:GetResources")
    _managed_policy("ConsoleListsOnly", "Shows the lists of the console and permits nothing on a key.", lists, now)
    _managed_policy("KeyUseOnly", "Uses every key of the account that trusts IAM, administers none.", _KEY_USE, now)


_KEY_USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")


def _managed_policy(name: str, description: str, actions: Sequence[str], now: datetime) -> None:
    created = now - PEOPLE_AGE
    ManagedPolicy.objects.get_or_create(
        account_id=ACCOUNT_A,
        name=name,
        defaults={
            "description": description,
            "document": _document(actions, "*"),
            "unique_id": unique_ids.new_unique_id(unique_ids.POLICY_PREFIX),
            "created_at": created,
            "updated_at": created,
        },
    )


def _document(actions: Sequence[str], resource: str, **more: object) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2)


def _make_group(now: datetime) -> None:
    group = queries.find_group(ACCOUNT_A, GROUP)
    if group is None:
        group = Group.objects.create(
            account_id=ACCOUNT_A,
            name=GROUP,
            unique_id=unique_ids.new_unique_id(unique_ids.GROUP_PREFIX),
            created_at=now - PEOPLE_AGE,
        )
        PolicyAttachment.objects.create(group=group, policy_arn=ADMINISTRATOR_ACCESS)


def _make_user(wanted: DemoUser, now: datetime, password: str) -> list[NewCredential]:
    if queries.find_user(wanted.account_id, wanted.name) is not None:
        return []
    created = now - PEOPLE_AGE
    user = Principal(
        account_id=wanted.account_id,
        kind=PrincipalKind.USER,
        name=wanted.name,
        unique_id=unique_ids.new_unique_id(unique_ids.USER_PREFIX),
        created_at=created,
        console_access=True,
        password_changed_at=created,
    )
    user.set_password(password)
    user.save()
    for arn in wanted.policies:
        PolicyAttachment.objects.create(principal=user, policy_arn=arn)
    if wanted.group is not None:
        Group.objects.get(account_id=wanted.account_id, name=wanted.group).members.add(user)
    if wanted.name == "partner":
        _inline(user, "UseSharedKeys", _document(_KEY_USE, f"arn:aws:kms:*:{ACCOUNT_A}:key/*"))
    return [_make_access_key(user, created)] if wanted.has_access_key else []


def _make_access_key(user: Principal, created: datetime) -> NewCredential:
    access_key_id, secret = unique_ids.new_access_key_id(), unique_ids.new_secret_access_key()
    AccessKey.objects.create(
        principal=user,
        access_key_id=access_key_id,
        sealed_secret=custody.seal_access_key(access_key_id, secret),
        created_at=created,
    )
    return NewCredential(user.account_id, user.name, access_key_id, secret)


def _inline(principal: Principal, name: str, document: str) -> None:
    InlinePolicy.objects.create(principal=principal, name=name, document=document)


# --- roles ------------------------------------------------------------------------------------------------------------
def _make_roles(now: datetime) -> None:
    if queries.find_role(ACCOUNT_A, "App") is None:
        trusted = {"AWS": f"arn:aws:iam::{ACCOUNT_A}:root"}
        role = _role(ACCOUNT_A, "App", "/", "Runs the shop and uses its keys.", trusted, now)
        conditions = {"StringEquals": {"kms:EncryptionContext:app": "shop"}}
        _inline(role, "UseKeysOfTheShop", _document(_KEY_USE, "*", Condition=conditions))
    for account_id in ALIASES:
        for name in SERVICE_LINKED:
            if (account_id, name) != (ACCOUNT_B, LAST_ROLE):
                _service_linked_role(account_id, name, now)


def _service_linked_role(account_id: str, name: str, now: datetime) -> None:
    if queries.find_role(account_id, name) is None:
        service = SERVICE_LINKED[name]
        description = f"Enables access to AWS resources for {service.split('.')[0]}."
        _role(account_id, name, f"/aws-service-role/{service}/", description, {"Service": service}, now)


def _role(account_id: str, name: str, path: str, description: str, trusted: dict[str, str], now: datetime) -> Principal:
    statement = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    role = Principal(
        account=Account.objects.get(pk=account_id),
        kind=PrincipalKind.ROLE,
        name=name,
        path=path,
        unique_id=unique_ids.new_unique_id(unique_ids.ROLE_PREFIX),
        created_at=now - PEOPLE_AGE,
        description=description,
        trust_policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=2),
    )
    role.set_unusable_password()
    role.save()
    return role
