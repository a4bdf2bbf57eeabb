"""What of a growing text may be shown: length, stops, the boundary between documents; knows ids' texts, no model."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rnnlab.data.text.codec_fields import BOUNDARY_SHOWN
from rnnlab.errors import RnnlabError

MOST_CHARACTERS, MOST_WORDS = 100_000, 20_000
LONGEST_WORD = 1_000  # characters, after which there are no blanks to tell words by
MOST_TO_FINISH = 500  # characters beyond the length, to the end of a sentence
MOST_STOPS, LONGEST_STOP = 100, 10_000  # all are looked for after each step
BEFORE, CUT = 64, 4096  # characters kept before those that are looked at, and cut off at a time
UNITS = ("characters", "words", "document")

_LONGEST_END = 20  # characters of an end with its quotation marks: from there back a sentence may have ended
_TITLES = ("Mr", "Mrs", "Ms", "Messrs", "Dr", "St", "Sr", "Jr", "Prof", "Capt", "Col", "Gen", "Lt", "Rev", "Hon")
_INITIAL = "[A-HJ-Z]"  # the word I may end a sentence
# What may stand before is listed, as \b is of ASCII alone in JavaScript.
_NOT_SHORT = "".join(rf"""(?<!^{one})(?<![\s.("'“‘\[—–-]{one})""" for one in (*_TITLES, _INITIAL))
# A regular expression that JavaScript reads alike (export): where runs must be taken whole, what follows says so.
SENTENCE_END = (
    rf"""(?:{_NOT_SHORT}|(?=[!?…]))[.!?…]+["'”’»)\]]*(?=\s)"""  # what follows must be known: "3.5", "..." go on
    r"|[。！？]+(?![。！？])[”’」』）]*(?![”’」』）])(?=[\s\S])"
    r"|(?=\n[^\S\n]*\n)"  # a paragraph's end, whatever stands there
)
_END = re.compile(SENTENCE_END)


@dataclass(frozen=True)
class Wish:
    """How long a text is to be, and where it stops.

    length: of the text after the prompt, in `unit`: characters; words, of which the last is written whole, unless a
    word goes on for LONGEST_WORD characters, where the text ends; or, for "document", characters at most, the text
    ending where the model ends a document. stops: the text ends before the first of them to appear, or after it with
    keep_stop. banned: characters that are never written. finish_sentence: whether the text goes on beyond its length to
    the end of the sentence, MOST_TO_FINISH characters at most.
    """

    length: int = 400
    unit: str = "characters"
    stops: tuple[str, ...] = ()
    banned: str = ""
    keep_stop: bool = False
    finish_sentence: bool = False

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise RnnlabError(f"A length is counted in {', '.join(UNITS[:-1])} or to the end of a document.")
        most = MOST_WORDS if self.unit == "words" else MOST_CHARACTERS
        what = "words" if self.unit == "words" else "characters"
        if not 1 <= self.length <= most:
            raise RnnlabError(f"The length must be between 1 and {most:,} {what}, not {self.length:,}.")
        if not all(self.stops):
            raise RnnlabError("An empty text cannot stop the writing; leave it out.")
        if len(self.stops) > MOST_STOPS:
            raise RnnlabError(f"{len(self.stops):,} stops are too many; give at most {MOST_STOPS}.")
        longest = max(map(len, self.stops), default=0)
        if longest > LONGEST_STOP:
            raise RnnlabError(f"A stop of {longest:,} characters is too long; give at most {LONGEST_STOP:,}.")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that one id stands for; of what is cut off at the end, the part that is shown.

    nats: how surprised the model was by it, its negative log-probability before any sampling rule. likeliest: what the
    model held most likely in its place, with probabilities. Both only if asked for.
    """

    text: str
    nats: float | None = None
    likeliest: tuple[tuple[str, float], ...] = ()


class Row:
    """One text as it grows; what may turn out to be a stop, or beyond the length, is held back."""

    def __init__(self, wish: Wish, left: tuple[Piece, ...] = (), back: int = 0) -> None:
        """Begin with pieces that an earlier part of the text has left over.

        Args:
            wish: how long, and where to stop.
            left: written already, not shown.
            back: the first so many characters of what is left had been shown, see `take_back`; they are not counted.
        """
        self.wish = wish
        self.done = False
        self.unfinished = False  # whether a sentence was to be finished and went on for too long
        self.endless = False  # whether a word went on for too long
        self._held = deque(left)
        # Of a long text only the end is kept, from character self._cut on; places are counted from the text's start.
        self._text, self._cut, self._given, self._back = "".join(piece.text for piece in left), 0, 0, back
        self._searched = 0  # up to where stops were looked for
        self._hold = max((len(stop) for stop in wish.stops), default=1) - 1
        # A text that a stop has ended is resumed from there, and not ended by it again.
        passed = () if wish.keep_stop or back else wish.stops
        self._passed = max((len(stop) for stop in passed if self._text.startswith(stop)), default=0)
        self._letters = 0  # of the word that is being written
        self._words, self._within = 0, False  # complete ones before self._counted, and whether that is within one
        self._counted = back
        self._reached: int | None = None  # where the text has its length, once it has

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
        self._held.append(Piece(BOUNDARY_SHOWN))  # with which the text is resumed
        return shown

    def left(self) -> tuple[Piece, ...]:
        """What was written but not shown."""
        return tuple(self._held)

    @property
    def _total(self) -> int:
        """Characters of the text so far."""
        return self._cut + len(self._text)

    def _take(self, pieces: list[Piece], *, ended: bool = False) -> list[Piece]:
        self._held += pieces
        self._text += "".join(piece.text for piece in pieces)
        stop, length = self._stop(), self._end()
        end = min(place for place in (stop, length, self._total) if place is not None)
        self.done = ended or stop is not None or length is not None
        self.unfinished = self.unfinished and end == length
        shown = self._release(end if self.done else max(self._given, self._total - self._hold))
        self._forget()
        return shown

    def _forget(self) -> None:
        """Cut off what is no longer looked at: a step costs the same, however long the text has become."""
        counted = self._counted if self.wish.unit == "words" else self._total
        looked_at = (self._given, self._total - self._hold, counted, self._reached or self._total)
        enough = min(looked_at) - BEFORE - self._cut
        if enough > CUT and not self.done:
            self._text, self._cut = self._text[enough:], self._cut + enough

    def _stop(self) -> int | None:
        """Where the first stop ends the text, if one has appeared."""
        places = []
        for stop in self.wish.stops:
            start = max(self._passed, self._searched - len(stop) + 1)
            if (place := self._text.find(stop, max(0, start - self._cut))) >= 0:
                places.append((self._cut + place, len(stop)))
        self._searched = self._total
        if not places:
            return None
        place, length = min(places)
        return place + length * self.wish.keep_stop

    def _end(self) -> int | None:
        """Where the text ends for its length, the sentence finished if that was asked for."""
        if self._reached is None:
            self._reached = self._length()
        if self._reached is None or not self.wish.finish_sentence:
            return self._reached
        last = self._reached + MOST_TO_FINISH
        end = sentence_end(self._text, self._reached - self._cut)
        end = None if end is None else self._cut + end
        self.unfinished = self._total >= last and (end is None or end > last)
        return last if self.unfinished else end

    def _length(self) -> int | None:
        """Where the text has the length that was asked for, if it has."""
        most = self._back + (MOST_CHARACTERS if self.wish.unit == "words" else self.wish.length)
        if self._total >= most:
            return most
        if self.wish.unit != "words":
            return None
        # A word is known to be whole when a blank follows it, or to be none when none does.
        for character in self._text[self._counted - self._cut :]:
            blank = character.isspace()
            self._words += blank and self._within
            self._letters = 0 if blank else self._letters + 1
            if self._letters > LONGEST_WORD:
                self.endless = True
                return self._counted
            if blank and self._within and self._words == self.wish.length:
                return self._counted
            self._within, self._counted = not blank, self._counted + 1
        return None

    def _release(self, end: int) -> list[Piece]:
        """The pieces before a place of the text, the last one cut there."""
        shown: list[Piece] = []
        while self._held and self._given < end:
            piece = self._held.popleft()
            room = end - self._given
            if len(piece.text) > room:
                if not self.done:  # whole pieces only, while it goes on
                    self._held.appendleft(piece)
                    break
                self._held.appendleft(replace(piece, text=piece.text[room:]))
                piece = replace(piece, text=piece.text[:room])
            self._given += len(piece.text)
            shown.append(piece)
        return shown


def take_back(
    shown: Sequence[Piece], left: Sequence[Piece], stops: Sequence[str]
) -> tuple[tuple[Piece, ...], tuple[Piece, ...], int]:
    """Take back what was shown if it may be the beginning of a stop that a length has cut, so that it is not missed.

    Args:
        shown: of a text that is resumed, the pieces after its prompt.
        left: what was written but not shown.
        stops: where the text is to stop from here on.

    Returns:
        What stays shown, what is left, and how many characters were taken back.
    """
    text, rest = "".join(piece.text for piece in shown), "".join(piece.text for piece in left)
    ended = any(rest.startswith(stop) or text.endswith(stop) for stop in stops)
    back = 0 if ended else max((_begun(text, stop) for stop in stops), default=0)
    kept, taken, before = [], [], len(text) - back  # `before`: characters that stay
    for piece in shown:
        some = min(len(piece.text), max(0, before))
        before -= len(piece.text)
        kept += [replace(piece, text=piece.text[:some])] if some else []
        taken += [replace(piece, text=piece.text[some:])] if some < len(piece.text) else []
    return tuple(kept), (*taken, *left), back


def _begun(text: str, stop: str) -> int:
    """How many of a stop's first characters a text ends with; not all of them."""
    most = min(len(text), len(stop) - 1)
    return next((count for count in range(most, 0, -1) if text.endswith(stop[:count])), 0)


def sentence_end(text: str, least: int) -> int | None:
    """The first place at or after `least` where a sentence of the text has ended; None while there is none."""
    ends = (found.end() for found in _END.finditer(text, max(0, least - _LONGEST_END)))
    return next((end for end in ends if end >= least), None)
