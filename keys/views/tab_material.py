"""The tab **Key material** of an imported HMAC or asymmetric key: one material for ever. Source: console.md 2.9."""

from typing import Any

from django.http import HttpRequest

from keys.views.described_key import DescribedKey
from keys.views.import_material import import_refusal
from kmsconsole.web.door import refusal_of
from kmsconsole.web.errors import refusal_view


def context(request: HttpRequest, key: DescribedKey) -> dict[str, Any]:
    importing = import_refusal(request, key)
    deleting = refusal_of(request, "DeleteImportedKeyMaterial", {"KeyId": key.key_id})
    return {
        "imported": bool(key.expiration_model),
        "import_refusal": refusal_view(request, importing) if importing else None,
        "delete_refusal": refusal_view(request, deleting) if deleting else None,
    }
