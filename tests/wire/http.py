"""HTTP requests as a WSGI server hands them over, signed by botocore's signer, and their answers."""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.people import REGION, Person

HOST = "127.0.0.1:8000"
JSON = "application/x-amz-json-1.1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def _at(signer: type, moment: datetime) -> type:
    """The signer as it would be at another moment."""

    class Signer(signer):  # type: ignore[misc, valid-type]
        def add_auth(self, request: AWSRequest) -> None:
            request.context["timestamp"] = moment.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))

    return Signer


def signed(
    person: Person | None,
    body: bytes = b"{}",
    target: str | None = "TrentService.ListKeys",
    *,
    method: str = "POST",
    path: str = "/",
    service: str = "kms",
    region: str = REGION,
    content_type: str = JSON,
    ahead: timedelta = timedelta(),
    presigned: int | None = None,
    token: str | None = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Return the environ of a request; ``presigned`` puts the signature into the query, valid for so many seconds."""
    given = {"Content-Type": content_type, **(headers or {})}
    if target is not None:
        given["X-Amz-Target"] = target
    request = AWSRequest(method, f"http://{HOST}{path}", headers=given, data=body)
    if person is not None:
        credentials = Credentials(person.access_key_id, person.secret_access_key, token)
        moment = datetime.now(UTC) + ahead
        if presigned is None:
            _at(SigV4Auth, moment)(credentials, service, region).add_auth(request)
        else:
            _at(SigV4QueryAuth, moment)(credentials, service, region, expires=presigned).add_auth(request)
    parts = urlsplit(request.url)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": parts.path,
        "RAW_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": HOST,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers.items():
        variable = name.upper().replace("-", "_")
        environ["CONTENT_TYPE" if variable == "CONTENT_TYPE" else f"HTTP_{variable}"] = value
    return environ


@dataclass(frozen=True)
class Answered:
    """What a client sees."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["__type"])

    @property
    def message(self) -> str | None:
        return self.json.get("message", self.json.get("Message"))


def answer(environ: dict[str, Any]) -> Answered:
    """Let the service's WSGI application answer."""
    from kmsconsole.wsgi import application  # prepares the installation of the test's database

    started: list[Any] = []
    body = b"".join(application(environ, lambda status, headers, exc_info=None: started.append((status, headers))))
    status, headers = started[0]
    return Answered(int(status.split()[0]), dict(headers), body)


def ask(person: Person | None, action: str, body: bytes = b"{}", **options: Any) -> Answered:
    return answer(signed(person, body, f"TrentService.{action}", **options))
