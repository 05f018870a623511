"""ListKeys: every key of the account in the Region, in order of creation. Source: API Reference, ListKeys.

``ResourceOwners`` may ask for keys that other accounts share through Resource Access Manager. There is no such manager
here, so those are none.
"""

from core.arn import key_arn
from core.calls import Call
from core.errors import InvalidMarkerException
from core.messages import ListKeysRequest
from keys import queries
from operations.paging import page_size, paged, read_position
from operations.registry import Outcome, kms_operation

SELF = "SELF"


@kms_operation("ListKeys", logged=("limit", "marker", "resource_owners"))
def list_keys(call: Call, request: ListKeysRequest) -> Outcome:
    size = page_size(request.limit, default=100, maximum=1000)
    owners = "+".join(sorted(set(request.resource_owners or (SELF,))))
    position = read_position("ListKeys", call, request.marker, owners)
    if position and not position.isdigit():
        raise InvalidMarkerException()
    if SELF not in owners.split("+"):
        return Outcome(members={"Keys": [], "Truncated": False})
    rows = queries.keys_page(call.caller.account_id, call.region, int(position or 0), size + 1, call.time)
    keys = [{"KeyId": key_id, "KeyArn": key_arn(call.region, call.caller.account_id, key_id)} for _, key_id in rows]
    return Outcome(members=paged("ListKeys", call, "Keys", keys, [str(pk) for pk, _ in rows], size, owners))
