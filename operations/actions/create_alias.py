"""CreateAlias: give a key a name, unique in account and Region. Source: API Reference, CreateAlias."""

from msgspec.structs import replace

from audit.changes import Touched
from core.calls import Call
from core.errors import AlreadyExistsException
from core.messages import CreateAliasRequest
from keys import queries
from keys.models import Alias
from operations.alias_names import (
    alias_arn,
    alias_touched,
    checked_alias_name,
    target_subject,
)
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.resource_quotas import check_alias_quota
from operations.snapshots import KeySnapshot, find_alias


def resolve_target(call: Call, request: CreateAliasRequest) -> tuple[Subject, ...]:
    name = checked_alias_name(request.alias_name)
    return (replace(target_subject(call, request.target_key_id), alias_arn=alias_arn(call, name)),)


@kms_operation("CreateAlias", writes=True, logged=("alias_name", "target_key_id"), resolve=resolve_target)
def create_alias(call: Call, request: CreateAliasRequest, key: KeySnapshot) -> Outcome:
    name = request.alias_name
    touched = [(Touched.KEY, str(key.pk)), (Touched.ALIAS, alias_touched(call, name))]
    holder = find_alias(call.caller.account_id, call.region, name)
    if holder is not None:
        if not holder.is_deleted(call.time):
            raise AlreadyExistsException(alias_arn=alias_arn(call, name))
        # The key is gone, only upkeep has not swept yet: its alias is free again.
        queries.delete_alias(call.caller.account_id, call.region, name)
        touched.append((Touched.KEY, str(holder.pk)))
    check_alias_quota(key.pk)
    Alias.objects.create(
        account_id=call.caller.account_id,
        region=call.region,
        name=name,
        key_id=key.pk,
        created_at=call.time,
        updated_at=call.time,
    )
    queries.rewrite_first_alias(key.pk)
    return Outcome(elements={"keyId": key.arn}, touched=touched)
