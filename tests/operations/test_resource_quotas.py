"""Resource quotas: how many keys, aliases and grants there may be. Source: kms-semantics 6.1, 3.1 (19) and 3.2 (28)."""

from tests.builders import Refused, hire, make_key, refused, run_as
from tests.operations.regions import AWAY, FAR, primary_key, replicate


def test_a_region_has_so_many_keys_replicas_and_keys_pending_deletion_included(people, settings):
    settings.KMS_MAX_KEYS = 2
    key_id = primary_key(people.ada)["KeyId"]
    make_key(people.ada, state="PendingDeletion")
    sentence = "Key quota for this account in this region is 2 but the current usage is 2."
    assert refused(people.ada, "CreateKey") == Refused("LimitExceededException", sentence)
    make_key(people.olga)
    for _ in range(2):
        make_key(people.ada, region=AWAY)
    members = {"KeyId": key_id, "ReplicaRegion": AWAY}
    assert refused(people.ada, "ReplicateKey", members) == Refused("LimitExceededException", sentence)
    replicate(people.ada, key_id, FAR)


def test_a_key_whose_waiting_period_is_over_is_not_counted_any_more(people, settings):
    settings.KMS_MAX_KEYS = 1
    make_key(people.ada, state="PendingDeletion")
    assert refused(people.ada, "CreateKey").code == "LimitExceededException"
    run_as(people.ada, "MoveClock", {"Days": 7})
    make_key(people.ada)  # although upkeep has not swept it away yet


def test_a_key_has_so_many_aliases(people, settings):
    settings.KMS_MAX_ALIASES_PER_KEY = 1
    first, second = make_key(people.ada, alias="one"), make_key(people.ada, alias="two")
    sentence = "Aliases per key quota for this account in this region is 1, current usage is 1."
    for action, name in (("CreateAlias", "alias/three"), ("UpdateAlias", "alias/two")):
        members = {"AliasName": name, "TargetKeyId": first["KeyId"]}
        assert refused(people.ada, action, members) == Refused("LimitExceededException", sentence)
    run_as(people.ada, "UpdateAlias", {"AliasName": "alias/two", "TargetKeyId": second["KeyId"]})


def test_a_key_over_the_alias_quota_fails_conditions_on_its_aliases(people, settings):
    key_id = make_key(people.ada, alias="one")["KeyId"]
    condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/one"}}
    user = hire("User", allow=["kms:Encrypt"], condition=condition)
    members = {"KeyId": key_id, "Plaintext": b"x"}
    assert run_as(user, "Encrypt", members)
    run_as(people.ada, "CreateAlias", {"AliasName": "alias/two", "TargetKeyId": key_id})
    settings.KMS_MAX_ALIASES_PER_KEY = 1
    run_as(people.ada, "UpdateKeyDescription", {"KeyId": key_id, "Description": "read again"})
    assert refused(user, "Encrypt", members).code == "AccessDeniedException"


def test_a_key_has_so_many_grants(people, settings):
    settings.KMS_MAX_GRANTS_PER_KEY = 1
    members = {"KeyId": make_key(people.ada)["KeyId"], "GranteePrincipal": people.bob.arn, "Operations": ["Encrypt"]}
    made = run_as(people.ada, "CreateGrant", {**members, "Name": "job"})
    assert run_as(people.ada, "CreateGrant", {**members, "Name": "job"})["GrantId"] == made["GrantId"]
    assert refused(people.ada, "CreateGrant", members) == Refused(
        "LimitExceededException", "Grants per key quota is 1."
    )
