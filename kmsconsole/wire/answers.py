"""Answers of the API door, and how a refusal looks on the wire. The only place that builds an error body."""

from dataclasses import dataclass, field
from email.utils import formatdate

import msgspec

from core.errors import KmsError

JSON_TYPE = "application/x-amz-json-1.1"
XML_TYPE = "text/xml"
_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed"}
_REASONS |= {409: "Conflict", 413: "Content Too Large", 500: "Internal Server Error"}
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes = field(repr=False)
    request_id: str
    content_type: str = JSON_TYPE

    @property
    def status_line(self) -> str:
        return f"{self.status} {_REASONS.get(self.status, 'Error')}"

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [
            ("x-amzn-RequestId", self.request_id),
            ("Cache-Control", "no-cache, no-store, must-revalidate, private"),
            ("Expires", "0"),
            ("Pragma", "no-cache"),
            ("Date", formatdate(usegmt=True)),
            ("Content-Type", self.content_type),
            ("Content-Length", str(len(self.body))),
        ]


def json_refusal(error: KmsError, request_id: str) -> Answer:
    """Return the error of a JSON service. No namespace; no member where AWS sends no text (kms-semantics 1.3)."""
    body = {"__type": error.code}
    if error.message is not None:
        body[error.message_member] = error.message
    return Answer(error.status, _encode(body), request_id)
