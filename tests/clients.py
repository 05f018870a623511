"""Django's test client on middleware that is loaded once for all tests: WhiteNoise looks at every static file then."""

from functools import cache
from typing import Any

from django.test import Client as DjangoClient
from django.test.client import ClientHandler


class Client(DjangoClient):
    """A browser with cookies of its own before the one handler that all share, as in a process of the service."""

    def __init__(self, enforce_csrf_checks: bool = False, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks=enforce_csrf_checks, **defaults)
        self.handler = _handler(enforce_csrf_checks)


@cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    handler = ClientHandler(enforce_csrf_checks)
    handler.load_middleware()
    return handler
