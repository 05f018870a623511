"""The WSGI entry point and the view give the same bytes for the same request."""

import io

import pytest
from django.core.handlers.wsgi import WSGIRequest

from kmsconsole.wire.view import api
from tests.builders import make_key
from tests.wire.http import FORM, Answered, answer, signed

# What differs from call to call, whoever answers.
OF_THE_MOMENT = {"Date", "x-amzn-RequestId"}

REQUESTS = {
    "answer": lambda people, key_id: signed(people.ada, b'{"KeyId":"%s"}' % key_id, "TrentService.DescribeKey"),
    "no body": lambda people, key_id: signed(people.ada, b'{"KeyId":"%s"}' % key_id, "TrentService.EnableKey"),
    "list": lambda people, key_id: signed(people.ada, b"{}", "TrentService.ListKeys"),
    "denied": lambda people, key_id: signed(people.mallory, b"{}", "TrentService.ListKeys"),
    "invalid": lambda people, key_id: signed(people.ada, b"{}", "TrentService.Encrypt"),
    "no json": lambda people, key_id: signed(people.ada, b"nonsense", "TrentService.Encrypt"),
    "unknown": lambda people, key_id: signed(people.ada, b"{}", "TrentService.Nonsense"),
    "unsigned": lambda people, key_id: signed(None, b"{}"),
    "sts": lambda people, key_id: signed(
        people.bob, b"Action=GetCallerIdentity&Version=2011-06-15", None, service="sts", content_type=FORM
    ),
    "sts error": lambda people, key_id: signed(people.bob, b"Action=Nonsense", None, service="sts", content_type=FORM),
    "size": lambda people, key_id: {**signed(people.ada, b"{}"), "CONTENT_LENGTH": "99999999"},
}


def by_view(environ) -> Answered:
    response = api(WSGIRequest(environ))
    return Answered(response.status_code, dict(response.items()), response.content)


def without_moment(answered: Answered) -> tuple[int, dict[str, str], bytes]:
    headers = {name: value for name, value in answered.headers.items() if name not in OF_THE_MOMENT}
    assert answered.headers.keys() - headers.keys() == OF_THE_MOMENT
    body = answered.body.replace(answered.headers["x-amzn-RequestId"].encode(), b"(request id)")
    return answered.status, headers, body


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS.keys())
def test_both_ways_in_answer_alike(people, request_of):
    key_id = make_key(people.ada)["KeyId"].encode()
    environ = request_of(people, key_id)
    body = environ["wsgi.input"].getvalue()
    assert without_moment(answer(environ)) == without_moment(by_view({**environ, "wsgi.input": io.BytesIO(body)}))
