"""How an event loop commits its records: see decision 0010."""

import asyncio
import threading
from collections.abc import Sequence

from audit.chain import MAX_ROWS, Record
from audit.trail import Trail, Waiting


class _Future:
    """How an event loop waits. Its release may come from another thread."""

    __slots__ = ("future", "loop_commits", "waiting")

    def __init__(self, loop_commits: "LoopCommits", waiting: Waiting, future: asyncio.Future[bool]) -> None:
        self.loop_commits, self.waiting, self.future = loop_commits, waiting, future

    def release(self) -> None:
        if threading.get_ident() == self.loop_commits.thread:
            self.resolve()
        else:
            self.loop_commits.loop.call_soon_threadsafe(self.resolve)

    def resolve(self) -> None:
        if not self.waiting.done:  # woken to lead
            self.loop_commits.lead()
        elif not self.future.done():
            if self.waiting.error is not None:
                self.future.set_exception(self.waiting.error)
            else:
                self.future.set_result(not self.waiting.stale)


class LoopCommits:
    """Commits for an event loop: what its turns decide goes into one group, once a turn has brought nothing more.

    Such a group is written in the loop's own thread. A thread of its own would cost each group two changes of threads,
    and the loop could hardly do more meanwhile than take in what then makes the next group.
    """

    def __init__(self, trail: Trail, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.thread = threading.get_ident()
        self._trail = trail
        self._gathered: list[Waiting] = []

    def commit(self, records: Sequence[Record], version: int) -> asyncio.Future[bool]:
        """Return a future of what :meth:`Trail.commit` returns or raises."""
        waiting = Waiting(records, version)
        future: asyncio.Future[bool] = self.loop.create_future()
        waiting.signal = _Future(self, waiting, future)
        self._gathered.append(waiting)
        if len(self._gathered) == 1:
            self.loop.call_soon(self._flush, 0)
        return future

    def _flush(self, seen: int) -> None:
        count = len(self._gathered)
        if seen < count < MAX_ROWS:
            self.loop.call_soon(self._flush, count)
            return
        gathered, self._gathered = self._gathered, []
        self._trail.join(gathered)

    def lead(self) -> None:
        self._trail.lead()
