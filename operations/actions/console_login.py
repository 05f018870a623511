"""ConsoleLogin: somebody signed in to the console, or tried to. Not an API action; the console's door calls it.

Source: CloudTrail User Guide, "AWS Management Console sign-in events": a failure has a message and no error code.
"""

from collections.abc import Mapping

import msgspec

from core.calls import Call
from operations.registry import Outcome, operation


class ConsoleLoginRequest(msgspec.Struct, frozen=True):
    succeeded: bool


def parse_attempt(members: bytes | Mapping[str, object]) -> ConsoleLoginRequest:
    if isinstance(members, bytes):
        raise TypeError("Signing in is no request of the API.")
    return ConsoleLoginRequest(bool(members["Succeeded"]))


@operation("ConsoleLogin", service="signin", parse=parse_attempt, authorized=False, read_only=False)
def console_login(call: Call, request: ConsoleLoginRequest) -> Outcome:
    return Outcome(
        elements={"ConsoleLogin": "Success" if request.succeeded else "Failure"},
        additional={"MobileVersion": "No", "MFAUsed": "No"},
        failure=None if request.succeeded else "Failed authentication",
    )
