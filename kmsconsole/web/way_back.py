"""Where a form sends people afterwards: an address that came with the request is followed only on this host."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, target: str, otherwise: str) -> str:
    """Return ``target`` if it is an address of this host, else ``otherwise``."""
    own = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if own else otherwise
