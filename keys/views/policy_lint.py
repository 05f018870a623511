"""The findings of the policy editor while somebody types: a JSON answer, no page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from kmsconsole.web.door import signed_in
from kmsconsole.web.policy_editor import TEXT_FIELD
from kmsconsole.web.policy_findings import check_policy


@require_POST
@signed_in
def lint_policy(request: HttpRequest, key_id: str = "", replica_region: str = "") -> HttpResponse:
    """Check a policy: of the key in the address, of its replica in a Region, or of a key that is being created.

    Saves and records nothing.
    """
    text = request.POST.get(TEXT_FIELD, "").replace("\r\n", "\n")
    members = {**({"KeyId": key_id} if key_id else {}), **({"ReplicaRegion": replica_region} if replica_region else {})}
    action = "ReplicateKey" if replica_region else "PutKeyPolicy" if key_id else "CreateKey"
    found = check_policy(request, text, action=action, members=members)
    return JsonResponse([finding.as_dict() for finding in found], safe=False)
