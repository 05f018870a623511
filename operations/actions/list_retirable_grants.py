"""ListRetirableGrants: the grants that a principal of the caller's account may retire, on own and foreign keys.

Source: API Reference, ListRetirableGrants; the permission's resource is the retiring principal.
"""

import re

from core.arn import key_arn
from core.calls import Call
from core.errors import InvalidArnException, NotFoundException, ValidationException
from core.messages import ListRetirableGrantsRequest
from core.policy.principals import account_of
from operations.grant_principals import find_principal
from operations.grants import list_entry
from operations.paging import page_size, paged, read_number
from operations.registry import Outcome, kms_operation
from policies import queries

_RAW_ID = re.compile(r"A(?:IDA|ROA)[A-Z2-7]{17}")


@kms_operation("ListRetirableGrants", logged=("retiring_principal", "retiring_service_principal", "limit", "marker"))
def list_retirable_grants(call: Call, request: ListRetirableGrantsRequest) -> Outcome:
    size = page_size(request.limit, default=50, maximum=100)
    principal_key = _principal_key(call, request)
    after = read_number("ListRetirableGrants", call, request.marker, principal_key)
    rows = queries.retirable_grants_page(principal_key, call.region, after, size + 1)
    entries = [list_entry(row, key_arn(row.key.region, row.key.account_id, row.key.key_id)) for row in rows]
    positions = [str(row.pk) for row in rows]
    return Outcome(members=paged("ListRetirableGrants", call, "Grants", entries, positions, size, principal_key))


def _principal_key(call: Call, request: ListRetirableGrantsRequest) -> str:
    service, text = request.retiring_service_principal, request.retiring_principal
    if (service is None) == (text is None):
        raise ValidationException("Specify exactly one of RetiringPrincipal and RetiringServicePrincipal.")
    if service is not None:
        return service
    assert text is not None
    account_id = account_of(text)
    if account_id is not None and account_id != call.caller.account_id:
        raise ValidationException("The retiring principal must be in the account of the caller.")
    unknown = f"Retiring principal {text} could not be found"
    if _RAW_ID.match(text):
        try:
            return find_principal(text, unknown).key
        except InvalidArnException as error:
            raise NotFoundException(unknown) from error
    return find_principal(text, unknown).key
