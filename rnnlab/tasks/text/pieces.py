"""What of a growing text may be shown: length, stops, the boundary between documents; knows ids' texts, no model."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rnnlab.data.codec_fields import BOUNDARY_SHOWN
from rnnlab.errors import RnnlabError

MOST_CHARACTERS, MOST_WORDS = 100_000, 20_000
UNITS = ("characters", "words", "document")


@dataclass(frozen=True)
class Wish:
    """How long a text is to be, and where it stops.

    length: of the text after the prompt, in `unit`: characters; words, of which the last is written whole; or, for
    "document", characters at most, the text ending where the model ends a document. stops: the text ends before the
    first of them to appear. banned: characters that are never written.
    """

    length: int = 400
    unit: str = "characters"
    stops: tuple[str, ...] = ()
    banned: str = ""

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise RnnlabError(f"A length is counted in {', '.join(UNITS[:-1])} or to the end of a document.")
        most = MOST_WORDS if self.unit == "words" else MOST_CHARACTERS
        what = "words" if self.unit == "words" else "characters"
        if not 1 <= self.length <= most:
            raise RnnlabError(f"The length must be between 1 and {most:,} {what}, not {self.length:,}.")
        if not all(self.stops):
            raise RnnlabError("An empty text cannot stop the writing; leave it out.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that one id stands for; of what is cut off at the end, the part that is shown.

    nats: how surprised the model was by it, its negative log-probability before any sampling rule. likeliest: what the
    model held likeliest in its place, with probabilities. Both only if asked for.
    """

    text: str
    nats: float | None = None
    likeliest: tuple[tuple[str, float], ...] = ()


class Row:
    """One text as it grows; what may turn out to be a stop, or beyond the length, is held back."""

    def __init__(self, wish: Wish, left: tuple[Piece, ...] = ()) -> None:
        """Begin with pieces that an earlier part of the text has left over."""
        self.wish = wish
        self.done = False
        self._held = list(left)
        self._text, self._given = "".join(piece.text for piece in left), 0
        self._hold = max((len(stop) for stop in wish.stops), default=1) - 1
        # A text that a stop has ended is gone on with from there, and not ended by it again.
        self._passed = max((len(stop) for stop in wish.stops if self._text.startswith(stop)), default=0)
        self._words = 0  # complete ones before self._counted
        self._counted = 0

    def start(self) -> list[Piece]:
        """The pieces that can be shown before anything is written."""
        return self._take([])

    def push(self, piece: Piece | None) -> list[Piece]:
        """Add what the next id stands for, None for the boundary, which ends a document if one was asked for.

        Returns:
            The pieces that can now be shown.
        """
        if piece is not None or self.wish.unit != "document":
            return self._take([piece or Piece(BOUNDARY_SHOWN)])
        shown = self._take([], ended=True)
        self._held.append(Piece(BOUNDARY_SHOWN))  # with which the text is gone on with
        return shown

    def left(self) -> tuple[Piece, ...]:
        """What was written but not shown."""
        return tuple(self._held)

    def _take(self, pieces: list[Piece], *, ended: bool = False) -> list[Piece]:
        self._held += pieces
        self._text += "".join(piece.text for piece in pieces)
        stop, length = self._stop(), self._length()
        end = min(place for place in (stop, length, len(self._text)) if place is not None)
        self.done = ended or stop is not None or length is not None
        return self._release(end if self.done else max(self._given, len(self._text) - self._hold))

    def _stop(self) -> int | None:
        start = max(self._passed, self._given - self._hold)
        found = [place for stop in self.wish.stops if (place := self._text.find(stop, start)) >= 0]
        return min(found, default=None)

    def _length(self) -> int | None:
        """Where the text has the length that was asked for, if it has."""
        most = MOST_CHARACTERS if self.wish.unit == "words" else self.wish.length
        if len(self._text) >= most:
            return most
        if self.wish.unit != "words":
            return None
        # A word is known to be whole when a blank follows it.
        for word in re.compile(r"\S+(?=\s)").finditer(self._text, self._counted):
            self._words, self._counted = self._words + 1, word.end()
            if self._words == self.wish.length:
                return self._counted
        return None

    def _release(self, end: int) -> list[Piece]:
        """The pieces before a place of the text, the last one cut there."""
        shown: list[Piece] = []
        while self._held and self._given < end:
            piece = self._held.pop(0)
            room = end - self._given
            if len(piece.text) > room:
                if not self.done:  # whole pieces only, while it goes on
                    self._held.insert(0, piece)
                    break
                self._held.insert(0, replace(piece, text=piece.text[room:]))
                piece = replace(piece, text=piece.text[:room])
            self._given += len(piece.text)
            shown.append(piece)
        return shown
