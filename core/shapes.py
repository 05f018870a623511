"""From bytes to a checked request, and from an answer to bytes: JSON 1.1 as KMS speaks it.

A good request takes the fast path: msgspec decodes and checks it in one step. Whatever msgspec refuses is read again,
by a walk over the service model that either accepts it after all (a number as a context value, text counted in UTF-16
units) or words the refusal as AWS does: wrong JSON is a SerializationException, and all broken constraints together
are one ValidationException. Source: kms-semantics, sections 1.2 to 1.5.
"""

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import msgspec

from core import service_model
from core.errors import SerializationException, UnknownOperationException, ValidationException
from core.message import Message
from core.messages import REQUESTS, STRUCTURES, WITHOUT_OUTPUT


class JsonNumber(float):
    """A JSON number that keeps how it was written, for members where numbers are read as text."""

    text: str

    def __new__(cls, text: str) -> "JsonNumber":
        number = super().__new__(cls, text)
        number.text = text
        return number


_DECODE: Final[Mapping[str, Callable[[bytes], Message]]] = {
    operation: msgspec.json.Decoder(request).decode for operation, request in REQUESTS.items()
}
_DECODE_PLAIN: Final = msgspec.json.Decoder(float_hook=JsonNumber).decode
_ENCODE: Final = msgspec.json.Encoder().encode
# Values that CloudTrail never records, beside those that the service model marks sensitive: an audit record repeats the
# words of a refusal. Source: kms-semantics 5.1.
NEVER_SHOWN: Final = frozenset({"GrantTokenList", "GrantTokenType", "TrustAnchorCertificateType"})
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


# --- requests ---------------------------------------------------------------------------------------------------------
def decode_request(operation: str, body: bytes) -> Message:
    """The request structure for the body of a call.

    Raises UnknownOperationException, SerializationException (not JSON, a wrong JSON type, bad base64) or
    ValidationException with every broken constraint.
    """
    decode = _DECODE.get(operation)
    if decode is None:
        raise UnknownOperationException()
    try:
        return decode(body)
    except _UNREADABLE:
        return _look_again(operation, body)


def convert_request(operation: str, members: Mapping[str, object]) -> Message:
    """The request structure for members named as on the wire; blobs may be bytes, or base64 text as on the wire.

    Raises as :func:`decode_request` does, with the same words.
    """
    if operation not in REQUESTS:
        raise UnknownOperationException()
    violations: list[str] = []
    request = _read_structure(service_model.input_shape(operation), members, "", violations)
    if violations:
        noun = "error" if len(violations) == 1 else "errors"
        raise ValidationException(f"{len(violations)} validation {noun} detected: {'; '.join(violations)}")
    return request


def _look_again(operation: str, body: bytes) -> Message:
    try:
        members = _DECODE_PLAIN(body)
    except _UNREADABLE:
        raise SerializationException() from None
    if not isinstance(members, dict):
        raise SerializationException()
    return convert_request(operation, members)


def _read_structure(shape_name: str, value: object, path: str, violations: list[str]) -> Message:
    if not isinstance(value, Mapping):
        raise SerializationException()
    shape, structure = service_model.shape(shape_name), _structure(shape_name)
    required = shape.get("required", ())
    fields: dict[str, Any] = dict.fromkeys(structure.__struct_fields__)
    names = zip(structure.__struct_encode_fields__, structure.__struct_fields__, strict=True)
    for name, field in names:
        member, member_path = value.get(name), f"{path}.{_lower_camel(name)}".lstrip(".")
        if member is not None:
            fields[field] = _read(shape["members"][name]["shape"], member, member_path, violations)
        elif name in required:
            violations.append(_violation("null ", member_path, "Member must not be null"))
    return structure(**fields)


def _read_list(shape_name: str, value: object, path: str, violations: list[str]) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise SerializationException()
    shape = service_model.shape(shape_name)
    _check_length(shape, len(value), _shown(shape_name, f"[{', '.join(map(str, value))}]"), path, violations)
    element = shape["member"]["shape"]
    return tuple(_read_inner(element, inner, f"{path}.{n}.member", violations) for n, inner in enumerate(value, 1))


