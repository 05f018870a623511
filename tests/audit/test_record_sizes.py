"""What is too large for a record is cut or left out. Source: CloudTrail User Guide, "Record contents"."""

import json

import pytest

from audit.models import AuditEvent
from audit.rendering import render_events
from core.errors import KmsError, LimitExceededException
from tests.builders import make_key, run_as

pytestmark = pytest.mark.django_db


def last_record():
    (record,) = render_events(AuditEvent.objects.order_by("-sequence")[:1])
    return record


def test_a_long_error_message_is_cut_to_a_kilobyte(people):
    for key_id, cut in (("x" * 2049, True), ("x" * 900, False)):
        with pytest.raises(KmsError) as refusal:
            run_as(people.ada, "DescribeKey", {"KeyId": key_id})
        whole, message = refusal.value.message, last_record()["errorMessage"]
        assert message == (f"{whole[:1021]}..." if cut else whole)


def test_parameters_over_100_kilobytes_are_left_out_with_their_size(people):
    key = make_key(people.ada)["KeyId"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Sid": "x" * 120_000}]})
    with pytest.raises(LimitExceededException):
        run_as(people.ada, "PutKeyPolicy", {"KeyId": key, "Policy": policy})
    record = last_record()
    left_out = record["requestParameters"]
    assert (left_out["omitted"], left_out["reason"]) == (True, "requestParameters too large")
    assert left_out["originalSize"] > 120_000
    assert record["errorCode"] == "LimitExceededException"
    run_as(people.ada, "UpdateKeyDescription", {"KeyId": key, "Description": "é" * 8192})
    assert last_record()["requestParameters"] == {"keyId": key, "description": "é" * 8192}
