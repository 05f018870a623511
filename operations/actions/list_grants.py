"""ListGrants: the grants on a key, in order of creation. Source: API Reference, ListGrants."""

from core.calls import Call
from core.messages import ListGrantsRequest
from operations.grant_principals import find_principal
from operations.grant_subjects import checked_grant_id
from operations.grants import list_entry
from operations.paging import page_size, paged, read_number
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject_without_alias
from operations.snapshots import KeySnapshot
from policies import queries

UNKNOWN = "Input does not refer to a valid principal"


def resolve_key(call: Call, request: ListGrantsRequest) -> tuple[Subject, ...]:
    if request.grant_id is not None:
        checked_grant_id(request.grant_id)
    return (find_subject_without_alias(call, request.key_id),)


@kms_operation(
    "ListGrants",
    logged=("key_id", "grant_id", "grantee_principal", "grantee_service_principal", "limit", "marker"),
    resolve=resolve_key,
)
def list_grants(call: Call, request: ListGrantsRequest, key: KeySnapshot) -> Outcome:
    size = page_size(request.limit, default=50, maximum=100)
    grantee = request.grantee_service_principal
    if request.grantee_principal is not None:
        grantee = find_principal(request.grantee_principal, UNKNOWN).key
    extra = f"{key.key_id} {request.grant_id} {grantee}"
    after = read_number("ListGrants", call, request.marker, extra)
    rows = queries.grants_page(key.pk, after, size + 1, request.grant_id, grantee)
    entries = [list_entry(row, key.arn) for row in rows]
    return Outcome(members=paged("ListGrants", call, "Grants", entries, [str(row.pk) for row in rows], size, extra))
