"""What is kept open between calls, bounded by bytes, the least recently used put away first; knows not what it is."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ByteLru(Generic[T]):
    """Things by key, as many as fit; whoever holds one that was put away may go on using it."""

    def __init__(
        self, most_bytes: int, most_seconds: float = math.inf, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin empty.

        Args:
            most_bytes: of all things together; one alone may be larger.
            most_seconds: after which a thing that was not used is put away.
            clock: what tells the seconds.
        """
        self.most_bytes, self.most_seconds, self._clock = most_bytes, most_seconds, clock
        self._kept: OrderedDict[Hashable, tuple[T, int, float]] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The thing of this key; made, and measured in bytes, if it is not here.

        Two that ask at the same time may both make it; one is kept.
        """
        found = self.find(key)
        if found is not None:
            return found
        made = make()
        self.put(key, made, size(made))
        return made

    def find(self, key: Hashable) -> T | None:
        """The thing of this key, which is thereby used; None if it is not here."""
        with self._lock:
            self._put_unused_away()
            if key not in self._kept:
                return None
            thing, size, _ = self._kept[key]
            self.put(key, thing, size)
            return thing

    def put(self, key: Hashable, thing: T, size: int) -> None:
        """Keep a thing of so many bytes."""
        with self._lock:
            self._kept[key] = thing, size, self._clock()
            self._kept.move_to_end(key)
            self._put_unused_away()
            while len(self._kept) > 1 and self.bytes > self.most_bytes:
                self._kept.popitem(last=False)

    def forget(self, key: Hashable) -> None:
        """Put a thing away, if it is here."""
        with self._lock:
            self._kept.pop(key, None)

    def things(self) -> list[tuple[Hashable, T, int]]:
        """What is held, each with its key and its bytes, the least recently used first."""
        with self._lock:
            return [(key, thing, size) for key, (thing, size, _) in self._kept.items()]

    @property
    def bytes(self) -> int:
        """How much is held."""
        return sum(size for _, size, _ in self._kept.values())

    def __len__(self) -> int:
        """How many things are held."""
        return len(self._kept)

    def _put_unused_away(self) -> None:
        oldest = self._clock() - self.most_seconds
        while self._kept and next(iter(self._kept.values()))[2] < oldest:
            self._kept.popitem(last=False)
