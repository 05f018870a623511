"""Importing key material: the wrapping key and token to download, the wrapped material to upload; deleting it.

Source: console.md 2.14 and 2.9; kms-semantics 4.10.
"""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import AccessDeniedException, KmsError
from core.key_states import KeyState
from keys.forms.import_material import MaterialForm, ParametersForm
from keys.views.bulk import chosen_ids
from keys.views.described_key import DescribedKey, describe
from keys.views.key_page import key_breadcrumbs, key_page, render_dialog
from kmsconsole.web import flash
from kmsconsole.web.components import Flash, Step
from kmsconsole.web.door import current_region, now, perform, refusal_of, signed_in
from kmsconsole.web.errors import field_errors, refusal_view
from kmsconsole.web.navigation import link

NEW = "new"
TITLES = (
    gettext_lazy("Download wrapping public key and import token"),
    gettext_lazy("Upload your wrapped key material"),
)
# What is wrong with a file, where the service says it with a code alone.
_OF_FILES: Mapping[str, tuple[str, str | Promise]] = {
    "InvalidImportTokenException": (
        "token",
        gettext_lazy("This is not an import token of this key in this Region."),
    ),
    "ExpiredImportTokenException": ("token", gettext_lazy("The import token is older than 24 hours. Get a new one.")),
    "InvalidCiphertextException": (
        "wrapped",
        gettext_lazy(
            "The key material could not be unwrapped, or is not material for this key. Wrap it with the public key and "
            "the algorithm that came with this import token."
        ),
    ),
    "IncorrectKeyMaterialException": ("wrapped", gettext_lazy("This is other key material than the one to import.")),
}
_FIELDS = {
    "valid_to": "expires_on",
    "key_material_description": "description",
    "encrypted_key_material": "wrapped",
    "import_token": "token",
}

# How sentences begin that name no member but are about one.
_FIELD_OF_WORDS = {
    "ValidTo": "expires_on",
    "Invalid encrypted key size": "wrapped",
    "Key material description": "description",
}


