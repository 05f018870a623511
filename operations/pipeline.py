"""The one staircase that every call climbs: parse, resolve, authorize, check the state, execute, record.

It has two ends. A call that changes something holds the writers' lock; effect, change log and audit record commit
together. A call that only answers works on cached snapshots and commits its record with others'; if the configuration
has moved on meanwhile, nothing is written and the call is decided again. Source: design README, "Two ends of one
pipeline".
"""

import logging
from collections.abc import Callable, Generator, Sequence
from functools import partial
from typing import Any

import msgspec
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from msgspec.structs import replace

from audit.chain import Record
from audit.changes import lock_version, record_changes
from audit.trail import trail
from core.calls import Call, Result
from core.crypto.key_specs import KEY_SPECS
from core.errors import DryRunOperationException, KmsError, UnrecognizedClientException
from core.key_states import check_state
from operations import record
from operations.authorize import authorize
from operations.changes import writers_turn
from operations.grant_tokens import read_token
from operations.key_time import key_time
from operations.last_usage import TRACKED
from operations.record import Progress
from operations.registry import OPERATIONS, Operation, Outcome
from operations.resolve import Subject
from operations.snapshots import cache, find_caller, find_credential
from operations.throttling import throttle

# Source: CloudTrail User Guide, "Global service events": their events are in this Region.
GLOBAL_REGION = "us-east-1"
GLOBAL_SERVICES = frozenset({"iam", "signin"})

logger = logging.getLogger(__name__)
_SLOW = frozenset(spec for spec, row in KEY_SPECS.items() if row.slow)
ATTEMPTS = 20  # a call is decided again only when the configuration changed in the same instant


class Commit(msgspec.Struct, frozen=True):
    """A step of an answer: make its records durable; taken, it tells whether they were written."""

    records: Sequence[Record]
    version: int

    def take(self) -> bool:
        return trail.commit(self.records, self.version)


class Work(msgspec.Struct, frozen=True):
    """A step of an answer: long computing, which needs nothing but the processor."""

    take: Callable[[], Outcome]


Steps = Generator[Commit | Work, Any, Result]


def run(call: Call) -> Result:
    """Carry out a call and return its answer; raises the refusal, a :class:`core.errors.KmsError`.

    Whatever happens, exactly one audit record is durable when this returns or raises.
    """
    operation = OPERATIONS[call.action]  # the doors refuse unknown names
    call = _placed(call, operation)
    return _change(call, operation) if operation.writes else _taken(_answering(call, operation))


def answering(call: Call) -> Steps:
    """Return the steps of a call that only answers, for whoever must not wait: an event loop.

    Each step is taken, and what it gave or raised is handed back; the last one leads to the result or the refusal.
    """
    operation = OPERATIONS[call.action]
    return _answering(_placed(call, operation), operation)


def _taken(steps: Steps) -> Result:
    """Take the steps of an answer one after the other."""
    try:
        step = next(steps)
        while True:
            try:
                given = step.take()
            except KmsError as refusal:
                step = steps.throw(refusal)
            else:
                step = steps.send(given)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # the generator's Result, which StopIteration does not type


def preview(call: Call) -> KmsError | None:
    """Return what :func:`run` would refuse before it executes, or None. Has no effect and leaves no record.

    Permission, key and state are asked; what only execution can tell (a wrong ciphertext, a taken name) is not.
    """
    operation = OPERATIONS[call.action]
    call = _placed(call, operation)
    if cache.version < 0:
        cache.refresh()
    try:
        _permitted(call, operation, operation.parse(call.members))
    except KmsError as refusal:
        return refusal
    return None


def _answering(call: Call, operation: Operation) -> Steps:
    prepared: tuple[Any, ...] | None = () if operation.prepare is None else None
    progress = Progress()
    for _ in range(ATTEMPTS):
        version = cache.version
        if version < 0:
            version = cache.refresh()
        progress.begin()
        outcome: Outcome | None = None
        refusal: KmsError | None = None
        try:
            # INVARIANT: the caller is read after the version, so it cannot be older than what the commit compares.
            call = _renewed(call)
            if prepared is None:
                prepared = _prepare(call, operation, progress)
            execute = _decided(call, operation, progress, prepared)
            outcome = (yield Work(execute)) if _takes_long(operation, progress.subjects) else execute()
            _check_dry_run(progress.request)
        except KmsError as error:
            outcome, refusal = None, error
        if (yield Commit(record.records(call, operation, progress, outcome, refusal), version)):
            if outcome is None:
                assert refusal is not None
                raise refusal
            return Result(call.action, call.request_id, outcome.members)
        cache.refresh()
    raise RuntimeError("The configuration changes faster than a call can be decided.")


