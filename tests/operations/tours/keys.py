"""Keys and what is written on them: creation, metadata, state, policy, aliases, tags, lists."""

from tests.builders import make_key, policy_of, run_as, statement
from tests.operations.imports import external_key, import_into
from tests.operations.kinds import KINDS, PAIRS
from tests.operations.regions import AWAY, primary_key, replicate, replicated_key
from tests.operations.requests import make_ready_scene
from tests.operations.tours.observed import OF_EACH_SORT, Observed, tour

TAGS = [{"TagKey": "Department", "TagValue": "Sales"}]
TOMORROW = 86_400
A_MINUTE = 60


@tour(
    "CancelKeyDeletion",
    "CreateAlias",
    "DeleteAlias",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
)
def one_call(seen: Observed) -> None:
    """The scene's request has every member already."""
    seen.call(make_ready_scene(seen.ada, for_action=seen.action).request(seen.action))


@tour("CreateKey")
def create_key(seen: Observed) -> None:
    policy = policy_of(statement(seen.ada.account_id, "kms:*"))
    for spec, usage in PAIRS:
        seen.call({"KeySpec": spec, "KeyUsage": usage, "Origin": "AWS_KMS"})
    for spec in KINDS:
        if not spec.startswith("ML_") and spec != "ECC_NIST_EDWARDS25519":  # older than they are
            seen.call({"CustomerMasterKeySpec": spec, "KeyUsage": next(iter(KINDS[spec]))})
    seen.call({"Description": "Salaries", "Tags": TAGS, "MultiRegion": True})
    seen.call({"Policy": policy, "BypassPolicyLockoutSafetyCheck": True})
    seen.call({"Origin": "EXTERNAL"})


@tour("DescribeKey")
def describe_key(seen: Observed) -> None:
    """A key for every set of algorithms, and in every state but that of a disconnected key store."""
    ada = seen.ada
    for spec, usage in OF_EACH_SORT:
        seen.call({"KeyId": make_key(ada, spec=spec, usage=usage)["KeyId"]})
    for state in ("Disabled", "PendingDeletion"):
        seen.call({"KeyId": make_key(ada, state=state)["KeyId"], "GrantTokens": [_token(seen)]})
    imported = external_key(ada)["KeyId"]
    seen.call({"KeyId": imported})
    for expiry in ({}, {"ValidTo": seen.now + TOMORROW, "ExpirationModel": "KEY_MATERIAL_EXPIRES"}):
        import_into(ada, imported, bytes(32), **expiry)
        seen.call({"KeyId": imported})
    seen.settings.KMS_REPLICATION_SECONDS = A_MINUTE
    copied = primary_key(ada)["KeyId"]
    replicate(ada, copied)
    seen.call({"KeyId": copied}, region=AWAY)
    seen.settings.KMS_REPLICATION_SECONDS = 0
    moved = replicated_key(ada)
    seen.settings.KMS_REPLICATION_SECONDS = A_MINUTE
    run_as(ada, "UpdatePrimaryRegion", {"KeyId": moved, "PrimaryRegion": AWAY})
    seen.call({"KeyId": moved})
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": copied})
    seen.call({"KeyId": copied})


def _token(seen: Observed) -> str:
    return seen.grant_token(make_key(seen.ada)["KeyId"])


@tour("GetKeyPolicy")
def get_key_policy(seen: Observed) -> None:
    seen.call({"KeyId": make_key(seen.ada)["KeyId"], "PolicyName": "default"})


@tour("PutKeyPolicy")
def put_key_policy(seen: Observed) -> None:
    scene = make_ready_scene(seen.ada, for_action="PutKeyPolicy")
    seen.call({**scene.request("PutKeyPolicy"), "PolicyName": "default"})


@tour("ListAliases")
def list_aliases(seen: Observed) -> None:
    key_id = make_key(seen.ada, alias="first")["KeyId"]
    run_as(seen.ada, "CreateAlias", {"AliasName": "alias/second", "TargetKeyId": key_id})
    seen.pages({"KeyId": key_id})


@tour("ListKeyPolicies")
def list_key_policies(seen: Observed) -> None:
    seen.call({"KeyId": make_key(seen.ada)["KeyId"], "Limit": 1})


@tour("ListKeys")
def list_keys(seen: Observed) -> None:
    for _ in range(2):
        make_key(seen.ada)
    seen.pages({"ResourceOwners": ["SELF", "OTHER_ACCOUNTS_VIA_RAM"]})


@tour("ListResourceTags")
def list_resource_tags(seen: Observed) -> None:
    seen.pages({"KeyId": make_key(seen.ada, tags={"a": "1", "b": "2"})["KeyId"]})


@tour("ReplicateKey")
def replicate_key(seen: Observed) -> None:
    primary = primary_key(seen.ada)["KeyId"]
    policy = {"Policy": policy_of(statement(seen.ada.account_id, "kms:*")), "BypassPolicyLockoutSafetyCheck": True}
    seen.call({"KeyId": primary, "ReplicaRegion": AWAY, "Description": "Copy", "Tags": TAGS, **policy})


@tour("UpdatePrimaryRegion")
def update_primary_region(seen: Observed) -> None:
    seen.call({"KeyId": replicated_key(seen.ada), "PrimaryRegion": AWAY})
