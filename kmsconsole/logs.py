"""Log lines: one event each, with redaction of whatever could be a secret.

structlog formats what Django, the server and our own code log; one processor looks at every line last.
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

REDACTED = "[redacted]"
# Names of members and fields that hold secrets, in any spelling.
_SECRET_NAMES = re.compile(
    r"plaintext|password|secret|token|private_?key|key_?material|credential|authorization|cookie|sharedsecret|csrf",
    re.IGNORECASE,
)
# The same inside a text: name, separator, value.
_SECRET_PAIRS = re.compile(
    r"(?i)(\b\w*(?:plaintext|password|secret|privatekey|keymaterial|sharedsecret)\w*[\"']?\s*[:=]\s*)(b?[\"'][^\"']*[\"']|\S+)"
)


def redact(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace values of secret fields, and ``name=value`` of such names inside texts."""
    for name, value in event.items():
        if _SECRET_NAMES.search(name):
            event[name] = REDACTED
        elif isinstance(value, str):
            event[name] = _SECRET_PAIRS.sub(rf"\1{REDACTED}", value)
        elif isinstance(value, bytes):
            event[name] = REDACTED
    return event


def configuration(level: str) -> dict[str, Any]:
    """Return Django's ``LOGGING``: every logger to standard error, one line an event."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    redact,
                    structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"]),
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # A page that does not exist or a form without its token is the visitor's mistake, not the service's.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "ERROR"},
        },
    }
