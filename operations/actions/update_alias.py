"""UpdateAlias: let an alias name another key of the same type and usage. Source: API Reference, UpdateAlias.

Moving an alias off a key that is pending deletion succeeds, moving it onto one does not (kms-semantics 2.5, note 10).
"""

from msgspec.structs import replace

from audit.changes import Touched
from core.calls import Call
from core.crypto.key_specs import key_type
from core.errors import ValidationException
from core.messages import UpdateAliasRequest
from keys import queries
from operations.alias_names import (
    alias_subject,
    alias_touched,
    checked_alias_name,
    target_subject,
)
from operations.registry import Outcome, kms_operation
from operations.resolve import Subject
from operations.resource_quotas import check_alias_quota
from operations.snapshots import KeySnapshot

OLD_KEY_RULE = "DeleteAlias"  # leaving a key asks nothing of its state


def resolve_both(call: Call, request: UpdateAliasRequest) -> tuple[Subject, ...]:
    current = alias_subject(call, checked_alias_name(request.alias_name))
    # Source: Developer Guide, log entry of UpdateAlias: alias and new key, not the key that the alias leaves.
    return replace(current, state_rule=OLD_KEY_RULE, listed=False), target_subject(call, request.target_key_id)


@kms_operation("UpdateAlias", writes=True, logged=("alias_name", "target_key_id"), resolve=resolve_both)
def update_alias(call: Call, request: UpdateAliasRequest, current: KeySnapshot, target: KeySnapshot) -> Outcome:
    name = request.alias_name
    if current.key_usage != target.key_usage:
        raise ValidationException(
            f"Alias {name} cannot be changed from a CMK with key usage {current.key_usage} to a CMK with key usage "
            f"{target.key_usage}. The key usage of the current CMK and the new CMK must be the same."
        )
    if key_type(current.key_spec) is not key_type(target.key_spec):
        raise ValidationException(
            f"Alias {name} cannot be changed from a CMK with key spec {current.key_spec} to a CMK with key spec "
            f"{target.key_spec}. Both CMKs must be of the same type."
        )
    if current.pk != target.pk:
        check_alias_quota(target.pk)
    alias = queries.find_alias(call.caller.account_id, call.region, name)
    assert alias is not None  # resolved under the writers' lock
    alias.key_id = target.pk
    alias.updated_at = call.time
    alias.save(update_fields=["key", "updated_at"])
    queries.rewrite_first_alias(current.pk)
    queries.rewrite_first_alias(target.pk)
    return Outcome(
        elements={"keyId": target.arn},
        touched=[
            (Touched.KEY, str(current.pk)),
            (Touched.KEY, str(target.pk)),
            (Touched.ALIAS, alias_touched(call, name)),
        ],
    )
