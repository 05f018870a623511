"""The browser door: a view's cleaned form becomes a ``Call`` to the same pipeline that serves the API."""

import logging
import uuid
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from core.calls import Call, Caller, Door, Result
from core.errors import KmsError, KMSInternalException
from kmsconsole.forwarded import tls_details
from kmsconsole.web.authenticate import caller_of, client_address
from operations import clock, pipeline
from operations.snapshots import cache

logger = logging.getLogger(__name__)
P = ParamSpec("P")
REGION_KEY = "kms_region"  # the session's key of the Region last used; see kmsconsole.web.shell.remember_region
DEFAULT_REGION_COOKIE = "kms_default_region"


def current_region(request: HttpRequest) -> str:
    """Return the Region of a page: the address says it, else the one last used, else the reader's default."""
    asked = request.GET.get("region", "") or getattr(request, "session", {}).get(REGION_KEY, "")
    return str(asked) if asked in settings.KMS_REGIONS else default_region(request)


def default_region(request: HttpRequest) -> str:
    """Return the Region that the console opens in: chosen in the settings page, else the installation's."""
    chosen = request.COOKIES.get(DEFAULT_REGION_COOKIE, "")
    return chosen if chosen in settings.KMS_REGIONS else str(settings.KMS_DEFAULT_REGION)


def signed_in(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only signed-in principals reach a page; one that must change its password is sent to do so first."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        cache.refresh()  # buttons ask the engine without a commit that would notice something outdated
        caller = caller_of(request)
        if caller is None:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if getattr(request.user, "must_change_password", False):
            return redirect("accounts:change_password")
        return view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]  # functools.wraps keeps the signature


def caller(request: HttpRequest) -> Caller:
    """Return the caller of a page behind :func:`signed_in`."""
    found = caller_of(request)
    assert found is not None, "the view is not behind signed_in"
    return found


def make_call(request: HttpRequest, action: str, members: Mapping[str, object], region: str | None = None) -> Call:
    """Build the call that a page or form means; ``members`` are named as on the wire, blobs are bytes."""
    who = caller(request)
    return Call(
        action=action,
        members=members,
        caller=who,
        region=region or current_region(request),
        time=clock.account_time(who.clock_offset_seconds),
        request_id=uuid.uuid4().hex,
        source_address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
        door=Door.CONSOLE,
        secure_transport=request.is_secure(),
        tls=tls_details(request.META),
    )


def perform(
    request: HttpRequest, action: str, members: Mapping[str, object] | None = None, region: str | None = None
) -> Result:
    """Run an action as the signed-in principal; raises its refusal, a :class:`core.errors.KmsError`.

    The refusal carries the request id in ``facts['request_id']``, for the message that the page shows.
    """
    call = make_call(request, action, members or {}, region)
    try:
        return pipeline.run(call)
    except KmsError as refusal:
        refusal.facts["request_id"] = str(uuid.UUID(call.request_id))
        raise
    except Exception:
        logger.exception("Request %s failed", call.request_id)
        if not transaction.get_connection().in_atomic_block:
            transaction.get_connection().close()
        fault = KMSInternalException(request_id=str(uuid.UUID(call.request_id)))
        pipeline.record_failure(call, fault)
        raise fault from None


def refusal_of(
    request: HttpRequest, action: str, members: Mapping[str, object] | None = None, region: str | None = None
) -> KmsError | None:
    """Return what the service would refuse, or None: the same engine, without effect and without a record.

    For buttons and lists: a control is shown as available exactly if this is None.
    """
    return pipeline.preview(make_call(request, action, members or {}, region))


def now(request: HttpRequest) -> Any:
    """Return the time of the signed-in principal's account (UTC)."""
    return clock.account_time(caller(request).clock_offset_seconds)


__all__ = ["HttpResponse", "caller", "current_region", "make_call", "now", "perform", "refusal_of", "signed_in"]
