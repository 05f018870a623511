"""DeleteAlias: take a name from a key; the key is not affected. Source: API Reference, DeleteAlias."""

from audit.changes import Touched
from core.calls import Call
from core.errors import NotFoundException
from core.messages import DeleteAliasRequest
from keys import queries
from operations.alias_names import alias_arn, alias_touched, checked_alias_name
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.snapshots import KeySnapshot, find_alias


def resolve_alias(call: Call, request: DeleteAliasRequest) -> tuple[Subject, ...]:
    name = checked_alias_name(request.alias_name)
    arn = alias_arn(call, name)
    key = find_alias(call.caller.account_id, call.region, name)
    if key is None or key.is_deleted(call.time):
        raise NotFoundException(f"Alias {arn} is not found.")
    return (Subject(key, key.arn, alias_arn=arn),)


@kms_operation("DeleteAlias", writes=True, logged=("alias_name",), resolve=resolve_alias)
def delete_alias(call: Call, request: DeleteAliasRequest, key: KeySnapshot) -> Outcome:
    alias = queries.find_alias(call.caller.account_id, call.region, request.alias_name)
    assert alias is not None  # resolved under the writers' lock
    alias.delete()
    return Outcome(
        elements={"keyId": key.arn},
        touched=[(Touched.KEY, str(key.pk)), (Touched.ALIAS, alias_touched(call, request.alias_name))],
    )
