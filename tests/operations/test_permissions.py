"""Every registered action of KMS: who is permitted, who is refused and with which words, on both sides of an account.

Source of the words: kms-semantics 1.8.
"""

import pytest

from core.policy.actions import ACTIONS
from tests.builders import hire, policy_of, refused, run_as, statement
from tests.operations.requests import (
    ON_ALIASES,
    REQUESTS,
    WITH_RULES_OF_THEIR_OWN,
    WITHOUT_KEY,
    adas_scene,
    kms_actions,
    permissions_of,
    ready_stage_of,
)
from tests.people import ACCOUNT, OTHER_ACCOUNT, REGION

ALL = kms_actions()
ON_KEYS = [action for action in ALL if action not in WITHOUT_KEY]
CROSS_ACCOUNT = [action for action in ON_KEYS if ACTIONS[permissions_of(action)[0]].cross_account]
OWN_ACCOUNT_ONLY = [action for action in ON_KEYS if action not in CROSS_ACCOUNT and action not in ON_ALIASES]
COMBINED = (
    " on this resource because the resource does not exist in this Region, no resource-based policies allow access, "
    "or a resource-based policy explicitly denies access"
)


def resource(action: str, scene) -> str:
    """The resource part of a refusal by identity policies: an alias is asked for before its key."""
    if action in WITHOUT_KEY:
        return "*"
    if action in ON_ALIASES:
        return f"arn:aws:kms:{REGION}:{ACCOUNT}:{scene.request(action)['AliasName']}"
    return scene.arn


def words(person, action: str, tail: str) -> tuple[str, str]:
    permission = permissions_of(action)[0]
    return (
        "AccessDeniedException",
        f"User: {person.arn} is not authorized to perform: {permission}{tail.format(permission)}",
    )


def test_every_registered_action_has_a_request_here():
    assert sorted(REQUESTS.keys() - WITH_RULES_OF_THEIR_OWN) == ALL


@pytest.mark.parametrize("action", ALL)
def test_identity_policies_decide_where_the_key_policy_delegates(ready_scene, action):
    scene = ready_scene(action)
    request, on = scene.request(action), f" on resource: {resource(action, scene)}"
    permissions = permissions_of(action)
    with_deny = hire("Denied", allow=["kms:*"], deny=permissions)
    silent = hire("Silent", allow=["iam:*"])
    permitted = hire("Permitted", allow=permissions)
    assert refused(silent, action, request) == words(
        silent, action, f"{on} because no identity-based policy allows the {{}} action"
    )
    assert refused(with_deny, action, request) == words(
        with_deny, action, f"{on} with an explicit deny in an identity-based policy"
    )
    run_as(permitted, action, request)


def put_policy(scene, policy: str) -> None:
    members = {"KeyId": scene.key_id, "Policy": policy, "BypassPolicyLockoutSafetyCheck": True}
    run_as(scene.owner, "PutKeyPolicy", members)


def scene_and_three_clerks(people, stage):
    scene = adas_scene(people, stage)
    # The alias half of an alias operation is never the key policy's, nor is making a replica in its Region.
    alias_half = ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias", "kms:CreateKey"]
    return scene, *(hire(name, allow=alias_half) for name in ("Named", "Denied", "Unnamed"))


@pytest.mark.parametrize("action", ON_KEYS)
def test_a_key_policy_that_delegates_nothing_decides_alone(people, made_once, action):
    permissions = permissions_of(action)
    scene, named, denied, unnamed = made_once(scene_and_three_clerks, ready_stage_of(action))
    policy = policy_of(
        statement(people.ada.arn, "kms:*"),
        statement(named.arn, *permissions),
        statement(denied.arn, "kms:*"),
        statement(denied.arn, *permissions, effect="Deny"),
    )
    put_policy(scene, policy)
    request, on = scene.request(action), f" on resource: {scene.arn}"
    assert refused(unnamed, action, request) == words(
        unnamed, action, f"{on} because no resource-based policy allows the {{}} action"
    )
    assert refused(denied, action, request) == words(
        denied, action, f"{on} with an explicit deny in a resource-based policy"
    )
    run_as(named, action, request)


@pytest.mark.parametrize("action", CROSS_ACCOUNT)
def test_another_account_needs_both_sides(ready_scene, action):
    permissions = permissions_of(action)
    shared = ready_scene(action)
    put_policy(shared, policy_of(statement(ACCOUNT, "kms:*"), statement(OTHER_ACCOUNT, *permissions)))
    theirs = hire("Theirs", account_id=OTHER_ACCOUNT, allow=permissions)
    silent = hire("Silent", account_id=OTHER_ACCOUNT, allow=["iam:*"])
    assert refused(silent, action, shared.request(action)) == words(
        silent, action, " on this resource because no identity-based policy allows the {} action"
    )
    run_as(theirs, action, shared.request(action))


@pytest.mark.parametrize("action", CROSS_ACCOUNT)
def test_a_key_that_is_not_shared_is_to_others_as_if_it_did_not_exist(people, ready_scene, action):
    own = ready_scene(action)
    request = own.request(action)
    hidden = refused(people.olga, action, request)
    assert hidden == words(people.olga, action, COMBINED)
    own.named = own.arn.replace(own.key_id, "00000000-0000-4000-8000-000000000000")
    assert refused(people.olga, action, own.request(action)) == hidden


@pytest.mark.parametrize("action", OWN_ACCOUNT_ONLY)
def test_an_operation_for_the_own_account_is_refused_to_others_whom_the_key_policy_names(ready_scene, action):
    permissions = permissions_of(action)
    scene = ready_scene(action)
    theirs = hire("Theirs", account_id=OTHER_ACCOUNT, allow=permissions)
    own = hire("Own", allow=permissions)
    put_policy(
        scene,
        policy_of(statement(ACCOUNT, "kms:*"), statement(theirs.arn, *permissions), statement(own.arn, *permissions)),
    )
    assert refused(theirs, action, scene.request(action)) == words(theirs, action, COMBINED)
    run_as(own, action, scene.request(action))
