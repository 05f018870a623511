"""Behind a proxy: the address and the TLS that it tells of, at both doors alike."""

import json

import pytest
from django.core.handlers.wsgi import WSGIRequest

from audit.models import AuditEvent
from audit.rendering import render_events
from kmsconsole.forwarded import came_over_tls
from tests.wire.http import HOST, answer, signed

PROXY = "192.0.2.7"  # the peer of a signed request


def last_event(person, headers):
    assert answer(signed(person, headers=headers)).status == 200
    return AuditEvent.objects.latest("sequence")


def over_tls(person, headers):
    return "t" in json.loads(last_event(person, headers).details)


def address(person, headers):
    (record,) = render_events([last_event(person, headers)])
    return record["sourceIPAddress"]


def test_a_call_over_tls_that_ends_at_the_proxy_is_recorded_as_such(people, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert over_tls(people.ada, {"X-Forwarded-Proto": "https"})
    assert not over_tls(people.ada, {"X-Forwarded-Proto": "http"})


def test_the_record_of_a_call_over_tls_has_its_details_as_far_as_a_trusted_proxy_tells_them(people, settings):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    told = {"X-Amzn-Tls-Version": "TLSv1.3", "X-Amzn-Tls-Cipher-Suite": "TLS_AES_128_GCM_SHA256"}

    def details(proto="https"):
        (record,) = render_events([last_event(people.ada, {**told, "X-Forwarded-Proto": proto})])
        return record.get("tlsDetails")

    assert details() == {"clientProvidedHostHeader": HOST}
    settings.KMS_TRUSTED_PROXIES = [PROXY]
    assert details() == {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": HOST,
    }
    assert details("http") is None


def test_a_page_over_tls_is_recorded_as_such(signed_in, people):
    client = signed_in(people.ada)
    for secure, details in ((True, {"clientProvidedHostHeader": "localhost"}), (False, None)):
        client.get("/kms/keys", headers={"host": "localhost"}, secure=secure)
        (record,) = render_events([AuditEvent.objects.latest("sequence")])
        assert record["eventName"] in ("ListAliases", "ListKeys")
        assert record.get("tlsDetails") == details


def test_without_a_proxy_nobody_is_believed_to_speak_tls(people):
    assert not over_tls(people.ada, {"X-Forwarded-Proto": "https"})


@pytest.mark.parametrize("header", [None, ("HTTP_X_FORWARDED_PROTO", "https")])
@pytest.mark.parametrize("told", [None, "https", "http", "https, http", "http, https", "", "HTTPS"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_both_doors_believe_the_same(settings, header, told, scheme):
    settings.SECURE_PROXY_SSL_HEADER = header
    environ = {**signed(None), "wsgi.url_scheme": scheme} | ({} if told is None else {"HTTP_X_FORWARDED_PROTO": told})
    assert came_over_tls(environ) == WSGIRequest(environ).is_secure()


def test_the_address_is_the_last_one_that_no_trusted_proxy_added(people, settings):
    forwarded = {"X-Forwarded-For": "203.0.113.66, 198.51.100.9, 192.0.2.8"}
    assert address(people.ada, forwarded) == PROXY
    settings.KMS_TRUSTED_PROXIES = [PROXY, "192.0.2.8"]
    assert address(people.ada, forwarded) == "198.51.100.9"
