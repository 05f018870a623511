"""The deriver of the permission index: what a key's policy and grants give to users and roles by name.

The only writer of :class:`policies.models.KeyPermission`; called in the transaction that changes a policy or a grant.
The rows serve lists, badges and buttons and are never the verdict. Source: design README, "Guardian, or the access
rows"; the five permissions: authorization 8.3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from django.contrib.auth.models import Permission

from accounts import queries as account_queries
from core.policy.actions import ACTIONS, NOT_CROSS_ACCOUNT
from core.policy.compile import CompiledPolicy, CompiledStatement
from core.policy.statements import Effect
from keys.models import KmsKey
from policies import queries
from policies.models import Grant, KeyPermission

# Each permission is given by any one of these sets of actions, allowed together.
USE_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "ENCRYPT_DECRYPT": ("kms:Encrypt", "kms:Decrypt"),
    "SIGN_VERIFY": ("kms:Sign",),
    "GENERATE_VERIFY_MAC": ("kms:GenerateMac",),
    "KEY_AGREEMENT": ("kms:DeriveSharedSecret",),
    "ENCAPSULATE_DECAPSULATE": ("kms:Decapsulate",),
}
_GRANT_CONDITION = "kms:grantisforawsresource"
_NOT_SHARED = NOT_CROSS_ACCOUNT  # refused to another account, whatever the key policy says
Named = Mapping[str, str]


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
    policy: CompiledPolicy, key_account_id: str, key_usage: str, named: Named, grants: Mapping[str, Sequence[Grant]]
) -> list[NamedPermission]:
    """Derive what a policy and grants give by name.

    ``named`` maps the unique id of each user and role to its account: another account's is given only what an account
    can share, and a Deny of its account reaches it. ``grants`` maps unique ids to the grants to them.
    """
    found = []
    for unique_id, account_id in sorted(named.items()):
        reached_by = {unique_id, account_id, "*", "AWS:*"}
        own = grants.get(unique_id, ())
        for permission, choices in action_sets(key_usage).items():
            possible = [
                actions for actions in choices if account_id == key_account_id or not set(actions) & _NOT_SHARED
            ]
            reaches = (min(_reach(policy, unique_id, action, own) for action in actions) for actions in possible)
            reach = max(reaches, default=Reach.NO)
            if reach is Reach.NO:
                continue
            actions = {action for choice in possible for action in choice}
            denied = any(_denies(statement, reached_by, actions) for statement in policy.statements)
            found.append(NamedPermission(unique_id, permission, reach is Reach.DEPENDS, denied))
    return found


def _reach(policy: CompiledPolicy, unique_id: str, action: str, grants: Sequence[Grant]) -> Reach:
    reach = max((_granted(grant, action) for grant in grants), default=Reach.NO)
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


def _granted(grant: Grant, action: str) -> Reach:
    if action.removeprefix("kms:") not in grant.operations:
        return Reach.NO
    # A grant made through a grant may give no more than that one; a constraint asks for the encryption context.
    limited = action == "kms:CreateGrant" or grant.source_arn or grant.context_equals or grant.context_subset
    return Reach.DEPENDS if limited else Reach.YES


def _for_services_only(statement: CompiledStatement) -> bool:
    """Tell whether a statement is for grants that a service asks for; no person's own request matches it."""
    return any(
        entry.key.lower() == _GRANT_CONDITION and entry.operator.lower() == "bool" and set(entry.values) <= {"true"}
        for entry in statement.source.conditions
    )


def _denies(statement: CompiledStatement, reached_by: set[str], actions: set[str]) -> bool:
    if statement.effect is not Effect.DENY:
        return False
    if not any(statement.action_mask & ACTIONS[action].mask for action in actions):
        return False
    return statement.not_principal or bool(reached_by & (statement.principal_keys or frozenset()))


def rewrite(key: KmsKey, policy: CompiledPolicy, principal_ids: Mapping[str, str]) -> None:
    """Replace the rows of a key by what its policy and its grants say now."""
    grants = _by_grantee(queries.grants_of_key(key.pk))
    KeyPermission.objects.filter(content_object=key).delete()
    _store(key, policy, set(principal_ids.values()) | grants.keys(), grants)


def rewrite_grantee(key: KmsKey, policy: CompiledPolicy, grantee: str) -> None:
    """Replace the rows of one principal after a grant to it came or went; the others stay as they are."""
    KeyPermission.objects.filter(content_object=key, user__unique_id=grantee).delete()
    _store(key, policy, {grantee}, {grantee: queries.grants_of_grantee(key.pk, grantee)})


def _by_grantee(grants: Iterable[Grant]) -> dict[str, list[Grant]]:
    found: dict[str, list[Grant]] = {}
    for grant in grants:
        found.setdefault(grant.grantee, []).append(grant)
    return found


def _store(key: KmsKey, policy: CompiledPolicy, unique_ids: set[str], grants: Mapping[str, Sequence[Grant]]) -> None:
    principals = account_queries.principals_by_unique_id(unique_ids)
    named = {unique_id: principal.account_id for unique_id, principal in principals.items()}
    rows = named_permissions(policy, key.account_id, key.key_usage, named, grants)
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
