"""A growing text watched for copied spans, character by character, with a step back; as `Fingerprint.longest_spans`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rnnlab.scoring.originality.fingerprint import LONG, PROBES, SAMPLED, SHORT, Fingerprint
from rnnlab.scoring.originality.grams import BASE, INVERSE, WORD, mix_one, symbol
from rnnlab.scoring.originality.marks import copies_more
from rnnlab.scoring.style.words import begun_name

_TOP = {length: pow(BASE, length - 1, 1 << 64) for length in (SHORT, LONG)}
_symbol = lru_cache(4096)(symbol)
TAIL = 4000  # characters in which the names of speakers are looked for: more than the longest speech has


class Watch:
    """The longest span that ends where a text ends; `span` is 0 below 20 characters."""

    def __init__(self, fingerprint: Fingerprint, text: str = "") -> None:
        """Watch a text that begins so."""
        self._bits, self._size = fingerprint.bits.data, 8 * len(fingerprint.bits)
        self._symbols: list[int] = []
        self._short = self._long = 0  # the sums over the last 20 and 32 symbols
        self.span = 0
        self._before = (0, 0, 0, 0)  # characters, sums and span before the last `push`
        tail = text[-2 * LONG :]
        self.push(tail)
        if len(tail) < len(text):  # which is only sure of what began within the tail
            self.span = int(fingerprint.longest_spans(text)[-1])

    def push(self, text: str) -> int:
        """Add to the text; gives the longest span that ends at any of the characters added."""
        self._before = (len(self._symbols), self._short, self._long, self.span)
        longest = 0
        for character in text:
            self._add(_symbol(character))
            longest = max(longest, self.span)
        return longest

    def take_back(self) -> None:
        """Undo the last `push`."""
        length, self._short, self._long, self.span = self._before
        del self._symbols[length:]

    def _add(self, number: int) -> None:
        symbols = self._symbols
        symbols.append(number)
        count = len(symbols)
        self._short = self._slid(self._short, count, SHORT)
        self._long = self._slid(self._long, count, LONG)
        if count < SHORT or not self._holds(mix_one((self._short + SHORT) & WORD)):
            self.span = 0
            return
        self.span = self.span + 1 if self.span else SHORT
        if self.span >= LONG:
            long = mix_one((self._long + LONG) & WORD)
            if long % SAMPLED == 0 and not self._holds(long):
                self.span = LONG - 1

    def _slid(self, total: int, count: int, length: int) -> int:
        """The sum over the last so many symbols, one having been added."""
        new = self._symbols[-1]
        if count <= length:
            return (total + new * pow(BASE, count - 1, 1 << 64)) & WORD
        return ((total - self._symbols[-1 - length]) * INVERSE + new * _TOP[length]) & WORD

    def _holds(self, number: int) -> bool:
        step, bits, size = mix_one(number) | 1, self._bits, self._size
        for probe in range(PROBES):
            place = ((number + probe * step) & WORD) % size
            if not bits[place >> 3] >> (place & 7) & 1:
                return False
        return True


class Guard:
    """A growing text that is to copy none of some authors for as long as their limits, names of speakers apart.

    While a name is being written nobody knows whether it will be one. What turns out to be none counts after all: then
    the piece that shows it copies.
    """

    def __init__(self, originals: Sequence[Fingerprint], text: str = "") -> None:
        """Guard a text that begins so."""
        self._originals = originals
        self._watches = [Watch(one, text) for one in originals]
        self._size = TAIL + max((one.limit for one in originals), default=0)
        self._tail = text[-self._size :]
        self._naming = True
        self._before = (self._tail, True)

    def push(self, piece: str) -> bool:
        """Add to the text; tells whether it now has a span of a limit's length that it had not before."""
        self._before = text, naming = self._tail, self._naming
        self._tail = (text + piece)[-self._size :]
        spans = [watch.push(piece) for watch in self._watches]
        if not naming and all(span < one.limit for span, one in zip(spans, self._originals, strict=True)):
            return False
        self._naming = begun_name(self._tail) is not None
        return any(copies_more(one, text, piece) for one in self._originals)

    def take_back(self) -> None:
        """Undo the last `push`."""
        self._tail, self._naming = self._before
        for watch in self._watches:
            watch.take_back()
