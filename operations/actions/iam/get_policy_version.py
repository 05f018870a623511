"""GetPolicyVersion: the document of a managed policy. Source: IAM API Reference, GetPolicyVersion.

Managed policies have the one version v1.
"""

from core.calls import Call
from core.errors import IamNoSuchEntity
from operations.iam_answers import VERSION, encoded
from operations.iam_entities import PolicyRequest
from operations.iam_policies import load_policy
from operations.iam_requests import VersionId, iam_operation
from operations.registry import Outcome
from policies.models import ManagedPolicy


class GetPolicyVersionRequest(PolicyRequest, frozen=True, kw_only=True):
    version_id: VersionId


@iam_operation("GetPolicyVersion", GetPolicyVersionRequest)
def get_policy_version(call: Call, request: GetPolicyVersionRequest) -> Outcome:
    policy = load_policy(call, request.policy_arn)
    if request.version_id != VERSION:
        raise IamNoSuchEntity(
            f"Policy {request.policy_arn} version {request.version_id} does not exist or is not attachable."
        )
    return Outcome(
        members={
            "PolicyVersion": {
                "Document": encoded(policy.document),
                "VersionId": VERSION,
                "IsDefaultVersion": True,
                "CreateDate": policy.created_at if isinstance(policy, ManagedPolicy) else None,
            }
        }
    )
