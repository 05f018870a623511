"""Flash messages: what the flashbar shows on the next page, and what the bell remembers of this session."""

import json
from dataclasses import asdict

from django.contrib import messages
from django.http import HttpRequest

from kmsconsole.web.components import Flash

LEVELS = {
    "success": messages.SUCCESS,
    "error": messages.ERROR,
    "warning": messages.WARNING,
    "info": messages.INFO,
    "in-progress": messages.INFO,
}
KEPT = 20
SESSION_KEY = "kms_notifications"


def add(request: HttpRequest, flash: Flash) -> None:
    """Show a message on the next page that is rendered, and keep it for the list behind the bell."""
    values = {name: value if isinstance(value, bool) else str(value) for name, value in asdict(flash).items()}
    messages.add_message(request, LEVELS[flash.kind], json.dumps(values), extra_tags="flash")
    kept = [*request.session.get(SESSION_KEY, []), {"kind": flash.kind, "text": values["header"] or values["text"]}]
    request.session[SESSION_KEY] = kept[-KEPT:]


def pending(request: HttpRequest) -> list[Flash]:
    """Return the messages to show now, and forget them; plain Django messages become flashes of their level."""
    kinds = {level: kind for kind, level in reversed(LEVELS.items())}
    result = []
    for message in messages.get_messages(request):
        if message.extra_tags == "flash":
            result.append(Flash(**json.loads(str(message.message))))
        else:
            result.append(Flash(kind=kinds.get(message.level, "info"), text=str(message.message)))
    return result
