"""The landing page of KMS. Source: console.md 2.3."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from kmsconsole.web.components import Crumb
from kmsconsole.web.door import refusal_of, signed_in

# Label and path below https://docs.aws.amazon.com/kms/latest/.
GETTING_STARTED = (
    (_("What is AWS KMS?"), "developerguide/overview.html"),
    (_("Create keys"), "developerguide/create-keys.html"),
)
MORE_RESOURCES = ((_("API reference"), "APIReference/Welcome.html"), (_("Quotas"), "developerguide/limits.html"))


@signed_in
@require_GET
def landing(request: HttpRequest) -> HttpResponse:
    context = {
        "breadcrumbs": [Crumb("KMS")],
        "help_topic": "landing",
        "navigation_closed": True,
        "content_width": "full",
        "create_refusal": refusal_of(request, "CreateKey", {}),
        "getting_started": GETTING_STARTED,
        "more_resources": MORE_RESOURCES,
    }
    return render(request, "keys/landing.html", context)
