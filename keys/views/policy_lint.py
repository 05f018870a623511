"""The findings of the policy editor while somebody types: a JSON answer, no page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from kmsconsole.web.door import signed_in
from kmsconsole.web.policy_editor import TEXT_FIELD
from kmsconsole.web.policy_findings import check_policy


@require_POST
@signed_in
def lint_policy(request: HttpRequest, key_id: str = "") -> HttpResponse:
    """Check a key policy, for the key in the address or for one that is being created. Saves and records nothing."""
    text = request.POST.get(TEXT_FIELD, "").replace("\r\n", "\n")
    return JsonResponse([finding.as_dict() for finding in check_policy(request, text, key_id=key_id)], safe=False)
