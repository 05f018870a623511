"""CreateGrant: let a principal use a key, beside the key policy.

Source: API Reference, CreateGrant; kms-semantics 4.12. With a name and all else equal the existing grant is returned,
with a new token.
"""

import os

from audit.changes import Touched
from core.calls import Call
from core.crypto.key_specs import KeySpec
from core.errors import LimitExceededException, ValidationException
from core.messages import CreateGrantRequest
from core.policy.grant_operations import grantable
from operations import key_policies
from operations.grant_principals import GrantPrincipal, find_principal, find_service
from operations.grant_tokens import make_token
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot
from operations.stored_text import refuse_nul
from policies import queries
from policies.models import Grant

# Source: Developer Guide, "Resource quotas" and "Grant constraints".
MAX_GRANTS_PER_KEY = 50_000
UNKNOWN_GRANTEE = "GranteePrincipal does not refer to a valid principal."
UNKNOWN_RETIRING = "RetiringPrincipal does not refer to a valid principal."


def resolve_key(call: Call, request: CreateGrantRequest) -> tuple[Subject, ...]:
    if set(request.operations) == {"CreateGrant"}:
        raise ValidationException("Grants must not contain only the CreateGrant operation.")
    if (request.grantee_principal is None) == (request.grantee_service_principal is None):
        raise ValidationException("Specify exactly one of GranteePrincipal and GranteeServicePrincipal.")
    if request.retiring_principal is not None and request.retiring_service_principal is not None:
        raise ValidationException("Specify at most one of RetiringPrincipal and RetiringServicePrincipal.")
    return (find_subject_without_alias(call, request.key_id),)


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
    if constraints and key.key_spec is not KeySpec.SYMMETRIC_DEFAULT and _has_context(request):
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
        created_at=call.time,
    )
    existing = _existing(row) if request.name else None
    if existing is None:
        if queries.count_grants(key.pk) >= MAX_GRANTS_PER_KEY:
            raise LimitExceededException(f"Grants per key quota is {MAX_GRANTS_PER_KEY}.")
        row.save(force_insert=True)
        key_policies.rewrite_grantee(key.pk, row.grantee)
    grant_id = (existing or row).grant_id
    return Outcome(
        members={"GrantId": grant_id, "GrantToken": make_token(grant_id)},
        elements={"grantId": grant_id, "keyId": key.arn},
        touched=[(Touched.KEY, str(key.pk))],
    )


def _stored_texts(request: CreateGrantRequest) -> list[str]:
    texts = [request.name or ""]
    if request.constraints is not None:
        for pairs in (request.constraints.encryption_context_equals, request.constraints.encryption_context_subset):
            texts += [text for pair in (pairs or {}).items() for text in pair]
    return texts


def _has_context(request: CreateGrantRequest) -> bool:
    constraints = request.constraints
    return constraints is not None and (
        constraints.encryption_context_equals is not None or constraints.encryption_context_subset is not None
    )


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
