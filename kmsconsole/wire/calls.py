"""From a signed request to a call, and running it: what both protocols of the API door share."""

import random
from collections.abc import Mapping

from django.db import connection

from core.calls import Call, Door, Result
from core.errors import KmsError, KMSInternalException
from kmsconsole.wire.arrivals import Arrival
from kmsconsole.wire.authenticate import KnownCallerError, authenticate
from operations import clock, pipeline

_RANDOM_BITS = 0xFFFFFFFFFFFF0FFF3FFFFFFFFFFFFFFF
_VERSION_4 = 0x40008000000000000000


def authenticated_call(
    arrival: Arrival, request_id: str, action: str, services: tuple[str, ...], members: bytes | Mapping[str, object]
) -> Call:
    """Build the call of a signed request; a wrong signature of a known access key is recorded before it is refused."""
    call, refusal = call_of(arrival, request_id, action, services, members)
    if refusal is not None:
        pipeline.record_failure(call, refusal)
        raise refusal
    return call


def call_of(
    arrival: Arrival, request_id: str, action: str, services: tuple[str, ...], members: bytes | Mapping[str, object]
) -> tuple[Call, KmsError | None]:
    """Build the call of a signed request, and the refusal of a signature that a known access key did not make.

    Raises the refusal if nobody knows who is calling.
    """
    try:
        credential, signature = authenticate(arrival.request, services)
        region, refusal = signature.scope.region, None
    except KnownCallerError as known:
        credential, region, refusal = known.credential, known.region, known.refusal
    call = Call(
        action=action,
        members=members,
        caller=credential.caller,
        region=region,
        time=clock.account_time(credential.caller.clock_offset_seconds),
        request_id=request_id,
        source_address=arrival.source_address,
        user_agent=arrival.request.headers.get("user-agent", ""),
        door=Door.API,
        access_key_id=credential.access_key_id,
        secure_transport=bool(arrival.tls),
        tls=arrival.tls,
    )
    return call, refusal


def run(call: Call) -> Result:
    """Run a call; a fault of our own leaves a record too."""
    try:
        return pipeline.run(call)
    except KmsError:
        raise
    except Exception:
        drop_broken_connection()
        pipeline.record_failure(call, KMSInternalException())
        raise


def new_request_id() -> str:
    """Return a new UUID of version 4 (RFC 9562) as 32 hex digits. It is a name, not a secret.

    Not from the operating system: each ``os.urandom`` hands the interpreter's lock to another thread.
    """
    drawn = random.getrandbits(128)
    return f"{drawn & _RANDOM_BITS | _VERSION_4:032x}"


def shown(request_id: str) -> str:
    """Return a request id as clients see it: a UUID with hyphens."""
    return f"{request_id[:8]}-{request_id[8:12]}-{request_id[12:16]}-{request_id[16:20]}-{request_id[20:]}"


def drop_broken_connection() -> None:
    """After a database error the thread's connection is closed, so that the next request starts on a fresh one."""
    if connection.connection is not None and not connection.in_atomic_block:
        connection.close()
