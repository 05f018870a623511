"""The browser door's authentication: account, user and password make a session; a session makes a caller."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import queries
from accounts.models import Principal
from core.calls import Caller
from kmsconsole.forwarded import source_address
from operations.snapshots import find_caller

ROOT_USER_NAME = ":root"  # no IAM user can have this name


class ConsoleBackend(BaseBackend):
    """Signs IAM users and root identities in by account id or alias, name and password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Principal | None:
        """Return the principal, or None; a name that does not exist takes as long as a wrong password.

        ``username`` is "account/user name", the form under which failures are counted (see :func:`sign_in_name`).
        """
        principal = find_claimed(username or "")
        if principal is None or not principal.console_access:
            make_password(password)
            return None
        return principal if principal.check_password(password or "") else None

    def get_user(self, user_id: int) -> Principal | None:
        return queries.find_principal(user_id)


def find_claimed(username: str) -> Principal | None:
    """Return whom somebody claims to be who signs in under a :func:`sign_in_name`."""
    account_name, _, name = username.partition("/")
    account = queries.find_account_by_name(account_name)
    if account is None:
        return None
    return queries.find_root(account.id) if name == ROOT_USER_NAME else queries.find_user(account.id, name)


def sign_in_name(account: str, name: str) -> str:
    """Return the name that :class:`ConsoleBackend` takes and under which sign-in failures are counted."""
    found = queries.find_account_by_name(account.strip())
    return f"{found.id if found else account.strip()}/{name.strip().lower() if name else ROOT_USER_NAME}"


def throttle_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name under which django-axes counts failures."""
    if credentials and credentials.get("username"):
        return str(credentials["username"])
    return sign_in_name(request.POST.get("account", ""), request.POST.get("username", ""))


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from; django-axes asks for it too."""
    return source_address(request.META)


def locked_out(request: HttpRequest, credentials: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
    """Answer a sign-in that came too often: 429 and how long to wait."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    response = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def caller_of(request: HttpRequest) -> Caller | None:
    """Return the caller that the session of a request stands for."""
    user = request.user
    return find_caller(user.pk) if user.is_authenticated and user.pk is not None else None
