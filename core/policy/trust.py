"""Trust policies of roles: what is refused, with which words. Source: authorization 1.2 and 1.4.

A trust policy is a resource policy whose resource is the role: it names principals and has no resource element.
"""

from core.errors import IamMalformedPolicyDocument
from core.policy.documents import PolicyDocument
from core.policy.json_text import InvalidJson, read_json
from core.policy.principals import PrincipalForm, classify_principal, is_service_principal
from core.policy.statements import CURRENT_VERSION, Effect, Principals
from core.policy.structure import FaultKind, read_structure

_STRUCTURAL = {FaultKind.ELEMENT, FaultKind.EFFECT, FaultKind.BOTH, FaultKind.OPERATOR, FaultKind.PRINCIPAL}


def parse_trust_policy(text: str) -> PolicyDocument:
    """Check a trust policy and read it. Raises IamMalformedPolicyDocument.

    Whether the users and roles that it names exist is asked elsewhere.
    """
    try:
        data = read_json(text)
    except InvalidJson:
        data = None
    if not isinstance(data, dict):
        raise IamMalformedPolicyDocument("This policy contains invalid Json")
    document, faults = read_structure(data)
    kinds = {fault.kind for fault in faults}
    if FaultKind.VERSION in kinds or document.version not in (None, CURRENT_VERSION):
        raise IamMalformedPolicyDocument("Policy document must be version 2012-10-17 or greater.")
    if kinds & _STRUCTURAL:
        raise IamMalformedPolicyDocument("The policy failed legacy parsing")
    for statement in document.statements:
        if statement.resources is not None or statement.not_resources is not None:
            raise IamMalformedPolicyDocument("Has prohibited field Resource")
        if statement.not_principals is not None and statement.effect is Effect.ALLOW:
            raise IamMalformedPolicyDocument("Allow with NotPrincipal is not allowed.")
        block = statement.principals or statement.not_principals
        if block is None or FaultKind.NO_PRINCIPAL in kinds:
            raise IamMalformedPolicyDocument("Missing required field Principal")
        if not (statement.actions or statement.not_actions):
            raise IamMalformedPolicyDocument("Missing required field Action")
        _check_principals(block)
        for action in (statement.actions or ()) + (statement.not_actions or ()):
            if not action.lower().startswith("sts:") and action != "*":
                raise IamMalformedPolicyDocument("AssumeRole policy may only specify STS AssumeRole actions.")
    if FaultKind.KEY_PREFIX in kinds:
        raise IamMalformedPolicyDocument("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
    return document


def _check_principals(block: Principals) -> None:
    for text in block.aws:
        if classify_principal(text) is PrincipalForm.INVALID:
            raise invalid_principal("AWS", text)
    for text in block.service:
        if not is_service_principal(text):
            raise invalid_principal("SERVICE", text)
    if block.other:
        raise invalid_principal("FEDERATED", block.other[0])


def invalid_principal(kind: str, text: str) -> IamMalformedPolicyDocument:
    """Return the refusal of a principal that is no principal, or does not exist."""
    return IamMalformedPolicyDocument(f'Invalid principal in policy: "{kind}":"{text}"')
