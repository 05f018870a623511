"""AWS's managed policies, read only: the statements that matter to the services of this project.

Source: AWS Managed Policy Reference (mid-2026); only the effective subset is shipped, under the real ARNs, and the
console says so.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PREFIX = "arn:aws:iam::aws:policy"


@dataclass(frozen=True, slots=True)
class AwsManagedPolicy:
    """A policy that AWS owns. ``attachable`` is False for those of service-linked roles."""

    name: str
    path: str
    description: str
    document: str
    attachable: bool = True

    @property
    def arn(self) -> str:
        return f"{PREFIX}{self.path}{self.name}"


def _allow(actions: Sequence[str], resource: str = "*") -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource}


def _policy(
    name: str, description: str, *statements: Mapping[str, object], path: str = "/", attachable: bool = True
) -> AwsManagedPolicy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return AwsManagedPolicy(name, path, description, json.dumps(document, indent=2), attachable)


_IAM_READ = (
    "iam:GenerateCredentialReport",
    "iam:GenerateServiceLastAccessedDetails",
    "iam:Get*",
    "iam:List*",
    "iam:SimulateCustomPolicy",
    "iam:SimulatePrincipalPolicy",
)
_CLOUDTRAIL_READ = ("cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents")
_KMS_READ = ("kms:Describe*", "kms:Get*", "kms:List*")

_ALL = (
    _policy("AdministratorAccess", "Provides full access to AWS services and resources.", _allow(["*"])),
    _policy(
        "PowerUserAccess",
        "Provides full access to AWS services and resources, but does not allow management of users and groups.",
        {
            "Effect": "Allow",
            "NotAction": ["iam:*", "organizations:*", "account:*"],
            "Resource": "*",
        },
        _allow(
            [
                "iam:CreateServiceLinkedRole",
                "iam:DeleteServiceLinkedRole",
                "iam:ListRoles",
                "account:GetAccountInformation",
                "account:GetGovCloudAccountInformation",
                "account:GetPrimaryEmail",
                "account:ListRegions",
                "organizations:DescribeEffectivePolicy",
                "organizations:DescribeOrganization",
            ]
        ),
    ),
    _policy(
        "AWSKeyManagementServicePowerUser",
        "Provides access to AWS Key Management Service (KMS).",
        _allow(
            [
                "kms:CreateAlias",
                "kms:CreateKey",
                "kms:DeleteAlias",
                "kms:Describe*",
                "kms:GenerateRandom",
                "kms:Get*",
                "kms:List*",
                "kms:TagResource",
                "kms:UntagResource",
                "iam:ListGroups",
                "iam:ListRoles",
                "iam:ListUsers",
            ]
        ),
    ),
    _policy(
        "ReadOnlyAccess",
        "Provides read-only access to AWS services and resources.",
        _allow(
            [
                *_KMS_READ,
                "iam:Generate*",
                "iam:Get*",
                "iam:List*",
                "iam:Simulate*",
                "sts:GetAccessKeyInfo",
                "sts:GetCallerIdentity",
                "sts:GetSessionToken",
                *_CLOUDTRAIL_READ,
                "s3:DescribeJob",
                "s3:Get*",
                "s3:List*",
                "ec2:Describe*",
                "ec2:Get*",
                "rds:Describe*",
                "rds:Download*",
                "rds:List*",
                "tag:DescribeReportCreation",
                "tag:Get*",
            ]
        ),
    ),
    _policy(
        "ViewOnlyAccess",
        "This policy grants permissions to view resources and basic metadata across all AWS services.",
        _allow(
            [
                "kms:ListKeys",
                "kms:ListResourceTags",
                "iam:GetAccountSummary",
                "iam:GetLoginProfile",
                "iam:List*",
                "cloudtrail:DescribeTrails",
                "cloudtrail:ListTrails",
                "cloudtrail:LookupEvents",
                "s3:ListAllMyBuckets",
                "s3:ListBucket",
                "s3:ListMultiRegionAccessPoints",
                "rds:Describe*",
                "ec2:DescribeInstance*",
                "ec2:DescribeVolume*",
                "ec2:DescribeSnapshot*",
                "ec2:DescribeImage*",
                "ec2:DescribeKeyPairs",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeTags",
                "ec2:DescribeVpc*",
            ]
        ),
        path="/job-function/",
    ),
    _policy("IAMFullAccess", "Provides full access to IAM.", _allow(["iam:*"])),
    _policy("IAMReadOnlyAccess", "Provides read only access to IAM.", _allow(_IAM_READ)),
    _policy(
        "SecurityAudit",
        "The security audit template grants access to read security configuration metadata.",
        _allow([*_KMS_READ, *_IAM_READ, *_CLOUDTRAIL_READ, "rds:Describe*"]),
    ),
    _policy(
        "IAMUserChangePassword",
        "Provides the ability for an IAM user to change their own password.",
        _allow(["iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"),
        _allow(["iam:GetAccountPasswordPolicy"]),
    ),
    _policy("AWSCloudTrail_ReadOnlyAccess", "Provides read only access to AWS CloudTrail.", _allow(_CLOUDTRAIL_READ)),
    _policy("AmazonS3FullAccess", "Provides full access to all buckets.", _allow(["s3:*", "s3-object-lambda:*"])),
    _policy("AmazonEC2FullAccess", "Provides full access to Amazon EC2.", _allow(["ec2:*"])),
    _policy("AmazonRDSFullAccess", "Provides full access to Amazon RDS.", _allow(["rds:*"])),
    _policy(
        "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy",
        "Enables AWS KMS to synchronize the shared properties of multi-Region keys.",
        _allow(["kms:SynchronizeMultiRegionKey"]),
        path="/aws-service-role/",
        attachable=False,
    ),
)

AWS_MANAGED: Mapping[str, AwsManagedPolicy] = {policy.arn: policy for policy in _ALL}
ADMINISTRATOR_ACCESS = f"{PREFIX}/AdministratorAccess"
