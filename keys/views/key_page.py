"""What every page of one key shares: the key itself, the breadcrumb, and what is shown instead when it is refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_headers

from core.errors import AccessDeniedException, KmsError, NotFoundException
from keys.views.described_key import DescribedKey, describe
from kmsconsole.web import flash
from kmsconsole.web.components import Crumb, Flash
from kmsconsole.web.door import current_region, signed_in
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.fragments import wants_fragment
from kmsconsole.web.navigation import link

P = ParamSpec("P")


def key_page(
    view: Callable[Concatenate[HttpRequest, DescribedKey, P], HttpResponse],
) -> Callable[..., HttpResponseBase]:
    """Give a view the described key of the address; who may not describe it gets a page that says why."""

    @wraps(view)
    def described(request: HttpRequest, /, key_id: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            key = describe(request, key_id)
        except KmsError as refusal:
            if isinstance(refusal, NotFoundException) and _came_from_another_region(request):
                text = _("The key does not exist in this Region. Its list is shown instead.")
                flash.add(request, Flash("info", text))
                return redirect(link("keys:list", region=current_region(request)))
            return _refused(request, key_id, refusal)
        return view(request, key, *args, **kwargs)

    return signed_in(never_cache(vary_on_headers("HX-Request", "Cookie")(described)))


def _came_from_another_region(request: HttpRequest) -> bool:
    """Tell whether this page was opened from itself by choosing another Region in the menu."""
    before = urlsplit(request.headers.get("Referer", ""))
    region = parse_qs(before.query).get("region", [""])[0]
    return before.netloc == request.get_host() and before.path == request.path and region != current_region(request)


def _refused(request: HttpRequest, key_id: str, refusal: KmsError) -> HttpResponse:
    context = {
        "breadcrumbs": breadcrumbs(request, _("Key ID: %(id)s") % {"id": key_id}),
        "key_id": key_id,
        **refusal_context(request, refusal),
    }
    status = 403 if isinstance(refusal, AccessDeniedException) else 404
    return render(request, "keys/refused.html", context, status=status)


def breadcrumbs(request: HttpRequest, *last: Crumb | str | Promise) -> list[Crumb]:
    """Return the breadcrumb of a page below the list."""
    region = current_region(request)
    crumbs = [Crumb("KMS", link("keys:landing", region=region))]
    crumbs.append(Crumb(_("Customer managed keys"), link("keys:list", region=region)))
    return crumbs + [each if isinstance(each, Crumb) else Crumb(each) for each in last]


def key_breadcrumbs(request: HttpRequest, key: DescribedKey, *last: str | Promise) -> list[Crumb]:
    """Return the breadcrumb of a page of one key; ``last`` names a page below its detail page."""
    name = _("Key ID: %(id)s") % {"id": key.key_id}
    if not key.is_customer_managed:
        region = current_region(request)
        crumbs = [Crumb("KMS", link("keys:landing", region=region))]
        crumbs.append(Crumb(_("AWS managed keys"), link("keys:aws_managed", region=region)))
        return [*crumbs, Crumb(name, key.href()), *map(Crumb, last)] if last else [*crumbs, Crumb(name)]
    return breadcrumbs(request, Crumb(name, key.href() if last else ""), *last)


def render_dialog(
    request: HttpRequest, key: DescribedKey, fields: str, *, title: str, submit: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a form as a dialog (for htmx) or as a page of its own.

    ``fields`` is the template between header and buttons; ``context`` may give ``action`` (default this address),
    ``back`` (where Cancel leads), ``size``, ``multipart``, ``submit_disabled`` and what the fields need.
    """
    values = {
        "breadcrumbs": key_breadcrumbs(request, key, title),
        "key": key,
        "fields": f"keys/dialogs/{fields}.html",
        "title": title,
        "submit": submit,
        "action": request.get_full_path(),
        "back": key.href(),
        **context,
    }
    alone = request.method == "GET" and wants_fragment(request)
    return render(request, "keys/dialog.html#dialog" if alone else "keys/dialog.html", values, status=status)
