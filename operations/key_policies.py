"""Key policies: checking a new one, storing it with its index, showing it. Source: authorization 1.3, 1.5 and 1.6."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from accounts import queries as account_queries
from core.calls import Call
from core.crypto.key_specs import KeySpec, KeyUsage, Origin
from core.errors import KmsError, MalformedPolicyDocumentException
from core.messages import CreateKeyRequest, PutKeyPolicyRequest, ReplicateKeyRequest
from core.policy.compile import compile_key_policy
from core.policy.decide import KeyFacts
from core.policy.documents import (
    INVALID_PRINCIPALS,
    LOCKOUT,
    default_key_policy,
    parse_key_policy,
    render_key_policy,
)
from core.policy.principals import PrincipalForm, classify_principal, is_service_principal
from core.shapes import convert_request
from keys import queries as key_queries
from operations import facts
from operations.authorize import may_put_key_policy
from operations.resolve import find_subject
from policies import permission_index, queries

POLICY_NAME = "default"
_PEOPLE = (PrincipalForm.USER, PrincipalForm.ROLE)


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """A policy text that may be stored, with the unique id of each user and role it names."""

    document: str
    principal_ids: Mapping[str, str]


def checked_policy(call: Call, key_facts: KeyFacts, text: str | None, bypass_lockout_check: bool) -> CheckedPolicy:
    """Check a policy for a key: its form, its principals, and that the caller is not locked out.

    ``None`` gives the default policy, which is not checked for lockout (authorization 1.6). Raises the errors of
    authorization 1.3.
    """
    if text is None:
        return CheckedPolicy(default_key_policy(key_facts.account_id), {})
    document = parse_key_policy(text)
    existing = _existing(document.principals)
    if _unknown(document.principals, existing):
        raise MalformedPolicyDocumentException(INVALID_PRINCIPALS)
    policy = CheckedPolicy(text, existing)
    if not bypass_lockout_check:
        compiled = compile_key_policy(policy.document, policy.principal_ids)
        if not may_put_key_policy(call, replace(key_facts, policy=compiled)):
            raise MalformedPolicyDocumentException(LOCKOUT)
    return policy


def policy_refusal(call: Call) -> KmsError | None:
    """Return what CreateKey, PutKeyPolicy or ReplicateKey would refuse about the policy in its members, or None.

    Has no effect. Permission for the call itself, and that its key exists, are asked before: see ``pipeline.preview``.
    """
    assert isinstance(call.members, Mapping)
    request = convert_request(call.action, call.members)
    assert isinstance(request, CreateKeyRequest | PutKeyPolicyRequest | ReplicateKeyRequest)
    if isinstance(request, CreateKeyRequest):
        key_facts = replace(
            facts.unborn_key(call.caller.account_id, call.region),
            spec=request.key_spec or KeySpec.SYMMETRIC_DEFAULT,
            usage=request.key_usage or KeyUsage.ENCRYPT_DECRYPT,
            origin=request.origin or Origin.AWS_KMS,
            multi_region=bool(request.multi_region),
        )
    else:
        key_facts = find_subject(call, request.key_id).key.facts
        if isinstance(request, ReplicateKeyRequest):
            key_facts = facts.unborn_replica(key_facts, request.replica_region)
    try:
        checked_policy(call, key_facts, request.policy, bool(request.bypass_policy_lockout_safety_check))
    except KmsError as refusal:
        return refusal
    return None


def unknown_principals(principals: frozenset[str]) -> frozenset[str]:
    """Return those of a policy's principals that no policy can name: malformed, or a user or role that is not there.

    An account need not be registered here: like AWS's own list of accounts, ours is not the world (console 3.6).
    """
    return _unknown(principals, _existing(principals))


def _existing(principals: frozenset[str]) -> dict[str, str]:
    """Return the unique ids of the users and roles named that exist."""
    return account_queries.unique_ids(frozenset(text for text in principals if classify_principal(text) in _PEOPLE))


def _unknown(principals: frozenset[str], existing: Mapping[str, str]) -> frozenset[str]:
    return frozenset(
        text
        for text in principals - existing.keys()
        if classify_principal(text) in _PEOPLE
        or (classify_principal(text) is PrincipalForm.INVALID and not is_service_principal(text))
    )


def store(key_pk: int, policy: CheckedPolicy) -> None:
    """Replace a key's policy and what is derived from it."""
    row = queries.key_policy(key_pk)
    row.document = policy.document
    row.principal_ids = dict(policy.principal_ids)
    row.save(update_fields=["document", "principal_ids"])
    rewrite_index(key_pk)


def rewrite_index(key_pk: int) -> None:
    """Derive the permission index of a key again from its stored policy."""
    key = key_queries.load_whole_key(key_pk)
    policy = facts.key_facts(key).policy
    permission_index.rewrite(key, policy, key.key_policy.principal_ids)


def rewrite_grantee(key_pk: int, grantee: str) -> None:
    """Derive the permission index of a key again for the principal of a grant."""
    key = key_queries.load_whole_key(key_pk)
    permission_index.rewrite_grantee(key, facts.key_facts(key).policy, grantee)


def shown_policy(key_pk: int) -> str:
    """Return the policy as GetKeyPolicy shows it: principals by their current ARN, or by unique id once deleted."""
    row = queries.key_policy(key_pk)
    current = account_queries.arns_of(set(row.principal_ids.values()))
    return render_key_policy(
        row.document, {arn: current.get(unique_id, unique_id) for arn, unique_id in row.principal_ids.items()}
    )
