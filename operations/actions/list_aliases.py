"""ListAliases: aliases of the account in the Region, by name; of one key if asked. Source: API Reference, ListAliases.

The filter needs no permission on the key (it is decided by ``kms:ListAliases`` alone).
"""

from core.calls import Call
from core.errors import NotFoundException
from core.messages import ListAliasesRequest
from keys import queries
from operations.paging import page_size, paged, read_position
from operations.registry import Outcome, kms_operation
from operations.resolve import find_subject_without_alias


@kms_operation("ListAliases", logged=("key_id", "limit", "marker"))
def list_aliases(call: Call, request: ListAliasesRequest) -> Outcome:
    size = page_size(request.limit, default=50, maximum=100)
    key_pk, key_id = None, ""
    if request.key_id is not None:
        subject = find_subject_without_alias(call, request.key_id)
        if subject.key is None or subject.key.account_id != call.caller.account_id:
            # Aliases belong to the account: of another one's key there is none, and nothing to learn either.
            raise NotFoundException(f"Key '{subject.arn}' does not exist")
        key_pk, key_id = subject.key.pk, subject.key.key_id
    after = read_position("ListAliases", call, request.marker, key_id)
    rows = queries.aliases_page(call.caller.account_id, call.region, after, size + 1, call.time, key_pk)
    items = [
        {
            "AliasName": row.name,
            "AliasArn": row.arn,
            "TargetKeyId": row.key.key_id,
            "CreationDate": row.created_at,
            "LastUpdatedDate": row.updated_at,
        }
        for row in rows
    ]
    return Outcome(members=paged("ListAliases", call, "Aliases", items, [row.name for row in rows], size, key_id))
