"""The API door as a view at ``/``, for Django's test client and for whoever mounts only the URLs.

It calls the same function as ``wsgi.py``; a test shows that both give the same bytes.
"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from kmsconsole.wire.endpoint import handle


@csrf_exempt
def api(request: HttpRequest) -> HttpResponse:
    """Answer an API request."""
    answer = handle(request.META)
    response = HttpResponse(answer.body, status=answer.status)
    for name, value in answer.headers:
        response[name] = value
    return response
