"""Signing in, signing out, and changing the own password."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import ChangePasswordForm, SignInForm
from core.errors import IamPasswordPolicyViolation, KmsError
from kmsconsole.web import flash, signing_in
from kmsconsole.web.authenticate import caller_of
from kmsconsole.web.components import Flash
from kmsconsole.web.door import perform
from kmsconsole.web.errors import refusal_context
from kmsconsole.web.navigation import link
from kmsconsole.web.way_back import way_back

ACCOUNT_COOKIE = "kms_account"
YEAR = 365 * 24 * 3600  # seconds


def _next(request: HttpRequest) -> str:
    """Return where to go after signing in: the page that was asked for if it is on this host, else the console home."""
    target = request.POST.get("next") or request.GET.get("next", "")
    return way_back(request, target, link("console:home"))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page. What was wrong with a sign-in is not told."""
    if request.method == "GET":
        if caller_of(request) is not None:
            return redirect(_next(request))
        account = request.GET.get("account", "") or request.COOKIES.get(ACCOUNT_COOKIE, "")
        return _sign_in_page(request, SignInForm(initial={"account": account, "user_type": "user"}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _sign_in_page(request, form, status=422)
    given = form.cleaned_data
    if signing_in.sign_in(request, given["account"], given["username"], given["password"]) is None:
        refusal = _("Your authentication information is incorrect. Please try again.")
        return _sign_in_page(request, form, refusal=refusal, status=403)
    response = redirect(_next(request))
    response.set_cookie(
        ACCOUNT_COOKIE, given["account"], max_age=YEAR, httponly=True, samesite="Lax", secure=settings.KMS_TLS
    )
    return response


def _sign_in_page(request: HttpRequest, form: SignInForm, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "refusal": refusal,
        "next": _next(request),
        "user_types": {
            "root": _("Owner of the account, signs in by account ID."),
            "user": _("User within an account."),
        },
    }
    return render(request, "accounts/sign_in.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signing_in.sign_out(request)
    return redirect("accounts:sign_in")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the own password; where people are sent who must do so before anything else."""
    if caller_of(request) is None:
        return redirect("accounts:sign_in")
    if request.method == "GET":
        return _password_page(request, ChangePasswordForm())
    form = ChangePasswordForm(request.POST)
    if not form.is_valid():
        return _password_page(request, form, status=422)
    given = form.cleaned_data
    members = {"OldPassword": given["old_password"], "NewPassword": given["new_password"]}
    try:
        perform(request, "ChangePassword", members)
    except KmsError as error:
        if isinstance(error, IamPasswordPolicyViolation):
            form.add_error("new_password", error.message or error.code)
            return _password_page(request, form, status=422)
        return _password_page(request, form, error=error, status=422)
    signing_in.keep_signed_in(request)
    flash.add(request, Flash("success", _("Your password was changed.")))
    return redirect(link("console:home"))


def _password_page(
    request: HttpRequest, form: ChangePasswordForm, error: KmsError | None = None, status: int = 200
) -> HttpResponse:
    must_change = bool(request.user.is_authenticated and request.user.must_change_password)
    context = {"form": form, "must_change": must_change, **(refusal_context(request, error) if error else {})}
    return render(request, "accounts/change_password.html", context, status=status)
