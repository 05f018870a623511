"""When a grant allows, and who may retire it.

Source: Developer Guide, "Grants in AWS KMS"; authorization 3.8 and 3.9. Grants allow and never deny.
"""

from collections.abc import Mapping

from core.policy.evaluation import Evaluation
from core.policy.facts import GrantFacts, PrincipalFacts
from core.policy.principals import Form, PrincipalKind

Pairs = Mapping[str, str]

# Constraints are tested where the request carries an encryption context, and ignored elsewhere.
CONSTRAINED_ACTIONS = frozenset(
    {
        "kms:Encrypt",
        "kms:Decrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    }
)


def form_of_grantee(grantee: str, principal: PrincipalFacts) -> Form | None:
    """The form in which a grant to this principal key reaches the caller; ``None`` if it does not."""
    if grantee in principal.keys:
        return next(form for key, form in principal.forms if key == grantee)
    if principal.kind is PrincipalKind.ROLE_SESSION and grantee == principal.unique_id:
        # "AROA...:session" names exactly this session, as its ARN does.
        return Form.UNLIMITED
    return None


def grant_allows(grant: GrantFacts, evaluation: Evaluation) -> bool:
    """Whether operations and constraint of the grant cover the check; whom it reaches is asked apart."""
    action = evaluation.check.action
    if action.removeprefix("kms:") not in grant.operations or not meets_source(grant, evaluation):
        return False
    if action == "kms:CreateGrant":
        return covers_child(grant, *_child_in(evaluation))
    if action in CONSTRAINED_ACTIONS:
        return meets_constraint(grant, evaluation.encryption_context())
    return True


def meets_source(grant: GrantFacts, evaluation: Evaluation) -> bool:
    """Whether the request is made on behalf of the resource that the grant names, if it names one."""
    return grant.source_arn is None or evaluation.single("aws:sourcearn") == grant.source_arn


def meets_constraint(grant: GrantFacts, context: Pairs) -> bool:
    """Whether the pairs of a request satisfy the grant's constraint; names and values are case sensitive."""
    equals, subset = grant.encryption_context_equals, grant.encryption_context_subset
    if equals is not None and dict(context) != dict(equals):
        return False
    return subset is None or contains(context, subset)


def contains(pairs: Pairs, wanted: Pairs) -> bool:
    return all(pairs.get(name) == value for name, value in wanted.items())


def covers_child(
    parent: GrantFacts,
    operations: frozenset[str],
    equals: Pairs | None,
    subset: Pairs | None,
    source_arn: str | None = None,
) -> bool:
    """Whether a new grant may be made through ``parent``: operations no wider, constraint at least as strict."""
    if not operations <= parent.operations:
        return False
    if parent.source_arn is not None and parent.source_arn != source_arn:
        return False
    parent_equals, parent_subset = parent.encryption_context_equals, parent.encryption_context_subset
    if parent_equals is not None and (equals is None or dict(equals) != dict(parent_equals)):
        return False
    if parent_subset is None:
        return True
    return any(pairs is not None and contains(pairs, parent_subset) for pairs in (equals, subset))


def _child_in(evaluation: Evaluation) -> tuple[frozenset[str], Pairs | None, Pairs | None, str | None]:
    """The grant that a CreateGrant request asks for, read from its condition keys."""
    operations = frozenset(str(value) for value in evaluation.values("kms:grantoperations") or ())
    kind = evaluation.single("kms:grantconstrainttype")
    pairs = evaluation.encryption_context()
    equals = pairs if kind == "EncryptionContextEquals" else None
    subset = pairs if kind == "EncryptionContextSubset" else None
    return operations, equals, subset, evaluation.single("kms:grantconstraintsourcearn")


def may_retire(grant: GrantFacts, principal: PrincipalFacts, *, same_account: bool, identity_allows: bool) -> bool:
    """Whether the caller may retire the grant, explicit denies aside (authorization 3.9).

    ``same_account`` compares caller and key; ``identity_allows`` is the whole identity side, true for a root user.
    """
    retirers = [grant.retiring] if grant.retiring is not None else []
    if "RetireGrant" in grant.operations:
        retirers.append(grant.grantee)
    forms = [form_of_grantee(key, principal) for key in retirers]
    if any(form in (Form.UNLIMITED, Form.LIMITED) for form in forms):
        return same_account or identity_allows
    delegated = Form.DELEGATING in forms or grant.issuing_account_id == principal.account_id
    return delegated and identity_allows
