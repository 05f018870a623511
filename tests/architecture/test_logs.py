"""No log line shows a secret, whoever wrote it."""

import io
import logging

import pytest

from kmsconsole.logs import REDACTED, configuration


@pytest.fixture
def lines():
    formatter = configuration("INFO")["formatters"]["line"]
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        formatter["()"](processors=formatter["processors"], foreign_pre_chain=formatter["foreign_pre_chain"])
    )
    logger = logging.Logger("tests")
    logger.addHandler(handler)
    return logger, stream


@pytest.mark.parametrize(
    "message",
    [
        "failed with Plaintext=b'open sesame'",
        "password: 'open sesame'",
        '{"SecretAccessKey": "open sesame"}',
        "new_password='open sesame'",
    ],
)
def test_a_secret_inside_a_message_is_redacted(lines, message):
    logger, stream = lines
    logger.error(message)
    assert "sesame" not in stream.getvalue()
    assert REDACTED in stream.getvalue()


def test_a_secret_in_an_exception_text_is_redacted(lines):
    logger, stream = lines
    try:
        raise ValueError("plaintext='open sesame'")
    except ValueError:
        logger.exception("Request failed")
    assert "sesame" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_an_ordinary_line_stays_as_it_is(lines):
    logger, stream = lines
    logger.warning("Upkeep rotated %d keys", 3)
    assert 'event="Upkeep rotated 3 keys"' in stream.getvalue()
