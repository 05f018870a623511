"""The query protocol against botocore, its client: what that serialises is read, and it reads what is rendered."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import query_protocol
from core.errors import (
    AccessDeniedException,
    ExpiredTokenException,
    IamAccessDenied,
    IamInvalidAction,
    IamMalformedQueryString,
    IamMissingAction,
    IamNoSuchEntity,
    IncompleteSignatureException,
    InvalidSignatureException,
    KMSInternalException,
    MissingAuthenticationTokenException,
    ThrottlingException,
    UnrecognizedClientException,
)

REQUEST_ID = "c6104cbe-af31-11e0-8154-cbc7ccf896c7"


def operation_model(service, action):
    description = botocore.loaders.Loader().load_service_model(service, "service-2")
    return botocore.model.ServiceModel(description, service).operation_model(action)


def serialised(service, action, **parameters):
    request = botocore.serialize.create_serializer("query", False).serialize_to_request(
        parameters, operation_model(service, action)
    )
    return urlencode(request["body"]).encode()


def parsed_by_botocore(service, action, status, body):
    answer = {"status_code": status, "headers": {}, "body": body}
    return botocore.parsers.create_parser("query").parse(answer, operation_model(service, action).output_shape)


# --- requests ---------------------------------------------------------------------------------------------------------
def test_what_botocore_serialises_is_read():
    form = serialised(
        "sts",
        "AssumeRole",
        RoleArn="arn:aws:iam::111122223333:role/App",
        RoleSessionName="thí sinh & co",
        DurationSeconds=900,
        Policy='{"Version": "2012-10-17"}',
        Tags=[{"Key": f"k{number}", "Value": f"a+b={number}%"} for number in range(12)],
        TransitiveTagKeys=["k1", "k2"],
    )
    request = query_protocol.parse_query(form)
    assert (request.action, request.version) == ("AssumeRole", "2011-06-15")
    assert request.parameters == {
        "RoleArn": "arn:aws:iam::111122223333:role/App",
        "RoleSessionName": "thí sinh & co",
        "DurationSeconds": "900",
        "Policy": '{"Version": "2012-10-17"}',
        "Tags": [{"Key": f"k{number}", "Value": f"a+b={number}%"} for number in range(12)],
        "TransitiveTagKeys": ["k1", "k2"],
    }


def test_the_signature_of_a_presigned_call_is_no_parameter():
    query = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20150830T123600Z"
    assert query_protocol.parse_query(query) == ("GetCallerIdentity", "2011-06-15", {})


@given(st.dictionaries(st.from_regex(r"\A[A-Z][a-zA-Z]{0,8}\Z"), st.text(), max_size=5))
def test_any_text_survives_the_form(parameters):
    parameters = {name: value for name, value in parameters.items() if name not in ("Action", "Version")}
    form = urlencode({**parameters, "Action": "A"}, errors="surrogatepass").encode()
    assert query_protocol.parse_query(form) == ("A", "", parameters)


@pytest.mark.parametrize(
    "form",
    [
        "Action=A&Action=B",
        "Action=A&Name=a&Name=a",
        "Action=A&Name",
        "Action=A&=x",
        "Action=A&Name=%FF",
        "Action=A&Tags.member.0.Key=a",
        "Action=A&Tags.member.2.Key=a",
        "Action=A&Tags.member.1.Key=a&Tags.member.3.Key=a",
        "Action=A&Tags.member.01.Key=a",
        "Action=A&Tags.member.x.Key=a",
        "Action=A&Tags.member=a",
        "Action=A&Tags.member.1=a&Tags.member.1.Key=b",
        "Action=A&Tags.member.1.Key=a&Tags.member.1=b",
        "Action=A&Tags.member.1.Key=a&Tags.x=b",
        "Action=A&Tags..Key=a",
        "Action=A&.=a",
        "Action=A&T%20ags=a",
        "Action=A&" + "a." * 10 + "a=1",
        "Action=A&" + "&".join(f"T.member.{number}=x" for number in range(1, 1002)),
        "Action=A&" + "&".join(f"p{number}=x" for number in range(2000)),
        "Action=A&P=" + "x" * 1_048_576,
    ],
    ids=lambda form: form[:50],
)
def test_a_form_with_two_meanings_is_refused(form):
    with pytest.raises(IamMalformedQueryString):
        query_protocol.parse_query(form.encode())


@pytest.mark.parametrize("form", [b"", b"Version=2011-06-15", b"Action=", b"action=GetCallerIdentity"])
def test_a_form_without_action_is_refused(form):
    with pytest.raises(IamMissingAction):
        query_protocol.parse_query(form)


def test_an_action_is_known_by_name_and_version():
    actions = frozenset({"GetCallerIdentity"})
    query_protocol.check_action(
        query_protocol.parse_query("Action=GetCallerIdentity&Version=2011-06-15"), "sts", actions
    )
    for query in ("Action=Nonsense&Version=2011-06-15", "Action=GetCallerIdentity&Version=2010-05-08"):
        with pytest.raises(IamInvalidAction, match="Could not find operation .* for version 201"):
            query_protocol.check_action(query_protocol.parse_query(query), "sts", actions)
    with pytest.raises(IamInvalidAction, match="for version NO_VERSION_SPECIFIED"):
        query_protocol.check_action(query_protocol.parse_query("Action=GetCallerIdentity"), "sts", actions)


def test_versions_and_namespaces_are_those_of_the_service_models():
    for service, namespace in query_protocol.NAMESPACES.items():
        metadata = botocore.loaders.Loader().load_service_model(service, "service-2")["metadata"]
        assert namespace == metadata["xmlNamespace"]
        assert query_protocol.VERSIONS[service] == metadata["apiVersion"]


# --- answers ----------------------------------------------------------------------------------------------------------
def test_an_answer_as_sts_writes_it():
    result = {"Arn": "arn:aws:iam::111122223333:user/alice", "UserId": "AIDA", "Account": "111122223333"}
    assert query_protocol.render_result("sts", "GetCallerIdentity", result, REQUEST_ID).decode() == (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        "<Arn>arn:aws:iam::111122223333:user/alice</Arn><UserId>AIDA</UserId><Account>111122223333</Account>"
        f"</GetCallerIdentityResult><ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>\n"
    )


def test_botocore_reads_what_is_rendered():
    expires = datetime(2026, 11, 21, 23, 0, tzinfo=timezone(timedelta(hours=1)))
    result = {
        "Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "<&>\"'", "SessionToken": "t", "Expiration": expires},
        "PackedPolicySize": 6,
        "SourceIdentity": None,
    }
    body = query_protocol.render_result("sts", "AssumeRole", result, REQUEST_ID)
    parsed = parsed_by_botocore("sts", "AssumeRole", 200, body)
    assert parsed.pop("ResponseMetadata")["RequestId"] == REQUEST_ID
    assert parsed == {
        "Credentials": {
            "AccessKeyId": "ASIA",
            "SecretAccessKey": "<&>\"'",
            "SessionToken": "t",
            "Expiration": datetime(2026, 11, 21, 22, 0, tzinfo=UTC),
        },
        "PackedPolicySize": 6,
    }


def test_botocore_reads_lists_and_truth_values():
    users = [{"UserName": "alice", "Path": "/", "Tags": [{"Key": "k", "Value": ""}]}, {"UserName": "bob"}]
    body = query_protocol.render_result("iam", "ListUsers", {"Users": users, "IsTruncated": False}, REQUEST_ID)
    parsed = parsed_by_botocore("iam", "ListUsers", 200, body)
    assert parsed["Users"] == users
    assert parsed["IsTruncated"] is False


def test_an_action_without_result_answers_metadata_alone():
    assert query_protocol.render_result("iam", "DeleteUser", None, "r").decode() == (
        '<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata>'
        "<RequestId>r</RequestId></ResponseMetadata></DeleteUserResponse>\n"
    )


@given(st.text())
def test_any_text_survives_the_answer_but_what_xml_cannot_carry(text):
    body = query_protocol.render_result("sts", "GetCallerIdentity", {"Arn": text}, REQUEST_ID)
    parsed = parsed_by_botocore("sts", "GetCallerIdentity", 200, body)["Arn"]
    speakable = "".join(c if c in "\t\n\r" or " " <= c < "\ufffe" or c > "\uffff" else "\ufffd" for c in text)
    assert parsed == speakable


def test_bytes_have_no_xml_form():
    with pytest.raises(TypeError, match="bytes has no XML form"):
        query_protocol.render_result("sts", "GetCallerIdentity", {"Arn": b"x"}, REQUEST_ID)


def test_an_instant_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        query_protocol.render_result("iam", "GetUser", {"At": datetime.fromisoformat("2026-01-01")}, REQUEST_ID)


@pytest.mark.parametrize(
    ("error", "status", "code", "kind"),
    [
        (InvalidSignatureException(), 403, "SignatureDoesNotMatch", "Sender"),
        (IncompleteSignatureException("<x>"), 400, "IncompleteSignature", "Sender"),
        (MissingAuthenticationTokenException(), 403, "MissingAuthenticationToken", "Sender"),
        (UnrecognizedClientException(), 403, "InvalidClientTokenId", "Sender"),
        (ExpiredTokenException(), 403, "ExpiredToken", "Sender"),
        (ThrottlingException(), 400, "Throttling", "Sender"),
        (AccessDeniedException("no"), 403, "AccessDenied", "Sender"),
        (IamAccessDenied("no"), 403, "AccessDenied", "Sender"),
        (IamNoSuchEntity(kind="user", name="a&b"), 404, "NoSuchEntity", "Sender"),
        (IamMissingAction(), 400, "MissingAction", "Sender"),
        (KMSInternalException(), 500, "InternalFailure", "Receiver"),
    ],
)
def test_botocore_reads_a_refusal(error, status, code, kind):
    rendered_status, body = query_protocol.render_error("sts", error, REQUEST_ID)
    assert rendered_status == status
    parsed = parsed_by_botocore("sts", "AssumeRole", status, body)
    assert parsed["Error"] == {"Type": kind, "Code": code, "Message": error.message}
    assert parsed["ResponseMetadata"]["RequestId"] == REQUEST_ID
