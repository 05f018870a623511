"""Every operation on a key in every state and of every origin that a key here can have, through the pipeline.

What it must answer: tests/vectors/key-states.json, copied from kms-semantics 2.5 by hand. The cells that no key of this
service can be in (custom key stores) are walked as rules alone, in tests/core/test_key_states.py.
"""

import pytest

from core.errors import KmsError
from tests.builders import Refused, make_key, refused, run_as
from tests.conformance_results import check_results, check_rows
from tests.key_state_matrix import cells, operations
from tests.operations.keys_in_states import all_scenes, key_for
from tests.operations.requests import WITHOUT_KEY, kms_actions, make_scene

TEXTS = {
    "Disabled": ("DisabledException", "{} is disabled."),
    "PendingDeletion": ("KMSInvalidStateException", "{} is pending deletion."),
}
# No request can be made that shows what the matrix says.
NO_SUCH_REQUEST = {
    ("ReplicateKey", "Creating"),  # only a replica is being created, and a replica is refused for being one
    ("RetireGrant", "Creating"),  # there are no grants yet
    ("RevokeGrant", "Creating"),
}


def scenes_of_ada(people):
    return all_scenes(people.ada)


@pytest.fixture
def scenes(made_once):
    """A key for each cell, in its scene."""
    return made_once(scenes_of_ada)


def test_the_matrix_has_every_operation_on_a_key():
    assert {*operations()} == {*kms_actions(), "RetireGrant"} - WITHOUT_KEY | {"ListAliases"}


@pytest.mark.conformance
@pytest.mark.parametrize("operation", operations())
def test_a_key_permits_what_its_state_permits(scenes, operation):
    seen = {}
    for cell in cells(operation):
        key = key_for(operation, cell.origin, cell.state)
        if not key.exists or (operation, cell.state) in NO_SUCH_REQUEST:
            continue
        scene = scenes[key]
        described = run_as(scene.owner, "DescribeKey", {"KeyId": scene.arn}, region=scene.region)["KeyMetadata"]
        assert (described["KeyState"], described["Origin"]) == (cell.state, cell.origin)
        request = {"KeyId": scene.arn} if operation == "ListAliases" else scene.request(operation)
        try:
            run_as(scene.owner, operation, request, region=scene.region)
            answer = None
        except KmsError as refusal:
            answer = (refusal.code, refusal.message)
        assert answer == cell.refusal(scene.arn), cell
        seen[cell.name] = answer[0] if answer else "ok"
    check_results("states", operation, seen)


@pytest.mark.conformance
def test_the_results_are_those_of_the_operations_on_a_key():
    check_rows("states", operations())


@pytest.mark.parametrize(
    ("state", "operation", "after"),
    [
        ("Enabled", "DisableKey", "Disabled"),
        ("Enabled", "EnableKey", "Enabled"),
        ("Enabled", "ScheduleKeyDeletion", "PendingDeletion"),
        ("Disabled", "DisableKey", "Disabled"),
        ("Disabled", "EnableKey", "Enabled"),
        ("Disabled", "ScheduleKeyDeletion", "PendingDeletion"),
        ("PendingDeletion", "CancelKeyDeletion", "Disabled"),
    ],
)
def test_a_key_moves_from_state_to_state(people, state, operation, after):
    ada = people.ada
    key_id = make_key(ada, state=state)["KeyId"]
    run_as(ada, operation, {"KeyId": key_id})
    metadata = run_as(ada, "DescribeKey", {"KeyId": key_id})["KeyMetadata"]
    assert (metadata["KeyState"], metadata["Enabled"]) == (after, after == "Enabled")
    assert ("DeletionDate" in metadata) == (after == "PendingDeletion")


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("side", ["SourceKeyId", "DestinationKeyId"])
def test_re_encrypt_checks_the_state_of_both_keys(people, state, side):
    ada = people.ada
    other = run_as(ada, "CreateKey")["KeyMetadata"]["Arn"]
    scene = make_scene(ada)
    request = {**scene.request("ReEncrypt"), "DestinationKeyId": other}
    run_as(ada, "ReEncrypt", request)
    run_as(ada, "DisableKey" if state == "Disabled" else "ScheduleKeyDeletion", {"KeyId": request[side]})
    code, sentence = TEXTS[state]
    assert refused(ada, "ReEncrypt", request) == Refused(code, sentence.format(request[side]))


def test_an_alias_leaves_a_doomed_key_and_cannot_come_to_one(people):
    ada = people.ada
    scene = make_scene(ada)
    healthy = run_as(ada, "CreateKey")["KeyMetadata"]
    run_as(ada, "ScheduleKeyDeletion", {"KeyId": scene.key_id})
    run_as(ada, "UpdateAlias", {"AliasName": "alias/scene", "TargetKeyId": healthy["KeyId"]})
    run_as(ada, "Encrypt", {"KeyId": "alias/scene", "Plaintext": b"x"})
    assert refused(ada, "UpdateAlias", {"AliasName": "alias/scene", "TargetKeyId": scene.key_id}) == Refused(
        "KMSInvalidStateException", f"{scene.arn} is pending deletion."
    )
