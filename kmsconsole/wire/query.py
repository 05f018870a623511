"""The query protocol of STS and IAM: form parameters in, XML out."""

import logging
from collections.abc import Mapping

from core.errors import KmsError, KMSInternalException
from core.query_protocol import VERSIONS, QueryRequest, check_action, parse_query, render_error, render_result
from core.sigv4 import read_signature
from kmsconsole.wire.answers import XML_TYPE, Answer
from kmsconsole.wire.arrivals import Arrival
from kmsconsole.wire.authenticate import SignedRequest
from kmsconsole.wire.calls import authenticated_call, drop_broken_connection, run, shown
from operations.registry import OPERATIONS

logger = logging.getLogger(__name__)
FORM_TYPE = "application/x-www-form-urlencoded"


def is_query_request(request: SignedRequest) -> bool:
    """Tell whether a request speaks the query protocol: a form, or a GET with an Action."""
    if request.method == "GET":
        return "Action=" in request.query
    return request.headers.get("content-type", "").startswith(FORM_TYPE)


def handle(arrival: Arrival, request_id: str) -> Answer:
    """Answer one request; errors are XML as well."""
    service, request = "sts", arrival.request
    try:
        scope = read_signature(request.headers, request.query).scope
        service = scope.service if scope.service in VERSIONS else "sts"
        form = parse_query(request.query if request.method == "GET" else request.body)
        check_action(form, service, _actions(service))
        call = authenticated_call(arrival, request_id, form.action, (service,), _members(form))
        result = run(call)
        body = render_result(service, form.action, result.members, shown(request_id))
        return Answer(200, body, shown(request_id), XML_TYPE)
    except KmsError as refusal:
        return _refusal(service, refusal, request_id)
    except Exception:
        logger.exception("Request %s failed", request_id)
        drop_broken_connection()
        return _refusal(service, KMSInternalException(), request_id)


def _actions(service: str) -> frozenset[str]:
    return frozenset(name for name, operation in OPERATIONS.items() if operation.service == service)


def _members(form: QueryRequest) -> Mapping[str, object]:
    return dict(form.parameters)


def _refusal(service: str, error: KmsError, request_id: str) -> Answer:
    status, body = render_error(service, error, shown(request_id))
    return Answer(status, body, shown(request_id), XML_TYPE)
