"""The floor: reads the body and answers 300 bytes of JSON. What the server itself costs, without any service in it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

BODY = json.dumps({"CiphertextBlob": "A" * 180, "KeyId": "k" * 75, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}).encode()
HEADERS = [(b"content-type", b"application/x-amz-json-1.1"), (b"content-length", str(len(BODY)).encode())]


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})
