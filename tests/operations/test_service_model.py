"""Every registered action of KMS against the service model: members asked and answered, errors, and what is missing."""

from typing import Any

import pytest
from botocore.session import get_session
from django.db import transaction

from core import errors, service_model
from operations import pipeline
from operations.registry import OPERATIONS
from scripts.make_conformance import PAGE, page
from tests.builders import call_as
from tests.operations.requests import kms_actions, make_ready_scene
from tests.wire.http import ask

# Read for every operation by the pipeline, after its checks and before its effect.
BY_THE_PIPELINE = {"dry_run"}
# Without effect by its nature: every key has one policy, so one page holds it.
WITHOUT_EFFECT = {"ListKeyPolicies": {"limit"}}
# Recorded on AWS, but no error of the model: before the operation, of the query protocol, or of the service itself.
NOT_IN_THE_MODEL = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotAuthorizedException",
    "RequestEntityTooLargeException",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}


class Watched:
    """A request that notes which of its members are read."""

    def __init__(self, request: Any) -> None:
        self.request, self.read = request, set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self.request, name)


@pytest.mark.parametrize("action", kms_actions())
def test_every_member_of_the_request_is_read_and_every_member_of_the_answer_is_known(people, action):
    """A member that nothing reads would be accepted and ignored."""
    scene = make_ready_scene(people.ada, for_action=action)
    operation, call = OPERATIONS[action], call_as(people.ada, action, scene.request(action))
    request = Watched(operation.parse(call.members))
    with transaction.atomic():
        keys = [subject.key for subject in pipeline._permitted(call, operation, request)]
        prepared = [operation.prepare(call, request, *keys)] if operation.prepare is not None else []
        outcome = operation.run(call, request, *keys, *prepared)
    members = set(request.request.__struct_fields__) - BY_THE_PIPELINE - WITHOUT_EFFECT.get(action, set())
    assert members - request.read == set()
    answered = set(outcome.members or {})
    assert answered <= set(service_model.output_members(action))
    output = service_model.output_shape(action)
    assert (output is None) == (outcome.members is None)
    assert set(service_model.shape(output).get("required", ()) if output else ()) <= answered


def test_every_error_has_the_name_and_status_of_the_model():
    own = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.KmsError) and name.endswith("Exception")
    }
    known = service_model.error_names()
    events = get_session().get_service_model("cloudtrail")
    of_cloudtrail = {name for name in events.shape_names if name.endswith("Exception")}
    assert own.keys() - known - of_cloudtrail - NOT_IN_THE_MODEL == set()
    for name in own.keys() & known:
        assert (own[name].status == 500) == (name in service_model.faults()), name


def test_what_is_not_in_this_version_is_an_unknown_operation(people):
    missing = set(service_model.operation_names()) - OPERATIONS.keys()
    answers = {ask(people.ada, action).body for action in missing}
    assert answers <= {b'{"__type":"UnknownOperationException"}'}


def test_the_page_of_conformance_is_up_to_date():
    assert PAGE.read_text() == page(), "run scripts/make_conformance.py"
