"""Verification of AWS Signature Version 4, in the Authorization header or in the query string of a presigned URL.

Pure: headers, body and time are arguments, whatever the service. Only the hashing of the whole payload is supported: no
``UNSIGNED-PAYLOAD``, no chunked signing, no SigV4A. Inside the validity period a request may be repeated, as on AWS.

The caller reads the signature (:func:`read_signature`), finds the secret of ``access_key_id``, derives the signing key
once a day and Region (:func:`derive_signing_key`) and verifies. Sources: IAM User Guide, "AWS Signature Version 4 for
API requests"; texts: kms-semantics 1.4, else the common texts of AWS's front end.
"""

import hashlib
import hmac
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import gmtime, strftime
from typing import Final
from urllib.parse import quote, unquote_to_bytes

import msgspec

from core.errors import IncompleteSignatureException, InvalidSignatureException, MissingAuthenticationTokenException

ALGORITHM: Final = "AWS4-HMAC-SHA256"
TERMINATOR: Final = "aws4_request"
ALLOWED_SKEW_SECONDS: Final = 300
LONGEST_EXPIRY_SECONDS: Final = 604_800  # 7 days
LONGEST_AUTHORIZATION: Final = 4_096

_PARTS: Final = ("Credential", "Signature", "SignedHeaders")
_QUERY_PARTS: Final = tuple(
    f"X-Amz-{part}" for part in ("Algorithm", "Credential", "Signature", "SignedHeaders", "Date")
)
_HEX_64: Final = re.compile(r"[0-9a-f]{64}\Z").match
_ISO_BASIC: Final = re.compile(r"\d{8}T\d{6}Z\Z", re.ASCII).match
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+\Z").match
_MISMATCH: Final = InvalidSignatureException.template


class Scope(msgspec.Struct, frozen=True, gc=False):
    """What a signature says of itself, the signature apart: the same for many requests, so it is parsed once.

    A struct and not a dataclass because one is made for each new client on the hot path.
    """

    access_key_id: str
    date: str  # YYYYMMDD
    region: str
    service: str
    credential_scope: str  # date/region/service/aws4_request
    signed_headers: tuple[str, ...]
    signed_headers_text: str


class Signature(msgspec.Struct, frozen=True, gc=False):
    """A parsed signature, not yet verified. The last three are ``None`` unless it travels in the query string."""

    scope: Scope
    value: str
    signed_at: str | None = None  # ISO 8601 basic
    expires_seconds: int | None = None
    security_token: str | None = None

    @property
    def access_key_id(self) -> str:
        return self.scope.access_key_id


# --- parsing ----------------------------------------------------------------------------------------------------------
def read_signature(headers: Mapping[str, str], query: str) -> Signature:
    """The signature of a request, from its Authorization header or else its query string.

    ``headers`` have lower-case names. Raises MissingAuthenticationTokenException if there is none, and
    IncompleteSignatureException if it cannot be read.
    """
    authorization = headers.get("authorization")
    if authorization is not None:
        if "X-Amz-Signature=" in query:
            raise IncompleteSignatureException("A request carries one signature: in a header or in its query string.")
        return parse_authorization(authorization, dated="x-amz-date" in headers or "date" in headers)
    if "X-Amz-" in query:
        return parse_presigned(query)
    raise MissingAuthenticationTokenException()


def parse_authorization(header: str, *, dated: bool = True) -> Signature:
    """Read an Authorization header; ``dated`` says whether the request has an X-Amz-Date or a Date header.

    Raises IncompleteSignatureException with one sentence for each missing part.
    """
    head, separator, value = header.rpartition("Signature=")
    if separator and dated and _HEX_64(value):
        return Signature(_parse_head(head), value)
    scope, value = _parse_parts(header, dated)
    return Signature(scope, value)


@lru_cache(maxsize=1024)
def _parse_head(head: str) -> Scope:
    """All that precedes the signature, where the signature comes last: the same text in many requests."""
    return _parse_parts(f"{head}Signature={'0' * 64}", dated=True)[0]


def _parse_parts(header: str, dated: bool) -> tuple[Scope, str]:
    if len(header) > LONGEST_AUTHORIZATION:
        raise IncompleteSignatureException("Authorization header is too long.")
    if not header.isascii() or not header.isprintable():
        raise IncompleteSignatureException("Authorization header holds characters that are not printable ASCII.")
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(f"Unsupported AWS 'algorithm': '{algorithm}'.")
    parts: dict[str, str] = {}
    for part in rest.split(",") if rest.strip() else ():
        name, equals, value = part.strip(" ").partition("=")
        if not equals:
            fault = "not a valid key=value pair (missing equal-sign) in Authorization header"
            text = f"'{part.strip(' ')}' {fault}: '{header}'."
            raise IncompleteSignatureException(text)
        if name in parts or name not in _PARTS:
            raise IncompleteSignatureException(f"Authorization header has an unexpected '{name}' parameter.")
        parts[name] = value
    sentences = [f"Authorization header requires '{name}' parameter." for name in _PARTS if not parts.get(name)]
    if not dated:
        sentences.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if sentences:
        raise IncompleteSignatureException(f"{' '.join(sentences)} Authorization={header}")
    return _scope(parts["Credential"], parts["SignedHeaders"]), _hex_signature(parts["Signature"])


