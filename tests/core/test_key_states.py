"""The key-state matrix, walked in full against the table of the design, cell by cell."""

from itertools import product

import pytest

from core import service_model
from core.crypto.key_specs import Origin
from core.errors import KmsError
from core.key_states import NEXT, NEXT_IF, ORIGIN_RULES, STATE_RULES, Circumstance, KeyState, check_state, next_state
from tests.conformance_results import check_results, check_rows
from tests.key_state_matrix import cells, operations

ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEYLESS = {
    "ConnectCustomKeyStore", "CreateCustomKeyStore", "CreateKey", "DeleteCustomKeyStore", "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore", "GenerateRandom", "ListKeys", "ListRetirableGrants", "UpdateCustomKeyStore",
}  # fmt: skip


@pytest.mark.conformance
@pytest.mark.parametrize("operation", operations())
def test_each_cell_of_the_matrix(operation):
    seen = {}
    for cell in cells(operation):
        try:
            check_state(operation, KeyState(cell.state), ARN, Origin(cell.origin))
            answer = None
        except KmsError as refusal:
            answer = (refusal.code, refusal.message)
        assert answer == cell.refusal(ARN), cell
        seen[cell.name] = answer[0] if answer else "ok"
    check_results("state_rules", operation, seen)


@pytest.mark.conformance
def test_the_results_are_those_of_the_operations_on_a_key():
    check_rows("state_rules", operations())


def test_every_operation_has_a_rule_for_every_state():
    assert set(STATE_RULES) == set(service_model.operation_names())
    assert all(set(rule) == set(KeyState) for rule in STATE_RULES.values())
    assert set(ORIGIN_RULES) <= set(STATE_RULES)


def test_the_matrix_covers_every_operation_on_a_key():
    assert {*operations()} | KEYLESS == set(STATE_RULES)
    assert not {*operations()} & KEYLESS


@pytest.mark.parametrize("operation", sorted(KEYLESS))
def test_an_operation_without_a_key_refuses_no_state(operation):
    for state, origin in product(KeyState, Origin):
        check_state(operation, state, ARN, origin)


def test_the_states_are_those_of_the_service_model():
    assert set(service_model.allowed_values("KeyState")) == set(KeyState)


# --- transitions ------------------------------------------------------------------------------------------------------
def test_only_permitted_states_lead_on():
    for operation, state in NEXT:
        assert any(
            ORIGIN_RULES.get(operation, {}).get(origin, {}).get(state, STATE_RULES[operation][state]) is None
            for origin in Origin
        ), (operation, state)


@pytest.mark.parametrize("operation", sorted({operation for operation, _ in NEXT}))
def test_an_operation_that_sets_states_says_so_for_each_state_that_permits_it(operation):
    silent = {
        "DisableKey": {KeyState.UNAVAILABLE},  # shown again as Unavailable until the store is connected
        "EnableKey": {KeyState.UNAVAILABLE},
        "DeleteImportedKeyMaterial": {KeyState.UNAVAILABLE},  # no such key has imported material
        "ImportKeyMaterial": {KeyState.UNAVAILABLE, KeyState.UPDATING},
        "UpdatePrimaryRegion": {KeyState.UPDATING},
    }
    permitted = {state for state, refusal in STATE_RULES[operation].items() if refusal is None}
    assert {state for name, state in NEXT if name == operation} == permitted - silent.get(operation, set())


@pytest.mark.parametrize(
    ("operation", "state", "facts", "following"),
    [
        ("DisableKey", "Enabled", [], "Disabled"),
        ("DisableKey", "Disabled", [], "Disabled"),
        ("EnableKey", "Disabled", [], "Enabled"),
        ("EnableKey", "Unavailable", [], "Unavailable"),
        ("ScheduleKeyDeletion", "PendingImport", [], "PendingDeletion"),
        ("ScheduleKeyDeletion", "Enabled", [Circumstance.HAS_REPLICAS], "PendingReplicaDeletion"),
        ("CancelKeyDeletion", "PendingDeletion", [], "Disabled"),
        ("CancelKeyDeletion", "PendingReplicaDeletion", [Circumstance.HAS_REPLICAS], "Disabled"),
        ("CancelKeyDeletion", "PendingDeletion", [Circumstance.LACKS_MATERIAL], "PendingImport"),
        ("ImportKeyMaterial", "PendingImport", [], "Enabled"),
        ("ImportKeyMaterial", "Disabled", [], "Enabled"),
        ("ImportKeyMaterial", "PendingImport", [Circumstance.LACKS_MATERIAL], "PendingImport"),
        ("DeleteImportedKeyMaterial", "Enabled", [Circumstance.LACKS_MATERIAL], "PendingImport"),
        ("DeleteImportedKeyMaterial", "PendingDeletion", [], "PendingDeletion"),
        ("UpdatePrimaryRegion", "Enabled", [], "Updating"),
        ("TagResource", "Enabled", list(Circumstance), "Enabled"),
    ],
)
def test_known_transitions(operation, state, facts, following):
    assert next_state(operation, KeyState(state), frozenset(facts)) == following


def test_a_circumstance_changes_only_operations_that_set_a_state():
    assert {operation for operation, _ in NEXT_IF} <= {operation for operation, _ in NEXT}
