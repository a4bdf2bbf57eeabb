"""What is kept open between calls, bounded by bytes, the least recently used put away first; knows not what it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class ByteLru(Generic[T]):
    """Things by key, as many as fit; whoever holds one that was put away may go on using it."""

    def __init__(self, most_bytes: int) -> None:
        """Begin empty; hold at most so many bytes, or one thing that is larger."""
        self.most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T], size: Callable[[T], int]) -> T:
        """The thing of this key; made, and measured in bytes, if it is not here.

        Two that ask at the same time may both make it; one is kept.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        made = make()
        with self._lock:
            self._kept[key] = made, size(made)
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and self.bytes > self.most_bytes:
                self._kept.popitem(last=False)
        return made

    @property
    def bytes(self) -> int:
        """How much is held."""
        return sum(size for _, size in self._kept.values())

    def __len__(self) -> int:
        """How many things are held."""
        return len(self._kept)
