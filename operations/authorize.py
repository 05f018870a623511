"""Gathers policies, grants and facts of a call and asks the engine. The only caller of :mod:`core.policy` for verdicts.

Source: authorization 3.6, 3.7 and 6.1.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.calls import Call
from core.errors import AccessDeniedException, IamAccessDenied, KmsError
from core.policy.decide import Check, Decision, DenyKind, GrantFacts, KeyFacts, Scope, decide
from core.policy.decide import Subject as CheckSubject
from core.policy.messages import ResourceForm, access_denied_message
from core.policy.requests import ON_ONE_KEY, RequestFacts, check_on_key, checks_for, permitted_at
from operations import facts, service_linked_role
from operations.grants import grants_for
from operations.key_use import SYMMETRIC
from operations.registry import Operation
from operations.request_context import RequestContext, constraint_type
from operations.resolve import Subject
from operations.snapshots import KeySnapshot

# Services that speak JSON; IAM and STS have another name for the same refusal.
JSON_SERVICES = frozenset({"kms", "cloudtrail", "kmsconsole"})
MAKES_A_KEY = frozenset({"CreateKey", "ReplicateKey"})


def authorize(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject]) -> None:
    """Return if the caller may do this; raises AccessDeniedException, or the refusal of a key that does not exist."""
    for position, subject in enumerate(subjects):
        if subject.key is None:
            raise _missing(call, operation, request, subjects, position)
    decision, failing = permitted_at(call.caller.facts, checks_of(call, operation, request, subjects))
    if failing is not None:
        form = ResourceForm.NAMED
        if failing.subject is CheckSubject.KEY and subjects and subjects[0].from_ciphertext:
            form = ResourceForm.CIPHERTEXT
        raise _denied(call, operation, failing, decision, form)


def checks_of(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject]) -> tuple[Check, ...]:
    """Return the checks that a call asks for, in order; every key exists. Also the simulator's and the buttons' way."""
    if operation.service != "kms":
        context = RequestContext(call, operation.name, request)
        return (Check(operation.permission, service_resource(call, request), None, context, Scope.IDENTITY),)
    if operation.name in ON_ONE_KEY:
        subject = subjects[0]
        extra = {"kms:RequestAlias": subject.request_alias} if subject.request_alias else None
        encryption_context, _ = _encryption_contexts(request)
        context = RequestContext(call, operation.name, request, encryption_context=encryption_context, extra=extra)
        return (check_on_key(operation.permission, _with_grants(call, subject.key), context, call.region),)
    return checks_for(operation.name, _request_facts(call, operation, request, subjects))


def service_resource(call: Call, request: Any) -> str:
    """Return the ARN that an IAM request is about, which the request itself tells; ``*`` for lists."""
    name = getattr(request, "resource_arn", None)
    return str(name(call)) if name is not None else "*"


def may_put_key_policy(call: Call, key: KeyFacts) -> bool:
    """Tell whether the caller could put a policy of a key with these facts: the lockout check (authorization 1.6).

    Grants do not count, nor do the members of the present request.
    """
    context = RequestContext(call, "lockout", None)
    check = Check("kms:PutKeyPolicy", key.arn, replace(key, grants=()), context, Scope.KEY, CheckSubject.LOCKOUT)
    return decide(call.caller.facts, check).allowed


def _missing(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject], position: int) -> KmsError:
    """Return what a caller is told about a key that does not exist.

    Only who may do this to such a key of the own account learns that there is none (authorization 6.1). An alias is
    asked for before its key (3.7).
    """
    subject = subjects[position]
    action = f"kms:{operation.name}"
    pairs, other_pairs = _encryption_contexts(request)
    extra: dict[str, str | None] = {"kms:RequestAlias": subject.request_alias}
    if operation.name == "ReEncrypt":
        action += ("From", "To")[position]
        if position:
            pairs = other_pairs
            extra |= _destination_algorithm(request)
    context = RequestContext(call, operation.name, request, encryption_context=pairs, extra=extra)
    alias_arn = next((each.alias_arn for each in subjects if each.alias_arn), None)
    if alias_arn is not None:
        on_alias = Check(action, alias_arn, None, context, Scope.IDENTITY, CheckSubject.ALIAS, region=call.region)
        decision = decide(call.caller.facts, on_alias)
        if not decision.allowed:
            return _denied(call, operation, on_alias, decision, ResourceForm.NAMED)
    check = Check(action, subject.arn or "*", None, context, Scope.IDENTITY, region=call.region)
    decision = decide(call.caller.facts, check)
    own = subject.arn.split(":")[4:5] == [call.caller.account_id]
    if own and decision.allowed:
        assert subject.refusal is not None
        return subject.refusal
    form = ResourceForm.UNKNOWN_CIPHERTEXT if subject.from_ciphertext else ResourceForm.UNKNOWN
    if decision.allowed:
        decision = Decision(False, DenyKind.IMPLICIT_RESOURCE)
    return _denied(call, operation, check, decision, form)


def _denied(call: Call, operation: Operation, check: Check, decision: Decision, form: ResourceForm) -> KmsError:
    message = access_denied_message(call.caller.facts, check, decision, form)
    error = AccessDeniedException if operation.service in JSON_SERVICES else IamAccessDenied
    return error(message, check=check, decision=decision)


def _request_facts(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject]) -> RequestFacts:
    same_key = len(subjects) > 1 and subjects[0].arn == subjects[1].arn
    re_encrypts = operation.name == "ReEncrypt"
    on_same_key = {"kms:ReEncryptOnSameKey": "true" if same_key else "false"} if re_encrypts else {}
    grant = subjects[0].grant if subjects else None
    of_grant = {"kms:GrantConstraintType": constraint_type(grant)} if grant else {}
    own, other = _encryption_contexts(request, grant)
    to_other = _destination_algorithm(request) if re_encrypts else {}
    new_key = _new_key(call, operation, request, subjects)
    contexts = [
        RequestContext(
            call,
            operation.name,
            request,
            encryption_context=pairs,
            extra={
                **on_same_key,
                **of_grant,
                **more,
                **_of_replica(operation, new_key),
                "kms:RequestAlias": subject.request_alias if subject else None,
            },
        )
        for pairs, subject, more in (
            (own, subjects[0] if subjects else None, {}),
            (other, subjects[-1] if subjects else None, to_other),
        )
    ]
    return RequestFacts(
        region=call.region,
        account_id=call.caller.account_id,
        context=contexts[0],
        other_context=contexts[1] if re_encrypts else None,
        key=_with_grants(call, subjects[0].key) if subjects else None,
        other_key=_with_grants(call, subjects[1].key) if len(subjects) > 1 else None,
        grant=grant,
        retiring_principal_arn=getattr(request, "retiring_principal", None),
        alias_arn=next((subject.alias_arn for subject in subjects if subject.alias_arn), None),
        replica_region=getattr(request, "replica_region", None),
        new_key=new_key,
        has_tags=operation.name in MAKES_A_KEY and bool(request.tags),
        creates_service_linked_role=operation.name == "CreateKey"
        and bool(request.multi_region)
        and service_linked_role.is_missing(call.caller.account_id),
    )


def _new_key(call: Call, operation: Operation, request: Any, subjects: Sequence[Subject]) -> KeyFacts | None:
    """Return the facts of the key that the operation is about to make."""
    if operation.name == "CreateKey":
        return facts.unborn_key(call.caller.account_id, call.region)
    if operation.name == "ReplicateKey":
        return facts.unborn_replica(subjects[0].key.facts, request.replica_region)
    return None


def _of_replica(operation: Operation, new_key: KeyFacts | None) -> dict[str, str | None]:
    """Return what a replica will be: the permission to create it in its Region is asked without a key."""
    if operation.name != "ReplicateKey" or new_key is None:
        return {}
    return {
        "kms:KeySpec": new_key.spec,
        "kms:CustomerMasterKeySpec": new_key.spec,
        "kms:KeyUsage": new_key.usage,
        "kms:CustomerMasterKeyUsage": new_key.usage,
        "kms:KeyOrigin": new_key.origin,
        "kms:MultiRegion": "true",
        "kms:MultiRegionKeyType": new_key.multi_region_key_type,
    }


def _with_grants(call: Call, key: KeySnapshot) -> KeyFacts:
    """Return the facts of a key with the grants that name the caller."""
    if not key.has_grants:
        return key.facts
    principal = call.caller.facts
    return replace(key.facts, grants=grants_for(key, (*principal.keys, principal.unique_id)))


def _destination_algorithm(request: Any) -> dict[str, str]:
    """Return the algorithm of the second half of ReEncrypt; the request's members tell that of the first."""
    return {"kms:EncryptionAlgorithm": request.destination_encryption_algorithm or SYMMETRIC}


def _encryption_contexts(request: Any, grant: GrantFacts | None = None) -> tuple[Any, Any]:
    """Return the pairs that conditions are about, for each half of ReEncrypt: those of the request or of a grant."""
    constraints = grant or getattr(request, "constraints", None)
    if constraints is not None:
        pairs = constraints.encryption_context_equals or constraints.encryption_context_subset
        return pairs, pairs
    own = getattr(request, "encryption_context", None)
    if own is not None:
        return own, own
    return (
        getattr(request, "source_encryption_context", None),
        getattr(request, "destination_encryption_context", None),
    )
