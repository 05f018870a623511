"""DeleteAlias: take a name from a key; the key is not affected. Source: API Reference, DeleteAlias."""

from audit.changes import Touched
from core.calls import Call
from core.messages import DeleteAliasRequest
from keys import queries
from operations.alias_names import alias_subject, alias_touched, checked_alias_name
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.snapshots import KeySnapshot


def resolve_alias(call: Call, request: DeleteAliasRequest) -> tuple[Subject, ...]:
    return (alias_subject(call, checked_alias_name(request.alias_name)),)


@kms_operation("DeleteAlias", writes=True, logged=("alias_name",), resolve=resolve_alias)
def delete_alias(call: Call, request: DeleteAliasRequest, key: KeySnapshot) -> Outcome:
    queries.delete_alias(call.caller.account_id, call.region, request.alias_name)
    queries.rewrite_first_alias(key.pk)
    return Outcome(
        elements={"keyId": key.arn},
        touched=[(Touched.KEY, str(key.pk)), (Touched.ALIAS, alias_touched(call, request.alias_name))],
    )