def import_refusal(request: HttpRequest, key: DescribedKey, region: str | None = None) -> KmsError | None:
    """Return why the signed-in principal cannot import material into a key (or its copy in a Region), or None."""
    material = {"EncryptedKeyMaterial": b"-", "ImportToken": b"-", "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}
    return refusal_of(request, "ImportKeyMaterial", {"KeyId": key.key_id, **material}, region)


def _parameters_refusal(request: HttpRequest, key: DescribedKey) -> KmsError | None:
    """Return why the signed-in principal can get no wrapping key, or None."""
    form = ParametersForm(key.spec)
    members = {
        "WrappingKeySpec": next(iter(form.offered["wrapping_key_spec"]), ""),
        "WrappingAlgorithm": next(iter(form.offered["wrapping_algorithm"]), ""),
    }
    return refusal_of(request, "GetParametersForImport", {"KeyId": key.key_id, **members})


@require_http_methods(["GET", "POST"])
@key_page
def import_parameters(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Choose a wrapping key, and get it with its token as one ZIP file."""
    if request.method == "GET":
        refusal = _parameters_refusal(request, key)
        return _parameters_page(request, key, ParametersForm(key.spec), refusal, 200)
    form = ParametersForm(key.spec, request.POST)
    if not form.is_valid():
        return _parameters_page(request, key, form, None, 422)
    chosen = form.cleaned_data
    members = {"WrappingKeySpec": chosen["wrapping_key_spec"], "WrappingAlgorithm": chosen["wrapping_algorithm"]}
    try:
        answer = perform(request, "GetParametersForImport", {"KeyId": key.key_id, **members}).members or {}
    except KmsError as refusal:
        if refusal.code == "ValidationException" and refusal.message:
            form.add_error("wrapping_algorithm", refusal.message)
            return _parameters_page(request, key, form, None, 422)
        return _parameters_page(request, key, form, refusal, _status(refusal))
    stamp = f"{now(request):%Y%m%d%H%M%S}"
    response = HttpResponse(_archive(key, members, answer), content_type="application/zip")
    name = f"Import_Parameters_{key.key_id}_{stamp}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _archive(key: DescribedKey, chosen: Mapping[str, str], answer: Mapping[str, Any]) -> bytes:
    valid_to: datetime = answer["ParametersValidTo"]
    lines = [
        f"KMS key: {key.arn}",
        f"Wrapping key spec: {chosen['WrappingKeySpec']}",
        f"Wrapping algorithm: {chosen['WrappingAlgorithm']}",
        f"Valid to: {valid_to:%Y-%m-%dT%H:%M:%SZ}",
        "",
        "WrappingPublicKey.bin: the wrapping public key (SubjectPublicKeyInfo, DER).",
        "ImportToken.bin: the import token. Upload it with your wrapped key material.",
        "",
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("WrappingPublicKey.bin", answer["PublicKey"])
        archive.writestr("ImportToken.bin", answer["ImportToken"])
        archive.writestr("README.txt", "\n".join(lines))
    return packed.getvalue()


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@key_page
def import_upload(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Send the wrapped material with its token."""
    if request.method == "GET":
        return _upload_page(request, key, MaterialForm(), import_refusal(request, key), 200)
    form = MaterialForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload_page(request, key, form, None, 422)
    members = {"KeyId": key.key_id, **form.members()}
    purpose = _purpose(request)
    if purpose == NEW:
        members["ImportType"] = "NEW_KEY_MATERIAL"
    elif purpose:
        members["KeyMaterialId"] = purpose
    try:
        perform(request, "ImportKeyMaterial", members)
    except KmsError as refusal:
        unplaced = _place_errors(form, refusal)
        return _upload_page(request, key, form, unplaced, _status(refusal))
    flash.add(request, Flash("success", _imported_text(request, key, purpose)))
    return redirect(key.href(tab=material_tab(key)))


def _imported_text(request: HttpRequest, key: DescribedKey, purpose: str) -> str:
    if purpose == NEW:
        return _("The key material was imported. It takes effect with Rotate now.")
    enabled = key.state is KeyState.PENDING_IMPORT and describe(request, key.key_id).state is KeyState.ENABLED
    return _("The key material was imported. The key is enabled.") if enabled else _("The key material was imported.")


def _place_errors(form: MaterialForm, refusal: KmsError) -> KmsError | None:
    """Put a refusal at the field it is about; returns it if there is none."""
    field, words = _OF_FILES.get(refusal.code, ("", ""))
    if field:
        form.add_error(field, " ".join(part for part in (str(words), refusal.message) if part))
        return None
    for member, messages in field_errors(refusal).items():
        if member in _FIELDS:
            form.add_error(_FIELDS[member], messages)
            return None
    message = refusal.message or ""
    about = next((field for words, field in _FIELD_OF_WORDS.items() if message.startswith(words)), None)
    if refusal.code != "ValidationException" or about is None:
        return refusal
    form.add_error(about, message)
    return None


def _status(refusal: KmsError) -> int:
    return 403 if isinstance(refusal, AccessDeniedException) else 422


def _purpose(request: HttpRequest) -> str:
    """What is imported: ``new`` material, the material of an id, or "" for the only one there can be."""
    return request.GET.get("material", "")


def material_tab(key: DescribedKey) -> str:
    return "rotations" if key.is_symmetric_encryption else "material"


def _address(key: DescribedKey, name: str, purpose: str) -> str:
    return key.href(name, **({"material": purpose} if purpose else {}))


def _frame(request: HttpRequest, key: DescribedKey, current: int, refusal: KmsError | None) -> dict[str, Any]:
    purpose, view = _purpose(request), refusal_view(request, refusal) if refusal else None
    names = ("keys:import_parameters", "keys:import_upload")
    return {
        "key": key,
        "breadcrumbs": key_breadcrumbs(request, key, _("Import key material")),
        "steps": [Step(title, _address(key, name, purpose)) for title, name in zip(TITLES, names, strict=True)],
        "current": current,
        "title": TITLES[current - 1],
        "purpose": purpose,
        "new": purpose == NEW,
        "refusal": view,
        # What would be refused is off; what was refused may be tried again.
        "off": view.summary if view and request.method == "GET" else "",
        "back": key.href(tab=material_tab(key)),
        "help_topic": "import-key-material",
    }


def _parameters_page(
    request: HttpRequest, key: DescribedKey, form: ParametersForm, refusal: KmsError | None, status: int
) -> HttpResponse:
    frame = _frame(request, key, 1, refusal)
    context = {**frame, "form": form, "next": frame["steps"][1].href}
    return render(request, "keys/import_parameters.html", context, status=status)


def _upload_page(
    request: HttpRequest, key: DescribedKey, form: MaterialForm, refusal: KmsError | None, status: int
) -> HttpResponse:
    frame = _frame(request, key, 2, refusal)
    context = {**frame, "form": form, "previous": frame["steps"][0].href}
    return render(request, "keys/import_upload.html", context, status=status)


@require_http_methods(["GET", "POST"])
@key_page
def delete_material(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    """Ask, then destroy imported material."""
    material_id, refusal, errors = _purpose(request), None, []
    members = {"KeyId": key.key_id, **({"KeyMaterialId": material_id} if material_id else {})}
    if request.method == "POST" and not request.POST.get("confirm"):
        errors = [_("Confirm that you want to delete the key material.")]
    elif request.method == "POST":
        try:
            perform(request, "DeleteImportedKeyMaterial", members)
        except KmsError as error:
            refusal = error
        else:
            flash.add(request, Flash("success", _("The key material was deleted.")))
            return redirect(key.href(tab=material_tab(key)))
    return render_dialog(
        request,
        key,
        "delete_material",
        title=_("Delete key material"),
        submit=_("Delete key material"),
        status=422 if refusal or errors else 200,
        back=key.href(tab=material_tab(key)),
        material_id=material_id,
        errors=errors,
        refusal=refusal_view(request, refusal) if refusal else None,
    )


@require_GET
@signed_in
def delete_material_of(request: HttpRequest) -> HttpResponse:
    """From the list: the one chosen key's dialog."""
    ids, region = chosen_ids(request), current_region(request)
    return redirect(link("keys:delete_material", ids[0], region=region) if ids else link("keys:list", region=region))
