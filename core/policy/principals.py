"""Who a policy may name, and the principal keys by which a caller is recognised.

Source: IAM User Guide, "AWS JSON policy elements: Principal"; authorization 2.1 and 2.2. A principal key is an account
id, the unique id of a user or role, the ARN of a session, or the name of a service. Everybody has two keys, because
``{"AWS": "*"}`` does not reach services and ``"*"`` does.
"""

import re
from collections.abc import Mapping
from enum import IntEnum, StrEnum

EVERYBODY = "*"
EVERYBODY_OF_AWS = "AWS:*"


class PrincipalKind(StrEnum):
    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "assumed-role"
    FEDERATED = "federated-user"
    SERVICE = "service"


class Form(IntEnum):
    """How a resource-side Allow reaches the caller; the smaller, the fewer other policies still matter."""

    UNLIMITED = 0
    """Nothing else is needed in the same account."""
    LIMITED = 1
    """Boundary and session policy still have to allow."""
    DELEGATING = 2
    """The whole identity side decides."""


class PrincipalForm(StrEnum):
    """What a principal string names."""

    ACCOUNT = "account"
    USER = "user"
    ROLE = "role"
    SESSION = "session"
    FEDERATED = "federated"
    EVERYBODY = "everybody"
    INVALID = "invalid"


_ACCOUNT = re.compile(r"[0-9]{12}")
_ACCOUNT_ARN = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):root")
_ENTITY_ARN = re.compile(
    r"arn:aws[a-z-]*:iam::([0-9]{12}):(user|role)/(?:[\x21-\x29\x2b-\x2e\x30-\x3e\x40-\x7e]*/)*[\w+=,.@-]+", re.ASCII
)
_SESSION_ARN = re.compile(
    r"arn:aws[a-z-]*:sts::([0-9]{12}):(assumed-role/[\w+=,.@-]+|federated-user)/[\w+=,.@-]+", re.ASCII
)
_SERVICE_NAME = re.compile(r"([a-z0-9-]+)(\.[a-z0-9-]+)*\.amazonaws\.com")

# First labels of the service principals that a key policy may name. A label is enough: logs.us-west-2.amazonaws.com.
_SERVICE_LABELS = """
    access-analyzer acm apigateway application-autoscaling appflow athena autoscaling backup bedrock cks cloudfront
    cloudtrail cloudwatch codebuild codecommit codepipeline config connect delivery directconnect dms dynamodb ec2 ecr
    ecs edgekey eks elasticache elasticfilesystem elasticmapreduce es events export firehose fsx glacier glue guardduty
    inspector2 iot kafka kinesis kinesisanalytics kms lambda lex lightsail logs macie mrk neptune organizations
    quicksight rds redshift route53 s3 sagemaker scheduler secretsmanager securityhub ses signin sns sqs ssm states
    storagegateway sts timestream transfer vpc-flow-logs workspaces xray dnssec-route53 billingconsole"""
SERVICES: frozenset[str] = frozenset(_SERVICE_LABELS.split())


def classify_principal(text: str) -> PrincipalForm:
    """Say what an ``AWS`` principal names by its form alone; whether it exists is another question."""
    if text == "*":
        return PrincipalForm.EVERYBODY
    if _ACCOUNT.fullmatch(text) or _ACCOUNT_ARN.fullmatch(text):
        return PrincipalForm.ACCOUNT
    if entity := _ENTITY_ARN.fullmatch(text):
        return PrincipalForm.USER if entity[2] == "user" else PrincipalForm.ROLE
    if session := _SESSION_ARN.fullmatch(text):
        return PrincipalForm.FEDERATED if session[2] == "federated-user" else PrincipalForm.SESSION
    return PrincipalForm.INVALID


def account_of(text: str) -> str | None:
    """The account id in an account id, account ARN, user, role or session ARN."""
    if _ACCOUNT.fullmatch(text):
        return text
    found = _ACCOUNT_ARN.fullmatch(text) or _ENTITY_ARN.fullmatch(text) or _SESSION_ARN.fullmatch(text)
    return found[1] if found else None


def is_service_principal(text: str) -> bool:
    """Whether the text is the name of a service from the project's list."""
    found = _SERVICE_NAME.fullmatch(text)
    return found is not None and found[1] in SERVICES


def principal_key(text: str, principal_ids: Mapping[str, str]) -> str | None:
    """The principal key of an ``AWS`` principal; ``None`` if it can match nobody.

    ``principal_ids`` gives the unique id that each user and role ARN had when the document was stored.
    """
    match classify_principal(text):
        case PrincipalForm.EVERYBODY:
            return EVERYBODY_OF_AWS
        case PrincipalForm.ACCOUNT:
            return account_of(text)
        case PrincipalForm.USER | PrincipalForm.ROLE:
            return principal_ids.get(text)
        case PrincipalForm.SESSION | PrincipalForm.FEDERATED:
            return text
    return None


def principal_keys(kind: PrincipalKind, account_id: str, arn: str, entity_id: str = "") -> frozenset[str]:
    """The keys that a caller answers to, computed once per credential (authorization 2.2).

    ``entity_id`` is the unique id of the user (also behind a federated session) or of the role (without session name);
    for a service it is the service's name. ``arn`` counts for sessions only.
    """
    if kind is PrincipalKind.SERVICE:
        return frozenset({entity_id, EVERYBODY})
    keys = {account_id, EVERYBODY, EVERYBODY_OF_AWS}
    if kind is not PrincipalKind.ROOT and entity_id:
        keys.add(entity_id)
    if kind in (PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED):
        keys.add(arn)
    return frozenset(keys)


def form_of(kind: PrincipalKind, account_id: str, arn: str, key: str) -> Form:
    """How an Allow for ``key`` reaches a caller of this kind in its own account."""
    if key == account_id:
        return Form.DELEGATING
    if kind in (PrincipalKind.ROLE_SESSION, PrincipalKind.FEDERATED) and key not in (arn, EVERYBODY, EVERYBODY_OF_AWS):
        return Form.LIMITED
    return Form.UNLIMITED
