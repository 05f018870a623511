"""The service on a port of its own, in threads of the test's process: what real clients and browsers talk to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import boto3
from botocore.config import Config
from django.db import connections

from tests.people import REGION, Person


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def finish_request(self, request, client_address) -> None:
        try:
            super().finish_request(request, client_address)
        finally:
            connections.close_all()  # the thread ends here, and its database connection with it

    def handle_error(self, request, client_address) -> None:
        """A client that hangs up is not an error of the service."""


class _Handler(WSGIRequestHandler):
    def log_message(self, format, *args) -> None:
        """Tests read the audit trail, not the access log."""


@contextmanager
def running_service() -> Iterator[str]:
    """Serve until the block ends; yields the address, as in http://127.0.0.1:40123."""
    from kmsconsole.wsgi import application  # prepares the installation of the test's database

    server = _Server(("127.0.0.1", 0), _Handler)
    server.set_app(application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def client_of(person: Person, address: str, service: str = "kms", region: str = REGION):
    """Return a boto3 client that signs as this person and neither retries nor checks parameters itself."""
    return boto3.client(
        service,
        endpoint_url=address,
        region_name=region,
        aws_access_key_id=person.access_key_id,
        aws_secret_access_key=person.secret_access_key,
        config=Config(retries={"max_attempts": 1}, parameter_validation=False),
    )
