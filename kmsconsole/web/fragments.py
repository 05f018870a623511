"""Page or fragment: the one place that decides which of the two an answer is."""

from django.http import HttpRequest


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a region of the page; a page restored from its history is whole."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"
