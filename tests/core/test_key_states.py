"""The key-state matrix, walked in full against the table of the design, cell by cell."""

from itertools import product

import pytest

from core import service_model
from core.crypto.key_specs import Origin
from core.errors import DisabledException, KMSInvalidStateException, UnsupportedOperationException
from core.key_states import NEXT, NEXT_IF, ORIGIN_RULES, STATE_RULES, Circumstance, KeyState, check_state, next_state

ARN = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EXTERNAL, AWS_KMS, CLOUDHSM, XKS = Origin.EXTERNAL, Origin.AWS_KMS, Origin.AWS_CLOUDHSM, Origin.EXTERNAL_KEY_STORE

# kms-semantics 2.5. Columns: Enabled, Disabled, PendingDeletion / PendingReplicaDeletion, PendingImport, Unavailable,
# Creating, Updating. "." permits; the numbers are those of the table; "-" cannot occur and is not compared.
COLUMNS = "En Di PD PI Un Cr Up"
MATRIX = {
    "CancelKeyDeletion": "4 4 . 4 4 4 4",
    "CreateAlias": ". . 3 . . . .",
    "CreateGrant": ". 1 3 5 . 14 .",
    "Decrypt Encrypt ReEncrypt": ". 1 3 5 11 14 .",
    "GenerateDataKey GenerateDataKeyWithoutPlaintext": ". 1 3 5 11 14 .",
    "GenerateDataKeyPair GenerateDataKeyPairWithoutPlaintext": ". 1 3 5 11 14 .",
    "DeleteAlias": ". . . . . . .",
    "DeriveSharedSecret Encapsulate Decapsulate": ". 1 3 5 - 14 .",
    "DescribeKey": ". . . . . . .",
    "DisableKey EnableKey": ". . 3 5 . 14 15",
    "GenerateMac VerifyMac Sign Verify": ". 1 3 5 - 14 .",
    "GetKeyLastUsage": ". . . . . . .",
    "GetKeyPolicy ListKeyPolicies PutKeyPolicy": ". . . . . . .",
    "GetPublicKey": ". . 3 5 - 14 .",
    "ListAliases ListGrants ListResourceTags": ". . . . . . .",
    "ListKeyRotations": ". . . . . . .",
    "ReplicateKey": ". 1 3 5 - 14 15",
    "RetireGrant RevokeGrant": ". . . . . . .",
    "ScheduleKeyDeletion": ". . 3 . . . 15",
    "TagResource UntagResource UpdateKeyDescription": ". . 3 . . . .",
    "UpdateAlias": ". . 3 . . . .",
    "UpdatePrimaryRegion": ". 1 3 5 - 14 .",
}
# Rows that depend on the origin; 7 and 9 are one sentence with another origin.
MATRIX_BY_ORIGIN = {
    ("DeleteImportedKeyMaterial", EXTERNAL): ". . . . - 14 15",
    ("DeleteImportedKeyMaterial", AWS_KMS): "9 9 9 - - 14 15",
    ("DeleteImportedKeyMaterial", CLOUDHSM): "9 9 9 - - 14 15",
    ("DisableKeyRotation", AWS_KMS): ". 1 3 - - 14 .",
    ("DisableKeyRotation", EXTERNAL): "7 7 7 7 - 14 7",
    ("DisableKeyRotation", XKS): "7 7 7 - 7 14 7",
    ("GetKeyRotationStatus", AWS_KMS): ". . . - - . .",
    ("GetKeyRotationStatus", EXTERNAL): ". . . . - . .",
    ("GetKeyRotationStatus", CLOUDHSM): "7 7 7 - 7 7 7",
    ("GetParametersForImport", EXTERNAL): ". . 3 . - 14 15",
    ("GetParametersForImport", AWS_KMS): "9 9 9 - - 14 15",
    ("GetParametersForImport", XKS): "9 9 9 - 9 14 15",
    ("ImportKeyMaterial", EXTERNAL): ". . 3 . - 14 .",
    ("ImportKeyMaterial", AWS_KMS): "9 9 9 - - 14 9",
    ("ImportKeyMaterial", CLOUDHSM): "9 9 9 - 9 14 9",
    ("RotateKeyOnDemand", AWS_KMS): ". 1 3 - - 14 15",
    ("RotateKeyOnDemand", EXTERNAL): ". 1 3 5 - 14 15",
    ("RotateKeyOnDemand", CLOUDHSM): "7 1 3 - 7 14 15",
}
MATRIX_BY_ORIGIN |= {
    ("EnableKeyRotation", origin): row for (name, origin), row in MATRIX_BY_ORIGIN.items() if name[0:7] == "Disable"
}
STATES = {
    "En": [KeyState.ENABLED],
    "Di": [KeyState.DISABLED],
    "PD": [KeyState.PENDING_DELETION, KeyState.PENDING_REPLICA_DELETION],
    "PI": [KeyState.PENDING_IMPORT],
    "Un": [KeyState.UNAVAILABLE],
    "Cr": [KeyState.CREATING],
    "Up": [KeyState.UPDATING],
}
ANSWERS = {
    "1": (DisabledException, "is disabled."),
    "3": (KMSInvalidStateException, "is pending {replica}deletion."),
    "4": (KMSInvalidStateException, "is not pending deletion."),
    "5": (KMSInvalidStateException, "is pending import."),
    "7": (UnsupportedOperationException, "origin is {origin} which is not valid for this operation."),
    "9": (UnsupportedOperationException, "origin is {origin} which is not valid for this operation."),
    "11": (KMSInvalidStateException, "is unavailable."),
    "14": (KMSInvalidStateException, "is creating."),
    "15": (KMSInvalidStateException, "is updating."),
}
KEYLESS = {
    "ConnectCustomKeyStore", "CreateCustomKeyStore", "CreateKey", "DeleteCustomKeyStore", "DescribeCustomKeyStores",
    "DisconnectCustomKeyStore", "GenerateRandom", "ListKeys", "ListRetirableGrants", "UpdateCustomKeyStore",
}  # fmt: skip


def cells():
    rows = [(name, origin, row) for names, row in MATRIX.items() for name in names.split() for origin in Origin]
    rows += [(name, origin, row) for (name, origin), row in MATRIX_BY_ORIGIN.items()]
    for operation, origin, row in rows:
        for column, answer in zip(COLUMNS.split(), row.split(), strict=True):
            for state in STATES[column]:
                if answer != "-":
                    yield pytest.param(operation, origin, state, answer, id=f"{operation}-{origin}-{state}")


@pytest.mark.parametrize(("operation", "origin", "state", "answer"), list(cells()))
def test_each_cell_of_the_matrix(operation, origin, state, answer):
    if answer == ".":
        check_state(operation, state, ARN, origin)
        return
    error, sentence = ANSWERS[answer]
    replica = "replica " if state is KeyState.PENDING_REPLICA_DELETION else ""
    with pytest.raises(error) as refused:
        check_state(operation, state, ARN, origin)
    assert refused.value.message == f"{ARN} {sentence.format(replica=replica, origin=origin)}"


def test_every_operation_has_a_rule_for_every_state():
    assert set(STATE_RULES) == set(service_model.operation_names())
    assert all(set(rule) == set(KeyState) for rule in STATE_RULES.values())
    assert set(ORIGIN_RULES) <= set(STATE_RULES)


def test_the_matrix_above_covers_every_operation_on_a_key():
    named = {name for names in MATRIX for name in names.split()} | {name for name, _ in MATRIX_BY_ORIGIN}
    assert named | KEYLESS == set(STATE_RULES)


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
