"""Behind a proxy: the address and the TLS that it tells of, at both doors alike."""

import json

import pytest
from django.core.handlers.wsgi import WSGIRequest

from audit.models import AuditEvent
from audit.rendering import render_events
from kmsconsole.forwarded import came_over_tls
from tests.wire.http import answer, signed

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
