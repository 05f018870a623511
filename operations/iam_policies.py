"""Policy documents of IAM: checking them, their sizes, and managed policies by ARN.

Source: authorization 1.2 and 1.4.
"""

from collections.abc import Mapping

from accounts import queries as account_queries
from accounts.models import Group, Principal
from core.calls import Call
from core.errors import IamLimitExceeded, IamNoSuchEntity, IamPolicyNotAttachable
from core.policy.documents import parse_identity_policy, parse_managed_policy
from core.policy.principals import PrincipalForm, classify_principal
from core.policy.trust import invalid_principal, parse_trust_policy
from operations.iam_entities import word_of
from policies import queries
from policies.aws_managed import AWS_MANAGED, AwsManagedPolicy
from policies.models import ManagedPolicy

# Characters, white space not counted.
MANAGED_POLICY_SIZE = 6144
TRUST_POLICY_SIZE = 2048
INLINE_POLICIES_SIZE: Mapping[str, int] = {"user": 2048, "group": 5120, "role": 10_240}


def size_of(document: str) -> int:
    """Return how many characters of a document count: all but white space."""
    return len("".join(document.split()))


def check_managed_document(document: str) -> None:
    """Raise IamMalformedPolicyDocument or IamLimitExceeded unless this may be a managed policy."""
    parse_managed_policy(document)
    if size_of(document) > MANAGED_POLICY_SIZE:
        raise IamLimitExceeded(f"Cannot exceed quota for PolicySize: {MANAGED_POLICY_SIZE}")


def check_inline_document(owner: Principal | Group, name: str, document: str) -> None:
    """Raise unless this may be an inline policy beside the others of its owner."""
    parse_identity_policy(document)
    word = word_of(owner)
    others = sum(size_of(policy.document) for policy in queries.inline_policies(owner) if policy.name != name)
    limit = INLINE_POLICIES_SIZE[word]
    if others + size_of(document) > limit:
        raise IamLimitExceeded(f"Maximum policy size of {limit} bytes exceeded for {word} {owner.name}")


def check_trust_policy(document: str) -> None:
    """Raise unless this may be a role's trust policy, with principals that exist."""
    named = parse_trust_policy(document).principals
    entities = frozenset(text for text in named if classify_principal(text) in (PrincipalForm.USER, PrincipalForm.ROLE))
    missing = entities - account_queries.unique_ids(entities).keys()
    if missing:
        raise invalid_principal("AWS", min(missing))
    if size_of(document) > TRUST_POLICY_SIZE:
        raise IamLimitExceeded(f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY_SIZE}")


def find_policy(call: Call, arn: str) -> ManagedPolicy | AwsManagedPolicy | None:
    """Return AWS's managed policy of an ARN, or one of the caller's account."""
    aws = AWS_MANAGED.get(arn)
    if aws is not None:
        return aws
    policy = queries.find_managed_policy(arn)
    return policy if policy is not None and policy.account_id == call.caller.account_id else None


def load_policy(call: Call, arn: str) -> ManagedPolicy | AwsManagedPolicy:
    policy = find_policy(call, arn)
    if policy is None:
        raise IamNoSuchEntity(f"Policy {arn} was not found.")
    return policy


def load_own_policy(call: Call, arn: str) -> ManagedPolicy:
    """Return a customer managed policy; AWS's own cannot be changed and count as not found."""
    policy = load_policy(call, arn)
    if not isinstance(policy, ManagedPolicy):
        raise IamNoSuchEntity(f"Policy {arn} was not found.")
    return policy


def load_attachable(call: Call, arn: str) -> ManagedPolicy | AwsManagedPolicy:
    """Return a policy that may be attached or be a boundary."""
    policy = find_policy(call, arn)
    if policy is None:
        raise IamNoSuchEntity(f"Policy {arn} does not exist or is not attachable.")
    if isinstance(policy, AwsManagedPolicy) and not policy.attachable:
        raise IamPolicyNotAttachable()
    return policy
