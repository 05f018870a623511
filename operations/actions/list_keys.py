"""ListKeys: every key of the account in the Region, in order of creation. Source: API Reference, ListKeys."""

from core.arn import key_arn
from core.calls import Call
from core.errors import InvalidMarkerException
from core.messages import ListKeysRequest
from keys import queries
from operations.paging import page_size, paged, read_position
from operations.registry import Outcome, kms_operation


@kms_operation("ListKeys", logged=("limit", "marker"))
def list_keys(call: Call, request: ListKeysRequest) -> Outcome:
    size = page_size(request.limit, default=100, maximum=1000)
    position = read_position("ListKeys", call, request.marker)
    if position and not position.isdigit():
        raise InvalidMarkerException()
    rows = queries.keys_page(call.caller.account_id, call.region, int(position or 0), size + 1, call.time)
    keys = [{"KeyId": key_id, "KeyArn": key_arn(call.region, call.caller.account_id, key_id)} for _, key_id in rows]
    return Outcome(members=paged("ListKeys", call, "Keys", keys, [str(pk) for pk, _ in rows], size))
