"""The WSGI entry point: API requests go to the API door before Django's handler, everything else to the console.

Source: design README, "Where is the API dispatched?"; cost of Django's cycle: performance.md, section 1.
"""

import gc
import os
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmsconsole.settings")
# Static files are served from where the apps keep them; collecting them first is possible, not needed.
warnings.filterwarnings("ignore", "No directory at", UserWarning)
django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - as all that follows, needs the settings

from kmsconsole.wire.endpoint import handle, is_api_request  # noqa: E402
from operations import background_upkeep  # noqa: E402
from operations.installation import check_migrated, prepare  # noqa: E402

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

check_migrated()
prepare()
if settings.KMS_UPKEEP_SECONDS:
    background_upkeep.start(settings.KMS_UPKEEP_SECONDS)
# What the start has made stays; the collector need not walk it again and again, nor look for cycles every 700 objects.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer one request."""
    if is_api_request(environ):
        answer = handle(environ)
        start_response(answer.status_line, answer.headers)
        return [answer.body]
    return django_application(environ, start_response)
