"""The API in the event loop: what memory can answer never leaves the loop, and both lanes say and record the same."""

import asyncio
import base64
import io
import json

import pytest

from audit.models import AuditEvent
from audit.rendering import render_events
from audit.verification import verify_trail
from core.crypto.key_specs import KeySpec
from keys import custody
from tests.builders import make_key
from tests.wire.asgi import asgi, asked, gathered, scope_of
from tests.wire.http import FORM, JSON, Answered, answer, signed
from tests.wire.test_one_answer import REQUESTS, without_moment

pytestmark = pytest.mark.postgres


@pytest.fixture
def lanes(people, monkeypatch):
    with asgi(monkeypatch) as (run, threads):
        yield run, threads


def request(person, action, **members):
    return signed(person, json.dumps(members).encode(), f"TrentService.{action}")


def encrypt(person, key_id, text=b"payroll"):
    return request(person, "Encrypt", KeyId=key_id, Plaintext=base64.b64encode(text).decode())


def lower(answered):
    status, headers, body = without_moment(answered)
    return status, {name.lower(): value for name, value in headers.items()}, body


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS.keys())
def test_it_answers_as_wsgi_does(people, lanes, request_of):
    run, _ = lanes
    key_id = make_key(people.ada)["KeyId"].encode()
    environ = request_of(people, key_id)
    body = environ["wsgi.input"].getvalue()
    expected = lower(answer({**environ, "wsgi.input": io.BytesIO(body)}))

    async def twice(application):
        return [await asked(application, environ) for _ in range(2)]

    for answered in run(twice):  # the first in a thread, if anything has to be read
        # The server adds the date, and writes all names in lower case.
        headers = {**answered.headers, "Date": "", "x-amzn-RequestId": answered.headers.pop("x-amzn-requestid")}
        headers.pop("x-amzn-requestid")
        assert lower(Answered(answered.status, headers, answered.body)) == expected


def test_only_what_is_not_in_memory_leaves_the_loop(people, lanes):
    run, threads = lanes
    key_id = make_key(people.ada)["KeyId"]

    async def errand(application):
        taken = []
        for _ in range(3):
            assert (await asked(application, encrypt(people.ada, key_id))).status == 200
            taken.append(threads.taken)
        return taken

    first, *later = run(errand)
    assert first > 0
    assert later == [first, first]


@pytest.mark.parametrize(
    ("person", "text", "expected"),
    [("bob", b"payroll", "AccessDeniedException"), ("ada", b"", "ValidationException")],
)
def test_a_refusal_in_the_loop_is_recorded_once(people, lanes, person, text, expected):
    run, threads = lanes
    key_id = make_key(people.ada)["KeyId"]
    caller = getattr(people, person)

    async def errand(application):
        await asked(application, encrypt(caller, key_id, text))
        before = threads.taken
        return await asked(application, encrypt(caller, key_id, text)), threads.taken - before

    refused, given_away = run(errand)
    assert refused.code == expected
    assert given_away == 0
    assert AuditEvent.objects.filter(request_id=refused.headers["x-amzn-requestid"], error__isnull=False).count() == 1


def test_loop_and_threads_write_one_unbroken_trail(people, lanes):
    run, threads = lanes
    key_id = make_key(people.ada)["KeyId"]
    first = AuditEvent.objects.count()

    async def errand(application):
        await asked(application, encrypt(people.ada, key_id))
        requests = [encrypt(people.ada, key_id) for _ in range(60)]
        requests[::4] = [request(people.ada, "ListKeys") for _ in requests[::4]]
        requests[::10] = [request(people.ada, "TagResource", KeyId=key_id, Tags=[]) for _ in requests[::10]]
        return await gathered(application, requests)

    assert {answered.status for answered in run(errand)} == {200}
    assert AuditEvent.objects.count() == first + 61
    assert not verify_trail(custody.secret(custody.AUDIT_CHAIN)).fault


def test_a_key_disabled_meanwhile_encrypts_nothing_after_it(people, lanes):
    run, _ = lanes
    key_id = make_key(people.ada)["KeyId"]

    async def errand(application):
        await asked(application, encrypt(people.ada, key_id))
        disabled = asyncio.create_task(asked(application, request(people.ada, "DisableKey", KeyId=key_id)))
        after = []
        while len(after) < 20:
            was_disabled = disabled.done()
            answers = await gathered(application, [encrypt(people.ada, key_id) for _ in range(8)])
            if was_disabled:
                after += answers
        return after

    assert {answered.code for answered in run(errand)} == {"DisabledException"}
    names = [record["eventName"] for record in render_events(AuditEvent.objects.order_by("sequence"))]
    codes = [record.get("errorCode") for record in render_events(AuditEvent.objects.order_by("sequence"))]
    since = names.index("DisableKey") + 1
    assert names[since:]
    assert set(codes[since:]) == {"DisabledException"}


