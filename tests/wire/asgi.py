"""Requests to the ASGI application, in an event loop of the test's own, and the threads beside it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import connections

from tests.wire.http import Answered


class Threads(ThreadPoolExecutor):
    """Counts what the event loop gave away."""

    def __init__(self) -> None:
        super().__init__(8)
        self.taken = 0

    def submit(self, *arguments, **options):
        self.taken += 1
        return super().submit(*arguments, **options)


def scope_of(environ: dict[str, Any]) -> dict[str, Any]:
    """The ASGI scope of a request as WSGI describes it."""
    headers = [
        (name[5:].replace("_", "-").lower().encode(), value.encode("latin-1"))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    headers += [
        (name.replace("_", "-").lower().encode(), environ[name].encode())
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH")
        if name in environ
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "raw_path": environ["RAW_URI"].partition("?")[0].encode(),
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "headers": headers,
        "client": (environ["REMOTE_ADDR"], 40000),
        "server": ("127.0.0.1", 8000),
        "scheme": environ["wsgi.url_scheme"],
        "root_path": "",
    }


async def asked(application, environ: dict[str, Any], *, pieces: int = 1) -> Answered:
    """Send one request, its body in so many pieces."""
    body = environ["wsgi.input"].getvalue()
    size = -(-len(body) // pieces) or 1
    parts = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    sent: list[dict[str, Any]] = []

    async def receive():
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    await application(scope_of(environ), receive, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@contextmanager
def asgi(monkeypatch):
    """Yield ``run(body)``, which runs ``body(application)`` in an event loop, and the threads beside it.

    The loop has a thread of its own, as the tests' may have one already (see conftest.py), and Django guards the
    database in it, as it does in the service.
    """
    from a2wsgi import WSGIMiddleware

    from kmsconsole.asgi import Application, django_application

    threads = Threads()
    console = WSGIMiddleware(django_application, workers=2)

    def run(body: Callable[[Any], Awaitable[Any]]) -> Any:
        async def within():
            return await body(Application(threads, console))

        with monkeypatch.context() as patch, ThreadPoolExecutor(1) as own:
            patch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")
            return own.submit(asyncio.run, within()).result()

    try:
        yield run, threads
    finally:
        for pool in (threads, console.executor):
            _close_connections(pool)
            pool.shutdown()


def _close_connections(pool: ThreadPoolExecutor) -> None:
    """Close the database connection of each thread of a pool: they meet, so that each does it once."""
    import threading

    workers = len(pool._threads)
    if workers:
        barrier = threading.Barrier(workers)

        def close() -> None:
            connections.close_all()
            barrier.wait(30)

        for future in [ThreadPoolExecutor.submit(pool, close) for _ in range(workers)]:
            future.result(60)


def gathered(application, environs: Sequence[dict[str, Any]]):
    """Send requests at once."""

    async def all_of_them():
        return await asyncio.gather(*(asked(application, environ) for environ in environs))

    return all_of_them()
