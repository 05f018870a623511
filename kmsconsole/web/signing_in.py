"""Signing in and out of the console, with the events that CloudTrail has for it."""

import uuid

from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest

from accounts import queries
from accounts.models import Principal
from core.calls import Call, Door
from kmsconsole.forwarded import tls_details
from kmsconsole.web.authenticate import client_address, find_claimed, sign_in_name
from operations import clock, pipeline
from operations.snapshots import find_caller

GLOBAL_REGION = pipeline.GLOBAL_REGION


def sign_in(request: HttpRequest, account: str, user_name: str, password: str) -> Principal | None:
    """Start a session for an IAM user, or for the root user if ``user_name`` is empty; None if that is refused.

    Success and failure are recorded in the account's trail; an attempt on an unknown account or user, and one that is
    turned away because there were too many, leaves no record: nobody owns it, and anybody could fill the trail.
    """
    claimed = sign_in_name(account, user_name)
    principal = authenticate(request, username=claimed, password=password)
    if isinstance(principal, Principal):
        _record(request, principal, succeeded=True)
        login(request, principal)  # gives the session a new key
        return principal
    if not getattr(request, "axes_locked_out", False):
        known = find_claimed(claimed)
        if known is not None:
            _record(request, known, succeeded=False)
    return None


def sign_out(request: HttpRequest) -> None:
    """End the session and forget everything in it."""
    logout(request)


def keep_signed_in(request: HttpRequest) -> None:
    """Keep this session although the principal's password was just changed; its other sessions end."""
    principal = queries.find_principal(request.user.pk) if request.user.pk is not None else None
    if principal is not None:
        update_session_auth_hash(request, principal)


def _record(request: HttpRequest, principal: Principal, *, succeeded: bool) -> None:
    caller = find_caller(principal.pk)
    assert caller is not None, "the principal was just read"
    pipeline.run(
        Call(
            action="ConsoleLogin",
            members={"Succeeded": succeeded},
            caller=caller,
            region=GLOBAL_REGION,
            time=clock.account_time(caller.clock_offset_seconds),
            request_id=uuid.uuid4().hex,
            source_address=client_address(request),
            user_agent=request.headers.get("User-Agent", ""),
            door=Door.CONSOLE,
            secure_transport=request.is_secure(),
            tls=tls_details(request.META),
        )
    )
