"""The condition keys: type, number of values, where the value comes from.

To add a key, add one row. Source: authorization 5.1 and 5.2, after the Developer Guide, "AWS KMS condition keys", and
the IAM User Guide, "AWS global condition context keys". A name that ends with ``*`` is a family of keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class KeyType(StrEnum):
    STRING = "String"
    BOOL = "Bool"
    NUMERIC = "Numeric"
    DATE = "Date"
    ARN = "ARN"
    IP = "IPAddress"


class KeySource(StrEnum):
    """Who supplies the value."""

    CALLER = "caller"
    KEY = "key"
    REQUEST = "request"
    ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True)
class ConditionKey:
    name: str
    type: KeyType
    multivalued: bool
    source: KeySource


# Columns: name, type, S(ingle) or M(ultiple values), source.
_ROWS = """
kms:BypassPolicyLockoutSafetyCheck          Bool       S  request
kms:CallerAccount                           String     S  caller
kms:CustomerMasterKeySpec                   String     S  key
kms:CustomerMasterKeyUsage                  String     S  key
kms:DataKeyPairSpec                         String     S  request
kms:EncapsulationAlgorithm                  String     S  request
kms:EncryptionAlgorithm                     String     S  request
kms:EncryptionContext:*                     String     S  request
kms:EncryptionContextKeys                   String     M  request
kms:ExpirationModel                         String     S  request
kms:GrantConstraintSourceArn                ARN        S  request
kms:GrantConstraintType                     String     S  request
kms:GrantIsForAWSResource                   Bool       S  request
kms:GrantOperations                         String     M  request
kms:GranteePrincipal                        String     S  request
kms:GranteeServicePrincipal                 String     S  request
kms:KeyAgreementAlgorithm                   String     S  request
kms:KeyOrigin                               String     S  key
kms:KeySpec                                 String     S  key
kms:KeyUsage                                String     S  key
kms:MacAlgorithm                            String     S  request
kms:MessageType                             String     S  request
kms:MultiRegion                             Bool       S  key
kms:MultiRegionKeyType                      String     S  key
kms:PrimaryRegion                           String     S  request
kms:RecipientAttestation:*                  String     S  request
kms:ReEncryptOnSameKey                      Bool       S  request
kms:ReplicaRegion                           String     S  request
kms:RequestAlias                            String     S  request
kms:ResourceAliases                         String     M  key
kms:RetiringPrincipal                       String     S  request
kms:RetiringServicePrincipal                String     S  request
kms:RotationPeriodInDays                    Numeric    S  request
kms:ScheduleKeyDeletionPendingWindowInDays  Numeric    S  request
kms:SigningAlgorithm                        String     S  request
kms:TrailingDaysWithoutKeyUsage             Numeric    S  request
kms:ValidTo                                 Date       S  request
kms:ViaService                              String     S  environment
kms:WrappingAlgorithm                       String     S  request
kms:WrappingKeySpec                         String     S  request
aws:CalledVia                               String     M  environment
aws:CalledViaFirst                          String     S  environment
aws:CalledViaLast                           String     S  environment
aws:CurrentTime                             Date       S  environment
aws:EpochTime                               Date       S  environment
aws:FederatedProvider                       String     S  environment
aws:MultiFactorAuthAge                      Numeric    S  environment
aws:MultiFactorAuthPresent                  Bool       S  environment
aws:PrincipalAccount                        String     S  caller
aws:PrincipalArn                            ARN        S  caller
aws:PrincipalIsAWSService                   Bool       S  caller
aws:PrincipalOrgID                          String     S  caller
aws:PrincipalOrgPaths                       String     M  caller
aws:PrincipalServiceName                    String     S  caller
aws:PrincipalServiceNamesList               String     M  caller
aws:PrincipalTag/*                          String     S  caller
aws:PrincipalType                           String     S  caller
aws:referer                                 String     S  environment
aws:RequestTag/*                            String     S  request
aws:RequestedRegion                         String     S  environment
aws:ResourceAccount                         String     S  key
aws:ResourceTag/*                           String     S  key
aws:SecureTransport                         Bool       S  environment
aws:SourceAccount                           String     S  environment
aws:SourceArn                               ARN        S  environment
aws:SourceIdentity                          String     S  environment
aws:SourceIp                                IPAddress  S  environment
aws:SourceVpc                               String     S  environment
aws:SourceVpce                              String     S  environment
aws:TagKeys                                 String     M  request
aws:TokenIssueTime                          Date       S  environment
aws:userid                                  String     S  caller
aws:UserAgent                               String     S  environment
aws:username                                String     S  caller
aws:ViaAWSService                           Bool       S  environment
aws:VpcSourceIp                             IPAddress  S  environment
"""


def _read_keys() -> Mapping[str, ConditionKey]:
    keys: dict[str, ConditionKey] = {}
    for row in _ROWS.strip().splitlines():
        name, kind, values, source = row.split()
        if name.lower() in keys:
            raise ValueError(f"{name} is listed twice")
        keys[name.lower()] = ConditionKey(name, KeyType(kind), values == "M", KeySource(source))
    return MappingProxyType(keys)


CONDITION_KEYS: Mapping[str, ConditionKey] = _read_keys()
"""By lower-case name."""

_FAMILIES = tuple((name[:-1], key) for name, key in CONDITION_KEYS.items() if name.endswith("*"))

# Documented as unsupported in key policies; there they count as absent (authorization 5.2).
_ABSENT_IN_KEY_POLICIES = ("aws:resourcetag/", "kms:resourcealiases")

# A ForAllValues on these lets every request without the key through; the service refuses it (authorization 1.3).
_NO_FOR_ALL_VALUES = ("kms:encryptioncontext:", "aws:requesttag/")


def find_condition_key(name: str) -> ConditionKey | None:
    """The known key of this name, whatever its letter case; ``None`` for keys of other services."""
    lowered = name.lower()
    if lowered in CONDITION_KEYS:
        return CONDITION_KEYS[lowered]
    for prefix, key in _FAMILIES:
        if lowered.startswith(prefix) and len(lowered) > len(prefix):
            return key
    return None


def is_absent_in_key_policies(name: str) -> bool:
    return name.lower().startswith(_ABSENT_IN_KEY_POLICIES)


def forbids_for_all_values(name: str) -> bool:
    return name.lower().startswith(_NO_FOR_ALL_VALUES)
