"""The key policy that the console writes, and whether a policy still is one.

Source: console.md 3.9 (the generated policy), 2.9 (the default view), authorization 7.3. The default view can be shown,
and its lists changed, only while the four statements are as the console writes them; action lists compare as sets.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from core.crypto.key_specs import KeySpec, KeyUsage, Origin
from core.policy.principals import PrincipalForm, account_of, classify_principal
from core.policy.statements import CURRENT_VERSION, ConditionEntry, Effect, PolicyDocument, Principals, Statement
from core.policy.structure import read_structure

CONSOLE_POLICY_ID = "key-consolepolicy-3"

SID_ACCOUNT = "Enable IAM User Permissions"
SID_ADMINISTRATORS = "Allow access for Key Administrators"
SID_USERS = "Allow use of the key"
SID_ATTACHMENT = "Allow attachment of persistent resources"


_SYMMETRIC_USE = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey")
_USE: Mapping[KeyUsage, tuple[str, ...]] = {
    KeyUsage.ENCRYPT_DECRYPT: ("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:DescribeKey", "kms:GetPublicKey"),
    KeyUsage.SIGN_VERIFY: ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"),
    KeyUsage.GENERATE_VERIFY_MAC: ("kms:DescribeKey", "kms:GenerateMac", "kms:VerifyMac"),
    KeyUsage.KEY_AGREEMENT: ("kms:DescribeKey", "kms:GetPublicKey", "kms:DeriveSharedSecret"),
    KeyUsage.ENCAPSULATE_DECAPSULATE: ("kms:DescribeKey", "kms:GetPublicKey", "kms:Encapsulate", "kms:Decapsulate"),
}

_ADMINISTRATION = (
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
)
_TAGGING = ("kms:TagResource", "kms:UntagResource")
_DELETION = ("kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion")
_ROTATION = ("kms:RotateKeyOnDemand",)
_IMPORT = ("kms:ImportKeyMaterial",)
_MULTI_REGION = ("kms:ReplicateKey", "kms:UpdatePrimaryRegion")
# Older consoles did not write these; a policy with or without them is still the console's.
_OPTIONAL_ADMINISTRATION = frozenset(_DELETION + _ROTATION + _IMPORT + _MULTI_REGION)
_ATTACHMENT = ("kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant")
_FOR_AWS_RESOURCES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


@dataclass(frozen=True, slots=True)
class ConsolePolicy:
    """What the default view shows. ``administrators`` and ``users`` are ARNs, or unique ids of deleted principals.

    ``administration`` and ``use`` keep the action lists as found, so that a rewrite changes the lists of people alone;
    they are empty where the statement is absent.
    """

    version: str | None
    id: str | None
    account_principal: str
    administrators: tuple[str, ...]
    users: tuple[str, ...]
    accounts: tuple[str, ...]
    allow_deletion: bool
    administration: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    attachment: bool = True


def build_console_policy(
    account_id: str,
    spec: str,
    usage: str,
    origin: str,
    multi_region: bool,
    administrators: Sequence[str],
    users: Sequence[str],
    accounts: Sequence[str],
    allow_deletion: bool,
    partition: str = "aws",
) -> dict[str, object]:
    """The policy that the create-key wizard generates, ready to be written as JSON."""
    policy = ConsolePolicy(
        version=CURRENT_VERSION,
        id=CONSOLE_POLICY_ID,
        account_principal=f"arn:{partition}:iam::{account_id}:root",
        administrators=tuple(administrators),
        users=tuple(users),
        accounts=tuple(accounts),
        allow_deletion=allow_deletion,
        administration=_administration(origin, multi_region=multi_region),
        use=_SYMMETRIC_USE if spec == KeySpec.SYMMETRIC_DEFAULT else _USE[KeyUsage(usage)],
    )
    return write_console_policy(policy, partition)


def _administration(origin: str, *, multi_region: bool) -> tuple[str, ...]:
    """The actions of administrators without deletion, which is a choice of its own."""
    imports = _IMPORT if origin == Origin.EXTERNAL else ()
    return _ADMINISTRATION + imports + _TAGGING + (_MULTI_REGION if multi_region else ()) + _ROTATION


def write_console_policy(policy: ConsolePolicy, partition: str = "aws") -> dict[str, object]:
    """Lay a console policy out as a document; a list without people leaves its statement out."""
    statements: list[dict[str, object]] = [_allow(SID_ACCOUNT, [policy.account_principal], ["kms:*"])]
    if policy.administrators:
        actions = _with_deletion(policy.administration, allowed=policy.allow_deletion)
        statements.append(_allow(SID_ADMINISTRATORS, policy.administrators, actions))
    users = (*policy.users, *(f"arn:{partition}:iam::{account}:root" for account in policy.accounts))
    if users:
        statements.append(_allow(SID_USERS, users, policy.use))
        if policy.attachment:
            attachment = _allow(SID_ATTACHMENT, users, _ATTACHMENT)
            statements.append({**attachment, "Condition": _FOR_AWS_RESOURCES})
    document: dict[str, object] = {} if policy.version is None else {"Version": policy.version}
    if policy.id is not None:
        document["Id"] = policy.id
    return {**document, "Statement": statements}


def _with_deletion(administration: tuple[str, ...], *, allowed: bool) -> tuple[str, ...]:
    """Deletion stands after tagging, where the console writes it."""
    others = tuple(action for action in administration if action not in _DELETION)
    if not allowed:
        return others
    at = others.index(_TAGGING[-1]) + 1
    return others[:at] + _DELETION + others[at:]


def _allow(sid: str, principals: Sequence[str], actions: Sequence[str]) -> dict[str, object]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": _one_or_list(principals)},
        "Action": _one_or_list(actions),
        "Resource": "*",
    }


def _one_or_list(texts: Sequence[str]) -> object:
    return texts[0] if len(texts) == 1 else list(texts)


def with_changes(
    policy: ConsolePolicy,
    *,
    spec: str,
    usage: str,
    origin: str,
    multi_region: bool,
    administrators: Sequence[str] | None = None,
    users: Sequence[str] | None = None,
    accounts: Sequence[str] | None = None,
    allow_deletion: bool | None = None,
) -> dict[str, object]:
    """Rewrite the lists of the default view; what is not given stays. Returns the new document.

    The facts of the key are needed for a statement that was absent because nobody was in its list.
    """
    partition = policy.account_principal.split(":")[1]
    changed = replace(
        policy,
        administrators=policy.administrators if administrators is None else tuple(administrators),
        users=policy.users if users is None else tuple(users),
        accounts=policy.accounts if accounts is None else tuple(accounts),
        allow_deletion=policy.allow_deletion if allow_deletion is None else allow_deletion,
        administration=policy.administration or _administration(origin, multi_region=multi_region),
        use=policy.use or (_SYMMETRIC_USE if spec == KeySpec.SYMMETRIC_DEFAULT else _USE[KeyUsage(usage)]),
    )
    return write_console_policy(changed, partition)


# --- recognition ------------------------------------------------------------------------------------------------------
def read_console_policy(document: PolicyDocument | Mapping[str, object]) -> ConsolePolicy | None:
    """Read the lists of the default view; ``None`` if the policy was customised and only its text can be shown."""
    if not isinstance(document, PolicyDocument):
        document, faults = read_structure(dict(document))
        if faults:
            return None
    by_sid = {statement.sid: statement for statement in document.statements}
    known = {SID_ACCOUNT, SID_ADMINISTRATORS, SID_USERS, SID_ATTACHMENT}
    if len(by_sid) != len(document.statements) or not set(by_sid) <= known or SID_ACCOUNT not in by_sid:
        return None
    account = by_sid[SID_ACCOUNT]
    root = _people(account)
    if set(account.actions or ()) != {"kms:*"} or account.conditions or root is None or len(root) != 1:
        return None
    if classify_principal(root[0]) is not PrincipalForm.ACCOUNT:
        return None
    administration = _read_administration(by_sid.get(SID_ADMINISTRATORS))
    use = _read_use(by_sid.get(SID_USERS), by_sid.get(SID_ATTACHMENT))
    if administration is None or use is None:
        return None
    administrators, administrator_actions = administration
    people, use_actions = use
    accounts = tuple(cast("str", account_of(p)) for p in people if classify_principal(p) is PrincipalForm.ACCOUNT)
    return ConsolePolicy(
        version=document.version,
        id=document.id,
        account_principal=root[0],
        administrators=administrators,
        users=tuple(p for p in people if classify_principal(p) is not PrincipalForm.ACCOUNT),
        accounts=accounts,
        allow_deletion=set(_DELETION) <= set(administrator_actions) or not administrators,
        administration=administrator_actions,
        use=use_actions,
        attachment=not people or SID_ATTACHMENT in by_sid,
    )


def _people(statement: Statement) -> tuple[str, ...] | None:
    """The ``AWS`` principals of a plain Allow on ``*``; ``None`` for anything else."""
    principals = statement.principals
    plain = statement.effect is Effect.ALLOW and statement.resources == ("*",) and statement.actions is not None
    if not plain or principals is None or principals != Principals(aws=principals.aws) or not principals.aws:
        return None
    return None if "*" in principals.aws else principals.aws


People = tuple[tuple[str, ...], tuple[str, ...]]


def _read_administration(statement: Statement | None) -> People | None:
    if statement is None:
        return (), ()
    people, actions = _people(statement), set(statement.actions or ())
    required = set(_ADMINISTRATION + _TAGGING)
    deletion = actions & set(_DELETION)
    sound = required <= actions <= required | _OPTIONAL_ADMINISTRATION and deletion in (set(), set(_DELETION))
    if people is None or statement.conditions or not sound:
        return None
    return people, statement.actions or ()


def _read_use(statement: Statement | None, attachment: Statement | None) -> People | None:
    """Statements 3 and 4: the same people, and the actions of one kind of key."""
    if statement is None:
        return ((), ()) if attachment is None else None
    people = _people(statement)
    kinds = [set(_SYMMETRIC_USE), *(set(actions) for actions in _USE.values())]
    if people is None or statement.conditions or set(statement.actions or ()) not in kinds:
        return None
    if attachment is not None:
        condition = (ConditionEntry("Bool", "kms:GrantIsForAWSResource", ("true",)),)
        same_people = set(_people(attachment) or ()) == set(people)
        if not same_people or set(attachment.actions or ()) != set(_ATTACHMENT) or attachment.conditions != condition:
            return None
    return people, statement.actions or ()