def _read_map(shape_name: str, value: object, path: str, violations: list[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise SerializationException()
    element = service_model.shape(shape_name)["value"]["shape"]
    return {
        key: _read_inner(element, _number_as_text(inner), f"{path}.{key}.member", violations)
        for key, inner in value.items()
    }


def _read_inner(shape_name: str, value: object, path: str, violations: list[str]) -> Any:
    if value is None:
        violations.append(_violation("null ", path, "Member must not be null"))
        return None
    return _read(shape_name, value, path, violations)


def _read_string(shape_name: str, value: object, path: str, violations: list[str]) -> str:
    if not isinstance(value, str):
        raise SerializationException(_mismatch(value, "a String"))
    shape = service_model.shape(shape_name)
    shown = _shown(shape_name, value)
    _check_length(shape, _utf16_units(value), shown, path, violations)
    pattern, allowed = shape.get("pattern"), shape.get("enum")
    if pattern and not _whole(pattern).fullmatch(value):
        violations.append(_violation(shown, path, f"Member must satisfy regular expression pattern: {pattern}"))
    if allowed and value not in allowed:
        violations.append(_violation(shown, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]"))
    return str(value)


def _read_blob(shape_name: str, value: object, path: str, violations: list[str]) -> bytes:
    if not isinstance(value, bytes | str):
        raise SerializationException(_mismatch(value, "a Blob"))
    try:
        content = value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise SerializationException() from None
    _check_length(service_model.shape(shape_name), len(content), "", path, violations)
    return content


def _read_integer(shape_name: str, value: object, path: str, violations: list[str]) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise SerializationException(_mismatch(value, "an Integer"))
    shape = service_model.shape(shape_name)
    shown = _shown(shape_name, value)
    if "min" in shape and value < shape["min"]:
        constraint = f"Member must have value greater than or equal to {shape['min']}"
        violations.append(_violation(shown, path, constraint))
    if "max" in shape and value > shape["max"]:
        violations.append(_violation(shown, path, f"Member must have value less than or equal to {shape['max']}"))
    return value


def _read_boolean(shape_name: str, value: object, path: str, violations: list[str]) -> bool:
    if not isinstance(value, bool):
        raise SerializationException(_mismatch(value, "a Boolean"))
    return value


def _read_timestamp(shape_name: str, value: object, path: str, violations: list[str]) -> float:
    """Seconds since the epoch. Text is refused: KMS takes no ISO dates."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SerializationException(_mismatch(value, "a Timestamp"))
    try:
        seconds = float(value)
    except OverflowError:
        raise SerializationException() from None
    if not math.isfinite(seconds):
        raise SerializationException()
    return seconds


_READERS: Final[Mapping[str, Callable[[str, object, str, list[str]], Any]]] = {
    "structure": _read_structure,
    "list": _read_list,
    "map": _read_map,
    "string": _read_string,
    "blob": _read_blob,
    "integer": _read_integer,
    "boolean": _read_boolean,
    "timestamp": _read_timestamp,
}


def _read(shape_name: str, value: object, path: str, violations: list[str]) -> Any:
    return _READERS[service_model.shape(shape_name)["type"]](shape_name, value, path, violations)


# --- the words of a refusal -------------------------------------------------------------------------------------------
def _violation(shown: str, path: str, constraint: str) -> str:
    return f"Value {shown}at '{path}' failed to satisfy constraint: {constraint}"


def _shown(shape_name: str, value: object) -> str:
    """The value as a violation quotes it: not at all if nobody is to see it."""
    hidden = shape_name in NEVER_SHOWN or service_model.shape(shape_name).get("sensitive")
    return "" if hidden else f"'{value}' "


def _check_length(shape: Mapping[str, Any], length: int, shown: str, path: str, violations: list[str]) -> None:
    if length < shape.get("min", 0):
        constraint = f"Member must have length greater than or equal to {shape['min']}"
        violations.append(_violation(shown, path, constraint))
    if "max" in shape and length > shape["max"]:
        violations.append(_violation(shown, path, f"Member must have length less than or equal to {shape['max']}"))


def _mismatch(value: object, wanted: str) -> str | None:
    """The parser's sentence for a JSON value of the wrong type, in the manner of AWS's Java front end."""
    match value:
        case Mapping():
            return "Start of structure or map found where not expected."
        case list() | tuple():
            return "Start of list found where not expected."
        case bool():
            return f"{str(value).upper()}_VALUE can not be converted to {wanted}"
        case int() | float():
            return f"NUMBER_VALUE can not be converted to {wanted}"
        case str():
            return f"STRING_VALUE can not be converted to {wanted}"
        case _:
            return None


def _number_as_text(value: object) -> object:
    """A number among text values is read as it was written; anything else stays."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return value.text if isinstance(value, JsonNumber) else str(value)


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _lower_camel(member: str) -> str:
    return member[:1].lower() + member[1:]


def _structure(shape_name: str) -> type[Message]:
    return STRUCTURES.get(shape_name) or _inputs()[shape_name]


@cache
def _inputs() -> Mapping[str, type[Message]]:
    return {request.__name__: request for request in REQUESTS.values()}


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    # Java's classes \w, \d and \s are ASCII.
    return re.compile(pattern, re.ASCII)


# --- responses --------------------------------------------------------------------------------------------------------
def encode_response(operation: str, members: Mapping[str, object]) -> bytes:
    """The body of an answer: bytes as base64, instants as seconds since the epoch, absent (``None``) members left out.

    Operations without an output shape answer with no body at all, those with an empty one with ``{}``.
    """
    if operation in WITHOUT_OUTPUT:
        if members:
            raise ValueError(f"{operation} answers with an empty body.")
        return b""
    return _ENCODE({name: _plain(value) for name, value in members.items() if value is not None})


def _plain(value: object) -> object:
    kind = type(value)
    if kind is str or kind is bytes:
        return value
    if isinstance(value, datetime):
        return epoch_seconds(value)
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def epoch_seconds(instant: datetime) -> int | float:
    """An aware instant as KMS writes it: a JSON number with milliseconds, or without a fraction if there is none."""
    if instant.tzinfo is None:
        raise ValueError("An instant without a time zone cannot be rendered.")
    seconds = round(instant.timestamp(), 3)
    return int(seconds) if seconds.is_integer() else seconds
