"""The AWS query protocol, which STS and IAM speak: form parameters in, XML out.

Lists travel as ``Tags.member.1.Key=…``. Source: botocore's service models of sts and iam (protocol ``query``); limits
are this service's own. Strict: a parameter named twice, a gap in a list or a name with two meanings is refused.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes
from xml.sax.saxutils import escape

from core.errors import (
    AccessDeniedException,
    ExpiredTokenException,
    IamInvalidAction,
    IamMalformedQueryString,
    IamMissingAction,
    IncompleteSignatureException,
    InvalidSignatureException,
    KmsError,
    KMSInternalException,
    MissingAuthenticationTokenException,
    ThrottlingException,
    UnrecognizedClientException,
    ValidationException,
)

NAMESPACES: Final[Mapping[str, str]] = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
VERSIONS: Final[Mapping[str, str]] = {service: url.split("/")[-2] for service, url in NAMESPACES.items()}

LARGEST_FORM_BYTES: Final = 1_048_576
MOST_PARAMETERS: Final = 2_000
MOST_LIST_ITEMS: Final = 1_000
DEEPEST_NESTING: Final = 10

Tree = str | list["Tree"] | dict[str, "Tree"]

_LIST: Final = "member"
_INDEX: Final = re.compile(r"[1-9][0-9]{0,3}")
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
# Characters that XML 1.0 cannot carry, in any form.
_UNSPEAKABLE: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class QueryRequest(NamedTuple):
    """A parsed request; ``parameters`` has neither Action nor Version, lists and structures are nested."""

    action: str
    version: str
    parameters: Mapping[str, Tree]


# --- requests ---------------------------------------------------------------------------------------------------------
def parse_query(form: bytes | str) -> QueryRequest:
    """Read a form body, or the query string of a GET. Parameters of a presigned signature are left out.

    Raises IamMalformedQueryString or IamMissingAction. Whether the action exists is for the caller to decide.
    """
    flat = _parse_form(form.encode() if isinstance(form, str) else form)
    action, version = flat.pop("Action", ""), flat.pop("Version", "")
    if not action:
        raise IamMissingAction()
    return QueryRequest(action, version, _nest(flat))


def check_action(request: QueryRequest, service: str, actions: frozenset[str]) -> None:
    """Raise IamInvalidAction unless the service offers the action in the version that the request names."""
    if request.action not in actions or request.version != VERSIONS[service]:
        raise IamInvalidAction(action=request.action, version=request.version or "NO_VERSION_SPECIFIED")


def _parse_form(form: bytes) -> dict[str, str]:
    if len(form) > LARGEST_FORM_BYTES:
        raise IamMalformedQueryString(f"The request is larger than {LARGEST_FORM_BYTES} bytes.")
    parts = [part for part in form.split(b"&") if part]
    if len(parts) > MOST_PARAMETERS:
        raise IamMalformedQueryString(f"The request has more than {MOST_PARAMETERS} parameters.")
    flat: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition(b"=")
        try:
            decoded, text = _decode(name), _decode(value)
        except UnicodeDecodeError:
            raise IamMalformedQueryString("The parameters are not encoded in UTF-8.") from None
        if not equals or not decoded:
            raise IamMalformedQueryString("Each parameter must have a name, an equal-sign and a value.")
        if decoded in flat:
            raise IamMalformedQueryString(f"The parameter {decoded} was provided more than once.")
        if not decoded.startswith("X-Amz-"):
            flat[decoded] = text
    return flat


def _decode(text: bytes) -> str:
    return unquote_to_bytes(text.replace(b"+", b" ")).decode()


def _nest(flat: Mapping[str, str]) -> dict[str, Tree]:
    """``{"Tags.member.1.Key": "k"}`` → ``{"Tags": [{"Key": "k"}]}``."""
    root: dict[str, Tree] = {}
    for name, value in flat.items():
        steps = name.split(".")
        if len(steps) > DEEPEST_NESTING or not all(_NAME.fullmatch(step) for step in steps):
            raise IamMalformedQueryString(f"The parameter name {name} is not valid.")
        node = root
        for step in steps[:-1]:
            inner = node.setdefault(step, {})
            if not isinstance(inner, dict):
                raise IamMalformedQueryString(f"The parameter {name} contradicts another parameter.")
            node = inner
        if steps[-1] in node:
            raise IamMalformedQueryString(f"The parameter {name} contradicts another parameter.")
        node[steps[-1]] = value
    return {name: _with_lists(node, name) for name, node in root.items()}


def _with_lists(node: Tree, path: str) -> Tree:
    if not isinstance(node, dict):
        return node
    items = node.get(_LIST)
    if items is None:
        return {name: _with_lists(inner, f"{path}.{name}") for name, inner in node.items()}
    if len(node) > 1 or not isinstance(items, dict) or len(items) > MOST_LIST_ITEMS:
        raise IamMalformedQueryString(f"The parameter {path} is not a valid list.")
    if not all(map(_INDEX.fullmatch, items)) or sorted(map(int, items)) != list(range(1, len(items) + 1)):
        raise IamMalformedQueryString(f"The items of {path} must be numbered from 1 without gaps.")
    return [_with_lists(items[str(number)], f"{path}.{_LIST}.{number}") for number in range(1, len(items) + 1)]


# --- answers ----------------------------------------------------------------------------------------------------------
def render_result(service: str, action: str, result: Mapping[str, object] | None, request_id: str) -> bytes:
    """The XML of an answer; ``None`` for an action whose answer has no result, members that are ``None`` left out."""
    body = "" if result is None else f"<{action}Result>{_render_members(result)}</{action}Result>"
    return (
        f'<{action}Response xmlns="{NAMESPACES[service]}">{body}'
        f"<ResponseMetadata><RequestId>{_text(request_id)}</RequestId></ResponseMetadata></{action}Response>\n"
    ).encode()


def render_error(service: str, error: KmsError, request_id: str) -> tuple[int, bytes]:
    """The HTTP status and the XML of a refusal, under the code that the query protocol has for it."""
    code, status = query_code(error)
    kind = "Sender" if status < 500 else "Receiver"
    message = "" if error.message is None else f"<Message>{_text(error.message)}</Message>"
    body = (
        f'<ErrorResponse xmlns="{NAMESPACES[service]}"><Error><Type>{kind}</Type><Code>{_text(code)}</Code>{message}'
        f"</Error><RequestId>{_text(request_id)}</RequestId></ErrorResponse>\n"
    )
    return status, body.encode()


# Front-door errors have other names, and other statuses, than in the JSON protocol. Source: IAM and STS API References,
# "Common Errors".
QUERY_CODES: Final[Mapping[type[KmsError], tuple[str, int]]] = {
    AccessDeniedException: ("AccessDenied", 403),
    ExpiredTokenException: ("ExpiredToken", 403),
    IncompleteSignatureException: ("IncompleteSignature", 400),
    InvalidSignatureException: ("SignatureDoesNotMatch", 403),
    KMSInternalException: ("InternalFailure", 500),
    MissingAuthenticationTokenException: ("MissingAuthenticationToken", 403),
    ThrottlingException: ("Throttling", 400),
    UnrecognizedClientException: ("InvalidClientTokenId", 403),
    ValidationException: ("ValidationError", 400),
}


def query_code(error: KmsError) -> tuple[str, int]:
    """The code and the HTTP status of an error in the query protocol."""
    return QUERY_CODES.get(type(error), (error.code, error.status))


def _render_members(members: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{_render(value)}</{name}>" for name, value in members.items() if value is not None)


def _render(value: object) -> str:
    match value:
        case str():
            return _text(value)
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError("An instant without a time zone cannot be rendered.")
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case Mapping():
            return _render_members(value)
        case list() | tuple():
            return "".join(f"<{_LIST}>{_render(item)}</{_LIST}>" for item in value)
        case _:
            raise TypeError(f"{type(value).__name__} has no XML form.")


def _text(text: str) -> str:
    """Text as XML content; what XML cannot carry becomes U+FFFD, and a carriage return survives."""
    return escape(_UNSPEAKABLE.sub("\ufffd", text), {"\r": "&#xD;"})