def parse_presigned(query: str) -> Signature:
    """Read the signature of a presigned URL from its raw query string. Raises IncompleteSignatureException."""
    if not query.isascii():
        raise IncompleteSignatureException("The query string holds characters that are not ASCII.")
    given: dict[str, str] = {}
    for name, value in _decoded_pairs(query):
        if name in given:
            if name.startswith("X-Amz-"):
                raise IncompleteSignatureException(f"The query string has more than one '{name}' parameter.")
            continue
        given[name] = value
    missing = [f"AWS query-string parameters must include '{name}'." for name in _QUERY_PARTS if not given.get(name)]
    if missing:
        raise IncompleteSignatureException(f"{' '.join(missing)} Re-examine the query-string parameters.")
    if given["X-Amz-Algorithm"] != ALGORITHM:
        raise IncompleteSignatureException(f"Unsupported AWS 'algorithm': '{given['X-Amz-Algorithm']}'.")
    expires = given.get("X-Amz-Expires", str(ALLOWED_SKEW_SECONDS))
    if not re.fullmatch(r"[1-9][0-9]{0,5}", expires) or int(expires) > LONGEST_EXPIRY_SECONDS:
        raise IncompleteSignatureException(f"X-Amz-Expires must be between 1 and {LONGEST_EXPIRY_SECONDS} seconds.")
    return Signature(
        _scope(given["X-Amz-Credential"], given["X-Amz-SignedHeaders"]),
        _hex_signature(given["X-Amz-Signature"]),
        given["X-Amz-Date"],
        int(expires),
        given.get("X-Amz-Security-Token"),
    )


def _scope(credential: str, signed_headers: str) -> Scope:
    elements = credential.split("/")
    if len(elements) != 5 or not all(elements):
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
            f"'{credential}'"
        )
    access_key_id, date, region, service, terminator = elements
    if terminator != TERMINATOR:
        raise InvalidSignatureException(
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'. "
        )
    names = tuple(signed_headers.split(";"))
    if list(names) != sorted(set(names)) or not all(map(_HEADER_NAME, names)):
        raise IncompleteSignatureException("SignedHeaders must be lower-case header names, sorted, each named once.")
    return Scope(access_key_id, date, region, service, f"{date}/{region}/{service}/{TERMINATOR}", names, signed_headers)


def _hex_signature(value: str) -> str:
    if not _HEX_64(value):
        raise InvalidSignatureException()
    return value


# --- verification -----------------------------------------------------------------------------------------------------
def derive_signing_key(secret_access_key: str, date: str, region: str, service: str) -> bytes:
    """The key that signs for one day (YYYYMMDD), Region and service: 32 bytes, worth caching for the day."""
    key = f"AWS4{secret_access_key}".encode()
    for part in (date, region, service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def check_scope(scope: Scope, region: str, services: Sequence[str]) -> None:
    """Raise InvalidSignatureException unless the credential is scoped to this Region and to one of the services."""
    text = "" if scope.region == region else "Credential should be scoped to a valid region. "
    if scope.service not in services:
        text += f"Credential should be scoped to correct service: '{services[0]}'. "
    if text:
        raise InvalidSignatureException(text)


def verify(
    signature: Signature,
    signing_key: bytes,
    *,
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body: bytes,
    now: float,
) -> None:
    """Raise InvalidSignatureException unless the request was signed with this key and is still fresh.

    ``path`` and ``query`` are as on the request line, still percent-encoded. ``headers`` have lower-case names; several
    headers of one name are joined with a comma. ``now`` is in seconds since the epoch.
    """
    scope = signature.scope
    signed_at = _signed_at(signature, headers)
    _check_time(signature, signed_at, now)
    _check_signed_headers(scope.signed_headers, headers)
    payload_hash = hashlib.sha256(body).hexdigest()
    if headers.get("x-amz-content-sha256", payload_hash) != payload_hash:
        raise InvalidSignatureException()
    lines = [f"{name}:{_trimmed(headers[name])}" for name in scope.signed_headers]
    query_hidden = None if signature.signed_at is None else "X-Amz-Signature"
    canonical = "\n".join(
        (
            method,
            "/" if path == "/" else canonical_path(path),
            canonical_query(query, without=query_hidden) if query else "",
            *lines,
            "",
            scope.signed_headers_text,
            payload_hash,
        )
    )
    try:
        # The server hands over header values as Latin-1, so this gives back the bytes of the wire.
        digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    except UnicodeEncodeError:
        raise InvalidSignatureException() from None
    to_sign = f"{ALGORITHM}\n{signed_at}\n{scope.credential_scope}\n{digest}"
    if not hmac.compare_digest(hmac.digest(signing_key, to_sign.encode(), "sha256").hex(), signature.value):
        raise InvalidSignatureException()


def _signed_at(signature: Signature, headers: Mapping[str, str]) -> str:
    """When the request says that it was signed, in ISO 8601 basic form, and of the same day as its scope."""
    signed_at = signature.signed_at or headers.get("x-amz-date")
    if signed_at is None:
        if "date" not in signature.scope.signed_headers:
            raise InvalidSignatureException("'Date' must be a 'SignedHeader' in the AWS Authorization.")
        signed_at = _iso_basic(headers.get("date", ""))
    day = signature.scope.date
    if signed_at[:8] != day:
        raise InvalidSignatureException(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{day}' != '{signed_at[:8]}', from '{signed_at}'."
        )
    return signed_at


@lru_cache(maxsize=64)
def _iso_basic(date: str) -> str:
    if _ISO_BASIC(date):
        return date
    try:
        return strftime("%Y%m%dT%H%M%SZ", parsedate_to_datetime(date).utctimetuple())
    except ValueError:
        raise IncompleteSignatureException(f"Date must be in ISO-8601 'basic format'. Got '{date}'.") from None


@lru_cache(maxsize=64)
def _seconds(signed_at: str) -> int:
    """Seconds since the epoch of ``YYYYMMDDTHHMMSSZ``. The clients of one second share one text, hence the cache."""
    if not _ISO_BASIC(signed_at):
        raise IncompleteSignatureException(f"Date must be in ISO-8601 'basic format'. Got '{signed_at}'.")
    fields = [int(signed_at[start:end]) for start, end in ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13), (13, 15))]
    try:
        seconds = timegm((*fields, 0, 0, 0))
    except ValueError:
        seconds = -1
    if _as_iso_basic(seconds) != signed_at:
        raise IncompleteSignatureException(f"Date must be in ISO-8601 'basic format'. Got '{signed_at}'.")
    return seconds