@pytest.mark.parametrize(("spec", "slow"), [(KeySpec.ECC_NIST_P256, False), (KeySpec.RSA_3072, True)])
def test_long_computing_leaves_the_loop_and_nothing_else_does(people, lanes, spec, slow):
    run, threads = lanes
    algorithm = "RSASSA_PSS_SHA_256" if slow else "ECDSA_SHA_256"
    key_id = make_key(people.ada, spec=spec, usage="SIGN_VERIFY")["KeyId"]
    message = base64.b64encode(b"payroll").decode()
    sign = {"KeyId": key_id, "Message": message, "SigningAlgorithm": algorithm}

    async def errand(application):
        await asked(application, request(people.ada, "Sign", **sign))
        before = threads.taken
        signed_answer = await asked(application, request(people.ada, "Sign", **sign))
        taken = threads.taken - before
        verified = await asked(
            application, request(people.ada, "Verify", **sign, Signature=signed_answer.json["Signature"])
        )
        refused = await asked(application, request(people.ada, "Verify", **sign, Signature=message))
        return taken, verified, refused

    taken, verified, refused = run(errand)
    assert taken == slow
    assert verified.json["SignatureValid"] is True
    assert refused.code == "KMSInvalidSignatureException"


def test_a_header_with_an_underscore_is_nobodys(people, lanes, settings):
    run, _ = lanes
    settings.KMS_TRUSTED_PROXIES = ["192.0.2.7"]
    environ = signed(people.ada, b"{}")

    async def errand(application):
        async def with_underscore(scope, receive, send):
            scope["headers"].append((b"x_forwarded_for", b"203.0.113.66"))
            await application(scope, receive, send)

        return await asked(with_underscore, environ)

    assert run(errand).status == 200
    (record,) = render_events([AuditEvent.objects.latest("sequence")])
    assert record["sourceIPAddress"] == "192.0.2.7"


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_body_over_the_limit_is_refused_whether_its_length_was_told_or_not(people, lanes, settings, pieces):
    run, _ = lanes
    settings.KMS_API_MAX_BODY_BYTES = 1000
    fits, too_large = (signed(people.ada, b" " * size + b"{}") for size in (900, 1100))
    for environ in (fits, too_large):
        del environ["CONTENT_LENGTH"]

    async def errand(application):
        return [await asked(application, environ, pieces=pieces) for environ in (fits, too_large)]

    fitting, refused = run(errand)
    assert fitting.status == 200
    assert refused.status == 413


@pytest.mark.parametrize("target", ["TrentService.CreateKey", None])
def test_half_a_request_of_a_client_that_hung_up_does_nothing(people, lanes, target):
    """Neither at the API nor at the console's forms, where no signature covers what is missing."""
    run, _ = lanes
    first = AuditEvent.objects.count()
    token = "a" * 32
    form = f"csrfmiddlewaretoken={token}&account=111122223333&username=Ada".encode()
    path, body = ("/", b"{}") if target else ("/signin", form)
    environ = signed(people.ada if target else None, body, target, path=path, content_type=JSON if target else FORM)
    environ["HTTP_COOKIE"] = f"csrftoken={token}"
    messages = [{"type": "http.request", "body": body[:-1], "more_body": True}, {"type": "http.disconnect"}]
    sent = []

    async def errand(application):
        async def receive():
            return messages.pop(0)

        async def send(message):
            sent.append(message)

        await application(scope_of(environ), receive, send)

    run(errand)
    assert not messages
    assert [message["status"] for message in sent if "status" in message] in ([], [403])
    assert AuditEvent.objects.count() == first


def test_the_console_is_served_beside_it(people, lanes):
    run, _ = lanes

    async def errand(application):
        page = {**signed(None, b"", None, method="GET", path="/signin"), "QUERY_STRING": "next=/é"}
        del page["CONTENT_LENGTH"]
        return await asked(application, page)

    page = run(errand)
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/html")
    assert JSON not in page.headers.values()
