"""The role with which KMS keeps the copies of multi-Region keys the same. The first multi-Region key makes it.

Source: Developer Guide, "Authorizing AWS KMS to synchronize multi-Region keys"; kms-semantics 4.11.
"""

import json

from accounts import queries, unique_ids
from accounts.models import Principal, PrincipalKind
from core.calls import Call
from operations.registry import FurtherEvent
from policies.aws_managed import PREFIX
from policies.models import PolicyAttachment

NAME = "AWSServiceRoleForKeyManagementServiceMultiRegionKeys"
SERVICE = "mrk.kms.amazonaws.com"
PATH = f"/aws-service-role/{SERVICE}/"
POLICY_ARN = f"{PREFIX}/aws-service-role/AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"
IAM_REGION = "us-east-1"  # where the events of a global service are


def is_missing(account_id: str) -> bool:
    return queries.find_role(account_id, NAME) is None


def create(call: Call) -> FurtherEvent:
    """Make the role in the caller's account; the caller holds the writers' lock. Returns the event to record."""
    trusted = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}
    role = Principal(
        account_id=call.caller.account_id,
        kind=PrincipalKind.ROLE,
        name=NAME,
        path=PATH,
        unique_id=unique_ids.new_unique_id(unique_ids.ROLE_PREFIX),
        created_at=call.time,
        description="Enables AWS KMS to synchronize the shared properties of multi-Region keys.",
        trust_policy=json.dumps({"Version": "2012-10-17", "Statement": [trusted]}),
    )
    role.set_unusable_password()
    role.save()
    PolicyAttachment.objects.create(principal=role, policy_arn=POLICY_ARN)
    return FurtherEvent(
        "iam:CreateServiceLinkedRole",
        IAM_REGION,
        parameters={"aWSServiceName": SERVICE},
        elements={"role": {"roleName": NAME, "path": PATH, "arn": role.arn, "roleId": role.unique_id}},
    )