def _as_iso_basic(seconds: float) -> str:
    return strftime("%Y%m%dT%H%M%SZ", gmtime(seconds))


def _check_time(signature: Signature, signed_at: str, now: float) -> None:
    age = now - _seconds(signed_at)
    lifetime = signature.expires_seconds or ALLOWED_SKEW_SECONDS
    if age > lifetime:
        span = f"{lifetime // 60} min" if lifetime % 60 == 0 else f"{lifetime} sec"
        raise InvalidSignatureException(
            f"Signature expired: {signed_at} is now earlier than {_as_iso_basic(now - lifetime)} "
            f"({_as_iso_basic(now)} - {span}.)"
        )
    if age < -ALLOWED_SKEW_SECONDS:
        raise InvalidSignatureException(
            f"Signature not yet current: {signed_at} is still later than {_as_iso_basic(now + ALLOWED_SKEW_SECONDS)} "
            f"({_as_iso_basic(now)} + 5 min.)"
        )


def _check_signed_headers(signed_headers: tuple[str, ...], headers: Mapping[str, str]) -> None:
    """Host and every X-Amz-* header must be signed, and every signed header must be there."""
    unsigned = _first_unsigned(tuple(headers), signed_headers)
    if unsigned is not None:
        raise InvalidSignatureException(f"'{unsigned}' must be a 'SignedHeader' in the AWS Authorization.")
    for name in signed_headers:
        if name not in headers:
            raise InvalidSignatureException(_MISMATCH)


@lru_cache(maxsize=1024)
def _first_unsigned(present: tuple[str, ...], signed_headers: tuple[str, ...]) -> str | None:
    wanted = ["host", *(name for name in present if name.startswith("x-amz-"))]
    return next((name.title() for name in wanted if name not in signed_headers), None)


# --- canonical forms --------------------------------------------------------------------------------------------------
def _trimmed(value: str) -> str:
    """A header value without outer blanks, and with single ones inside."""
    if value.isascii():
        return " ".join(value.split())
    return re.sub(r"[ \t]+", " ", value.strip(" \t"))


def canonical_path(path: str) -> str:
    """The path with ``.`` and ``..`` resolved and encoded once more, as every service but S3 signs it."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            segments = segments[:-1]
        elif segment not in ("", "."):
            segments.append(segment)
    slash = "/" if segments and path.endswith("/") else ""
    return quote(f"/{'/'.join(segments)}{slash}", safe="/-_.~")


def canonical_query(query: str, without: str | None = None) -> str:
    """Names and values encoded anew and sorted; ``without`` names the parameter that was added after signing."""
    pairs = sorted((_encoded(name), _encoded(value)) for name, _, value in _split_pairs(query))
    return "&".join(f"{name}={value}" for name, value in pairs if name != without)


def _split_pairs(query: str) -> list[tuple[str, str, str]]:
    return [part.partition("=") for part in query.split("&") if part]


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")


def _decoded_pairs(query: str) -> list[tuple[str, str]]:
    def decode(text: str) -> str:
        return unquote_to_bytes(text).decode("latin-1")

    return [(decode(name), decode(value)) for name, _, value in _split_pairs(query)]
