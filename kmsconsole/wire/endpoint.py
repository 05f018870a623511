"""The API door: an HTTP request becomes a ``Call``, a result or refusal becomes an answer.

KMS and CloudTrail speak JSON 1.1 at ``POST /`` (``X-Amz-Target: TrentService.<Operation>``), STS and IAM the query
protocol. The same function serves ``wsgi.py`` and a view, so both give the same bytes.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings

from core.errors import (
    KmsError,
    KMSInternalException,
    RequestEntityTooLargeException,
    UnknownOperationException,
)
from core.shapes import encode_response
from kmsconsole.wire import query
from kmsconsole.wire.answers import Answer, json_refusal
from kmsconsole.wire.authenticate import SignedRequest
from kmsconsole.wire.calls import authenticated_call, drop_broken_connection, new_request_id, run, shown
from operations.registry import OPERATIONS

logger = logging.getLogger(__name__)
# The service that a target's prefix names. Source: botocore's service models, ``targetPrefix``.
SERVICES: Mapping[str, tuple[str, ...]] = {
    "TrentService": ("kms",),
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": ("cloudtrail",),
    "CloudTrail_20131101": ("cloudtrail",),
}


def is_api_request(environ: Mapping[str, Any]) -> bool:
    """Tell whether a request is for the API: signed, or with a target. Everything else is the console's."""
    if "HTTP_X_AMZ_TARGET" in environ:
        return True
    if environ.get("PATH_INFO", "/") not in ("", "/"):
        return False
    if "HTTP_AUTHORIZATION" in environ or "X-Amz-" in environ.get("QUERY_STRING", ""):
        return True
    # An unsigned POST at the root is a client that forgot to sign; the console has no form there.
    return bool(environ.get("REQUEST_METHOD") == "POST")


def handle(environ: Mapping[str, Any]) -> Answer:
    """Answer one API request. Never raises: a fault of our own is logged and answered without its text."""
    request_id = new_request_id()
    try:
        request = _read(environ)
        target = request.headers.get("x-amz-target")
        if target is None and query.is_query_request(request):
            return query.handle(request, environ, request_id)
        return _handle_json(request, target or "", environ, request_id)
    except KmsError as refusal:
        return json_refusal(refusal, shown(request_id))
    except Exception:
        logger.exception("Request %s failed", request_id)
        drop_broken_connection()
        return json_refusal(KMSInternalException(), shown(request_id))


def _handle_json(request: SignedRequest, target: str, environ: Mapping[str, Any], request_id: str) -> Answer:
    prefix, _, action = target.rpartition(".")
    services, operation = SERVICES.get(prefix, ()), OPERATIONS.get(action)
    if request.method != "POST" or operation is None or operation.service not in services:
        raise UnknownOperationException()
    call = authenticated_call(request, environ, request_id, action, services, request.body or b"{}")
    result = run(call)
    body = encode_response(action, result.members or {})
    return Answer(200, body, shown(request_id))


@lru_cache(maxsize=1024)
def _headers_of(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the header that each variable of a WSGI environment carries: the same for all requests of one client."""
    return tuple((name[5:].replace("_", "-").lower(), name) for name in names if name.startswith("HTTP_"))


def _read(environ: Mapping[str, Any]) -> SignedRequest:
    """Read a request, refusing a body over the limit before reading it."""
    limit = settings.KMS_API_MAX_BODY_BYTES
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > limit:
        raise RequestEntityTooLargeException(limit_bytes=limit)
    if environ.get("HTTP_TRANSFER_ENCODING"):
        body = environ["wsgi.input"].read(limit + 1)
        if len(body) > limit:
            raise RequestEntityTooLargeException(limit_bytes=limit)
    else:
        body = environ["wsgi.input"].read(int(length)) if length != "0" else b""
    headers = {header: environ[name] for header, name in _headers_of(tuple(environ))}
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    if environ.get("CONTENT_LENGTH"):
        headers["content-length"] = environ["CONTENT_LENGTH"]
    path = environ.get("RAW_URI") or environ.get("REQUEST_URI") or environ.get("PATH_INFO") or "/"
    return SignedRequest(
        environ["REQUEST_METHOD"], path.partition("?")[0], environ.get("QUERY_STRING", ""), headers, body
    )
