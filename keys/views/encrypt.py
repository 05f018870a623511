"""The page Encrypt / Decrypt of a key: for exercises, for small secrets, and to see what a policy allows.

What is entered and what comes back stands in the bodies of the request and the answer alone: it is not stored, not put
into an address and not logged. A download is a form that sends the bytes back as a file.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import AccessDeniedException, KmsError
from keys.views.cli_lines import CliLines, Target, decrypt_lines, encrypt_lines
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_breadcrumbs, key_page
from kmsconsole.web.components import Option, Tab
from kmsconsole.web.door import perform, refusal_of, signed_in
from kmsconsole.web.errors import field_errors, refusal_view
from kmsconsole.web.numbers import remove_row

# Source: API Reference, Encrypt and Decrypt.
PLAINTEXT_BYTES, CIPHERTEXT_BYTES = 4096, 6144
CONTEXT_PAIRS = 30  # rows that the page offers; what is sent all the same is used whole
ENCRYPT, DECRYPT = "encrypt", "decrypt"


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed or chosen. ``content`` is None where ``errors`` say why."""

    text: str = ""
    content: bytes | None = field(default=None, repr=False)
    file_name: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    algorithm: str = ""  # of an RSA key; a symmetric key has one only

    @property
    def context(self) -> dict[str, str]:
        return {name: value for name, value in self.pairs if name or value}


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@key_page
def encrypt(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Encrypt a text or a file."""
    algorithm = _algorithm(request, key)
    if request.method == "GET":
        return _page(request, key, ENCRYPT, Entered(algorithm=algorithm))
    entered = replace(_read(request, _plaintext_of), algorithm=algorithm)
    if entered.content is None:
        return _page(request, key, ENCRYPT, entered, status=422 if entered.errors else 200)
    lines = encrypt_lines(_target(request, key), entered.content, entered.file_name, entered.context, algorithm)
    members = {"KeyId": key.key_id, "Plaintext": entered.content, **_more_members(entered)}
    return _answer(request, key, ENCRYPT, entered, "Encrypt", members, lines)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@key_page
def decrypt(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Decrypt what Encrypt gave: base64 text, or a file with either form."""
    algorithm = _algorithm(request, key)
    if request.method == "GET":
        return _page(request, key, DECRYPT, Entered(algorithm=algorithm))
    entered = replace(_read(request, _ciphertext_of), algorithm=algorithm)
    if entered.content is None:
        return _page(request, key, DECRYPT, entered, status=422 if entered.errors else 200)
    lines = decrypt_lines(_target(request, key), entered.content, entered.context, algorithm)
    members = {"KeyId": key.key_id, "CiphertextBlob": entered.content, **_more_members(entered)}
    return _answer(request, key, DECRYPT, entered, "Decrypt", members, lines)


@require_POST
@sensitive_post_parameters()
@signed_in
def download(request: HttpRequest) -> HttpResponse:
    """Send the posted bytes back as a file: binary, or as the base64 text."""
    encoded = request.POST.get("data", "")
    as_text = request.POST.get("form") == "base64"
    try:
        content = encoded.encode() if as_text else base64.b64decode(encoded, validate=True)
    except ValueError:
        return HttpResponse(status=400)
    kind = "plaintext" if request.POST.get("kind") == "plaintext" else "ciphertext"
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.{"b64.txt" if as_text else "bin"}"'
    response.headers["Cache-Control"] = "no-store"
    return response


# --- what was entered -------------------------------------------------------------------------------------------------
@sensitive_variables()
def _read(request: HttpRequest, content_of: Any) -> Entered:
    posted = request.POST
    text = posted.get("text", "").replace("\r\n", "\n")
    pairs = list(zip(posted.getlist("context_name"), posted.getlist("context_value"), strict=False))
    removed = posted.get("remove_context", "")
    if "add_context" in posted or removed:
        remove_row(pairs, removed)
        if "add_context" in posted and len(pairs) < CONTEXT_PAIRS:
            pairs.append(("", ""))
        return Entered(text, pairs=tuple(pairs))
    file = request.FILES.get("file")
    errors = _pair_errors(pairs)
    content = None
    if file is not None and text:
        errors["content"] = _("Enter a text or choose a file, not both.")
    elif file is None and not text:
        errors["content"] = _("Enter a text or choose a small file.")
    else:
        content = content_of(text, file)
        if content is None:
            errors["content"] = _("This is not base64.")
    name = file.name or "file" if file is not None else ""
    return Entered(text, None if errors else content, name, tuple(pairs), errors)


def _pair_errors(pairs: list[tuple[str, str]]) -> dict[str, str]:
    names = [name for name, value in pairs if name or value]
    if "" in names:
        return {"context": _("Every pair of the encryption context needs a name.")}
    if len(set(names)) < len(names):
        return {"context": _("Each name may stand in the encryption context once.")}
    return {}


def _plaintext_of(text: str, file: "UploadedFile[Any] | None") -> bytes | None:
    return text.encode() if file is None else file.read()


def _ciphertext_of(text: str, file: "UploadedFile[Any] | None") -> bytes | None:
    """Return a ciphertext from its base64, or from a file that holds its base64 or its bytes."""
    raw = text.encode() if file is None else file.read()
    try:
        return base64.b64decode(b"".join(raw.split()), validate=True)
    except (ValueError, binascii.Error):
        return None if file is None else raw


def _algorithm(request: HttpRequest, key: DescribedKey) -> str:
    """Return the algorithm chosen for an RSA key, the stronger one if none was; "" for a symmetric key.

    Raises Http404 for a key that is not for encryption: it has no such page.
    """
    if not key.encrypts:
        raise Http404
    if not key.is_asymmetric:
        return ""
    posted = request.POST.get("algorithm", "")
    return posted if posted in key.algorithms else key.algorithms[-1]


def _more_members(entered: Entered) -> dict[str, object]:
    members: dict[str, object] = {"EncryptionContext": entered.context} if entered.context else {}
    return {**members, "EncryptionAlgorithm": entered.algorithm} if entered.algorithm else members


# --- the answer -------------------------------------------------------------------------------------------------------
@sensitive_variables()
def _answer(
    request: HttpRequest,
    key: DescribedKey,
    mode: str,
    entered: Entered,
    action: str,
    members: Mapping[str, object],
    lines: CliLines,
) -> HttpResponse:
    try:
        answer = perform(request, action, members).members or {}
    except KmsError as refusal:
        wrong = field_errors(refusal)
        error = next(iter([*wrong.get("plaintext", ()), *wrong.get("ciphertext_blob", ())]), "")
        status = 403 if isinstance(refusal, AccessDeniedException) else 422
        errors = {"content": error} if error else {}
        shown = Entered(entered.text, None, "", entered.pairs, errors, entered.algorithm)
        return _page(request, key, mode, shown, status, lines=lines, refusal=None if error else refusal)
    if mode == ENCRYPT:
        return _page(request, key, mode, entered, lines=lines, result=_ciphertext_result(answer["CiphertextBlob"]))
    return _page(request, key, mode, entered, lines=lines, result=_plaintext_result(answer["Plaintext"]))


@sensitive_variables()
def _ciphertext_result(blob: Any) -> dict[str, Any]:
    return {"base64": base64.b64encode(blob).decode(), "bytes": len(blob), "kind": "ciphertext", "text": None}


@sensitive_variables()
def _plaintext_result(plaintext: Any) -> dict[str, Any]:
    try:
        text = bytes(plaintext).decode()
    except UnicodeDecodeError:
        text = None
    if text is not None and not all(character.isprintable() or character in "\n\r\t" for character in text):
        text = None
    encoded = base64.b64encode(plaintext).decode()
    return {"base64": encoded, "bytes": len(plaintext), "kind": "plaintext", "text": text}


def _target(request: HttpRequest, key: DescribedKey) -> Target:
    return Target(key.arn, key.region, f"{request.scheme}://{request.get_host()}")


@sensitive_variables()
def _page(
    request: HttpRequest,
    key: DescribedKey,
    mode: str,
    entered: Entered,
    status: int = 200,
    *,
    lines: CliLines | None = None,
    result: Mapping[str, Any] | None = None,
    refusal: KmsError | None = None,
) -> HttpResponse:
    asked = _asked(request, key, mode, entered) if request.method == "GET" else None
    context = {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, _("Encrypt / Decrypt")),
        "tabs": [
            Tab(ENCRYPT, _("Encrypt"), key.href("keys:encrypt")),
            Tab(DECRYPT, _("Decrypt"), key.href("keys:decrypt")),
        ],
        "mode": mode,
        "algorithms": [Option(name, name) for name in key.algorithms] if key.is_asymmetric else [],
        "entered": entered,
        "lines": lines,
        "result": result,
        "refusal": refusal_view(request, refusal) if refusal else None,
        "beforehand": refusal_view(request, asked) if asked else None,
        "plaintext_bytes": PLAINTEXT_BYTES,
        "ciphertext_bytes": CIPHERTEXT_BYTES,
        "help_topic": "encrypt-decrypt",
    }
    return render(request, "keys/encrypt.html", context, status=status)


def _asked(request: HttpRequest, key: DescribedKey, mode: str, entered: Entered) -> KmsError | None:
    """Return what the service would say to a call without encryption context; a policy may ask for one."""
    if mode == ENCRYPT:
        return refusal_of(request, "Encrypt", {"KeyId": key.key_id, "Plaintext": b"-", **_more_members(entered)})
    members = {"KeyId": key.key_id, **_more_members(entered), "DryRun": True, "DryRunModifiers": ["IGNORE_CIPHERTEXT"]}
    return refusal_of(request, "Decrypt", members)
