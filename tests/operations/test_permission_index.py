"""The rows of the permission index against the engine's verdicts, and their place in the transaction that derives them.

Source: authorization 8.3 and 8.4. Rows tell what a key policy and grants give *by name*; what a principal has through
its account is left out of the properties by giving it no identity policy, or, in another account, every one.
"""

import json

import pytest
from django.db import transaction
from guardian.shortcuts import get_objects_for_user
from hypothesis import event, given
from hypothesis import strategies as st

from audit.changes import Touched
from core.policy.compile import compile_identity_policy, compile_key_policy
from core.policy.decide import (
    Check,
    GrantFacts,
    KeyFacts,
    NamedPolicy,
    PrincipalFacts,
    PrincipalKind,
    Scope,
    decide,
    principal_keys,
)
from keys.models import KmsKey
from operations import key_policies
from operations.changes import configuration_change
from policies import queries
from policies.models import Grant
from policies.permission_index import action_sets, named_permissions
from tests.builders import make_key, policy_of, refused, run_as, split_policy, statement
from tests.people import ACCOUNT, OTHER_ACCOUNT

BOB, OLGA = "AIDABOBBOBBOBBOBBOBBO", "AIDAOLGAOLGAOLGAOLGAO"
IDS = {f"arn:aws:iam::{ACCOUNT}:user/Bob": BOB, f"arn:aws:iam::{OTHER_ACCOUNT}:user/Olga": OLGA}
KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-4234-8234-123456789012"
ACTIONS = sorted({action for choices in action_sets("ENCRYPT_DECRYPT").values() for each in choices for action in each})
EVERYTHING = compile_identity_policy(policy_of({"Effect": "Allow", "Action": "*", "Resource": "*"}))

