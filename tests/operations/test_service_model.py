"""Everything in the service model is seen by some walk, or accounted for; the page says what the walks have seen."""

import json

from botocore.session import get_session

from core import errors, service_model
from operations.registry import OPERATIONS, load_actions
from scripts.conformance_model import Difference, differences, items, seen_items, tables
from scripts.make_conformance import DATA, DIFFERENCE_TITLES, PAGE, TABLE_TITLES, conformance, page

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


def test_everything_in_the_model_is_seen_or_accounted_for():
    """Operations, members of requests and answers, enum values, constraints, declared errors."""
    seen, explained = seen_items(tables()), differences()
    missing = [item for item in items() if item not in seen and not any(each.accounts_for(item) for each in explained)]
    assert missing == []


def test_nothing_is_accounted_for_that_was_seen_or_is_not_there():
    seen, known = seen_items(tables()), items()
    for each in differences():
        assert [item for item in known if item in seen and each.accounts_for(item)] == [], each.id
        for name in each.covers:
            alone = Difference(each.id, each.kind, each.title, each.text, (name,))
            assert any(alone.accounts_for(item) for item in known), (each.id, name)


def test_every_operation_is_registered():
    load_actions()
    assert {*service_model.operation_names()} <= OPERATIONS.keys()


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


def test_the_page_is_what_the_results_give():
    data = conformance()
    told = "run scripts/make_conformance.py --page"
    assert json.loads(DATA.read_text(encoding="utf-8")) == data, told
    assert PAGE.read_text(encoding="utf-8") == page(data), told


def test_every_table_and_every_kind_of_difference_has_a_title():
    assert TABLE_TITLES.keys() == tables().keys()
    assert {each.kind for each in differences()} == DIFFERENCE_TITLES.keys()
    assert len({each.id for each in differences()}) == len(differences())
