"""CreateAlias: give a key a name, unique in account and Region. Source: API Reference, CreateAlias."""

from dataclasses import replace

from audit.changes import Touched
from core.calls import Call
from core.errors import AlreadyExistsException, LimitExceededException, ValidationException
from core.messages import CreateAliasRequest
from keys import queries
from keys.models import Alias
from operations.alias_names import alias_arn, alias_touched, checked_alias_name
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject, find_subject
from operations.snapshots import KeySnapshot

# Source: Developer Guide, "Resource quotas".
MAX_ALIASES_PER_KEY = 50


def resolve_target(call: Call, request: CreateAliasRequest) -> tuple[Subject, ...]:
    name = checked_alias_name(request.alias_name)
    if request.target_key_id.startswith("alias/") or ":alias/" in request.target_key_id:
        raise ValidationException("Aliases must refer to keys. Not aliases")
    return (replace(find_subject(call, request.target_key_id), alias_arn=alias_arn(call, name)),)


@kms_operation("CreateAlias", writes=True, logged=("alias_name", "target_key_id"), resolve=resolve_target)
def create_alias(call: Call, request: CreateAliasRequest, key: KeySnapshot) -> Outcome:
    name = request.alias_name
    if queries.find_alias(call.caller.account_id, call.region, name) is not None:
        raise AlreadyExistsException(alias_arn=alias_arn(call, name))
    in_use = queries.count_aliases(key.pk)
    if in_use >= MAX_ALIASES_PER_KEY:
        raise LimitExceededException(
            f"Aliases per key quota for this account in this region is {MAX_ALIASES_PER_KEY}, "
            f"current usage is {in_use}."
        )
    Alias.objects.create(
        account_id=call.caller.account_id,
        region=call.region,
        name=name,
        key_id=key.pk,
        created_at=call.time,
        updated_at=call.time,
    )
    return Outcome(
        elements={"keyId": key.arn},
        touched=[(Touched.KEY, str(key.pk)), (Touched.ALIAS, alias_touched(call, name))],
    )
