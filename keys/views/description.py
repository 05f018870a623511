"""Edit description. Source: console.md 2.7."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import KmsError
from keys.views.described_key import DescribedKey
from keys.views.key_page import key_page, render_dialog
from kmsconsole.web import flash
from kmsconsole.web.components import Flash
from kmsconsole.web.door import perform, refusal_of
from kmsconsole.web.errors import field_errors, refusal_view


@require_http_methods(["GET", "POST"])
@key_page
def edit_description(request: HttpRequest, key: DescribedKey) -> HttpResponse:
    text, errors, refusal = key.description, [], None
    if request.method == "POST":
        text = request.POST.get("description", "").replace("\r\n", "\n").strip()
        try:
            perform(request, "UpdateKeyDescription", {"KeyId": key.key_id, "Description": text})
        except KmsError as error:
            errors = field_errors(error).get("description", [])
            refusal = None if errors else error
        else:
            flash.add(request, Flash("success", _("The description of the key was updated.")))
            return redirect(key.href())
    else:
        refusal = refusal_of(request, "UpdateKeyDescription", {"KeyId": key.key_id, "Description": text})
    return render_dialog(
        request,
        key,
        "description",
        title=_("Edit description"),
        submit=_("Save"),
        status=422 if request.method == "POST" else 200,
        description=text,
        errors=errors,
        refusal=refusal_view(request, refusal) if refusal else None,
    )
