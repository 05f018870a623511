"""A tour of every operation: each member of its request that it reads, of its answer that it gives, each enum value.

What a tour has seen is kept in tests/results/members.json; tests/operations/test_service_model.py asks of everything in
the service model whether some tour has seen it, or the list of differences has it.
"""

import pytest

from core import service_model
from tests.conformance_results import check_results, check_rows
from tests.enclaves import Enclave
from tests.operations.tours import grants, keys, materials, uses  # noqa: F401 - each module registers its tours
from tests.operations.tours.observed import TOURS, Observed

# There is no store to do anything with: see tests/operations/test_custom_key_stores.py.
WITHOUT_TOUR = {
    "ConnectCustomKeyStore",
    "CreateCustomKeyStore",
    "DeleteCustomKeyStore",
    "DisconnectCustomKeyStore",
    "UpdateCustomKeyStore",
}


@pytest.fixture(scope="module")
def enclave():
    return Enclave()


@pytest.mark.conformance
@pytest.mark.parametrize("action", sorted(TOURS))
def test_a_tour(people, rsa_keys_in_turn, settings, monkeypatch, enclave, tmp_path, action):
    (tmp_path / "root.pem").write_bytes(enclave.root_pem)
    settings.KMS_ATTESTATION_ROOT = str(tmp_path / "root.pem")
    settings.KMS_REPLICATION_SECONDS = settings.KMS_ROTATION_SECONDS = 0
    seen = Observed(action, people, settings, monkeypatch, enclave)
    TOURS[action](seen)
    output = service_model.output_shape(action)
    required = service_model.shape(output).get("required", ()) if output else ()
    assert {f"answer {output}.{name}" for name in required} <= seen.cells.keys()
    check_results("members", action, seen.cells)


@pytest.mark.conformance
def test_every_operation_has_a_tour():
    assert {*service_model.operation_names()} - WITHOUT_TOUR == TOURS.keys()
    check_rows("members", TOURS)
