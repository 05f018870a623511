"""What a hostile or broken client sends, and what it is answered. Source: kms-semantics 1.1 to 1.5."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.models import AuditEvent
from tests.builders import make_key, run_as
from tests.wire.http import FORM, answer, ask, signed

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)


# --- bodies -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"KeyId":}',
        b"nonsense",
        b"[]",
        b'"text"',
        b"7",
        b"null",
        b'{"KeyId":"\xff\xfe"}',
        b'{"KeyId":"\\ud800"}}',
        b"\xef\xbb\xbf{}",
        b"{}{}",
        b'{"KeyId":"a"',
        b"[" * 20_000,
        b'{"a":' * 20_000,
        b'{"KeyId":1}',
        b'{"KeyId":true}',
        b'{"KeyId":["a"]}',
        b'{"KeyId":{"a":"b"}}',
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)
def test_what_is_no_json_of_that_shape_is_a_serialization_error(people, body):
    answered = ask(people.ada, "DescribeKey", body)
    assert (answered.status, answered.code) == (400, "SerializationException")


@pytest.mark.parametrize(
    "members",
    [
        {"Plaintext": "no base64!"},
        {"Plaintext": "eA"},
        {"Plaintext": "eA==\n"},
        {"Plaintext": "e-_="},
        {"Plaintext": 7},
        {"EncryptionContext": "text"},
        {"EncryptionContext": {"a": ["b"]}},
        {"EncryptionContext": {"a": True}},
        {"GrantTokens": "text"},
        {"GrantTokens": [1]},
        {"DryRun": "true"},
        {"DryRun": 1},
    ],
    ids=str,
)
def test_a_member_of_the_wrong_type_is_a_serialization_error(people, members):
    key_id = make_key(people.ada)["KeyId"]
    good = {"KeyId": key_id, "Plaintext": "eA=="}
    assert ask(people.ada, "Encrypt", json.dumps(good).encode()).status == 200
    answered = ask(people.ada, "Encrypt", json.dumps({**good, **members}).encode())
    assert (answered.status, answered.code) == (400, "SerializationException")


def test_unknown_members_and_nulls_are_as_if_absent(people):
    key_id = make_key(people.ada)["KeyId"]
    body = {"KeyId": key_id, "Plaintext": "eA==", "Surplus": {"a": [1]}, "DryRun": None, "EncryptionContext": None}
    assert ask(people.ada, "Encrypt", json.dumps(body).encode()).status == 200
    answered = ask(people.ada, "Encrypt", json.dumps({**body, "KeyId": None}).encode())
    assert answered.message == (
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null"
    )


def test_numbers_are_read_as_context_values(people):
    key_id = make_key(people.ada)["KeyId"]
    body = b'{"KeyId":"%s","Plaintext":"eA==","EncryptionContext":{"n":1,"f":1.50}}' % key_id.encode()
    blob = ask(people.ada, "Encrypt", body).json["CiphertextBlob"]
    opened = {"CiphertextBlob": blob, "EncryptionContext": {"n": "1", "f": "1.50"}}
    assert ask(people.ada, "Decrypt", json.dumps(opened).encode()).json["Plaintext"] == "eA=="


def test_what_is_too_long_is_a_validation_error_that_does_not_repeat_secrets(people):
    key_id = make_key(people.ada)["KeyId"]
    secret = "c2VjcmV0" * 700
    answered = ask(people.ada, "Encrypt", json.dumps({"KeyId": key_id, "Plaintext": secret}).encode())
    assert answered.message == (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less "
        "than or equal to 4096"
    )
    answered = ask(people.ada, "DescribeKey", json.dumps({"KeyId": "k" * 2049}).encode())
    assert "Member must have length less than or equal to 2048" in (answered.message or "")


def test_an_empty_body_is_an_empty_request(people):
    assert ask(people.ada, "ListKeys", b"").json == {"Keys": [], "Truncated": False}


@pytest.mark.parametrize(
    ("body", "target"),
    [
        (b"{}", "TrentService.Nonsense"),
        (b"{}", "TrentService.listKeys"),
        (b"{}", "TrentService."),
        (b"{}", "ListKeys"),
        (b"{}", "OtherService.ListKeys"),
        (b"{}", "TrentService.GetCallerIdentity"),
        (b"{}", "TrentService.TrentService.ListKeys"),
        (b"{}", ""),
    ],
)
def test_an_unknown_operation_is_refused(people, body, target):
    answered = answer(signed(people.ada, body, target))
    assert (answered.status, answered.json) == (400, {"__type": "UnknownOperationException"})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_kms_is_asked_with_post_alone(people, method):
    answered = ask(people.ada, "ListKeys", method=method)
    assert (answered.status, answered.code) == (400, "UnknownOperationException")


# --- sizes ------------------------------------------------------------------------------------------------------------
class Counting(io.BytesIO):
    """A body that counts how much of it was read."""

    taken = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        return data


def test_a_body_over_the_limit_is_refused_before_it_is_read(people, settings):
    limit = settings.KMS_API_MAX_BODY_BYTES
    environ = signed(people.ada, b"{}" + b" " * (limit - 1))
    environ["wsgi.input"] = body = Counting(environ["wsgi.input"].getvalue())
    answered = answer(environ)
    assert (answered.status, answered.code, body.taken) == (413, "RequestEntityTooLargeException", 0)
    assert answer(signed(people.ada, b"{}" + b" " * (limit - 2))).status == 200


def test_a_body_without_a_length_is_read_up_to_the_limit_only(people, settings):
    limit = settings.KMS_API_MAX_BODY_BYTES
    environ = signed(people.ada, b"{}")
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    assert answer(environ).status == 200
    environ = signed(people.ada, b"{}" + b" " * (3 * limit))
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    environ["wsgi.input"] = body = Counting(environ["wsgi.input"].getvalue())
    assert answer(environ).status == 413
    assert body.taken <= limit + 1


@pytest.mark.parametrize("length", ["-1", "1e3", "0x10", "²", "٣", " 2", "2,2", "99999999999999999999", "+2"])
def test_a_length_that_is_no_number_is_refused(people, length):
    environ = signed(people.ada, b"{}")
    environ["CONTENT_LENGTH"] = length
    assert answer(environ).status in (400, 413)


def test_a_length_that_cuts_the_body_breaks_the_signature(people):
    environ = signed(people.ada, b'{"Limit":10}')
    environ["CONTENT_LENGTH"] = "2"
    assert answer(environ).code == "InvalidSignatureException"
    environ = signed(people.ada, b"{}")
    environ["CONTENT_LENGTH"] = "12"  # the client hung up in the middle
    environ["wsgi.input"] = io.BytesIO(b"{")
    assert answer(environ).code == "InvalidSignatureException"


# --- signatures -------------------------------------------------------------------------------------------------------
def test_an_unsigned_request_is_refused(people):
    answered = ask(None, "ListKeys")
    assert (answered.status, answered.json) == (
        400,
        {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"},
    )


@pytest.mark.parametrize(
    ("minutes", "start"), [(-6, "Signature expired: "), (6, "Signature not yet current: "), (-4, None), (4, None)]
)
def test_a_signature_holds_for_five_minutes_around_its_time(people, minutes, start):
    answered = ask(people.ada, "ListKeys", ahead=timedelta(minutes=minutes))
    if start is None:
        assert answered.status == 200
    else:
        assert (answered.status, answered.code) == (400, "InvalidSignatureException")
        assert (answered.message or "").startswith(start)


def test_a_replay_within_five_minutes_is_a_second_call_and_recorded_as_one(people):
    """As on AWS: a signature binds a request to a moment, it does not number it."""
    environ = signed(people.ada, b"{}")
    assert answer(dict(environ, **{"wsgi.input": io.BytesIO(b"{}")})).status == 200
    assert answer(dict(environ, **{"wsgi.input": io.BytesIO(b"{}")})).status == 200
    assert AuditEvent.objects.count() == 2


@pytest.mark.parametrize(
    "tamper",
    [
        {"wsgi.input": b'{"Limit":1}', "CONTENT_LENGTH": "11"},
        {"HTTP_X_AMZ_TARGET": "TrentService.CreateKey"},
        {"HTTP_HOST": "other:8000"},
        {"REQUEST_METHOD": "PUT"},
        {"QUERY_STRING": "a=b", "RAW_URI": "/?a=b"},
        {"RAW_URI": "/elsewhere", "PATH_INFO": "/elsewhere"},
        {"HTTP_X_AMZ_CONTENT_SHA256": "0" * 64},
    ],
    ids=str,
)
def test_a_changed_request_is_refused_and_changes_nothing(people, tamper):
    body = io.BytesIO(tamper.get("wsgi.input", b"{}"))
    answered = answer({**signed(people.ada, b"{}"), **tamper, "wsgi.input": body})
    assert answered.status == 400
    assert answered.code in ("InvalidSignatureException", "UnknownOperationException")
    assert run_as(people.ada, "ListKeys")["Keys"] == []


def test_a_header_of_amazons_that_is_not_signed_is_refused(people):
    """Else a proxy or a cache in the middle could add its own."""
    environ = {**signed(people.ada, b"{}"), "HTTP_X_AMZ_NOTE": "smuggled"}
    answered = answer(environ)
    assert answered.code == "InvalidSignatureException"
    assert "X-Amz-Note" in (answered.message or "")
    assert answer(signed(people.ada, b"{}", headers={"X-Amz-Note": "signed"})).status == 200


def test_two_targets_in_one_request_are_refused(people):
    """A server joins two headers of one name; neither may win."""
    environ = signed(people.ada, b"{}")
    environ["HTTP_X_AMZ_TARGET"] += ",TrentService.CreateKey"
    assert answer(environ).status == 400


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ({"region": "mars-north-1"}, "Credential should be scoped to a valid region. "),
        ({"service": "s3"}, "Credential should be scoped to correct service: 'kms'. "),
        (
            {"region": "mars-north-1", "service": "s3"},
            "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'kms'. ",
        ),
    ],
)
def test_a_credential_is_scoped_to_region_and_service(people, scope, message):
    answered = ask(people.ada, "ListKeys", **scope)
    assert (answered.status, answered.code, answered.message) == (400, "InvalidSignatureException", message)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "IncompleteSignatureException"),
        ("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=a/b/c", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 " + "x" * 20_000, "IncompleteSignatureException"),
        ("AWS4-ECDSA-P256-SHA256 Credential=a", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=\x00/ü", "IncompleteSignatureException"),
    ],
)
def test_a_header_that_is_no_signature_is_refused(people, header, code):
    answered = answer({**signed(people.ada, b"{}"), "HTTP_AUTHORIZATION": header})
    assert (answered.status, answered.code) == (400, code)


def test_a_session_token_that_belongs_to_nobody_is_refused(people):
    answered = ask(people.ada, "ListKeys", token="FwoGZXIvYXdzE")
    assert (answered.code, answered.message) == (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
    )


def test_a_request_of_a_known_access_key_leaves_a_record_and_an_unknown_one_does_not(people):
    ask(people.ada, "ListKeys", ahead=timedelta(minutes=-6))
    assert AuditEvent.objects.count() == 1
    ask(replace(people.ada, access_key_id="AKIAUNKNOWNUNKNOWN00"), "ListKeys")
    assert AuditEvent.objects.count() == 1


# --- signatures in the query ------------------------------------------------------------------------------------------
WHO = "/?Action=GetCallerIdentity&Version=2011-06-15"


def test_a_presigned_get_of_sts_is_answered(people):
    environ = signed(people.bob, b"", None, method="GET", path=WHO, service="sts", presigned=60)
    answered = answer(environ)
    assert answered.status == 200
    assert people.bob.arn.encode() in answered.body


def test_a_presigned_post_of_kms_is_answered(people):
    assert ask(people.ada, "ListKeys", b"", presigned=60).status == 200
    assert (
        answer({**signed(people.ada, b"", presigned=60), "HTTP_X_AMZ_TARGET": "TrentService.CreateKey"}).status == 400
    )


@pytest.mark.parametrize(
    ("seconds", "ahead", "status"), [(60, -59, 200), (60, -61, 403), (60, 301, 403), (604_800, -600_000, 200)]
)
def test_a_presigned_request_holds_as_long_as_it_says(people, seconds, ahead, status):
    environ = signed(
        people.bob,
        b"",
        None,
        method="GET",
        path=WHO,
        service="sts",
        presigned=seconds,
        ahead=timedelta(seconds=ahead),
    )
    assert answer(environ).status == status


def test_a_changed_presigned_request_is_refused(people):
    environ = signed(people.bob, b"", None, method="GET", path=WHO, service="sts", presigned=60)
    environ["QUERY_STRING"] = environ["QUERY_STRING"].replace("X-Amz-Expires=60", "X-Amz-Expires=600")
    assert answer(environ).status == 403


# --- the query protocol -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"Action=GetCallerIdentity&Version=2011-06-15", 200, b"GetCallerIdentityResult"),
        (b"Action=Nonsense&Version=2011-06-15", 400, b"InvalidAction"),
        (b"Action=GetCallerIdentity&Version=1999-01-01", 400, b"InvalidAction"),
        (b"Version=2011-06-15", 400, b"MissingAction"),
        (b"Action=ListKeys&Version=2014-11-01", 400, b"InvalidAction"),
        (b"Action=GetCallerIdentity&Action=GetCallerIdentity&Version=2011-06-15", 400, b"MalformedQueryString"),
        (b"Action=%FF%FE&Version=2011-06-15", 400, b"MalformedQueryString"),
    ],
)
def test_the_query_protocol_refuses_what_it_does_not_know(people, body, status, part):
    answered = answer(signed(people.bob, body, None, service="sts", content_type=FORM))
    assert answered.status == status
    assert part in answered.body
    assert answered.headers["Content-Type"].startswith("text/xml")
