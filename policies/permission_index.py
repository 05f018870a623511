"""The deriver of the permission index: what a key policy gives to users and roles by name.

The only writer of :class:`policies.models.KeyPermission`; called in the transaction that changes a policy. The rows
serve lists, badges and buttons and are never the verdict. Source: design README, "Guardian, or the access rows"; the
five permissions: authorization 8.3.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from django.contrib.auth.models import Permission

from accounts import queries as account_queries
from core.policy.actions import ACTIONS
from core.policy.compile import CompiledPolicy, CompiledStatement
from core.policy.statements import Effect
from keys.models import KmsKey
from policies.models import KeyPermission

# Each permission is given by any one of these sets of actions, allowed together.
USE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": ("kms:Encrypt", "kms:Decrypt"),
    "SIGN_VERIFY": ("kms:Sign",),
    "GENERATE_VERIFY_MAC": ("kms:GenerateMac",),
    "KEY_AGREEMENT": ("kms:DeriveSharedSecret",),
    "ENCAPSULATE_DECAPSULATE": ("kms:Decapsulate",),
}
_GRANT_CONDITION = "kms:grantisforawsresource"


class Reach(IntEnum):
    """How far statements give an action."""

    NO = 0
    DEPENDS = 1  # on something that only a request can tell
    YES = 2


@dataclass(frozen=True, slots=True)
class NamedPermission:
    """A permission that a policy gives to the principal with this unique id."""

    unique_id: str
    permission: str
    depends_on_request: bool
    denied: bool


def action_sets(key_usage: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return, for each permission, the sets of actions of which one suffices."""
    return {
        "view_key": (("kms:DescribeKey",),),
        "use_key": (USE_ACTIONS[key_usage],),
        "administer_key": (
            ("kms:PutKeyPolicy",),
            ("kms:EnableKey", "kms:DisableKey", "kms:UpdateKeyDescription", "kms:TagResource"),
        ),
        "delete_key": (("kms:ScheduleKeyDeletion",),),
        "grant_key": (("kms:CreateGrant",),),
    }


def named_permissions(
    policy: CompiledPolicy, unique_ids: Iterable[str], key_usage: str, account_of: Mapping[str, str]
) -> list[NamedPermission]:
    """Derive what a policy gives by name; ``account_of`` tells each principal's account, for Deny statements."""
    found = []
    for unique_id in sorted(set(unique_ids)):
        reached_by = {unique_id, account_of.get(unique_id, ""), "*", "AWS:*"}
        for permission, choices in action_sets(key_usage).items():
            reach = max(min(_reach(policy, unique_id, action) for action in actions) for actions in choices)
            if reach is Reach.NO:
                continue
            actions = {action for choice in choices for action in choice}
            denied = any(_denies(statement, reached_by, actions) for statement in policy.statements)
            found.append(NamedPermission(unique_id, permission, reach is Reach.DEPENDS, denied))
    return found


def _reach(policy: CompiledPolicy, unique_id: str, action: str) -> Reach:
    reach = Reach.NO
    for statement in policy.statements:
        if (
            statement.effect is not Effect.ALLOW
            or statement.not_principal
            or unique_id not in (statement.principal_keys or ())
            or not statement.action_mask & ACTIONS[action].mask
        ):
            continue
        if action == "kms:CreateGrant" and _for_services_only(statement):
            continue
        reach = max(reach, Reach.YES if statement.always else Reach.DEPENDS)
    return reach


def _for_services_only(statement: CompiledStatement) -> bool:
    return any(entry.key.lower() == _GRANT_CONDITION for entry in statement.source.conditions)


def _denies(statement: CompiledStatement, reached_by: set[str], actions: set[str]) -> bool:
    if statement.effect is not Effect.DENY:
        return False
    if not any(statement.action_mask & ACTIONS[action].mask for action in actions):
        return False
    return statement.not_principal or bool(reached_by & (statement.principal_keys or frozenset()))


def rewrite(key: KmsKey, policy: CompiledPolicy, principal_ids: Mapping[str, str]) -> None:
    """Replace the rows of a key by what its policy says now."""
    KeyPermission.objects.filter(content_object=key).delete()
    principals = account_queries.principals_by_unique_id(set(principal_ids.values()))
    account_of = {unique_id: principal.account_id for unique_id, principal in principals.items()}
    rows = named_permissions(policy, principals, key.key_usage, account_of)
    if not rows:
        return
    permissions = {
        permission.codename: permission
        for permission in Permission.objects.filter(content_type__app_label="keys", content_type__model="kmskey")
    }
    KeyPermission.objects.bulk_create(
        KeyPermission(
            user=principals[row.unique_id],
            permission=permissions[row.permission],
            content_object=key,
            depends_on_request=row.depends_on_request,
            denied=row.denied,
        )
        for row in rows
    )
