"""What a trusted proxy says of a request: where it comes from, and how it came over TLS. The same for both doors.

Source: README, ``KMS_TRUSTED_PROXIES`` and ``KMS_TLS``; Django, ``SECURE_PROXY_SSL_HEADER``. The two headers about TLS
have the names that Application Load Balancers give them.
"""

from collections.abc import Mapping
from typing import Any, cast

from django.conf import settings

MOST_TEXT = 255  # characters, as many as a host name may have


def headers_tell() -> bool:
    """Tell whether anybody is believed who says in headers where a request comes from: a proxy."""
    proxy_header = cast("tuple[str, str] | None", settings.SECURE_PROXY_SSL_HEADER)
    return bool(settings.KMS_TRUSTED_PROXIES) or proxy_header is not None


def source_address(environ: Mapping[str, Any]) -> str:
    """Return the client's address: the last one that a trusted proxy did not add itself."""
    peer = str(environ.get("REMOTE_ADDR", "") or "")
    if peer in settings.KMS_TRUSTED_PROXIES:
        forwarded = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
        return next((part for part in reversed(forwarded) if part not in settings.KMS_TRUSTED_PROXIES), peer)
    return peer


def came_over_tls(environ: Mapping[str, Any]) -> bool:
    """Tell whether the client spoke TLS, to this server or, with ``KMS_TLS``, to the proxy in front of it.

    What Django's ``request.is_secure()`` tells, for the door that has no Django request.
    """
    scheme = environ.get("wsgi.url_scheme")
    proxy_header = cast("tuple[str, str] | None", settings.SECURE_PROXY_SSL_HEADER)
    if proxy_header is not None:
        header, secure = proxy_header
        told = environ.get(header)
        return (scheme if told is None else str(told).split(",", 1)[0].strip()) == secure
    return scheme == "https"


def tls_details(environ: Mapping[str, Any]) -> tuple[str, ...]:
    """Return version and cipher suite of a request over TLS, if a trusted proxy tells, and the host that it names."""
    if not came_over_tls(environ):
        return ()
    told = environ if environ.get("REMOTE_ADDR") in settings.KMS_TRUSTED_PROXIES else {}
    version, suite = (told.get(f"HTTP_X_AMZN_TLS_{name}", "") for name in ("VERSION", "CIPHER_SUITE"))
    return tuple(str(text)[:MOST_TEXT] for text in (version, suite, environ.get("HTTP_HOST", "")))
