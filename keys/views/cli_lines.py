"""The same call as a line of the AWS CLI, for version 2 and version 1.

Version 2 takes binary members as base64 unless told otherwise, version 1 takes them raw or from a file. Source: AWS CLI
User Guide, "Binary values".
"""

import base64
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

INLINE_AT_MOST = 200  # characters; a longer plaintext is better kept in a file
_SIMPLE = re.compile(r"[\w./:@+-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class CliLines:
    """One command for each major version of the CLI."""

    version_2: str
    version_1: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where a command goes."""

    key_arn: str
    region: str
    endpoint: str


def encrypt_lines(
    target: Target, plaintext: bytes, file_name: str, context: Mapping[str, str], algorithm: str = ""
) -> CliLines:
    """Return Encrypt with these inputs; ``file_name`` is that of the uploaded file, "" for a text that was typed."""
    head = f"aws kms encrypt --key-id {target.key_arn}"
    tail = f"{_algorithm(algorithm)}{_context(context)}{_place(target)} --query CiphertextBlob --output text"
    text = _inline(plaintext) if not file_name else None
    if text is None:
        source = f" --plaintext {shlex.quote('fileb://' + (file_name or 'plaintext.txt'))}"
        return CliLines(head + source + tail, head + source + tail)
    source = f" --plaintext {shlex.quote(text)}"
    return CliLines(f"{head} --cli-binary-format raw-in-base64-out{source}{tail}", head + source + tail)


def decrypt_lines(target: Target, ciphertext: bytes, context: Mapping[str, str], algorithm: str = "") -> CliLines:
    """Return Decrypt with these inputs; the answer is decoded to the bytes that were encrypted."""
    encoded = base64.b64encode(ciphertext).decode()
    head = f"aws kms decrypt --key-id {target.key_arn}"
    tail = (
        f"{_algorithm(algorithm)}{_context(context)}{_place(target)} --query Plaintext --output text | base64 --decode"
    )
    in_place = f" --ciphertext-blob fileb://<(echo {encoded} | base64 --decode)"
    return CliLines(f"{head} --ciphertext-blob {encoded}{tail}", head + in_place + tail)


def _place(target: Target) -> str:
    return f" --region {target.region} --endpoint-url {shlex.quote(target.endpoint)}"


def _algorithm(algorithm: str) -> str:
    return f" --encryption-algorithm {algorithm}" if algorithm else ""


def _context(context: Mapping[str, str]) -> str:
    if not context:
        return ""
    if all(_SIMPLE.fullmatch(text) for pair in context.items() for text in pair):
        return " --encryption-context " + ",".join(f"{name}={value}" for name, value in context.items())
    return f" --encryption-context {shlex.quote(json.dumps(context, ensure_ascii=False))}"


def _inline(plaintext: bytes) -> str | None:
    """Return the plaintext as a word of the command line, if it can be one."""
    try:
        text = plaintext.decode()
    except UnicodeDecodeError:
        return None
    # The CLI reads a file for words that begin like this.
    refers = text.startswith(("file://", "fileb://"))
    return text if text.isprintable() and len(text) <= INLINE_AT_MOST and not refers else None
