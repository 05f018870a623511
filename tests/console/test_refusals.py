"""Refusals in words: who may not do what, why, what would help; and what the reader must not learn."""

import json

import pytest

from core.errors import AlreadyExistsException, InvalidCiphertextException, ValidationException
from kmsconsole.web.errors import field_errors, refusal_view
from operations import pipeline
from tests.builders import call_as, make_key, run_as, split_policy
from tests.people import ACCOUNT, REGION


@pytest.fixture
def view_of(people, rf):
    """The words for what somebody is refused: ``view_of(person, action, members)``."""

    def view(person, action, members):
        refusal = pipeline.preview(call_as(person, action, members))
        assert refusal is not None
        request = rf.get("/")
        request.user, request.session = person.principal, {}
        return refusal_view(request, refusal)

    return view


def denying(policy, person, sid):
    document = json.loads(policy)
    document["Statement"].append(
        {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": {"AWS": person.arn},
            "Action": "kms:DisableKey",
            "Resource": "*",
        }
    )
    return json.dumps(document)


def test_a_missing_identity_policy_is_named_with_its_remedies(people, view_of):
    key = make_key(people.ada)
    view = view_of(people.mallory, "DisableKey", {"KeyId": key["KeyId"]})
    assert (view.caller, view.action, view.resource) == (people.mallory.arn, "kms:DisableKey", key["Arn"])
    assert "leaves kms:DisableKey to the IAM policies of the account" in view.reason
    assert dict(view.layers)["IAM policies"] == "Does not allow it"
    attach, name = view.remedies
    assert json.loads(attach.statement) == {"Effect": "Allow", "Action": "kms:DisableKey", "Resource": key["Arn"]}
    assert json.loads(name.statement)["Principal"] == {"AWS": people.mallory.arn}


def test_a_denying_statement_is_named_to_who_may_read_the_policy(people, view_of):
    policy = denying(split_policy(people.alice, people.bob), people.alice, "No switching off")
    key_id = make_key(people.ada, policy=policy)["KeyId"]
    view = view_of(people.alice, "DisableKey", {"KeyId": key_id})
    assert view.deciding == ('statement 5 "No switching off"',)
    assert "A denial outweighs every permission" in view.reason


def test_it_is_not_named_to_who_may_not(people, view_of):
    policy = denying(split_policy(people.alice, people.bob), people.bob, "No switching off")
    key_id = make_key(people.ada, policy=policy)["KeyId"]
    view = view_of(people.bob, "DisableKey", {"KeyId": key_id})
    assert view.deciding == ()
    assert "No switching off" not in repr(view)
    assert "The key policy denies kms:DisableKey" in view.reason


def test_a_key_of_another_account_reads_like_one_that_does_not_exist(people, view_of):
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/"
    existing = make_key(people.ada)["KeyId"]
    missing = "11111111-2222-3333-4444-555555555555"
    views = [view_of(people.olga, "DescribeKey", {"KeyId": arn + key_id}) for key_id in (existing, missing)]
    assert views[0] == views[1]
    assert views[0].resource == ""
    assert "Key policy" not in dict(views[0].layers)


def test_a_key_that_only_its_ciphertext_names_is_not_named(people, view_of):
    key = make_key(people.ada, policy=split_policy(people.alice, people.bob))
    blob = run_as(people.bob, "Encrypt", {"KeyId": key["KeyId"], "Plaintext": b"x"})["CiphertextBlob"]
    view = view_of(people.mallory, "Decrypt", {"CiphertextBlob": blob})
    assert view.resource == ""
    assert key["KeyId"] not in f"{view.message} {view.reason} {view.summary}"


def test_an_answer_without_a_sentence_gets_one(people, rf):
    request = rf.get("/")
    request.user, request.session = people.bob.principal, {}
    assert "encryption context is not exactly" in refusal_view(request, InvalidCiphertextException()).message


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (AlreadyExistsException(alias_arn="arn"), {"alias_name"}),
        (ValidationException("1 validation error detected: Value at 'plaintext' failed to satisfy"), {"plaintext"}),
        (ValidationException("... Value '' at 'tags.1.member.tagKey' failed to satisfy constraint"), {"tags"}),
        (ValidationException("PendingWindowInDays must be between 7 and 30"), set()),
        (InvalidCiphertextException(), set()),
    ],
)
def test_the_field_at_fault_is_found(error, fields):
    assert set(field_errors(error)) == fields
