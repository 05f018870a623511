"""The API door: an HTTP request becomes a ``Call``, a result or refusal becomes an answer.

KMS and CloudTrail speak JSON 1.1 at ``POST /`` (``X-Amz-Target: TrentService.<Operation>``), STS and IAM the query
protocol. The same function serves ``wsgi.py`` and a view, so both give the same bytes.
"""

import logging
from collections.abc import Mapping
from typing import Any

from core.errors import KmsError, KMSInternalException, UnknownOperationException
from core.shapes import encode_response
from kmsconsole.wire import query
from kmsconsole.wire.answers import Answer, json_refusal
from kmsconsole.wire.arrivals import Arrival, headers_of_environ, is_for_api, read_environ
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
    """Tell whether a WSGI request is for the API. Everything else is the console's."""
    path, query_string = environ.get("PATH_INFO", "/"), environ.get("QUERY_STRING", "")
    return is_for_api(environ.get("REQUEST_METHOD", ""), path, query_string, headers_of_environ(environ))


def handle(environ: Mapping[str, Any]) -> Answer:
    """Answer one API request of a WSGI server. Never raises."""
    try:
        arrival = read_environ(environ)
    except KmsError as refusal:
        return json_refusal(refusal, shown(new_request_id()))
    return answer(arrival)


def answer(arrival: Arrival) -> Answer:
    """Answer one API request. Never raises: a fault of our own is logged and answered without its text."""
    request_id = new_request_id()
    try:
        target = arrival.request.headers.get("x-amz-target")
        if target is None and query.is_query_request(arrival.request):
            return query.handle(arrival, request_id)
        return _answer_json(arrival, target or "", request_id)
    except KmsError as refusal:
        return json_refusal(refusal, shown(request_id))
    except Exception:
        logger.exception("Request %s failed", request_id)
        drop_broken_connection()
        return json_refusal(KMSInternalException(), shown(request_id))


def _answer_json(arrival: Arrival, target: str, request_id: str) -> Answer:
    prefix, _, action = target.rpartition(".")
    services, operation = SERVICES.get(prefix, ()), OPERATIONS.get(action)
    if arrival.request.method != "POST" or operation is None or operation.service not in services:
        raise UnknownOperationException()
    call = authenticated_call(arrival, request_id, action, services, arrival.request.body or b"{}")
    result = run(call)
    body = encode_response(action, result.members or {})
    return Answer(200, body, shown(request_id))