def _change(call: Call, operation: Operation) -> Result:
    progress = Progress()
    record.intern_names(call, operation)
    cache_refresh_needed = False
    try:
        prepared: tuple[Any, ...] = ()
        if operation.prepare is not None:
            cache.refresh()  # a refusal must not rest on what another process has changed
            prepared = _prepare(_renewed(call), operation, progress)
        with writers_turn(), transaction.atomic():
            version = lock_version()
            cache.refresh()
            call = _renewed(call)
            # INVARIANT: a snapshot is never read after a row was changed: a rolled back row must not be remembered.
            outcome = _decided(call, operation, progress, prepared)()
            _check_dry_run(progress.request)
            if outcome.touched:
                record_changes(version, outcome.touched)
                cache_refresh_needed = True
            trail.append_in_transaction(connection, record.records(call, operation, progress, outcome, None))
    except KmsError as refusal:
        trail.commit(record.records(call, operation, progress, None, refusal), None)
        raise
    if cache_refresh_needed:
        _refresh_after_commit()
    return Result(call.action, call.request_id, outcome.members)


def _refresh_after_commit() -> None:
    """Let the cache know of a change that is durable already, so that a failure here is none of the change's.

    The next call compares versions and refreshes the cache before it answers.
    """
    try:
        cache.refresh()
    except (DatabaseError, InterfaceError):
        logger.warning("The cache could not be refreshed after a change; the next call does it.", exc_info=True)
        connection.close()


def _prepare(call: Call, operation: Operation, progress: Progress) -> tuple[Any, ...]:
    """Do the slow work of an action while nothing is locked.

    A caller who may not do this is refused here already; whoever may is asked again when the action runs.
    """
    assert operation.prepare is not None
    request = progress.request = operation.parse(call.members)
    subjects = _permitted(call, operation, request, progress)
    return (operation.prepare(call, request, *[subject.key for subject in subjects]),)


def _decided(call: Call, operation: Operation, progress: Progress, prepared: tuple[Any, ...]) -> Callable[[], Outcome]:
    """Return what remains to be done of a call that is permitted: to execute it."""
    request = progress.request = operation.parse(call.members)
    subjects = _permitted(call, operation, request, progress)
    return partial(operation.run, call, request, *[subject.key for subject in subjects], *prepared)


def _check_dry_run(request: Any) -> None:
    """Raise DryRunOperationException if that is all that was asked: after every check, before any effect."""
    if getattr(request, "dry_run", None):
        raise DryRunOperationException()


def _takes_long(operation: Operation, subjects: Sequence[Subject]) -> bool:
    return any(subject.key.key_spec in _SLOW for subject in subjects) and operation.name in TRACKED


def _permitted(call: Call, operation: Operation, request: Any, progress: Progress | None = None) -> Sequence[Subject]:
    """Resolve, authorize, check the states; returns the keys that the request is about."""
    for token in getattr(request, "grant_tokens", None) or ():
        read_token(token)  # grants take effect at once, so a token of ours changes nothing; a made-up one is refused
    subjects: Sequence[Subject] = operation.resolve(call, request) if operation.resolve is not None else ()
    if progress is not None:
        progress.subjects = subjects
        if settings.KMS_REQUEST_QUOTAS and not progress.charged:
            progress.charged = True
            throttle(call, operation, request, subjects)
    if operation.authorized:
        authorize(call, operation, request, subjects)
    for subject in subjects:
        key = subject.key
        check_state(subject.state_rule or operation.name, key.state(key_time(call, key)), key.arn, key.origin)
    return subjects


def _renewed(call: Call) -> Call:
    """Return the call with its caller as of now; the credential may have been taken away meanwhile."""
    if call.access_key_id is not None:
        credential = find_credential(call.access_key_id)
        caller = credential.caller if credential else None
    else:
        caller = find_caller(call.caller.principal_pk)
    if caller is None:
        raise UnrecognizedClientException()
    return call if caller is call.caller else replace(call, caller=caller)


def _placed(call: Call, operation: Operation) -> Call:
    """Return the call in the Region where it happens: IAM and signing in are global, wherever they are asked for."""
    return replace(call, region=GLOBAL_REGION) if operation.service in GLOBAL_SERVICES else call


def record_failure(call: Call, error: KmsError) -> None:
    """Record a call that failed by a fault of the service's own; the door answers with ``error``."""
    operation = OPERATIONS[call.action]
    trail.commit(record.records(_placed(call, operation), operation, Progress(), None, error), None)
