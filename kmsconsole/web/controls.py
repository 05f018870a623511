"""Whether a button works, and if not, why: the service is asked, without effect and without a record."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest

from kmsconsole.web.door import refusal_of
from kmsconsole.web.errors import refusal_view


@dataclass(frozen=True, slots=True)
class Control:
    """A button: off with a reason, or on."""

    refused: bool = False
    reason: str = ""


def control(request: HttpRequest, action: str, members: Mapping[str, object] | None = None) -> Control:
    """Return the control of an action: on exactly if the service would permit it."""
    refusal = refusal_of(request, action, members or {})
    return Control() if refusal is None else Control(True, refusal_view(request, refusal).summary)
