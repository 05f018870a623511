"""A bounded memory of computed values, safe between threads."""

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Memo(Generic[Value]):
    """Keeps the values that were used last, as long as their weights add up to no more than the capacity."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._weight = 0
        self._lock = threading.Lock()
        self._values: OrderedDict[bytes, tuple[Value, int]] = OrderedDict()

    def find(self, digest: bytes) -> Value | None:
        with self._lock:
            entry = self._values.get(digest)
            if entry is None:
                return None
            self._values.move_to_end(digest)
            return entry[0]

    def keep(self, digest: bytes, value: Value, weight: int) -> None:
        with self._lock:
            replaced = self._values.pop(digest, None)
            if replaced is not None:
                self._weight -= replaced[1]
            self._values[digest] = (value, weight)
            self._weight += weight
            while self._weight > self._capacity:
                _, (_, dropped) = self._values.popitem(last=False)
                self._weight -= dropped
