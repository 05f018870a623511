"""Answers of the API door, and how a refusal looks on the wire. The only place that builds an error body."""

import time
from email.utils import formatdate
from functools import lru_cache

import msgspec

from core.errors import KmsError

JSON_TYPE = "application/x-amz-json-1.1"
XML_TYPE = "text/xml"
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
_REASONS |= {409: "Conflict", 413: "Content Too Large", 500: "Internal Server Error"}
_STATUS_LINES = {status: f"{status} {reason}" for status, reason in _REASONS.items()}
_encode = msgspec.json.Encoder().encode


@lru_cache(maxsize=2)
def _http_date(second: int) -> str:
    """Return a second since the epoch as HTTP writes it: one text for all answers of that second."""
    return formatdate(second, usegmt=True)


# What every answer says, as ASGI has it.
_RAW_HEADERS = (
    (b"cache-control", b"no-cache, no-store, must-revalidate, private"),
    (b"expires", b"0"),
    (b"pragma", b"no-cache"),
)


class Answer(msgspec.Struct, frozen=True, gc=False):
    """One HTTP answer."""

    status: int
    body: bytes
    request_id: str
    content_type: str = JSON_TYPE

    def __repr__(self) -> str:
        return f"Answer({self.status} {self.request_id})"

    @property
    def status_line(self) -> str:
        return _STATUS_LINES.get(self.status) or f"{self.status} Error"

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [
            ("x-amzn-RequestId", self.request_id),
            ("Cache-Control", "no-cache, no-store, must-revalidate, private"),
            ("Expires", "0"),
            ("Pragma", "no-cache"),
            ("Date", _http_date(int(time.time()))),
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
        ]

    @property
    def raw_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers for an ASGI server, which adds the date itself."""
        return [
            (b"x-amzn-requestid", self.request_id.encode()),
            *_RAW_HEADERS,
            (b"content-type", self.content_type.encode()),
            (b"content-length", str(len(self.body)).encode()),
        ]


def json_refusal(error: KmsError, request_id: str) -> Answer:
    """Return the error of a JSON service. No namespace; no member where AWS sends no text (kms-semantics 1.3)."""
    body = {"__type": error.code}
    if error.message is not None:
        body[error.message_member] = error.message
    return Answer(error.status, _encode(body), request_id)
