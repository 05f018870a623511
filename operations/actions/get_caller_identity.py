"""GetCallerIdentity (STS): who is calling. Needs no permission and cannot be denied.

Source: STS API Reference, GetCallerIdentity; authorization 7.4.
"""

from collections.abc import Mapping

from core.calls import Call
from operations.registry import Outcome, operation


def parse_nothing(members: bytes | Mapping[str, object]) -> None:
    """The request has no members; unknown ones are ignored."""


@operation("GetCallerIdentity", service="sts", parse=parse_nothing, authorized=False)
def get_caller_identity(call: Call, request: None) -> Outcome:
    facts = call.caller.facts
    return Outcome(members={"UserId": facts.unique_id, "Account": facts.account_id, "Arn": facts.arn})
