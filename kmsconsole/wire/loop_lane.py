"""The API door in an event loop: what memory alone can answer is answered there, all else in a thread.

Both lanes climb the same staircase. The loop's takes the steps of :func:`operations.pipeline.answering` without
waiting: where it would need the database, Django itself refuses (``SynchronousOnlyOperation``), nothing has been
written yet, and a thread begins again. Measured: decision 0010.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from django.conf import settings
from django.core.exceptions import SynchronousOnlyOperation

from audit.loop_commits import LoopCommits
from audit.trail import trail
from core.calls import Result
from core.errors import KmsError, KMSInternalException
from core.shapes import encode_response
from kmsconsole.wire.answers import Answer, json_refusal
from kmsconsole.wire.arrivals import Arrival
from kmsconsole.wire.calls import call_of, new_request_id, shown
from kmsconsole.wire.endpoint import SERVICES, answer
from operations import pipeline
from operations.registry import OPERATIONS

logger = logging.getLogger(__name__)


class LoopLane:
    """Answers API requests for one event loop; ``threads`` do what it must not wait for."""

    def __init__(self, loop: asyncio.AbstractEventLoop, threads: Executor) -> None:
        self._loop = loop
        self._threads = threads
        self._commits = LoopCommits(trail, loop)

    async def answer(self, arrival: Arrival) -> Answer:
        """Answer one request. Never raises."""
        steps = self._begin(arrival)
        if steps is not None:
            request_id, taking = steps
            try:
                result = await self._take(taking)
            except KmsError as refusal:
                return json_refusal(refusal, request_id)
            except SynchronousOnlyOperation:
                pass  # something was not in memory: a thread may ask the database
            except Exception:
                # Nothing was answered, and nothing recorded: a thread tries again, and tells what is wrong.
                logger.debug("A request is tried again in a thread.", exc_info=True)
            else:
                return _encoded(result, request_id)
        return await self._loop.run_in_executor(self._threads, answer, arrival)

    def _begin(self, arrival: Arrival) -> tuple[str, pipeline.Steps] | None:
        """Return the steps of a request that the loop can answer, or None. Who is calling is known then."""
        prefix, _, action = arrival.request.headers.get("x-amz-target", "").rpartition(".")
        operation = OPERATIONS.get(action)
        if operation is None or not operation.quick or operation.service not in SERVICES.get(prefix, ()):
            return None
        if arrival.request.method != "POST" or settings.KMS_REQUEST_QUOTAS or not trail.is_open:
            return None
        request_id = new_request_id()
        try:
            call, refusal = call_of(arrival, request_id, action, SERVICES[prefix], arrival.request.body or b"{}")
        except (KmsError, SynchronousOnlyOperation):
            return None
        return None if refusal is not None else (shown(request_id), pipeline.answering(call))

    async def _take(self, steps: pipeline.Steps) -> Result:
        step: Any = next(steps)
        try:
            while True:
                try:
                    if isinstance(step, pipeline.Commit):
                        given: object = await self._commits.commit(step.records, step.version)
                    else:
                        given = await self._in_thread(step.take)
                except KmsError as refusal:
                    step = steps.throw(refusal)
                else:
                    step = steps.send(given)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # the generator's Result, which StopIteration does not type

    async def _in_thread(self, work: Callable[[], object]) -> object:
        return await self._loop.run_in_executor(self._threads, work)


def _encoded(result: Result, request_id: str) -> Answer:
    try:
        return Answer(200, encode_response(result.action, result.members or {}), request_id)
    except Exception:
        logger.exception("The answer of request %s cannot be encoded", request_id)
        return json_refusal(KMSInternalException(), request_id)
