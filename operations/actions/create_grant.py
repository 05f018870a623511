"""CreateGrant: let a principal use a key, beside the key policy.

Source: API Reference, CreateGrant; kms-semantics 4.12. With a name and all else equal the existing grant is returned,
with a new token.
"""

import os
from collections.abc import Mapping

from audit.changes import Touched
from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import ValidationException
from core.messages import CreateGrantRequest
from core.policy.grant_operations import grantable
from operations import key_policies
from operations.grant_principals import GrantPrincipal, find_principal, find_service
from operations.grant_tokens import make_token
from operations.key_time import key_time
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject_without_alias
from operations.resource_quotas import check_grant_quota
from operations.snapshots import KeySnapshot
from operations.stored_text import refuse_nul
from policies import queries
from policies.models import Grant

# Source: Developer Guide, "Grant constraints".
MAX_CONSTRAINT_PAIRS = 8
MAX_CONSTRAINT_VALUE = 384  # characters
UNKNOWN_GRANTEE = "GranteePrincipal does not refer to a valid principal."
UNKNOWN_RETIRING = "RetiringPrincipal does not refer to a valid principal."


def resolve_key(call: Call, request: CreateGrantRequest) -> tuple[Subject, ...]:
    if set(request.operations) == {"CreateGrant"}:
        raise ValidationException("Grants must not contain only the CreateGrant operation.")
    if (request.grantee_principal is None) == (request.grantee_service_principal is None):
        raise ValidationException("Specify exactly one of GranteePrincipal and GranteeServicePrincipal.")
    if request.retiring_principal is not None and request.retiring_service_principal is not None:
        raise ValidationException("Specify at most one of RetiringPrincipal and RetiringServicePrincipal.")
    _check_grant_to_service(request)
    _check_constraints(request)
    return (find_subject_without_alias(call, request.key_id),)


def _check_grant_to_service(request: CreateGrantRequest) -> None:
    """A grant to a service says for which resource the service acts, and who may retire it (API Reference)."""
    if request.grantee_service_principal is None:
        return
    if request.constraints is None or request.constraints.source_arn is None:
        raise ValidationException("A grant to a service principal must have a SourceArn constraint.")
    if request.retiring_principal is None and request.retiring_service_principal is None:
        raise ValidationException(
            "A grant to a service principal must have a RetiringPrincipal or a RetiringServicePrincipal."
        )


def _check_constraints(request: CreateGrantRequest) -> None:
    for pairs in _constraint_pairs(request):
        if len(pairs) > MAX_CONSTRAINT_PAIRS:
            raise ValidationException(
                f"An encryption context constraint can have at most {MAX_CONSTRAINT_PAIRS} encryption context pairs."
            )
        if any(len(value) > MAX_CONSTRAINT_VALUE for value in pairs.values()):
            raise ValidationException(
                f"A value in an encryption context constraint can have at most {MAX_CONSTRAINT_VALUE} characters."
            )


def _constraint_pairs(request: CreateGrantRequest) -> list[Mapping[str, str]]:
    """Return the constraints on the encryption context that a request has: none, one or both."""
    constraints = request.constraints
    if constraints is None:
        return []
    given = (constraints.encryption_context_equals, constraints.encryption_context_subset)
    return [pairs for pairs in given if pairs is not None]


@kms_operation(
    "CreateGrant",
    writes=True,
    logged=(
        "key_id",
        "grantee_principal",
        "grantee_service_principal",
        "retiring_principal",
        "retiring_service_principal",
        "operations",
        "constraints",
        "name",
        "dry_run",
    ),
    resolve=resolve_key,
)
def create_grant(call: Call, request: CreateGrantRequest, key: KeySnapshot) -> Outcome:
    _check_operations(key, request)
    refuse_nul(_stored_texts(request))
    grantee, retiring = _principals(request)
    constraints = request.constraints
    if key.key_spec is not KeySpec.SYMMETRIC_DEFAULT and _constraint_pairs(request):
        raise ValidationException(
            "EncryptionContext is supported only when creating a grant for a symmetric encryption KMS key."
        )
    row = Grant(
        key_id=key.pk,
        grant_id=os.urandom(32).hex(),
        name=request.name or "",
        grantee=grantee.key,
        grantee_shown=grantee.shown,
        retiring=retiring.key if retiring else "",
        retiring_shown=retiring.shown if retiring else "",
        operations=list(dict.fromkeys(request.operations)),
        context_equals=constraints.encryption_context_equals if constraints else None,
        context_subset=constraints.encryption_context_subset if constraints else None,
        source_arn=(constraints.source_arn or "") if constraints else "",
        issuing_account_id=call.caller.account_id,
        created_at=key_time(call, key),
    )
    existing = _existing(row) if request.name else None
    if existing is None:
        check_grant_quota(key.pk)
        row.save(force_insert=True)
        key_policies.rewrite_grantee(key.pk, row.grantee)
    grant_id = (existing or row).grant_id
    return Outcome(
        members={"GrantId": grant_id, "GrantToken": make_token(grant_id)},
        elements={"grantId": grant_id, "keyId": key.arn},
        touched=[(Touched.KEY, str(key.pk))],
    )


def _stored_texts(request: CreateGrantRequest) -> list[str]:
    pairs = [pair for constraint in _constraint_pairs(request) for pair in constraint.items()]
    return [request.name or "", *(text for pair in pairs for text in pair)]


def _check_operations(key: KeySnapshot, request: CreateGrantRequest) -> None:
    valid = grantable(key.key_spec, key.key_usage)
    wrong = [name for name in request.operations if name not in valid]
    if wrong:
        symmetric = key.key_spec is KeySpec.SYMMETRIC_DEFAULT or key.key_spec.startswith("HMAC")
        raise ValidationException(
            f"Operations [{', '.join(wrong)}] are not supported when creating a grant for "
            f"{'a symmetric' if symmetric else 'an asymmetric'} KMS key with key usage {key.key_usage}. "
            f"Valid operations are [{', '.join(valid)}]"
        )


def _principals(request: CreateGrantRequest) -> tuple[GrantPrincipal, GrantPrincipal | None]:
    if request.grantee_service_principal is not None:
        grantee = find_service(request.grantee_service_principal)
    else:
        grantee = find_principal(str(request.grantee_principal), UNKNOWN_GRANTEE)
    if request.retiring_service_principal is not None:
        return grantee, find_service(request.retiring_service_principal)
    if request.retiring_principal is not None:
        return grantee, find_principal(request.retiring_principal, UNKNOWN_RETIRING)
    return grantee, None


def _existing(wanted: Grant) -> Grant | None:
    """Return the grant that has the same name and every other parameter equal."""
    for row in queries.same_grants(wanted.key_id, wanted.name, wanted.grantee):
        if (
            row.retiring == wanted.retiring
            and set(row.operations) == set(wanted.operations)
            and row.context_equals == wanted.context_equals
            and row.context_subset == wanted.context_subset
            and row.source_arn == wanted.source_arn
        ):
            return row
    return None