conditions = st.sampled_from(
    [
        None,
        None,
        None,
        {"StringEquals": {"kms:EncryptionContext:team": "hr"}},
        {"StringNotEquals": {"kms:EncryptionContext:team": "hr"}},
        {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        {"Bool": {"kms:GrantIsForAWSResource": "false"}},
        {"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}},
        {"StringEquals": {"kms:KeySpec": "RSA_2048"}},
        {"StringEquals": {"kms:CallerAccount": ACCOUNT}},
    ]
)
actions = st.one_of(
    st.lists(st.sampled_from([*ACTIONS, "kms:*", "*", "kms:Describe*", "kms:*crypt", "kms:Create*"]), max_size=3),
    st.sampled_from(ACTIONS),
)
principals = st.one_of(
    st.just("*"),
    st.lists(st.sampled_from([*IDS, ACCOUNT, OTHER_ACCOUNT, "*"]), min_size=1, max_size=2).map(lambda p: {"AWS": p}),
    st.sampled_from(sorted(IDS)).map(lambda arn: {"AWS": arn}),
)


@st.composite
def statements(draw):
    effect = draw(st.sampled_from(["Allow", "Allow", "Deny"]))
    found = {"Effect": effect, draw(st.sampled_from(["Action"] * 4 + ["NotAction"])): draw(actions)}
    found[draw(st.sampled_from(["Principal"] * 4 + ["NotPrincipal"])) if effect == "Deny" else "Principal"] = draw(
        principals
    )
    found |= draw(st.sampled_from([{"Resource": "*"}] * 5 + [{"Resource": KEY_ARN}, {"NotResource": "*"}, {}]))
    condition = draw(conditions)
    return found | ({"Condition": condition} if condition else {})


documents = st.lists(statements(), min_size=1, max_size=4)
contexts = st.fixed_dictionaries(
    {"kms:GrantIsForAWSResource": st.just("false")},
    optional={"kms:EncryptionContext:team": st.sampled_from(["hr", "it"])},
)
operation_sets = st.lists(st.sampled_from(["DescribeKey", "Encrypt", "Decrypt", "CreateGrant"]), min_size=1, max_size=3)
grants = st.lists(
    st.builds(
        Grant,
        grantee=st.sampled_from([BOB, OLGA]),
        operations=operation_sets,
        context_equals=st.sampled_from([None, None, {"team": "hr"}]),
        context_subset=st.sampled_from([None, None, {"team": "it"}]),
    ),
    max_size=2,
)


def person(unique_id: str) -> PrincipalFacts:
    """Bob without any identity policy; Olga, in the other account, with every permission of it."""
    own = unique_id == BOB
    account, name = (ACCOUNT, "Bob") if own else (OTHER_ACCOUNT, "Olga")
    arn = f"arn:aws:iam::{account}:user/{name}"
    return PrincipalFacts(
        kind=PrincipalKind.USER,
        account_id=account,
        arn=arn,
        principal_arn=arn,
        unique_id=unique_id,
        name=name,
        tags={},
        identity=() if own else (NamedPolicy("all", "inline", EVERYTHING),),
        keys=principal_keys(PrincipalKind.USER, account, arn, unique_id),
    )


def key_facts(policy, given_grants) -> KeyFacts:
    facts = [
        GrantFacts(
            grant_id=f"{number:064x}",
            grantee=row.grantee,
            operations=frozenset(row.operations),
            issuing_account_id=ACCOUNT,
            encryption_context_equals=row.context_equals,
            encryption_context_subset=row.context_subset,
        )
        for number, row in enumerate(given_grants)
    ]
    return KeyFacts(
        arn=KEY_ARN,
        account_id=ACCOUNT,
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        multi_region=False,
        multi_region_key_type=None,
        aliases=(),
        tags={},
        policy=policy,
        grants=tuple(facts),
    )


def permitted(who: PrincipalFacts, key: KeyFacts, permission: str, context) -> bool:
    """What the engine says of a permission: some set of its actions, allowed together."""
    return any(
        all(decide(who, Check(action, KEY_ARN, key, context, Scope.KEY)).allowed for action in choice)
        for choice in action_sets("ENCRYPT_DECRYPT")[permission]
    )


def through_others(document, who: PrincipalFacts) -> bool:
    """Whether an Allow reaches a principal otherwise than by its name."""
    names = {"*"} if who.account_id == ACCOUNT else {"*", who.account_id}
    for entry in document:
        given_to = entry.get("Principal")
        texts = given_to["AWS"] if isinstance(given_to, dict) else given_to
        if entry["Effect"] == "Allow" and names & set([texts] if isinstance(texts, str) else texts):
            return True
    return False


@given(
    documents, grants, contexts, st.sampled_from([BOB, OLGA]), st.sampled_from(sorted(action_sets("ENCRYPT_DECRYPT")))
)
def test_rows_agree_with_the_verdicts(document, given_grants, context, unique_id, permission):
    policy = compile_key_policy(json.dumps({"Version": "2012-10-17", "Statement": document}), IDS)
    by_grantee = {unique_id: [row for row in given_grants if row.grantee == unique_id]}
    rows = named_permissions(policy, ACCOUNT, "ENCRYPT_DECRYPT", {BOB: ACCOUNT, OLGA: OTHER_ACCOUNT}, by_grantee)
    row = next((row for row in rows if (row.unique_id, row.permission) == (unique_id, permission)), None)
    who, key = person(unique_id), key_facts(policy, given_grants)
    if row is None:
        event("no row")
        if not through_others(document, who):
            assert not permitted(who, key, permission, context)
    elif not row.depends_on_request and not row.denied:
        event("yes")
        assert permitted(who, key, permission, context)
    else:
        event("depends")


# --- in the database --------------------------------------------------------------------------------------------------
def held(key: dict) -> set[tuple[str, str, bool, bool]]:
    rows = queries.permissions_of_key(KmsKey.objects.get(key_id=key["KeyId"]).pk)
    return {(row.user.name, row.permission.codename, row.depends_on_request, row.denied) for row in rows}


def plain(name: str, *permissions: str) -> set[tuple[str, str, bool, bool]]:
    return {(name, permission, False, False) for permission in permissions}


ADMINISTRATOR = ("view_key", "administer_key", "delete_key", "grant_key")


def test_the_console_policy_gives_administrators_and_users_their_rows(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    assert held(key) == plain("Alice", *ADMINISTRATOR) | plain("Bob", "view_key", "use_key")


@pytest.mark.postgres
def test_rows_change_with_the_policy_and_stay_when_it_is_refused(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    before = held(key)
    members = {"KeyId": key["KeyId"], "Policy": policy_of(statement(people.mallory.arn, "kms:*"))}
    assert refused(people.ada, "PutKeyPolicy", members).code == "MalformedPolicyDocumentException"
    assert held(key) == before
    run_as(people.ada, "PutKeyPolicy", {**members, "Policy": policy_of(statement(ACCOUNT, "kms:*"))})
    assert held(key) == set()


@pytest.mark.postgres
def test_rows_of_a_transaction_that_rolls_back_are_those_of_before(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    before, pk = held(key), KmsKey.objects.get(key_id=key["KeyId"]).pk

    class Interrupted(Exception):
        """Stands for whatever may happen after the rows were written."""

    with pytest.raises(Interrupted), transaction.atomic():
        key_policies.store(pk, key_policies.CheckedPolicy(policy_of(statement(ACCOUNT, "kms:*")), {}))
        assert held(key) == set()
        raise Interrupted
    assert held(key) == before


def test_a_grant_adds_its_rows_and_takes_them_along(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    before = held(key)
    grant = {"KeyId": key["KeyId"], "GranteePrincipal": people.mallory.arn}
    whole = run_as(people.ada, "CreateGrant", {**grant, "Operations": ["Encrypt", "Decrypt", "DescribeKey"]})
    assert held(key) == before | plain("Mallory", "use_key", "view_key")
    run_as(people.ada, "RevokeGrant", {"KeyId": key["KeyId"], "GrantId": whole["GrantId"]})
    assert held(key) == before
    limited = {"Operations": ["Encrypt", "Decrypt"], "Constraints": {"EncryptionContextSubset": {"team": "hr"}}}
    token = run_as(people.ada, "CreateGrant", {**grant, **limited, "RetiringPrincipal": people.ada.arn})["GrantToken"]
    assert held(key) == before | {("Mallory", "use_key", True, False)}
    assert refused(people.ada, "RetireGrant", {"GrantToken": token, "DryRun": True}).code == "DryRunOperationException"
    assert held(key) != before
    run_as(people.ada, "RetireGrant", {"GrantToken": token})
    assert held(key) == before


def test_a_person_of_another_account_is_given_only_what_can_be_shared(people):
    policy = policy_of(statement(ACCOUNT, "kms:*"), statement(people.olga.arn, "kms:*"))
    key = make_key(people.ada, policy=policy)
    assert held(key) == plain("Olga", "view_key", "use_key", "grant_key")
    assert refused(people.olga, "ScheduleKeyDeletion", {"KeyId": key["Arn"]}).code == "AccessDeniedException"


def test_guardian_answers_from_the_rows(people):
    """``has_perm`` and object lists, as templates and views ask them."""
    mine = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    make_key(people.ada)
    row = KmsKey.objects.get(key_id=mine["KeyId"])
    bob, alice = people.bob.principal, people.alice.principal
    assert bob.has_perm("keys.use_key", row)
    assert not bob.has_perm("keys.administer_key", row)
    assert alice.has_perm("keys.administer_key", row)
    assert not alice.has_perm("keys.use_key", row)
    assert list(get_objects_for_user(bob, "keys.use_key", KmsKey)) == [row]
    assert not get_objects_for_user(people.mallory.principal, "keys.view_key", KmsKey).exists()


def test_a_deleted_person_leaves_no_rows(people):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    with configuration_change((Touched.IAM, ACCOUNT)):
        people.bob.principal.delete()
    assert held(key) == plain("Alice", *ADMINISTRATOR)
