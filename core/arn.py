"""Amazon Resource Names and key ids: reading and building them.

Strict: what would not be written back the same is refused. Source: kms-semantics 4.1; principals: authorization, 7.1.
"""

import re
from typing import Final, NamedTuple, NewType

AccountId = NewType("AccountId", str)
KeyId = NewType("KeyId", str)
KeyArn = NewType("KeyArn", str)
AliasArn = NewType("AliasArn", str)
PrincipalArn = NewType("PrincipalArn", str)

ALIAS_PREFIX: Final = "alias/"
AWS_ALIAS_PREFIX: Final = "alias/aws/"
MULTI_REGION_PREFIX: Final = "mrk-"

_PARTITIONS: Final = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eusc-", "aws-eusc"),
)
_SINGLE_REGION_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MULTI_REGION_ID: Final = re.compile(r"mrk-[0-9a-f]{32}")
_ACCOUNT_ID: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z]{2,4}(-[a-z]+){1,2}-[0-9]{1,2}")
_ARN: Final = re.compile(r"arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):([0-9]{12}|aws|):(.+)", re.DOTALL)


class Arn(NamedTuple):
    """The six parts of an ARN, the word ``arn`` left out. ``region`` and ``account`` may be empty."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))


class KeyReference(NamedTuple):
    """A KMS key as its ARN names it."""

    region: str
    account: AccountId
    key_id: KeyId


class AliasReference(NamedTuple):
    """An alias as its ARN names it; ``alias_name`` includes the ``alias/``."""

    region: str
    account: AccountId
    alias_name: str


def partition(region: str) -> str:
    """The partition of a Region: ``aws`` unless its name says another."""
    return next((name for prefix, name in _PARTITIONS if region.startswith(prefix)), "aws")


def is_account_id(text: str) -> bool:
    return _ACCOUNT_ID.fullmatch(text) is not None


def is_region(text: str) -> bool:
    return _REGION.fullmatch(text) is not None


def is_single_region_id(text: str) -> bool:
    """A UUID in lower case, with dashes."""
    return _SINGLE_REGION_ID.fullmatch(text) is not None


def is_multi_region_id(text: str) -> bool:
    """``mrk-`` and 32 lower-case hexadecimal digits. Only a hint: the key's metadata is the truth."""
    return _MULTI_REGION_ID.fullmatch(text) is not None


def is_key_id(text: str) -> bool:
    return is_single_region_id(text) or is_multi_region_id(text)


# --- reading ----------------------------------------------------------------------------------------------------------
def parse_arn(text: str) -> Arn:
    """The parts of any ARN. Raises ValueError."""
    found = _ARN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not an ARN.")
    return Arn(*found.groups())


def parse_key_arn(text: str) -> KeyReference:
    """The key that an ARN names; the key need not exist. Raises ValueError."""
    arn = _parse_kms_arn(text)
    kind, _, key_id = arn.resource.partition("/")
    if kind != "key" or not is_key_id(key_id):
        raise ValueError(f"{text!r} is not the ARN of a KMS key.")
    return KeyReference(arn.region, AccountId(arn.account), KeyId(key_id))


def parse_alias_arn(text: str) -> AliasReference:
    """The alias that an ARN names; the name keeps its slashes. Raises ValueError."""
    arn = _parse_kms_arn(text)
    if not arn.resource.startswith(ALIAS_PREFIX) or arn.resource == ALIAS_PREFIX:
        raise ValueError(f"{text!r} is not the ARN of an alias.")
    return AliasReference(arn.region, AccountId(arn.account), arn.resource)


def _parse_kms_arn(text: str) -> Arn:
    arn = parse_arn(text)
    sound = arn.service == "kms" and is_region(arn.region) and is_account_id(arn.account)
    if not sound or arn.partition != partition(arn.region):
        raise ValueError(f"{text!r} is not an ARN of KMS.")
    return arn


# --- building ---------------------------------------------------------------------------------------------------------
def key_arn(region: str, account: str, key_id: str) -> KeyArn:
    return KeyArn(f"arn:{partition(region)}:kms:{region}:{account}:key/{key_id}")


def alias_arn(region: str, account: str, alias_name: str) -> AliasArn:
    """``alias_name`` includes the ``alias/``."""
    return AliasArn(f"arn:{partition(region)}:kms:{region}:{account}:{alias_name}")


def root_arn(account: str, partition: str = "aws") -> PrincipalArn:
    return PrincipalArn(f"arn:{partition}:iam::{account}:root")


def user_arn(account: str, name: str, path: str = "/", partition: str = "aws") -> PrincipalArn:
    """``path`` begins and ends with a slash."""
    return PrincipalArn(f"arn:{partition}:iam::{account}:user{path}{name}")


def role_arn(account: str, name: str, path: str = "/", partition: str = "aws") -> PrincipalArn:
    """``path`` begins and ends with a slash."""
    return PrincipalArn(f"arn:{partition}:iam::{account}:role{path}{name}")


def assumed_role_arn(account: str, role_name: str, session_name: str, partition: str = "aws") -> PrincipalArn:
    """A role session; the role's path is not part of it."""
    return PrincipalArn(f"arn:{partition}:sts::{account}:assumed-role/{role_name}/{session_name}")


def federated_user_arn(account: str, name: str, partition: str = "aws") -> PrincipalArn:
    return PrincipalArn(f"arn:{partition}:sts::{account}:federated-user/{name}")
