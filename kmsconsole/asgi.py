"""The ASGI entry point: API requests go to the API door in the event loop, all else to Django's WSGI handler.

Django's own ASGI handler costs several times its WSGI handler (performance.md, section 1), and the console is
synchronous: a2wsgi runs it in threads. Why not WSGI for both: decision 0010.
"""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, cast
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.db import connections


def _start() -> None:
    """Set Django up and prepare the installation, as ``kmsconsole.wsgi`` does when it is imported."""
    importlib.import_module("kmsconsole.wsgi")
    connections.close_all()


# A worker of several imports this module in its event loop, where Django would not touch the database.
with ThreadPoolExecutor(1) as _starter:
    _starter.submit(_start).result()

from core.errors import KmsError, RequestEntityTooLargeException  # noqa: E402 - as all that follows, needs Django
from kmsconsole.wire.answers import Answer, json_refusal  # noqa: E402
from kmsconsole.wire.arrivals import check_length, headers_of_scope, is_for_api, read_scope  # noqa: E402
from kmsconsole.wire.calls import new_request_id, shown  # noqa: E402
from kmsconsole.wire.loop_lane import LoopLane  # noqa: E402
from kmsconsole.wsgi import django_application  # noqa: E402

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Application:
    """Both doors for one event loop. ``threads`` answer what the loop does not, ``console`` is an ASGI application."""

    def __init__(self, threads: Executor, console: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        self._threads = threads
        self._console = console
        self._lane: LoopLane | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = headers_of_scope(scope["headers"])
        query = scope["query_string"]
        if "x-amz-target" not in headers and not is_for_api(
            scope["method"], scope["path"], query.decode("latin-1"), headers
        ):
            scope["headers"] = [(name, value) for name, value in scope["headers"] if b"_" not in name]
            if not query.isascii():
                scope["query_string"] = quote(query, safe="/?:@!$&'()*+,;=%-._~").encode()
            await self._console(scope, _whole(receive), send)
            return
        try:
            body = await _read_body(headers, _whole(receive))
        except ConnectionError:
            return
        except KmsError as refusal:
            answer = json_refusal(refusal, shown(new_request_id()))
        else:
            answer = await self._own_lane().answer(read_scope(scope, headers, body))
        await _send(answer, send)

    def _own_lane(self) -> LoopLane:
        if self._lane is None:
            self._lane = LoopLane(asyncio.get_running_loop(), self._threads)
        return self._lane


def _whole(receive: Receive) -> Receive:
    """Return what receives a body, and raises ConnectionError instead of ending it where the client hung up."""

    async def receive_or_raise() -> Message:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("The client hung up.")
        return message

    return receive_or_raise


async def _read_body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """Read a body; raises RequestEntityTooLargeException before reading more than the limit."""
    limit = check_length(headers.get("content-length") or "0")
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body") and len(body) <= limit:
        message = await receive()
        body += message.get("body", b"")
    if len(body) > limit:
        raise RequestEntityTooLargeException(limit_bytes=limit)
    return body


async def _send(answer: Answer, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": answer.body})


application = Application(
    ThreadPoolExecutor(settings.KMS_THREADS, thread_name_prefix="api"),
    WSGIMiddleware(cast("Any", django_application), workers=settings.KMS_THREADS),
)
