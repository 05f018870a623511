"""ListRetirableGrants: the grants that a principal of the caller's account may retire, on own and foreign keys.

Source: API Reference, ListRetirableGrants; the permission's resource is the retiring principal.
"""

from core.arn import key_arn
from core.calls import Call
from core.errors import InvalidArnException, NotFoundException, ValidationException
from core.messages import ListRetirableGrantsRequest
from core.policy.principals import account_of
from operations.grant_principals import find_principal
from operations.grants import list_entry
from operations.paging import page_size, paged, read_number
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from policies import queries


def check_request(call: Call, request: ListRetirableGrantsRequest) -> tuple[Subject, ...]:
    service, text = request.retiring_service_principal, request.retiring_principal
    if (service is None) == (text is None):
        raise ValidationException("Specify exactly one of RetiringPrincipal and RetiringServicePrincipal.")
    if service is not None:
        # It would list the grants of every account. Source: API Reference: "only usable by callers in a service
        # principal"; no service calls here.
        raise ValidationException("RetiringServicePrincipal can only be used by a service principal.")
    if account_of(str(text)) not in (None, call.caller.account_id):
        raise ValidationException("The retiring principal must be in the account of the caller.")
    return ()


@kms_operation(
    "ListRetirableGrants",
    logged=("retiring_principal", "retiring_service_principal", "limit", "marker"),
    resolve=check_request,
)
def list_retirable_grants(call: Call, request: ListRetirableGrantsRequest) -> Outcome:
    size = page_size(request.limit, default=50, maximum=100)
    principal_key = _principal_key(call, str(request.retiring_principal))
    after = read_number("ListRetirableGrants", call, request.marker, principal_key)
    rows = queries.retirable_grants_page(principal_key, call.caller.account_id, call.region, after, size + 1, call.time)
    entries = [list_entry(row, key_arn(row.key.region, row.key.account_id, row.key.key_id)) for row in rows]
    positions = [str(row.pk) for row in rows]
    return Outcome(members=paged("ListRetirableGrants", call, "Grants", entries, positions, size, principal_key))


def _principal_key(call: Call, text: str) -> str:
    """Return the key of a principal of the caller's account; an unknown id is told as one of another account."""
    unknown = f"Retiring principal {text} could not be found"
    try:
        found = find_principal(text, unknown)
    except InvalidArnException as error:
        if text.startswith("arn:"):
            raise
        raise NotFoundException(unknown) from error
    if found.account_id != call.caller.account_id:
        raise NotFoundException(unknown)
    return found.key
