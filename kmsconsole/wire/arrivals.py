"""A request as it arrived, whichever server interface handed it over: what the API door works on."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec
from django.conf import settings

from core.errors import RequestEntityTooLargeException
from kmsconsole.forwarded import headers_tell, source_address, tls_details
from kmsconsole.wire.authenticate import SignedRequest

# Headers that tell where a request comes from: kmsconsole.forwarded reads them by the names of WSGI's variables.
_TELLING = ("x-forwarded-", "x-amzn-tls-", "host")


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """A request, and where it came from."""

    request: SignedRequest
    source_address: str
    tls: tuple[str, ...]  # empty: not over TLS; see kmsconsole.forwarded.tls_details

    def __repr__(self) -> str:
        return f"Arrival({self.request!r})"


def is_for_api(method: str, path: str, query: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request is for the API: signed, or with a target. Everything else is the console's."""
    if "x-amz-target" in headers:
        return True
    if path not in ("", "/"):
        return False
    if "authorization" in headers or "X-Amz-" in query:
        return True
    # An unsigned POST at the root is a client that forgot to sign; the console has no form there.
    return method == "POST"


def check_length(length: str) -> int:
    """Return the limit of a body in bytes; raises RequestEntityTooLargeException if a request tells of a larger one."""
    limit: int = settings.KMS_API_MAX_BODY_BYTES
    if not (length.isascii() and length.isdigit()) or int(length) > limit:
        raise RequestEntityTooLargeException(limit_bytes=limit)
    return limit


# --- WSGI -------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1024)
def _headers_of(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the header that each variable of a WSGI environment carries: the same for all requests of one client."""
    return tuple((name[5:].replace("_", "-").lower(), name) for name in names if name.startswith("HTTP_"))


def headers_of_environ(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a WSGI request by their lower-case names."""
    headers = {header: environ[name] for header, name in _headers_of(tuple(environ))}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    if environ.get("CONTENT_LENGTH"):
        headers["content-length"] = environ["CONTENT_LENGTH"]
    return headers


def read_environ(environ: Mapping[str, Any]) -> Arrival:
    """Read a WSGI request, refusing a body over the limit before reading it."""
    length = environ.get("CONTENT_LENGTH") or "0"
    limit = check_length(length)
    if environ.get("HTTP_TRANSFER_ENCODING"):
        body = environ["wsgi.input"].read(limit + 1)
        if len(body) > limit:
            raise RequestEntityTooLargeException(limit_bytes=limit)
    else:
        body = environ["wsgi.input"].read(int(length)) if length != "0" else b""
    path = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/"
    request = SignedRequest(
        environ["REQUEST_METHOD"],
        path.partition("?")[0],
        environ.get("QUERY_STRING", ""),
        headers_of_environ(environ),
        body,
    )
    return Arrival(request, source_address(environ), tls_details(environ))


# --- ASGI -------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1024)
def _header_name(name: bytes) -> str:
    """Return a header's name, or nothing if it has an underscore.

    WSGI cannot tell such a name from one with a hyphen, so it could pass for what a proxy says. Dropped, as nginx does.
    """
    return "" if b"_" in name else name.decode("latin-1")


def headers_of_scope(given: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers of an ASGI request by their lower-case names; several of one name are joined with a comma."""
    headers: dict[str, str] = {}
    for raw_name, value in given:
        name = _header_name(raw_name)
        headers[name] = f"{headers[name]},{value.decode('latin-1')}" if name in headers else value.decode("latin-1")
    headers.pop("", None)
    return headers


def read_scope(scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> Arrival:
    """Read an ASGI request, whose body is there."""
    peer, scheme = scope["client"][0] if scope["client"] else "", scope["scheme"]
    request = SignedRequest(
        scope["method"], scope["raw_path"].decode("latin-1"), scope["query_string"].decode("latin-1"), headers, body
    )
    if scheme == "http" and not headers_tell():
        return Arrival(request, peer, ())
    told: dict[str, str] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": scheme}
    for name, value in headers.items():
        if name.startswith(_TELLING):
            told[f"HTTP_{name.replace('-', '_').upper()}"] = value
    return Arrival(request, source_address(told), tls_details(told))
