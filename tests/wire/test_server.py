"""The server as it is started: what it does before the application sees anything."""

import socket
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from kmsconsole.server import MAX_HEAD_BYTES
from tests.processes import separate_services


@pytest.fixture
def address(people):
    with separate_services(1) as (address,):
        yield address


def exchange(address: str, *pieces: bytes) -> bytes:
    """Send bytes one piece after the other; return what comes back until the server closes the connection."""
    parts = urlsplit(address)
    received = b""
    with closing(socket.create_connection((parts.hostname, parts.port), timeout=20)) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
            while chunk := connection.recv(65536):
                received += chunk
        except ConnectionError:
            pass  # the server closed before everything was sent; what it said is here
    return received


def test_endless_headers_are_not_gathered(address):
    start = b"GET /signin HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    fits = b"X-Long: " + b"a" * (MAX_HEAD_BYTES // 2) + b"\r\nConnection: close\r\n\r\n"
    assert exchange(address, start, fits).startswith(b"HTTP/1.1 200")
    one_header = [b"X-Long: "] + [b"a" * 16_384] * (MAX_HEAD_BYTES // 16_384 + 1)
    assert exchange(address, start, *one_header).startswith(b"HTTP/1.1 400")
    many = [b"X-Short: a\r\n" * 1_400] * 5
    assert exchange(address, start, *many).startswith(b"HTTP/1.1 400")


def test_a_large_body_is_no_long_head(address):
    body = b"a" * (4 * MAX_HEAD_BYTES)
    head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    answered = exchange(address, head, body[:100], body[100:])
    assert answered.startswith(b"HTTP/1.1 400")
    assert b"UnknownOperationException" in answered


def test_the_server_does_not_tell_what_it_is(address):
    answered = exchange(address, b"GET /signin HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").lower()
    assert b"\r\nserver:" not in answered
    assert answered.count(b"\r\ndate: ") == 1
