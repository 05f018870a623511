"""The tab **Public key**, and its file. Source: console.md 2.9."""

import base64
import textwrap
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_page
from kmsconsole.web.door import perform
from kmsconsole.web.errors import flash_refusal

LINE = 64  # characters of base64 in a line of PEM (RFC 7468)


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    return {"pem": _pem(request, key)}


@require_GET
@key_page
def download(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Send the public key as a PEM file."""
    try:
        pem = _pem(request, key)
    except KmsError as refusal:
        flash_refusal(request, refusal, _("Failed to download the public key"))
        return redirect(key.href())
    response = HttpResponse(pem, content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = f'attachment; filename="{key.key_id}.pem"'
    return response


def _pem(request: HttpRequest, key: DescribedKey) -> str:
    """Call GetPublicKey; return SubjectPublicKeyInfo as PEM."""
    members = perform(request, "GetPublicKey", {"KeyId": key.key_id}).members or {}
    encoded = base64.b64encode(members["PublicKey"]).decode()  # type: ignore[arg-type]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *textwrap.wrap(encoded, LINE), "-----END PUBLIC KEY-----", ""])
