"""ListEntitiesForPolicy: who has a managed policy, attached or as boundary. Source: IAM API Reference."""

from typing import Annotated

from accounts.models import Group, Principal
from core.calls import Call
from operations.iam_answers import page_members, position_of
from operations.iam_entities import PolicyRequest, word_of
from operations.iam_policies import load_policy
from operations.iam_requests import Marker, MaxItems, Path, Rule, iam_operation
from operations.registry import Outcome
from policies import queries

EntityFilter = Annotated[str, Rule(values=("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"))]
Usage = Annotated[str, Rule(values=("PermissionsPolicy", "PermissionsBoundary"))]

KINDS = ("Group", "User", "Role")


class ListEntitiesForPolicyRequest(PolicyRequest, frozen=True, kw_only=True):
    entity_filter: EntityFilter | None = None
    path_prefix: Path | None = None
    policy_usage_filter: Usage | None = None
    marker: Marker | None = None
    max_items: MaxItems | None = None


@iam_operation("ListEntitiesForPolicy", ListEntitiesForPolicyRequest)
def list_entities_for_policy(call: Call, request: ListEntitiesForPolicyRequest) -> Outcome:
    policy = load_policy(call, request.policy_arn)
    account_id = call.caller.account_id
    found: list[Principal | Group] = []
    if request.policy_usage_filter != "PermissionsBoundary":
        found += queries.entities_attached(policy.arn, account_id)
    if request.policy_usage_filter != "PermissionsPolicy":
        found += queries.bounded_by(policy.arn, account_id)
    extra = f"{policy.arn} {request.entity_filter} {request.path_prefix} {request.policy_usage_filter}"
    start = position_of(call, request, extra)
    entries: dict[str, tuple[str, dict[str, object]]] = {}
    for entity in found:
        word = word_of(entity).capitalize()
        wanted = request.entity_filter in (None, word) and entity.path.startswith(request.path_prefix or "/")
        position = f"{word}/{entity.name}"
        if wanted and position > start:
            entries[position] = (word, {f"{word}Name": entity.name, f"{word}Id": entity.unique_id})
    page = page_members(call, request, "Entities", sorted(entries.items()), extra)
    shown = page.pop("Entities")
    assert isinstance(shown, list)
    kinds = {f"Policy{kind}s": [members for word, members in shown if word == kind] for kind in KINDS}
    return Outcome(members={**page, **kinds})
