"""The floor: reads the body and answers 300 bytes of JSON. What the server itself costs, without any service in it."""

import json
from collections.abc import Callable, Iterable
from typing import Any

BODY = json.dumps({"CiphertextBlob": "A" * 180, "KeyId": "k" * 75, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}).encode()
HEADERS = [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(BODY)))]


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", HEADERS)
    return [BODY]
