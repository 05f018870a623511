"""Every error that the service model declares, raised by every operation that declares it."""

import dataclasses

import pytest
from django.test import override_settings

from core import service_model
from operations.registry import OPERATIONS
from tests.builders import refused
from tests.conformance_results import check_results, check_rows
from tests.operations.provoked import PROVOCATIONS, QUOTAS
from tests.wire.http import ask

INTERNAL = "KMSInternalException"


def declared(action: str) -> list[str]:
    return [error["shape"] for error in service_model.load_model()["operations"][action].get("errors", ())]


@pytest.mark.conformance
@pytest.mark.parametrize("action", service_model.operation_names())
def test_an_operation_raises_what_the_model_declares(people, ready_scene, settings, monkeypatch, action):
    settings.KMS_ROTATION_SECONDS = 0
    seen = {}
    for error in declared(action):
        if error not in PROVOCATIONS:
            continue
        request = PROVOCATIONS[error](action, ready_scene(action))
        if request is not None:
            lowered = {QUOTAS[action]: 0} if error == "LimitExceededException" and action in QUOTAS else {}
            with override_settings(**lowered):
                assert refused(people.ada, action, request).code == error
            seen[error] = "raised"
    monkeypatch.setitem(OPERATIONS, action, dataclasses.replace(OPERATIONS[action], parse=broken))
    answer = ask(people.ada, action)
    assert (answer.status, answer.code) == (500, INTERNAL)
    seen[INTERNAL] = "raised"
    check_results("errors", action, seen)


def broken(members):
    raise RuntimeError("broken on purpose")


@pytest.mark.conformance
def test_the_results_are_those_of_every_operation():
    check_rows("errors", service_model.operation_names())
